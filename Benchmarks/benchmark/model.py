"""The scripted model: Chat Completions, streamed and not, as fast as Python can.

It answers at once with fifty tokens. Told to hold, it keeps each caller waiting until it is told to release: so chats
can be counted and weighed while all of them wait, whatever the machine's speed.

    python -m benchmark.model PORT

Control, on the same port: POST /hold, POST /release, GET /waiting.
"""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sys

from benchmark.framing import MessageReader, chunk
from benchmark.loop import new_loop
from benchmark.stamp import now, stamped

TOKENS = 50

_STREAM = re.compile(rb'"stream"\s*:\s*true')
_USAGE = re.compile(rb'"include_usage"\s*:\s*true')
_SPREAD = (
    b'data: {"id":"chatcmpl-0000000000000000000000","object":"chat.completion.chunk","created":1700000000,'
    b'"model":"scripted","choices":'
)
_OPENING = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def _event(choices: bytes, more: bytes = b"") -> bytes:
    return chunk(_SPREAD + choices + more + b"}\n\n")


def _delta(delta: bytes, finish: bytes = b"null") -> bytes:
    return _event(b'[{"index":0,"delta":' + delta + b',"logprobs":null,"finish_reason":' + finish + b"}]")


_ROLE = _delta(b'{"role":"assistant","content":""}')
_WORDS = _delta(b'{"content":"word "}') * (TOKENS - 1)
_STOP = _delta(b"{}", b'"stop"')
_DONE = chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


def _usage(prompt: int) -> bytes:
    return b'{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}' % (prompt, TOKENS, prompt + TOKENS)


def _streamed(stamp: bytes, prompt: int, with_usage: bool) -> bytes:
    usage = _event(b"[]", b',"usage":' + _usage(prompt)) if with_usage else b""
    return _ROLE + _delta(b'{"content":"' + stamp + b'"}') + _WORDS + _STOP + usage + _DONE


def _whole(stamp: bytes, prompt: int) -> bytes:
    return (
        b'{"id":"chatcmpl-0000000000000000000000","object":"chat.completion","created":1700000000,"model":"scripted",'
        b'"choices":[{"index":0,"message":{"role":"assistant","content":"' + stamp + b"word " * (TOKENS - 1) + b'"},'
        b'"logprobs":null,"finish_reason":"stop"}],"usage":' + _usage(prompt) + b"}"
    )


class Caller(asyncio.Protocol):
    """One connection of a server that asks."""

    is_holding = False
    waiting: dict[Caller, bytes] = {}

    def __init__(self) -> None:
        self._reader = MessageReader()
        self._received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, error: Exception | None) -> None:
        self.waiting.pop(self, None)

    def data_received(self, data: bytes) -> None:
        if self._reader.is_empty:
            self._received = now()
        for head, body in self._reader.feed(data):
            line = head[: head.find(b"\r\n")]
            if b"/chat/completions " not in line:
                self._control(line)
            elif Caller.is_holding:
                # A server that streams gets its head at once, as from a real model that is thinking.
                if _STREAM.search(body):
                    self._transport.write(_OPENING)
                self.waiting[self] = body
            else:
                self._answer(body, _OPENING)

    def _answer(self, body: bytes, opening: bytes) -> None:
        stamp = stamped(self._received, body.count(b'"role"'))
        prompt = len(body) // 4
        # The setting stands before or behind a long history: the search is a plain one over the bytes.
        if _STREAM.search(body):
            self._transport.write(opening + _streamed(stamp, prompt, _USAGE.search(body) is not None))
        else:
            self._json(_whole(stamp, prompt))

    def _control(self, line: bytes) -> None:
        if b"/hold " in line:
            Caller.is_holding = True
        elif b"/release " in line:
            Caller.is_holding = False
            held = dict(self.waiting)
            self.waiting.clear()
            for caller, body in held.items():
                caller._answer(body, b"")
        elif b"/waiting " in line:
            return self._json(b'{"waiting":%d}' % len(self.waiting))
        elif b"/models" in line:
            return self._json(b'{"object":"list","data":[{"id":"scripted","object":"model","owned_by":"benchmark"}]}')
        else:
            return self._json(b'{"error":{"message":"no such path"}}', b"404 Not Found")
        self._json(b"{}")

    def _json(self, body: bytes, status: bytes = b"200 OK") -> None:
        self._transport.write(
            b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)
        )


def main() -> None:
    loop = new_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(loop.create_server(Caller, "127.0.0.1", int(sys.argv[1]), backlog=16384))
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, loop.stop)
    loop.run_forever()


if __name__ == "__main__":
    main()
