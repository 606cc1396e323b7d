"""What every stream of a run must keep to, whatever the run does, because the SDKs put its deltas together.

Deltas follow the creation of what they change; parts and calls are numbered from 0 without holes; what must be told
once is told once; the deltas of a message or step add up to what its end shows; one terminal event, then `done`.
"""

from __future__ import annotations

from typing import Any

from event_stream import Event

ENDS = ("completed", "incomplete", "failed", "cancelled", "expired", "requires_action")
STEP_ENDS = ("completed", "failed", "cancelled", "expired")


class Grammar:
    """Takes the events of one stream in order; the first that breaks a rule is an error."""

    def __init__(self) -> None:
        self.last: str | None = None
        #: The text, or refusal, of each part of the open message, and its annotations.
        self.parts: list[str] = []
        self.annotations: list[list[dict[str, Any]]] = []
        self.message: str | None = None
        self.messages: set[str] = set()
        #: What was told of each call of the open step.
        self.calls: list[dict[str, Any]] = []
        self.step: str | None = None
        self.ended: str | None = None

    def take(self, event: Event) -> None:
        assert self.last not in ("done", "error"), f"{event.name} after {self.last}"
        name = event.name.removeprefix("thread.")
        if name == "done":
            assert self.ended, "done without an end of the run"
            assert self.message is None, f"message {self.message} is still open"
        elif name != "error":
            assert not self.ended, f"{event.name} after the end of the run"
            self._take(name, event.json)
        self.last = name

    def _take(self, name: str, data: dict[str, Any]) -> None:
        kind, _, what = name.rpartition(".")
        if kind == "message":
            self._take_message(what, data)
        elif kind == "run.step":
            self._take_step(what, data)
        elif kind == "run":
            expected = "queued" if what == "created" else what
            assert data["status"] == expected, f"{name} with status {data['status']}"
            if what in ENDS:
                self.ended = what

    def _take_message(self, what: str, data: dict[str, Any]) -> None:
        if what == "created":
            assert self.message is None, f"message {data['id']} begins inside {self.message}"
            assert data["id"] not in self.messages, "a message is created twice"
            assert data["content"] == []
            self.message, self.parts, self.annotations = data["id"], [], []
            self.messages.add(data["id"])
            return
        assert data["id"] == self.message, f"message.{what} of {data['id']}, and {self.message} is open"
        if what == "delta":
            for part in data["delta"]["content"]:
                self._add_part(part)
        elif what in ("completed", "incomplete"):
            assert data["status"] == what
            shown = [self._said(part) for part in data["content"]]
            assert shown == self.parts and shown, f"the deltas add up to {self.parts}, the message shows {shown}"
            marks = [part["text"]["annotations"] if part["type"] == "text" else [] for part in data["content"]]
            assert marks == self.annotations, f"the deltas tell {self.annotations}, the message shows {marks}"
            self.message = None

    @staticmethod
    def _said(part: dict[str, Any]) -> str:
        """The text of a part, or the file of an image."""
        match part["type"]:
            case "text":
                return part["text"]["value"]
            case "image_file":
                return part["image_file"]["file_id"]
            case _:
                return part["refusal"]

    def _add_part(self, part: dict[str, Any]) -> None:
        index = part["index"]
        assert index <= len(self.parts), f"part {index} comes after {len(self.parts)} others"
        is_first = index == len(self.parts)
        if is_first:
            self.parts.append("")
            self.annotations.append([])
        if part["type"] == "text":
            new = part["text"].get("annotations")
            assert (new is not None) if is_first else (new != []), "annotations come first, or when there is one"
            self.parts[index] += part["text"]["value"]
            for annotation in new or ():
                self._add_annotation(index, annotation, part["text"]["value"])
        else:
            assert is_first or part["type"] != "image_file", "an image comes whole"
            self.parts[index] += self._said(part)

    def _add_annotation(self, part: int, annotation: dict[str, Any], delta: str) -> None:
        assert annotation["index"] == len(self.annotations[part]), "annotations are numbered without holes"
        start, end = annotation["start_index"], annotation["end_index"]
        if annotation["type"] == "file_path" and not delta:
            # Links are looked up when the text is there.
            assert self.parts[part][start:end] == annotation["text"]
        else:
            assert annotation["text"] == delta, "a marker comes whole, in one delta with its annotation"
            assert (self.parts[part][start:end], end) == (annotation["text"], len(self.parts[part]))
        if annotation["type"] == "file_citation":
            assert annotation["file_citation"].pop("quote") == "", "the quote of a delta is empty"
        self.annotations[part].append({name: annotation[name] for name in annotation if name != "index"})

    def _take_step(self, what: str, data: dict[str, Any]) -> None:
        if what == "created":
            self.step, self.calls = data["id"], []
            return
        if what == "delta":
            assert data["id"] == self.step, f"delta of {data['id']}, and {self.step} is open"
            for call in data["delta"]["step_details"]["tool_calls"]:
                self._add_call(call)
            return
        if what in STEP_ENDS:
            assert data["status"] == what
            # The step that waited for outputs ends in the stream after the one that created it.
            if data["id"] == self.step:
                self._compare_calls(data)
                self.step = None

    def _add_call(self, call: dict[str, Any]) -> None:
        index = call["index"]
        assert index <= len(self.calls), f"call {index} comes after {len(self.calls)} others"
        if call["type"] == "file_search":
            assert index == len(self.calls), "a search is told of once"
            assert call["file_search"]["results"] == [], "what is found is told at the end of the step"
            self.calls.append({"id": call["id"], "type": "file_search"})
            return
        if call["type"] == "code_interpreter":
            return self._add_code(call)
        function = call["function"]
        if index == len(self.calls):
            assert call["id"] and function["name"], "the first delta of a call tells its id and name"
            self.calls.append({"id": call["id"], "name": function["name"], "arguments": ""})
        else:
            assert "id" not in call and "name" not in function, "id and name are told once"
        self.calls[index]["arguments"] += function["arguments"]

    def _add_code(self, call: dict[str, Any]) -> None:
        code = call["code_interpreter"]
        if call["index"] == len(self.calls):
            assert call["id"] and code == {"input": "", "outputs": []}, "a call of code begins empty"
            self.calls.append({"id": call["id"], "type": "code_interpreter", "code_interpreter": code})
            return
        assert "id" not in call, "an id is told once"
        told = self.calls[call["index"]]["code_interpreter"]
        told["input"] += code.get("input", "")
        for output in code.get("outputs", []):
            assert output["index"] == len(told["outputs"]), "outputs are numbered without holes"
            told["outputs"].append({name: output[name] for name in output if name != "index"})

    def _compare_calls(self, step: dict[str, Any]) -> None:
        if step["step_details"]["type"] != "tool_calls":
            return
        shown = [
            {"id": call["id"], "type": "file_search"}
            if call["type"] == "file_search"
            else call
            if call["type"] == "code_interpreter"
            else {"id": call["id"], "name": call["function"]["name"], "arguments": call["function"]["arguments"]}
            for call in step["step_details"]["tool_calls"]
        ]
        assert shown == self.calls, f"the deltas add up to {self.calls}, the step shows {shown}"
