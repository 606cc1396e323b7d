"""The wire formats of the scripted model: how texts, refusals and calls of functions become chunks and events."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scripted_model import Call

CHAT_COMPLETIONS = "chat_completions"
RESPONSES = "responses"
PROTOCOLS = (CHAT_COMPLETIONS, RESPONSES)


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def cut(text: str, pieces: int) -> list[str]:
    """At least `pieces` parts of at most 8,192 characters, as far as the text goes."""
    size = max(1, min(8192, -(-len(text) // max(1, pieces))))
    return [text[start : start + size] for start in range(0, len(text), size)]


@dataclass
class Text:
    """A text of an answer."""

    text: str = "It is sunny."
    pieces: int = 3


@dataclass
class Refusal:
    """The model declines, in the place where its text would be."""

    text: str = "I cannot help with that."
    pieces: int = 2


@dataclass
class FunctionCall:
    """One call of a function within an answer."""

    name: str = "get_weather"
    arguments: str = '{"city":"Seoul"}'
    id: str | None = None
    pieces: int = 2


def _details(script: Any) -> tuple[int, int]:
    """(cached, reasoning) tokens of a script."""
    return getattr(script, "details", (0, 0))


def _call_id(call: Call, number: int, part: FunctionCall) -> str:
    return part.id or f"call_{call.number:016d}{number:08d}"


class ChatCompletionsWire:
    """The chunks of `POST /chat/completions`, members and their order as OpenAI sends them."""

    def __init__(self, call: Call, script: Any) -> None:
        self.call, self.script = call, script
        self.id = f"chatcmpl-{call.number:08d}"
        options = call.body.get("stream_options") or {}
        self.tells_usage = script.usage is not None and bool(options.get("include_usage"))

    def _chunk(self, delta: dict[str, Any] | None, finish: str | None = None) -> dict[str, Any]:
        chunk = {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": self.call.model,
            "service_tier": "default",
            "system_fingerprint": "fp_scripted",
            "choices": [],
        }
        if delta is not None:
            chunk["choices"] = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
        if self.tells_usage:
            chunk["usage"] = None
        return chunk | {"obfuscation": "Xx"}

    async def open(self) -> None:
        await self.call.send(self._chunk({"role": "assistant", "content": "", "refusal": None}))

    async def piece(self, text: str) -> None:
        await self.call.send(self._chunk({"content": text}))

    async def close(self, text: str) -> None:
        await self._end(self.script.finish)

    async def _end(self, finish: str) -> None:
        await self.call.send(self._chunk({}, finish))
        if self.tells_usage:
            await self.call.send(self._chunk(None) | {"usage": self._usage()})
        await self.call.write(b"data: [DONE]\n\n")

    async def start(self) -> None:
        content = "" if isinstance(self.script.parts[0], Text) else None
        await self.call.send(self._chunk({"role": "assistant", "content": content, "refusal": None}))

    async def play(self, number: int, part: Any) -> AsyncIterator[None]:
        """Sends a part, and yields after each of its pieces."""
        if isinstance(part, FunctionCall):
            index = sum(isinstance(earlier, FunctionCall) for earlier in self.script.parts[:number])
            function = {"name": part.name, "arguments": ""}
            head = {"index": index, "id": _call_id(self.call, number, part), "type": "function", "function": function}
            await self.call.send(self._chunk({"tool_calls": [head]}))
            for piece in cut(part.arguments, part.pieces):
                await self.call.send(self._chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}))
                yield
            return
        member = "refusal" if isinstance(part, Refusal) else "content"
        for piece in cut(part.text, part.pieces):
            await self.call.send(self._chunk({member: piece}))
            yield

    async def end(self, finish: str) -> None:
        await self._end(finish)

    async def function(self, name: str, arguments: str) -> None:
        head = {"index": 0, "id": "call_1", "type": "function", "function": {"name": name, "arguments": ""}}
        await self.call.send(self._chunk({"role": "assistant", "content": None, "tool_calls": [head]}))
        for piece in cut(arguments, 2):
            await self.call.send(self._chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}))
        await self._end("tool_calls")

    async def error(self, message: str) -> None:
        await self.call.write(b'data: {"error":' + compact({"message": message, "code": 500}).encode() + b"}\n\n")

    def _usage(self) -> dict[str, Any]:
        prompt, completion = self.script.usage
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": _details(self.script)[0], "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": _details(self.script)[1], "audio_tokens": 0},
        }

    def whole(self, text: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
        return {
            "id": self.id,
            "object": "chat.completion",
            "created": int(time.time()),
            "model": self.call.model,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": self.script.finish}],
            "usage": self._usage() if self.script.usage else None,
        }


class ResponsesWire:
    """The events of `POST /responses`."""

    def __init__(self, call: Call, script: Any) -> None:
        self.call, self.script = call, script
        self.item_id = f"msg_{call.number:08d}"

    def _response(self, status: str, output: list[Any], **more: Any) -> dict[str, Any]:
        return {
            "id": f"resp_{self.call.number:08d}",
            "object": "response",
            "created_at": int(time.time()),
            "status": status,
            "error": None,
            "incomplete_details": None,
            "instructions": self.call.body.get("instructions"),
            "metadata": {},
            "model": self.call.model,
            "output": output,
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "usage": None,
        } | more

    def _item(self, status: str, text: str | None) -> dict[str, Any]:
        content = [] if text is None else [{"type": "output_text", "annotations": [], "logprobs": [], "text": text}]
        return {"id": self.item_id, "type": "message", "status": status, "content": content, "role": "assistant"}

    async def open(self) -> None:
        await self.call.send({"type": "response.created", "response": self._response("in_progress", [])})
        await self.call.send({"type": "response.in_progress", "response": self._response("in_progress", [])})
        item = self._item("in_progress", None)
        await self.call.send({"type": "response.output_item.added", "output_index": 0, "item": item})
        part = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
        await self.call.send({"type": "response.content_part.added", **self._place(), "part": part})

    def _place(self) -> dict[str, Any]:
        return {"item_id": self.item_id, "output_index": 0, "content_index": 0}

    async def piece(self, text: str) -> None:
        await self.call.send(
            {"type": "response.output_text.delta", **self._place(), "delta": text, "logprobs": [], "obfuscation": "x"}
        )

    async def close(self, text: str) -> None:
        await self.call.send({"type": "response.output_text.done", **self._place(), "text": text, "logprobs": []})
        part = {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
        await self.call.send({"type": "response.content_part.done", **self._place(), "part": part})
        item = self._item("completed", text)
        await self.call.send({"type": "response.output_item.done", "output_index": 0, "item": item})
        await self._finish(self.script.finish, [item])

    async def _complete(self, output: list[Any]) -> None:
        response = self._response("completed", output, usage=self._usage())
        await self.call.send({"type": "response.completed", "response": response})

    async def start(self) -> None:
        self.output: list[dict[str, Any]] = []
        await self.call.send({"type": "response.created", "response": self._response("in_progress", [])})
        await self.call.send({"type": "response.in_progress", "response": self._response("in_progress", [])})

    async def play(self, number: int, part: Any) -> AsyncIterator[None]:
        """Sends a part, an item of the output, and yields after each of its pieces."""
        playing = self._play_call if isinstance(part, FunctionCall) else self._play_text
        async for _ in playing(number, part):
            yield

    async def _play_call(self, number: int, part: FunctionCall) -> AsyncIterator[None]:
        item = {"id": f"fc_{self.call.number:08d}{number:04d}", "type": "function_call", "status": "in_progress"}
        item |= {"arguments": "", "call_id": _call_id(self.call, number, part), "name": part.name}
        await self.call.send({"type": "response.output_item.added", "output_index": number, "item": item})
        place = {"item_id": item["id"], "output_index": number}
        for piece in cut(part.arguments, part.pieces):
            delta = {"delta": piece, "obfuscation": "x"}
            await self.call.send({"type": "response.function_call_arguments.delta", **place, **delta})
            yield
        done = {"type": "response.function_call_arguments.done", **place, "arguments": part.arguments}
        await self.call.send(done)
        await self._end_item(number, item | {"status": "completed", "arguments": part.arguments})

    async def _play_text(self, number: int, part: Text | Refusal) -> AsyncIterator[None]:
        kind, member = ("refusal", "refusal") if isinstance(part, Refusal) else ("output_text", "text")
        logprobs: dict[str, Any] = {"logprobs": []} if kind == "output_text" else {}
        empty = {"type": kind, member: ""} | ({"annotations": []} | logprobs if logprobs else {})
        item = {"id": f"msg_{self.call.number:08d}{number:04d}", "type": "message", "status": "in_progress"}
        item |= {"content": [], "role": "assistant"}
        await self.call.send({"type": "response.output_item.added", "output_index": number, "item": item})
        place = {"item_id": item["id"], "output_index": number, "content_index": 0}
        await self.call.send({"type": "response.content_part.added", **place, "part": empty})
        for piece in cut(part.text, part.pieces):
            await self.call.send({"type": f"response.{kind}.delta", **place, "delta": piece, **logprobs})
            yield
        await self.call.send({"type": f"response.{kind}.done", **place, member: part.text, **logprobs})
        whole = empty | {member: part.text}
        await self.call.send({"type": "response.content_part.done", **place, "part": whole})
        await self._end_item(number, item | {"status": "completed", "content": [whole]})

    async def _end_item(self, number: int, item: dict[str, Any]) -> None:
        self.output.append(item)
        await self.call.send({"type": "response.output_item.done", "output_index": number, "item": item})

    async def end(self, finish: str) -> None:
        await self._finish(finish, self.output)

    async def _finish(self, finish: str, output: list[Any]) -> None:
        if finish in ("stop", "tool_calls"):
            await self._complete(output)
            return
        reason = {"length": "max_output_tokens"}.get(finish, finish)
        response = self._response("incomplete", output, incomplete_details={"reason": reason}, usage=self._usage())
        await self.call.send({"type": "response.incomplete", "response": response})

    async def function(self, name: str, arguments: str) -> None:
        await self.call.send({"type": "response.created", "response": self._response("in_progress", [])})
        item = {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": name}
        added = item | {"status": "in_progress", "arguments": ""}
        await self.call.send({"type": "response.output_item.added", "output_index": 0, "item": added})
        place = {"item_id": "fc_1", "output_index": 0}
        for piece in cut(arguments, 2):
            await self.call.send({"type": "response.function_call_arguments.delta", **place, "delta": piece})
        await self.call.send({"type": "response.function_call_arguments.done", **place, "arguments": arguments})
        done = item | {"status": "completed", "arguments": arguments}
        await self.call.send({"type": "response.output_item.done", "output_index": 0, "item": done})
        await self._complete([done])

    async def error(self, message: str) -> None:
        failed = self._response("failed", [], error={"code": "server_error", "message": message})
        await self.call.send({"type": "response.failed", "response": failed})

    def _usage(self) -> dict[str, Any] | None:
        if self.script.usage is None:
            return None
        prompt, completion = self.script.usage
        return {
            "input_tokens": prompt,
            "input_tokens_details": {"cached_tokens": _details(self.script)[0], "cache_write_tokens": 0},
            "output_tokens": completion,
            "output_tokens_details": {"reasoning_tokens": _details(self.script)[1]},
            "total_tokens": prompt + completion,
        }

    def whole(self, text: str) -> dict[str, Any]:
        return self._response("completed", [self._item("completed", text)], usage=self._usage())


WIRES = {CHAT_COMPLETIONS: ChatCompletionsWire, RESPONSES: ResponsesWire}
