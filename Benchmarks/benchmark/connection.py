"""A client's connection, and the requests that it sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass

from benchmark.framing import MessageReader
from benchmark.stamp import now

# 200 bytes: the length of a short question.
QUESTION = ("How many people looked at the screen in the lobby, and which advertisement was it? " * 3)[:200]


@dataclass(frozen=True)
class Reply:
    """`status` is 0 when the connection was lost; times are nanoseconds of the monotonic clock."""

    status: int
    body: bytes
    sent: int
    received: int

    @property
    def latency(self) -> int:
        return self.received - self.sent


class Connection(asyncio.Protocol):
    """Keeps alive, one request at a time. Replies come by a callback: a future for each would cost the generator more
    than the server under test takes for an answer."""

    def __init__(self) -> None:
        self._reader = MessageReader()
        self._answered: Callable[[Reply], None] | None = None
        self._sent = 0
        self.is_lost = False

    @staticmethod
    async def open(port: int) -> Connection:
        _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
        return connection

    @staticmethod
    async def open_many(port: int, count: int) -> list[Connection]:
        """A hundred at a time, so that no queue of the listening socket overflows."""
        opened: list[Connection] = []
        while len(opened) < count:
            batch = min(100, count - len(opened))
            opened += await asyncio.gather(*(Connection.open(port) for _ in range(batch)))
        return opened

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        self._reply(0, str(error or "the server closed the connection").encode())

    def data_received(self, data: bytes) -> None:
        for head, body in self._reader.feed(data):
            self._reply(int(head[9:12]), body)

    def send(self, request: bytes, answered: Callable[[Reply], None]) -> None:
        self._answered = answered
        self._sent = now()
        self._transport.write(request)

    async def ask(self, request: bytes) -> Reply:
        reply = asyncio.get_running_loop().create_future()
        self.send(request, lambda answer: None if reply.done() else reply.set_result(answer))
        return await reply

    def close(self) -> None:
        self._answered = None
        self._transport.close()

    def _reply(self, status: int, body: bytes) -> None:
        answered, self._answered = self._answered, None
        if answered is not None:
            answered(Reply(status, body, self._sent, now()))


def chat(thread: str | None = None) -> bytes:
    """A question, in a new thread unless one is named."""
    return post("/api/v1/chat", {"message": QUESTION} | ({"thread_id": thread} if thread else {}))


def page(thread: str) -> bytes:
    """The newest page of a thread."""
    return _head("GET", f"/api/v1/threads/{thread}/messages?limit=20&order=desc") + b"\r\n"


def post(path: str, body: object) -> bytes:
    data = json.dumps(body, separators=(",", ":")).encode()
    return _head("POST", path) + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(data), data)


def get(path: str) -> bytes:
    return _head("GET", path) + b"\r\n"


def _head(method: str, path: str) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n".encode()
