"""A backend for what is passed through: every path is there, and the test says what each request gets."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

KEY = "sk-operator-0123456789"


class Seen:
    """One request that reached the backend."""

    def __init__(self, request: web.Request) -> None:
        self.request = request
        self.method = request.method
        #: Path and query as they came, still encoded.
        self.target = request.raw_path
        self.headers = {name.lower(): value for name, value in request.headers.items()}
        self.body = b""
        #: None (still open), "finished", or "disconnected" (the caller's side went away).
        self.ended: str | None = None

    async def whole_body(self) -> bytes:
        self.body = await self.request.read()
        return self.body

    async def stream(self, media: str = "text/event-stream; charset=utf-8", **headers: str) -> web.StreamResponse:
        """An answer of pieces, its head sent."""
        response = web.StreamResponse(headers={"content-type": media, **headers})
        await response.prepare(self.request)
        return response

    def break_off(self) -> None:
        if self.request.transport is not None:
            self.request.transport.abort()


Handler = Callable[[Seen], Awaitable[web.StreamResponse]]


async def echo(seen: Seen) -> web.StreamResponse:
    """Gives the body back."""
    media = seen.headers.get("content-type", "application/octet-stream")
    return web.Response(body=await seen.whole_body(), headers={"content-type": media})


class PassedBackend:
    """Runs in a thread of its own, on a free port of the loopback interface."""

    def __init__(self, handler: Handler = echo) -> None:
        self.handler = handler
        self.seen: list[Seen] = []
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="passed-backend", daemon=True)
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._start(), self.loop).result(timeout=60)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def settings(self, **more: Any) -> dict[str, Any]:
        return {
            "OPENAI_BASE_URL": self.url,
            "OPENAI_API_KEY": KEY,
            "DEFAULT_MODEL": "default-model",
            "MODEL_MAX_RETRIES": 0,
        } | more

    def reset(self, handler: Handler = echo) -> None:
        self.handler = handler
        self.seen = []

    def wait_until_seen(self, count: int = 1, timeout: float = 60) -> Seen:
        """The newest of at least `count` requests."""
        deadline = time.monotonic() + timeout
        while len(self.seen) < count:
            assert time.monotonic() < deadline, f"{len(self.seen)} of {count} requests reached the backend"
            time.sleep(0.005)
        return self.seen[count - 1]

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self.loop).result(timeout=60)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=60)
        self.loop.close()

    async def _start(self) -> int:
        app = web.Application(client_max_size=256 * 2**20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self._runner.addresses[0][1]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        seen = Seen(request)
        self.seen.append(seen)
        try:
            response = await self.handler(seen)
            seen.ended = "finished"
            return response
        except (asyncio.CancelledError, ConnectionError):
            seen.ended = "disconnected"
            raise
