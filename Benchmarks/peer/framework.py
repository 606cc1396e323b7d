"""The same chat in FastAPI, as most would write it, and otherwise as lean as `bare`."""

from contextlib import asynccontextmanager

import orjson
from backend import BackendError
from chat import Chats, UnknownThread
from fastapi import FastAPI, HTTPException
from fastapi.responses import Response
from pydantic import BaseModel

chats = None


class Question(BaseModel):
    message: str
    thread_id: str | None = None


@asynccontextmanager
async def live(app):
    global chats
    chats = Chats()
    yield
    await chats.close()


app = FastAPI(lifespan=live)


@app.post("/api/v1/chat")
async def chat(question: Question):
    try:
        answer = await chats.answer(question.message, question.thread_id)
    except UnknownThread as error:
        raise HTTPException(404, str(error)) from error
    except BackendError as error:
        raise HTTPException(502, str(error)) from error
    return Response(orjson.dumps(answer), media_type="application/json")


@app.get("/api/v1/health")
async def health():
    return {"status": "healthy"}
