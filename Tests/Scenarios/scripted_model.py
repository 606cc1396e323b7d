"""A model backend under a test's control.

It speaks the two wire protocols that a server may meet, Chat Completions and Responses, both streaming, over a real
socket. What it answers is a script: an object with a coroutine `play(call)`. Every request is kept, body and headers,
so that a test can look at what was really sent.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import re
import threading
import time
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Callable

from aiohttp import web

from model_wires import CHAT_COMPLETIONS, PROTOCOLS, RESPONSES, WIRES, FunctionCall, Refusal, Text, compact, cut

# Longer than any test; a script that waits for its test gives up then, so that a broken test ends.
PATIENCE = 60.0


@dataclass
class Turn:
    """One entry of the conversation as it arrived."""

    role: str
    text: str


class Gate:
    """Holds an answer back until the test opens it. Starts closed."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._waiting = threading.Semaphore(0)

    def open(self) -> None:
        self._open.set()

    def wait_until_reached(self, timeout: float = 60) -> None:
        """Returns when an answer stands at the gate; each arrival is counted once."""
        assert self._waiting.acquire(timeout=timeout), "no answer reached the gate"

    async def passed(self) -> None:
        self._waiting.release()
        deadline = time.monotonic() + PATIENCE
        while not self._open.is_set() and time.monotonic() < deadline:
            await asyncio.sleep(0.004)


def _text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(part.get("text") or part.get("refusal") or "" for part in content)
    return ""


def _parts(content: Any) -> list[dict[str, Any]]:
    return content if isinstance(content, list) else []


class Call:
    """One request that the backend got, and the means to answer it."""

    def __init__(self, number: int, protocol: str, request: web.Request, body: Any) -> None:
        self.number = number
        self.protocol = protocol
        self.headers = {name.lower(): value for name, value in request.headers.items()}
        self.body = body
        self.arrived = time.monotonic()
        #: How it ended: None (still open), "finished", "disconnected" (the server went away), "broken" (on purpose).
        self.ended: str | None = None
        self._request = request
        self._stream: web.StreamResponse | None = None
        self._sequence = itertools.count()

    # What was asked

    @property
    def model(self) -> str:
        return self.body["model"]

    @property
    def streaming(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def instructions(self) -> str:
        """System and developer text, wherever the protocol puts it."""
        given = [self.body.get("instructions") or ""] if self.protocol == RESPONSES else []
        given += [turn.text for turn in self._entries() if turn.role in ("system", "developer")]
        return "\n".join(text for text in given if text)

    @property
    def turns(self) -> list[Turn]:
        """The conversation without system text, oldest first."""
        return [turn for turn in self._entries() if turn.role in ("user", "assistant")]

    @property
    def question(self) -> str:
        """The newest user message."""
        return next((turn.text for turn in reversed(self.turns) if turn.role == "user"), "")

    @property
    def everything(self) -> str:
        """All text of the request, for looking for something wherever it is."""
        return "\n".join([self.instructions, *(turn.text for turn in self.turns)])

    @property
    def tool_calls(self) -> list[tuple[str, str, str]]:
        """(id, name, arguments) of the calls that the conversation holds, oldest first."""
        if self.protocol == RESPONSES:
            items = [item for item in self._items() if item.get("type") == "function_call"]
            return [(item["call_id"], item["name"], item["arguments"]) for item in items]
        calls = [call for entry in self.body["messages"] for call in entry.get("tool_calls") or ()]
        return [(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in calls]

    @property
    def tool_outputs(self) -> list[tuple[str, str]]:
        """(id of the call, output) of the outputs that the conversation holds, oldest first."""
        if self.protocol == RESPONSES:
            items = [item for item in self._items() if item.get("type") == "function_call_output"]
            return [(item["call_id"], item["output"]) for item in items]
        entries = [entry for entry in self.body["messages"] if entry["role"] == "tool"]
        return [(entry["tool_call_id"], _text_of(entry["content"])) for entry in entries]

    @property
    def is_answered_call(self) -> bool:
        """Whether the conversation ends with the output of a function."""
        if self.protocol == RESPONSES:
            return bool(self._items()) and self._items()[-1].get("type") == "function_call_output"
        return self.body["messages"][-1]["role"] == "tool"

    @property
    def functions(self) -> list[dict[str, Any]]:
        """The functions offered, without the wrapping that differs by protocol."""
        offered = self.body.get("tools") or []
        if self.protocol == RESPONSES:
            return [{name: value for name, value in tool.items() if name != "type"} for tool in offered]
        return [tool["function"] for tool in offered]

    @property
    def tool_choice(self) -> str | None:
        """auto, none, required, or the name of the function that must be called."""
        choice = self.body.get("tool_choice")
        if isinstance(choice, dict):
            return choice["name"] if self.protocol == RESPONSES else choice["function"]["name"]
        return choice

    @property
    def token_limit(self) -> int | None:
        """How many tokens the answer may have at most."""
        names = ("max_output_tokens", "max_completion_tokens", "max_tokens")
        return next((self.body[name] for name in names if self.body.get(name) is not None), None)

    @property
    def reasoning_effort(self) -> str | None:
        if self.protocol == RESPONSES:
            return (self.body.get("reasoning") or {}).get("effort")
        return self.body.get("reasoning_effort")

    @property
    def response_format(self) -> dict[str, Any] | None:
        """The format asked for, in the shape of Chat Completions."""
        if self.protocol != RESPONSES:
            return self.body.get("response_format")
        asked = (self.body.get("text") or {}).get("format")
        if not asked or asked["type"] != "json_schema":
            return asked
        return {"type": "json_schema", "json_schema": {name: asked[name] for name in asked if name != "type"}}

    @property
    def images(self) -> list[tuple[str, str | None]]:
        """(URL, detail) of the images of the conversation, oldest first."""
        if self.protocol == RESPONSES:
            parts = [part for item in self._items() for part in _parts(item.get("content"))]
            return [(part["image_url"], part.get("detail")) for part in parts if part["type"] == "input_image"]
        parts = [part for entry in self.body["messages"] for part in _parts(entry.get("content"))]
        images = [part["image_url"] for part in parts if part["type"] == "image_url"]
        return [(image["url"], image.get("detail")) for image in images]

    def _items(self) -> list[dict[str, Any]]:
        given = self.body["input"]
        return [] if isinstance(given, str) else given

    def _entries(self) -> list[Turn]:
        if self.protocol == CHAT_COMPLETIONS:
            return [Turn(entry["role"], _text_of(entry.get("content"))) for entry in self.body["messages"]]
        given = self.body["input"]
        if isinstance(given, str):
            return [Turn("user", given)]
        return [Turn(item["role"], _text_of(item.get("content"))) for item in given if "role" in item]

    # Answering

    async def begin(self) -> None:
        """Sends the head of a stream."""
        self._stream = web.StreamResponse(
            headers={"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
        )
        await self._stream.prepare(self._request)

    async def write(self, raw: bytes) -> None:
        await self._stream.write(raw)

    async def send(self, event: dict[str, Any]) -> None:
        """One event in the protocol's own framing."""
        if self.protocol == RESPONSES:
            event = {"type": event["type"], "sequence_number": next(self._sequence), **event}
            await self.write(f"event: {event['type']}\ndata: {compact(event)}\n\n".encode())
        else:
            await self.write(f"data: {compact(event)}\n\n".encode())

    async def finish(self) -> web.StreamResponse:
        await self._stream.write_eof()
        return self._stream

    async def break_off(self) -> web.StreamResponse:
        """Closes the connection without ending the stream."""
        self.ended = "broken"
        response = self._stream or web.Response()
        if self._request.transport is not None:
            self._request.transport.abort()
        return response


def echo(call: Call) -> str:
    """Says how many messages came and repeats the newest question, so that history and order can be checked."""
    return f"[{len(call.turns)}] {call.question}"


@dataclass
class Says:
    """Answers with a text: fixed, or made from the call; by default an echo.

    first_after   seconds before anything but the head of the answer is sent
    every         seconds between two pieces
    before        gate before the answer begins
    middle        gate after the first piece
    pieces        how many pieces at least a text is cut into
    finish        the reason why the answer ends: stop, length, content_filter
    usage         (prompt, completion) tokens; None leaves usage out
    break_after   breaks off after this many pieces
    """

    text: str | Callable[[Call], str] = echo
    first_after: float = 0
    every: float = 0
    before: Gate | None = None
    middle: Gate | None = None
    pieces: int = 3
    finish: str = "stop"
    usage: tuple[int, int] | None = (21, 9)
    break_after: int | None = None

    async def play(self, call: Call) -> web.StreamResponse:
        text = self.text if isinstance(self.text, str) else self.text(call)
        if self.before:
            await self.before.passed()
        if not call.streaming:
            await asyncio.sleep(self.first_after)
            return web.json_response(WIRES[call.protocol](call, self).whole(text))
        wire = WIRES[call.protocol](call, self)
        await call.begin()
        await wire.open()
        if self.first_after:
            await asyncio.sleep(self.first_after)
        for count, piece in enumerate(cut(text, self.pieces)):
            if count and self.every:
                await asyncio.sleep(self.every)
            if count == self.break_after:
                return await call.break_off()
            await wire.piece(piece)
            if count == 0 and self.middle:
                await self.middle.passed()
        await wire.close(text)
        return await call.finish()


@dataclass
class Calls:
    """Asks for a function to be called instead of answering."""

    name: str = "get_weather"
    arguments: str = '{"city":"Seoul"}'
    usage: tuple[int, int] | None = (21, 9)
    finish: str = "tool_calls"

    async def play(self, call: Call) -> web.StreamResponse:
        await call.begin()
        await WIRES[call.protocol](call, self).function(self.name, self.arguments)
        return await call.finish()


class Generates:
    """An answer made of several parts: texts, refusals and calls of functions, in the order given.

    every         seconds between two pieces
    before        gate before the answer begins
    middle        gate after the first piece of the first part
    at_end        gate before the answer ends, when all of its pieces are out
    finish        the reason why the answer ends; by default as its parts demand
    usage         (prompt, completion) tokens; None leaves usage out
    details       (cached, reasoning) tokens
    break_after   breaks off after this many pieces
    """

    def __init__(
        self,
        *parts: Text | Refusal | FunctionCall,
        every: float = 0,
        before: Gate | None = None,
        middle: Gate | None = None,
        at_end: Gate | None = None,
        finish: str | None = None,
        usage: tuple[int, int] | None = (21, 9),
        details: tuple[int, int] = (0, 0),
        break_after: int | None = None,
    ) -> None:
        self.parts = parts
        self.every, self.before, self.middle, self.at_end = every, before, middle, at_end
        calls = any(isinstance(part, FunctionCall) for part in parts)
        self.finish = finish or ("tool_calls" if calls else "stop")
        self.usage, self.details = usage, details
        self.break_after = break_after

    async def play(self, call: Call) -> web.StreamResponse:
        assert call.streaming, "only streams are scripted in parts"
        if self.before:
            await self.before.passed()
        wire = WIRES[call.protocol](call, self)
        await call.begin()
        await wire.start()
        sent = itertools.count()
        for number, part in enumerate(self.parts):
            async for _ in wire.play(number, part):
                count = next(sent)
                if count == 0 and self.middle:
                    await self.middle.passed()
                if self.break_after is not None and count + 1 >= self.break_after:
                    return await call.break_off()
                await asyncio.sleep(self.every)
        if self.at_end:
            await self.at_end.passed()
        await wire.end(self.finish)
        return await call.finish()


class Decides:
    """Looks at the call, then plays the script that fits: `Decides(lambda call: Says("a") if … else Refuses(500))`."""

    def __init__(self, choose: Callable[[Call], Any]) -> None:
        self.choose = choose

    async def play(self, call: Call) -> web.StreamResponse:
        return await self.choose(call).play(call)


def calls_then_says(*calls: FunctionCall, text: str = "It is sunny.") -> Decides:
    """Calls the functions, and answers with the text once the newest entry is the output of one."""
    return Decides(lambda call: Says(text) if call.is_answered_call else Generates(*calls))


class Distorts:
    """Plays another script with its bytes changed: `change` gets all of the stream and gives the pieces to send."""

    def __init__(self, script: Any, change: Callable[[bytes], list[bytes]]) -> None:
        self.script, self.change = script, change

    async def play(self, call: Call) -> web.StreamResponse:
        written: list[bytes] = []
        write = call.write

        async def keep(raw: bytes) -> None:
            written.append(raw)

        call.write = keep  # type: ignore[method-assign]
        finish = call.finish

        async def send_changed() -> web.StreamResponse:
            for piece in self.change(b"".join(written)):
                await write(piece)
            return await finish()

        call.finish = send_changed  # type: ignore[method-assign]
        return await self.script.play(call)


@dataclass
class Refuses:
    """Answers with an HTTP error in OpenAI's envelope, or with `body` as it is."""

    status: int
    message: str = "The model is having a bad day."
    code: str | None = None
    retry_after: int | str | None = None
    body: bytes | None = None
    content_type: str = "application/json"

    async def play(self, call: Call) -> web.StreamResponse:
        envelope = {"error": {"message": self.message, "type": "error", "param": None, "code": self.code}}
        body = self.body if self.body is not None else compact(envelope).encode()
        headers = {"content-type": self.content_type}
        if self.retry_after is not None:
            headers["retry-after"] = str(self.retry_after)
        return web.Response(status=self.status, body=body, headers=headers)


@dataclass
class Fails:
    """Begins a stream and reports an error inside it, as servers do when generation fails."""

    message: str = "CUDA error: device-side assert triggered"
    after: str = ""

    async def play(self, call: Call) -> web.StreamResponse:
        wire = WIRES[call.protocol](call, Says())
        await call.begin()
        await wire.open()
        if self.after:
            await wire.piece(self.after)
        await wire.error(self.message)
        return await call.finish()


@dataclass
class Sends:
    """Sends bytes as they are with status 200: garbage, an empty body, an HTML page."""

    raw: bytes = b""
    content_type: str = "text/event-stream"

    async def play(self, call: Call) -> web.StreamResponse:
        return web.Response(body=self.raw, headers={"content-type": self.content_type})


@dataclass
class BreaksOff:
    """Closes the connection, before the head or right after it."""

    after_head: bool = True

    async def play(self, call: Call) -> web.StreamResponse:
        if self.after_head:
            await call.begin()
        return await call.break_off()


@dataclass
class Hangs:
    """Takes the request and says nothing: not even a head, or nothing after it."""

    after_head: bool = False

    async def play(self, call: Call) -> web.StreamResponse:
        if self.after_head:
            await call.begin()
        await asyncio.sleep(PATIENCE)
        return await call.break_off()


@dataclass
class Embeds:
    """How texts become vectors: counts of their words and of the pairs of characters in them, each at a place that its
    hash chooses. Texts with words in common are therefore near, always the same, and without a model.

    dimensions    length of the vectors; a request may ask for fewer
    batch         more texts at a time are refused with 413
    longest       longer texts are refused with 400
    failures      how many requests fail with 503 first
    gate          holds every request back
    """

    dimensions: int = 64
    batch: int = 2048
    longest: int = 100_000
    failures: int = 0
    gate: Gate | None = None

    async def answer(self, texts: list[str], asked: int | None) -> web.StreamResponse:
        if self.gate:
            await self.gate.passed()
        if self.failures:
            self.failures -= 1
            return await Refuses(503).play(None)
        if len(texts) > self.batch:
            return await Refuses(413, "too many texts").play(None)
        if any(len(text) > self.longest for text in texts):
            return await Refuses(400, "a text is too long").play(None)
        vectors = [self.vector(text, asked or self.dimensions) for text in texts]
        # In another order than asked, as the index tells.
        data = [{"object": "embedding", "index": index, "embedding": vectors[index]} for index in range(len(texts))]
        usage = {"prompt_tokens": sum(len(text) // 4 for text in texts)}
        usage["total_tokens"] = usage["prompt_tokens"]
        return web.json_response({"object": "list", "data": data[::-1], "model": "scripted", "usage": usage})

    @staticmethod
    def vector(text: str, dimensions: int) -> list[float]:
        values = [0.0] * dimensions
        for word in re.findall(r"\w+", text.lower()):
            for piece in (word, *(word[start : start + 2] for start in range(len(word) - 1))):
                values[zlib.crc32(piece.encode()) % dimensions] += 1.0 if len(piece) > 2 else 0.25
        length = math.sqrt(sum(value * value for value in values)) or 1.0
        return [value / length for value in values]


@dataclass
class ScriptedModel:
    """The backend: an HTTP server on the loopback interface, on a free port unless one is given, in its own thread.

    `script` answers every call for which no one-time script waits in the queue filled by `next`. `protocols` are the
    endpoints that exist; the others answer 404, as a local server without them does. With `key` set, another key, or
    none, is refused.
    """

    protocols: tuple[str, ...] = PROTOCOLS
    models: tuple[str, ...] = ("scripted-model",)
    key: str | None = None
    port: int = 0
    script: Any = field(default_factory=Says)
    embeds: Embeds = field(default_factory=Embeds)
    #: The texts of each request for embeddings.
    embedded: list[list[str]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    #: (method, path) of every request, those to unknown endpoints included.
    requests: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._next: deque[Any] = deque()
        self._numbers = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="scripted-model", daemon=True)
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(timeout=60)

    @property
    def url(self) -> str:
        """The base URL, as OPENAI_BASE_URL wants it."""
        return f"http://127.0.0.1:{self.port}/v1"

    def settings(self, protocol: str = CHAT_COMPLETIONS, **more: Any) -> dict[str, Any]:
        """Settings of a server that asks this model, without retries unless the scenario wants them."""
        return {
            "OPENAI_BASE_URL": self.url,
            "OPENAI_API_KEY": "sk-scripted-0123456789",
            "OPENAI_API": protocol,
            "DEFAULT_MODEL": self.models[0],
            "MODEL_MAX_RETRIES": 0,
        } | more

    def next(self, *scripts: Any) -> None:
        """Scripts for the calls to come, one each, in order."""
        self._next.extend(scripts)

    def reset(self, script: Any = None) -> None:
        """As new: nothing recorded, the given script or an echo for every call."""
        self._next.clear()
        self.calls = []
        self.requests = []
        self.embedded = []
        self.embeds = Embeds()
        self.script = script or Says()

    def wait_for_calls(self, count: int, timeout: float = 60) -> list[Call]:
        """Returns when at least `count` calls have arrived since the last reset."""
        deadline = time.monotonic() + timeout
        while len(self.calls) < count:
            assert time.monotonic() < deadline, f"{len(self.calls)} of {count} calls reached the model"
            time.sleep(0.005)
        return self.calls

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(timeout=60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=60)
        self._loop.close()

    async def _start(self) -> int:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        return self._runner.addresses[0][1]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.method, request.path))
        if self.key is not None and request.headers.get("authorization") != f"Bearer {self.key}":
            return await Refuses(401, "Incorrect API key provided.", "invalid_api_key").play(None)
        endpoint = (request.method, request.path)
        if endpoint == ("GET", "/v1/models"):
            return web.json_response({"object": "list", "data": [self._model(name) for name in self.models]})
        if request.method == "GET" and request.path.removeprefix("/v1/models/") in self.models:
            return web.json_response(self._model(request.path.removeprefix("/v1/models/")))
        if endpoint == ("POST", "/v1/chat/completions") and CHAT_COMPLETIONS in self.protocols:
            return await self._answer(CHAT_COMPLETIONS, request)
        if endpoint == ("POST", "/v1/responses") and RESPONSES in self.protocols:
            return await self._answer(RESPONSES, request)
        if endpoint == ("POST", "/v1/embeddings"):
            body = json.loads(await request.read())
            self.embedded.append(body["input"])
            return await self.embeds.answer(body["input"], body.get("dimensions"))
        return web.json_response({"detail": "Not Found"}, status=404)

    def _model(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "scripted"}

    async def _answer(self, protocol: str, request: web.Request) -> web.StreamResponse:
        call = Call(next(self._numbers), protocol, request, json.loads(await request.read()))
        script = self._next.popleft() if self._next else self.script
        self.calls.append(call)
        try:
            response = await script.play(call)
            call.ended = call.ended or "finished"
            return response
        except (asyncio.CancelledError, ConnectionError):
            call.ended = call.ended or "disconnected"
            raise
