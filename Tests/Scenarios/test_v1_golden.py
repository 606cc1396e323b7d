"""Recorded sessions with OpenAI's own service, replayed: the same requests must be answered in the same shape.

A recorded id stands for the id that the server gave in its place. Ids, times and counts are compared by kind; members,
nulls, defaults, echoed values, order, events and errors exactly.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from assistants_server import wait_until
from interpreters import PATIENCE, needs_sandbox, python
from scripted_model import Decides, FunctionCall, Gate, Generates, Says, Text
from v1_api import V1, RunStream, names_of

RECORDINGS = Path(__file__).resolve().parents[2].parent / "shared/golden"
ABSENT = f"no recordings of OpenAI's service are here ({RECORDINGS}); nothing is replayed"

ID = re.compile(
    r"\b(?:(?:asst|thread|msg|run|step|call)_[A-Za-z0-9]{20,}|(?:vs|vsfb|upload|part)_(?:ibj_)?[A-Za-z0-9]{20,}"
    r"|file-[A-Za-z0-9]{20,})\b"
)
TIMES = re.compile(r"(?:created|started|completed|expires|cancelled|failed|incomplete|last_active)_at$")

#: How far work in the background has come is a matter of chance.
PROGRESS = {"in_progress", "completed", "uploaded", "processed"}

#: What the description has and the recordings lack; may be there.
MORE = {
    "thread.message": {"status", "incomplete_details", "incomplete_at", "completed_at"},
    "thread.run": {"reasoning_effort", "parallel_tool_calls"},
    "thread.run.step": {"expired_at", "metadata"},
    "assistant": {"reasoning_effort"},
    "file": {"expires_at", "status_details"},
    "vector_store": {"description"},
    "vector_store.file": {"usage_bytes", "chunking_strategy", "attributes"},
}
DETAILS = {"prompt_token_details", "completion_tokens_details"}


def recorded_cases() -> list[Any]:
    if not RECORDINGS.exists():
        return [pytest.param({}, marks=pytest.mark.skip(reason=ABSENT), id="absent")]
    exchanges: dict[str, list[dict[str, Any]]] = {}
    for line in (RECORDINGS / "exchanges.jsonl").read_text().splitlines():
        exchange = json.loads(line)
        exchanges.setdefault(exchange["case"], []).append(exchange)
    params = []
    for line in (RECORDINGS / "cases.jsonl").read_text().splitlines():
        case = json.loads(line)
        needs_code = '"code_interpreter": {"input"' in json.dumps(exchanges[case["case"]])
        marks = [needs_sandbox] if needs_code else []
        if case["case"].endswith("CanRehydrateGetVectorStoreFilesInBatchPagination"):
            exchanges[case["case"]] = in_order_of_creation(exchanges[case["case"]])
        params.append(pytest.param(exchanges[case["case"]], marks=marks, id=case["case"]))
    return params


def in_order_of_creation(exchanges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A session in which one file of a batch had the time 0 by accident and came last for that: its pages, and the places
    between them, as they would be had it had its own."""
    lists = [number for number, one in enumerate(exchanges) if one["response_body"]["object"] == "list"]
    found = [item for number in lists for item in exchanges[number]["response_body"]["data"]]
    as_listed = list(dict.fromkeys(item["id"] for item in found))
    assert [item["id"] for item in found if item["created_at"] == 0][:1] == as_listed[-1:]
    uploaded = [one["response_body"]["id"] for one in exchanges if one["path"] == "/v1/files"]
    right = dict(zip(as_listed, reversed(uploaded), strict=True))
    time = max(item["created_at"] for item in found)
    for number in lists:
        text = ID.sub(lambda match: right.get(match.group(), match.group()), json.dumps(exchanges[number]))
        exchanges[number] = json.loads(text.replace('"created_at": 0,', f'"created_at": {time},'))
    return exchanges


class Replay:
    """One recorded session, played against the server."""

    def __init__(self, v1: V1, exchanges: list[dict[str, Any]]) -> None:
        self.v1 = v1
        self.exchanges = exchanges
        #: From recorded ids to those that the server gave.
        self.ids: dict[str, str] = {}
        self.gate = Gate()

    def play(self) -> None:
        self._stand_in_for_what_was_there_before()
        self.v1.model.script = Says(before=self.gate)
        self.v1.model.next(*self._scripts())
        if any("file_search" in json.dumps(exchange.get("response_body")) for exchange in self.exchanges):
            self.gate.open()
        for exchange in self.exchanges:
            if exchange["status"] != 500:
                self._exchange(exchange)
        self.gate.open()

    def _scripts(self) -> list[Any]:
        """What the model did in the streams of the session, and where it searched."""
        scripts = self._scripts_of_searches() + self._scripts_of_code()
        for exchange in self.exchanges:
            events = exchange.get("sse_events") or []
            names = [event["event"] for event in events]
            if "thread.run.requires_action" in names:
                run = events[names.index("thread.run.requires_action")]["data"]
                calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
                scripts.append(
                    Generates(
                        *(FunctionCall(call["function"]["name"], call["function"]["arguments"]) for call in calls)
                    )
                )
            elif events:
                pieces = [
                    event["data"]["delta"]["content"] for event in events if event["event"].endswith("message.delta")
                ]
                text = "".join(piece[0]["text"]["value"] for piece in pieces)
                cut = "thread.message.incomplete" in names
                scripts.append(Generates(Text(text, len(pieces)), finish="length" if cut else "stop"))
        return scripts

    def _scripts_of_searches(self) -> list[Any]:
        """The search of a run that was polled, for the words of the file, and its answer."""
        bodies = [exchange.get("response_body") or {} for exchange in self.exchanges]
        lists = [body["data"] for body in bodies if body.get("object") == "list" and body["data"]]
        objects = [item for items in lists for item in items]
        for step in objects:
            calls = step.get("step_details", {}).get("tool_calls") or [{}]
            if calls[0].get("type") == "file_search":
                found = calls[0]["file_search"]["results"][0]["content"][0]["text"]
                said = next(
                    item["content"] for item in objects if item.get("run_id") == step["run_id"] and "role" in item
                )
                queries = json.dumps({"queries": [found.splitlines()[0]]})
                return [Generates(FunctionCall("file_search", queries)), Says(said[0]["text"]["value"])]
        return []

    def _scripts_of_code(self) -> list[Any]:
        """The code of a run that was polled, and words between; these were not recorded."""
        bodies = [exchange.get("response_body") or {} for exchange in self.exchanges]
        steps = [item for body in bodies for item in body.get("data", []) if "step_details" in item]
        if "code_interpreter" not in json.dumps(steps):
            return []
        turns: list[list[Any]] = [[]]
        for step in reversed(steps):
            calls = step["step_details"].get("tool_calls")
            if calls is None:
                turns.append([Text("Let me see.")])
            else:
                turns[-1] += [python(call["code_interpreter"]["input"], id=call["id"]) for call in calls]
                self.ids |= {call["id"]: call["id"] for call in calls}
        return [Decides(partial(self._writes, turn)) for turn in turns if turn]

    def _writes(self, turn: list[Any], call: Any) -> Generates:
        """The turn with the ids of files as they are here, which its code names."""
        parts = [replace(part, arguments=self._translated(part.arguments)) for part in turn if hasattr(part, "name")]
        return Generates(*[part for part in turn if not hasattr(part, "name")], *parts, before=self.gate)

    def _stand_in_for_what_was_there_before(self) -> None:
        """Threads and assistants that the session uses without having made them."""
        made = set()
        for exchange in self.exchanges:
            request = json.dumps([exchange["path"], exchange["request_body"]])
            for id in ID.findall(request):
                if id not in made and id not in self.ids:
                    if id.startswith("thread_"):
                        self.ids[id] = self.v1.thread()["id"]
                    elif id.startswith("asst_"):
                        self.ids[id] = self.v1.assistant()["id"]
            made |= set(ID.findall(json.dumps([exchange.get("response_body"), exchange.get("sse_events")])))

    def _exchange(self, exchange: dict[str, Any]) -> None:
        where = f"{exchange['method']} {exchange['path']}"
        path = self._translated(exchange["path"]).removeprefix("/v1")
        self._settle_what_the_request_needs(exchange)
        answer = self.v1.request(
            exchange["method"],
            path,
            params=[(name, self._translated(value)) for name, value in exchange["query"]],
            **self._body(exchange),
            stream=True,
        )
        assert answer.status_code == exchange["status"], f"{where}: {answer.text}"
        assert answer.headers["content-type"] == exchange["response_headers"]["content-type"]
        assert answer.headers["openai-version"] == "2020-10-01"
        if exchange.get("sse_events"):
            self._compare_events(exchange["sse_events"], RunStream(answer, self.v1.server).rest(), where)
        else:
            self._compare_body(exchange, answer, where)

    def _body(self, exchange: dict[str, Any]) -> dict[str, Any]:
        body, headers = exchange["request_body"], dict(exchange["request_headers"])
        if isinstance(body, dict) and "multipart" in body:
            headers.pop("content-type", None)
            parts = [(part["name"], self._part(part)) for part in body["multipart"]]
            return {"files": parts, "headers": headers}
        return {"data": None if body is None else self._translated(json.dumps(body)), "headers": headers}

    @staticmethod
    def _part(part: dict[str, Any]) -> tuple[Any, ...]:
        if "filename" not in part:
            return (None, part["value"])
        if part.get("content_base64") is not None:
            return (part["filename"], base64.b64decode(part["content_base64"]))
        content = part.get("content")
        return (part["filename"], "x" * part["length"] if content is None else content)

    def _compare_body(self, exchange: dict[str, Any], answer: Any, where: str) -> None:
        recorded = exchange["response_body"]
        if "$text" in recorded:
            assert answer.text == recorded["$text"], where
        elif any(item.get("created_at") == 0 for item in recorded.get("data", []) if isinstance(item, dict)):
            # An accident of the service: files of a batch without a time, in an order by chance.
            assert len(answer.json()["data"]) == len(recorded["data"]), where
        elif exchange.get("trimmed"):
            # Of an account that had more than the session knows: the frame counts.
            given = answer.json()
            assert set(given) == set(recorded) | {"first_id", "last_id"} if "data" in recorded else set(recorded), where
        else:
            self._compare(recorded, answer.json(), where)

    def _settle_what_the_request_needs(self, exchange: dict[str, Any]) -> None:
        """The real model took seconds: what was recorded as in progress is to be in progress here as well, and what
        had come to its end is to have come there."""
        is_late = exchange["path"].endswith("/cancel") and "/file_batches/" in exchange["path"]
        if exchange["method"] == "GET" or is_late:
            self._settle_the_background(exchange)
        path, body = exchange["path"], json.dumps(exchange.get("response_body"))
        if exchange["method"] == "POST" and path.endswith("/runs"):
            # A run waits for its thread's store alone.
            wait_until(
                lambda: all(store["status"] == "completed" for store in self.v1.get("/vector_stores")["data"]),
                "the documents are read",
            )
        is_at_work = path.endswith(("/cancel", "/submit_tool_outputs")) or '"in_progress"' in body
        if "/threads/" in path and is_at_work and not any(earlier.get("sse_events") for earlier in self.exchanges):
            self.v1.model.wait_for_calls(1)

    def _settle_the_background(self, exchange: dict[str, Any]) -> None:
        path = self._translated(exchange["path"])
        store = re.search(r"vs_[A-Za-z0-9]+", path)
        if store and exchange["status"] == 200:
            place = f"/vector_stores/{store.group()}"
            wait_until(lambda: self.v1.get(place)["status"] == "completed", f"{store.group()} is complete")
        run = re.search(r"/v1(/threads/thread_[A-Za-z0-9]+/runs/run_[A-Za-z0-9]+)", path)
        if run and "file_search" in json.dumps(exchange["response_body"]):
            wait_until(lambda: self.v1.get(run.group(1))["status"] == "completed", "the run has completed")
        if run and "code_interpreter" in json.dumps(exchange["response_body"].get("tools")):
            if exchange["response_body"]["status"] == "completed":
                self.gate.open()
                self.v1.settled(self.v1.get(run.group(1)), "completed", timeout=PATIENCE)
        messages = re.search(r"/v1(/threads/thread_[A-Za-z0-9]+)/messages$", path)
        if messages and "file_citation" in json.dumps(exchange["response_body"]):
            self.v1.settled_thread(messages.group(1).removeprefix("/threads/"))

    def _translated(self, text: str) -> str:
        return ID.sub(lambda match: self.ids.get(match.group(), match.group()), text)

    # Comparing

    def _compare_events(self, recorded: list[dict[str, Any]], events: list[Any], where: str) -> None:
        # A bug of the first days: today an incomplete run is told as what it is.
        wrong = {"thread.run.completed": "thread.run.incomplete"}
        for event in recorded:
            if event["data"] != "[DONE]" and event["data"].get("status") == "incomplete":
                event["event"] = wrong.get(event["event"], event["event"])
                if event["data"]["object"] == "thread.run":
                    event["data"]["incomplete_details"] = {"reason": "max_completion_tokens"}
        collapsed = []
        for event in recorded:
            if not (event["event"].endswith(".delta") and collapsed and collapsed[-1]["event"] == event["event"]):
                collapsed.append(event)
        assert names_of(events) == [event["event"].removeprefix("thread.") for event in collapsed], where
        firsts = [event for number, event in enumerate(events) if self._is_first(events, number)]
        for expected, event in zip(collapsed, firsts, strict=True):
            if event.name == "done":
                assert event.data == expected["data"]
            else:
                self._compare(expected["data"], event.json, f"{where}: {event.name}")

    @staticmethod
    def _is_first(events: list[Any], number: int) -> bool:
        return not (
            events[number].name.endswith(".delta") and number and events[number - 1].name == events[number].name
        )

    def _compare(self, recorded: Any, given: Any, where: str) -> None:
        if isinstance(recorded, dict):
            assert isinstance(given, dict), f"{where}: {given!r}"
            self._compare_members(recorded, given, where)
        elif isinstance(recorded, list):
            assert isinstance(given, list) and len(given) == len(recorded), f"{where}: {given!r}, recorded {recorded!r}"
            for number, (one, other) in enumerate(zip(recorded, given, strict=True)):
                self._compare(one, other, f"{where}[{number}]")
        elif isinstance(recorded, str) and ID.fullmatch(recorded):
            self._compare_ids(recorded, given, where)
        elif isinstance(recorded, str) and ID.search(recorded):
            assert given == self._translated(recorded), where
        else:
            assert given == recorded and type(given) is type(recorded), f"{where}: {given!r}, recorded {recorded!r}"

    def _compare_members(self, recorded: dict[str, Any], given: dict[str, Any], where: str) -> None:
        # The service alone repeated errors beside themselves, and told that there is no `hybrid_search`.
        recorded = {
            name: value
            for name, value in recorded.items()
            if not (name == "detail" and "error" in recorded or name == "hybrid_search" and value is None)
        }
        more = MORE.get(recorded.get("object", ""), set()) | (DETAILS if "total_tokens" in recorded else set())
        if "file_ids" in recorded and recorded.get("object") == "thread.message":
            recorded = {"attachments" if name == "file_ids" else name: value for name, value in recorded.items()}
        assert set(given) - more == set(recorded) - more, f"{where}: {sorted(set(given) ^ set(recorded))}"
        for name, value in recorded.items():
            here = f"{where}.{name}"
            if name not in given:
                assert name in more, here
            elif TIMES.search(name):
                assert (given[name] is None) == (value is None) and isinstance(given[name] or 0, int), here
            elif name == "status" and value in PROGRESS:
                assert given[name] in PROGRESS or value == given[name], here
            elif name == "file_counts":
                assert given[name]["total"] == value["total"], here
            elif name == "outputs":
                # What code prints depends on what is installed, and here the value of a last expression is told as well.
                assert {output["type"] for output in given[name]} <= {"logs", "image"}, here
            elif name in ("score", "usage_bytes"):
                assert isinstance(given[name], (int, float)), here
            elif name.endswith("_tokens") and "max" not in name and "chunk" not in name:
                assert isinstance(given[name], int), here
            elif name == "tool_resources" and value == {"code_interpreter": {"file_ids": []}}:
                assert given[name] in (value, {}), here
            elif name == "value" and "delta" in where:
                assert value.startswith(given[name]) or given[name].startswith(value), here
            else:
                self._compare(value, given[name], here)

    def _compare_ids(self, recorded: str, given: Any, where: str) -> None:
        kind = re.compile(r"[_-]")
        same = isinstance(given, str) and kind.split(given)[0] == kind.split(recorded)[0]
        assert same, f"{where}: {given!r}"
        assert self.ids.setdefault(recorded, given) == given, f"{where}: not the id given before"


@pytest.mark.parametrize("exchanges", recorded_cases())
def test_a_recorded_session(one_v1, exchanges):
    # Strangers' assistants, so that a page of ours has another one after it.
    for _ in range(2):
        one_v1.assistant()
    Replay(one_v1, exchanges).play()
