"""The leanest Python server for a chat that we know how to write.

Bare ASGI on granian (a server in Rust), aiohttp and orjson, one process: no framework, no validation library, no
SDK.
"""

import orjson

from backend import BackendError
from chat import Chats, UnknownThread

_JSON = [(b"content-type", b"application/json")]

chats = None


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return await _live(receive, send)
    route = scope["method"], scope["path"]
    if route == ("POST", "/api/v1/chat"):
        status, answer = await _chat(await _body(receive))
    elif route == ("GET", "/api/v1/health"):
        status, answer = 200, {"status": "healthy"}
    else:
        status, answer = 404, {"detail": "Not Found"}
    data = orjson.dumps(answer)
    headers = [*_JSON, (b"content-length", b"%d" % len(data))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})


async def _live(receive, send):
    global chats
    await receive()
    chats = Chats()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await chats.close()
    await send({"type": "lifespan.shutdown.complete"})


async def _body(receive):
    parts = []
    while True:
        event = await receive()
        parts.append(event.get("body", b""))
        if not event.get("more_body"):
            return b"".join(parts)


async def _chat(body):
    try:
        asked = orjson.loads(body)
        question, thread = asked["message"], asked.get("thread_id")
    except (ValueError, KeyError, TypeError, AttributeError):
        return 422, {"detail": [{"loc": ["body", "message"], "msg": "Field required", "type": "missing"}]}
    if not isinstance(question, str) or not isinstance(thread, (str, type(None))):
        return 422, {"detail": [{"loc": ["body"], "msg": "Input should be a string", "type": "string_type"}]}
    try:
        return 200, await chats.answer(question, thread)
    except UnknownThread as error:
        return 404, {"detail": str(error)}
    except BackendError as error:
        return 502, {"detail": str(error)}
