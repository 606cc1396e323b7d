"""The official Python SDK, nothing changed but its base URL; what it gets is also held against OpenAI's description."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import openai

from assistants_server import Server


class _Watch:
    """Sees every answer that the SDK gets, and the bytes of every stream as the SDK reads them."""

    def __init__(self, server: Server) -> None:
        self.seen = server.seen

    def answer(self, response: Any) -> bool:
        """Looks at the head; says whether a whole body is to be looked at, and watches the stream otherwise."""
        assert response.headers.get("x-request-id"), f"{response.request.url} has no x-request-id"
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            response.stream = _watched(response, self.seen)
            return False
        return True

    def body(self, response: Any) -> None:
        request, media = response.request, response.headers.get("content-type", "")
        self.seen.compare_answer(request.method, str(request.url), response.status_code, media, response.content)

    def __call__(self, response: Any) -> None:
        if self.answer(response):
            response.read()
            self.body(response)

    async def later(self, response: Any) -> None:
        if self.answer(response):
            await response.aread()
            self.body(response)


def _watched(response: Any, seen: Any) -> Any:
    """The response's stream, which shows each event to `seen` before the SDK sees it."""
    library = sys.modules[type(response).__module__.split(".")[0]]
    inner = response.stream
    buffer = b""

    def look(chunk: bytes) -> bytes:
        nonlocal buffer
        buffer += chunk
        while b"\n\n" in buffer:
            block, buffer = buffer.split(b"\n\n", 1)
            if not block.startswith(b":"):
                name, data = block.decode().split("\n")
                seen.compare_event(name.removeprefix("event: "), data.removeprefix("data: "))
        return chunk

    class Watched(library.SyncByteStream, library.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            return (look(chunk) for chunk in inner)

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for chunk in inner:
                yield look(chunk)

        def close(self) -> None:
            inner.close()

        async def aclose(self) -> None:
            await inner.aclose()

    return Watched()


def _options(server: Server) -> dict[str, Any]:
    return {"base_url": f"{server.url}/v1", "api_key": "sk-any", "max_retries": 0, "timeout": 60}


def client_of(server: Server) -> openai.OpenAI:
    hooks = {"response": [_Watch(server)]}
    return openai.OpenAI(**_options(server), http_client=openai.DefaultHttpxClient(event_hooks=hooks, trust_env=False))


def async_client_of(server: Server) -> openai.AsyncOpenAI:
    hooks = {"response": [_Watch(server).later]}
    return openai.AsyncOpenAI(
        **_options(server), http_client=openai.DefaultAsyncHttpxClient(event_hooks=hooks, trust_env=False)
    )


def plain(value: Any) -> Any:
    """An object of the SDK as the JSON that it came from."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return json.loads(value.to_json())


class Hooks(openai.AssistantEventHandler):
    """Writes down which hooks were called, and the names of the events."""

    def __init__(self) -> None:
        super().__init__()
        self.called: list[str] = []
        self.events: list[str] = []

    def on_event(self, event: Any) -> None:
        self.events.append(event.event)


def _written_down(hook: str) -> Any:
    def on(self: Hooks, *_: Any) -> None:
        if not (hook.endswith("_delta") and self.called[-1:] == [hook]):
            self.called.append(hook)

    return on


for _hook in (
    *("run_step_created", "run_step_done", "tool_call_created", "tool_call_delta", "tool_call_done"),
    *("message_created", "message_done", "text_created", "text_delta", "text_done", "end", "exception"),
):
    setattr(Hooks, f"on_{_hook}", _written_down(_hook))


def names(events: list[str]) -> list[str]:
    """Without `thread.`, and deltas that follow one another once."""
    kept: list[str] = []
    for event in events:
        name = event.removeprefix("thread.")
        if not (name.endswith(".delta") and kept[-1:] == [name]):
            kept.append(name)
    return kept
