"""The peer: the leanest Python server for a chat that we know how to write.

Bare ASGI on granian (a server in Rust), aiohttp and orjson, one process: no framework, no validation library, no
SDK. It promises what our server promises: the question is on disk before the model is asked, the answer before it
is given.
"""

import time

import orjson

from backend import Backend, BackendError
from store import Store, new_id

_JSON = [(b"content-type", b"application/json")]

store = None
backend = None


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
    global store, backend
    await receive()
    store, backend = Store(), Backend()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await backend.close()
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
    if thread is None:
        thread, history = new_id("thread"), []
        await store.write(Store.thread(thread), Store.message(thread, "user", question))
    else:
        history = store.history(thread)
        if history is None:
            return 404, {"detail": f"No thread found with id '{thread}'."}
        await store.write(Store.message(thread, "user", question))
    try:
        answer = await backend.answer([*history, {"role": "user", "content": question}])
    except BackendError as error:
        return 502, {"detail": str(error)}
    await store.write(Store.message(thread, "assistant", answer))
    return 200, {"message": answer, "thread_id": thread, "role": "assistant", "created_at": int(time.time())}
