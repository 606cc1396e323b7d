"""Dumps of the Assistants API, taken in by `import` and given back by `export`."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from assistants_server import Server, successful, wait_until
from scripted_model import Says, ScriptedModel
from v1_api import V1, WEATHER

RECORDINGS = Path(__file__).resolve().parents[2].parent / "shared/golden/exchanges.jsonl"
ABSENT = f"no recordings of OpenAI's service are here ({RECORDINGS}); they are not imported"
KINDS = ("assistant", "thread", "thread.message", "thread.run", "thread.run.step")


def text(value: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": {"value": value, "annotations": []}}]


def message(number: int, thread: str = "thread_A", at: int | None = None, **members: Any) -> dict[str, Any]:
    """As lists of OpenAI's API gave it: without a status."""
    return {
        "id": f"msg_{thread[-1]}{number}",
        "object": "thread.message",
        "created_at": 1_700_000_000 + number if at is None else at,
        "assistant_id": None,
        "thread_id": thread,
        "run_id": None,
        "role": "user",
        "content": text(f"message {number}"),
        "attachments": [],
        "metadata": {},
    } | members


def thread(name: str = "thread_A", at: int = 1_700_000_000, **members: Any) -> dict[str, Any]:
    return {"id": name, "object": "thread", "created_at": at, "metadata": {}, "tool_resources": {}} | members


def assistant(number: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "id": f"asst_{number}",
        "object": "assistant",
        "created_at": 1_690_000_000 + number,
        "name": None,
        "description": None,
        "model": "gpt-4o",
        "instructions": "Be short.",
        "tools": [],
        "top_p": 1.0,
        "temperature": 1.0,
        "reasoning_effort": None,
        "tool_resources": {},
        "metadata": {},
        "response_format": "auto",
    } | members


def run(number: int = 1, thread: str = "thread_A", status: str = "completed", **members: Any) -> dict[str, Any]:
    usage = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
    return {
        "id": f"run_{number}",
        "object": "thread.run",
        "created_at": 1_700_000_100 + number,
        "assistant_id": "asst_1",
        "thread_id": thread,
        "status": status,
        "started_at": 1_700_000_101 + number,
        "expires_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": 1_700_000_102 + number if status == "completed" else None,
        "required_action": None,
        "last_error": None,
        "model": "gpt-4o",
        "instructions": "Be short.",
        "tools": [],
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
        "max_completion_tokens": None,
        "max_prompt_tokens": None,
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "incomplete_details": None,
        "usage": usage | {"prompt_token_details": {"cached_tokens": 8}},
        "response_format": "auto",
        "tool_choice": "auto",
    } | members


def step(number: int, run: str = "run_1", details: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    details = details or {"type": "message_creation", "message_creation": {"message_id": "msg_A9"}}
    return {
        "id": f"step_{number}",
        "object": "thread.run.step",
        "created_at": 1_700_000_110 + number,
        "run_id": run,
        "assistant_id": "asst_1",
        "thread_id": "thread_A",
        "type": details["type"],
        "status": "completed",
        "cancelled_at": None,
        "completed_at": 1_700_000_111 + number,
        "expires_at": None,
        "failed_at": None,
        "last_error": None,
        "step_details": details,
        "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25},
    } | members


def page(*items: dict[str, Any]) -> dict[str, Any]:
    return {
        "object": "list",
        "data": list(items),
        "first_id": items[0]["id"],
        "last_id": items[-1]["id"],
        "has_more": False,
    }


class Store:
    """A data directory that dumps are taken into, and a server that shows what has come of them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.dumps = server.home / "dumps"
        self.dumps.mkdir()

    def put(self, name: str, *values: Any, raw: str | None = None) -> Path:
        """A dump: one value as a JSON document, several as JSON Lines."""
        path = self.dumps / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if raw is None:
            raw = json.dumps(values[0], indent=2) if len(values) == 1 else "\n".join(map(json.dumps, values))
        path.write_text(raw)
        return path

    def take(self, *paths: Path, code: int = 0, options: Iterable[str] = ()) -> str:
        """Imports, and returns the report."""
        result = self.server.run("import", *map(str, paths or (self.dumps,)), *options, timeout=120)
        assert result.returncode == code, f"{result.returncode}: {result.stdout}\n{result.stderr}"
        return result.stdout

    def give(self, *options: str) -> list[dict[str, Any]]:
        """Exports, and returns the objects."""
        result = self.server.run("export", *options, timeout=60)
        assert result.returncode == 0, f"{result.returncode}: {result.stdout}\n{result.stderr}"
        return [json.loads(line) for line in result.stdout.split("\n") if line]

    def open(self) -> V1:
        self.server.start()
        return V1(self.server)

    def shut(self) -> None:
        self.server.terminate()
        assert self.server.wait_for_end(10) == 0


@pytest.fixture
def store(make_server: Callable[..., Server], server: Server) -> Store:
    return Store(make_server())


def test_everything_keeps_its_id_its_times_and_its_content(store: Store) -> None:
    objects = [
        assistant(
            name="Helper", tools=[WEATHER | {"function": WEATHER["function"] | {"strict": False}}], metadata={"a": "b"}
        ),
        thread(metadata={"user": "7"}, tool_resources={"code_interpreter": {"file_ids": ["file-1"]}}),
        message(1),
        message(
            2, role="assistant", assistant_id="asst_1", run_id="run_1", content=text("an answer"), metadata={"k": "v"}
        ),
        run(1),
        run(2, status="failed", failed_at=1_700_000_200, last_error={"code": "server_error", "message": "Sorry."}),
        run(3, status="incomplete", incomplete_details={"reason": "max_prompt_tokens"}, completed_at=1_700_000_300),
        run(
            4,
            status="cancelled",
            cancelled_at=1_700_000_400,
            usage=None,
            tool_choice={"type": "function", "function": {"name": "f"}},
        ),
        step(
            1,
            details={
                "type": "tool_calls",
                "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}", "output": "42"}}
                ],
            },
        ),
        step(2),
    ]
    store.put("all.jsonl", *objects)
    report = store.take()
    assert "messages: 2 new" in report and "refused: nothing" in report
    v1 = store.open()
    shown = [
        v1.get("/assistants/asst_1"),
        v1.get("/threads/thread_A"),
        *v1.messages("thread_A"),
        *[v1.get(f"/threads/thread_A/runs/run_{n}") for n in (1, 2, 3, 4)],
        *v1.steps({"id": "run_1", "thread_id": "thread_A"}),
    ]
    for given, got in zip(objects, shown, strict=True):
        details = given.get("usage") and {
            "prompt_token_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        }
        expected = given | ({"usage": details | given["usage"]} if details else {})
        assert {
            name: got[name] for name in expected if name != "tool_resources" or given["object"] != "thread.run"
        } == expected


def test_a_second_import_changes_nothing_and_says_so(store: Store) -> None:
    store.put("a.jsonl", assistant(), thread(), message(1), message(2), run(), step(1))
    store.take()
    first = store.give()
    report = store.take()
    assert "nothing has changed" in report
    assert "messages: 0 new, 2 there already" in report
    assert store.give() == first


def test_what_is_stored_stays_when_a_dump_differs(store: Store) -> None:
    store.take(store.put("a.jsonl", thread(metadata={"v": "1"}), message(1)))
    report = store.take(
        store.put("b.jsonl", thread(metadata={"v": "2"}), message(1, content=text("changed")), message(2))
    )
    assert "1 new, 1 there already, but different" in report
    v1 = store.open()
    assert v1.get("/threads/thread_A")["metadata"] == {"v": "1"}
    assert [body for _, body in v1.texts("thread_A")] == ["message 1", "message 2"]


@pytest.mark.parametrize("form", ["pages", "array", "lines", "wrapped", "oldest first", "files"])
def test_messages_come_in_their_order_however_the_dump_has_them(store: Store, form: str) -> None:
    newest_first = [message(n, at=1_700_000_000 + n // 3) for n in reversed(range(12))]
    match form:
        case "pages":
            store.put("m.json", [page(*newest_first[:5]), page(*newest_first[5:])])
        case "array":
            store.put("m.json", newest_first)
        case "lines":
            store.put("m.jsonl", *newest_first)
        case "wrapped":
            store.put("m.json", {"exported": "today", "conversation": {"messages": page(*newest_first)}})
        case "oldest first":
            store.put("m.jsonl", *reversed(newest_first))
        case "files":
            for number in range(12):
                store.put(f"deep/page{number}.json", page(newest_first[number]))
    report = store.take()
    assert "threads made from their messages and runs alone: 1" in report
    v1 = store.open()
    assert [body for _, body in v1.texts("thread_A")] == [f"message {n}" for n in range(12)]
    assert v1.get("/threads/thread_A")["created_at"] == 1_700_000_000


def test_older_messages_find_their_place_before_newer_ones(store: Store) -> None:
    store.take(store.put("new.json", page(*[message(n) for n in (9, 8, 7)])))
    store.take(store.put("old.json", page(*[message(n) for n in (8, 6, 2, 1)])))
    v1 = store.open()
    assert [body for _, body in v1.texts("thread_A")] == [f"message {n}" for n in (1, 2, 6, 7, 8, 9)]
    assert [t["id"] for t in v1.get("/threads", q="message 2")["data"]] == ["thread_A"]
    v1.message("thread_A", "and on")
    assert v1.server.chat("hello", "thread_A")["thread_id"] == "thread_A"


def test_imported_lists_stand_before_what_is_newer(store: Store) -> None:
    v1 = store.open()
    new = v1.thread()["id"]
    store.shut()
    store.put("t.jsonl", *[thread(f"thread_{n}", at=1_700_000_000 + n, metadata={"n": str(n)}) for n in (1, 3, 2)])
    store.put("a.jsonl", assistant(1), assistant(2))
    store.take()
    v1 = store.open()
    assert [t["id"] for t in v1.get("/threads")["data"]] == [new, "thread_3", "thread_2", "thread_1"]
    assert [t["id"] for t in v1.get("/threads", **{"metadata[n]": "2"})["data"]] == ["thread_2"]
    assert [a["id"] for a in v1.get("/assistants")["data"]][-2:] == ["asst_2", "asst_1"]


def test_a_thread_goes_on_where_it_ended(
    make_server: Callable[..., Server], server: Server, model: ScriptedModel
) -> None:
    store = Store(make_server(**model.settings()))
    store.put("a.jsonl", assistant(), thread(), message(1, content=text("My name is Kim.")))
    store.take()
    v1 = store.open()
    model.script = Says("You are Kim.")
    v1.message("thread_A", "Who am I?")
    v1.completed("thread_A", "asst_1")
    assert v1.texts("thread_A")[-1] == ("assistant", "You are Kim.")
    assert [turn.text for turn in model.calls[-1].turns] == ["My name is Kim.", "Who am I?"]


def test_objects_of_the_first_version_are_taken(store: Store) -> None:
    old = assistant(tools=[{"type": "retrieval"}, {"type": "code_interpreter"}], file_ids=["file-1"])
    for name in ("top_p", "temperature", "reasoning_effort", "tool_resources", "response_format"):
        del old[name]
    asked = message(1, file_ids=["file-2"])
    del asked["attachments"]
    short = {
        name: run()[name] for name in ("id", "object", "created_at", "assistant_id", "thread_id", "status", "model")
    }
    store.put("v1.jsonl", old, {"id": "thread_A", "object": "thread", "created_at": 1_700_000_000}, asked, short)
    store.take()
    v1 = store.open()
    taken = v1.get("/assistants/asst_1")
    assert [tool["type"] for tool in taken["tools"]] == ["file_search", "code_interpreter"]
    assert taken["tool_resources"] == {"code_interpreter": {"file_ids": ["file-1"]}}
    assert v1.messages("thread_A")[0]["attachments"][0]["file_id"] == "file-2"
    assert v1.get("/threads/thread_A/runs/run_1")["status"] == "completed"


@pytest.mark.parametrize("status", ["queued", "in_progress", "requires_action", "cancelling"])
def test_a_run_that_had_not_ended_has_expired(store: Store, status: str) -> None:
    store.put("r.jsonl", message(1), run(status=status, expires_at=1_700_000_701, usage=None))
    assert "runs that had not ended and are stored as expired: 1" in store.take()
    v1 = store.open()
    taken = v1.get("/threads/thread_A/runs/run_1")
    assert (taken["status"], taken["expires_at"]) == ("expired", 1_700_000_701)
    v1.message("thread_A", "The thread is free")
    store.shut()
    assert "nothing has changed" in store.take()


def test_each_refused_object_is_named_with_its_place_and_the_reason(store: Store) -> None:
    lines = [
        json.dumps(message(1)),
        json.dumps(message(2, role="system")),
        json.dumps({"id": "file-1", "object": "file", "bytes": 3}),
        '{"id": "msg_3", "object": "thread.mess',
        json.dumps(message(4, content=None)),
        json.dumps(step(1, run="run_unknown")),
        json.dumps({"id": "vs_1"}),
        "nonsense",
        json.dumps(message(5)),
    ]
    store.put("bad.jsonl", raw="\n".join(lines))
    report = store.take(code=1)
    path = store.dumps / "bad.jsonl"
    refused = [line for line in report.splitlines() if line.startswith("refused ")]
    assert [int(re.search(rf"{re.escape(str(path))}:(\d+)", line).group(1)) for line in refused] == [
        2,
        3,
        4,
        5,
        7,
        8,
        6,
    ]
    assert "msg_A2: role is neither user nor assistant" in refused[0]
    assert "file-1: purpose is missing" in refused[1]
    assert "not closed" in refused[2]
    assert "msg_A4: content is missing" in refused[3]
    assert "step_1: its run, run_unknown, is neither in the dump nor stored" in refused[6]
    assert "refused: 7" in report
    assert [body for _, body in store.open().texts("thread_A")] == ["message 1", "message 5"]


def test_an_id_of_another_project_is_refused(store: Store) -> None:
    dump = store.put("a.jsonl", assistant(), thread(), message(1))
    store.take(dump, options=["--project", "one"])
    report = store.take(dump, options=["--project", "two"], code=1)
    assert "asst_1: the id belongs to another project" in report
    assert "msg_A1: its thread belongs to another project" in report


def test_a_running_server_is_named_as_the_reason(store: Store) -> None:
    dump = store.put("a.json", thread())
    store.open()
    for command in (["import", str(dump)], ["export"]):
        result = store.server.run(*command)
        assert result.returncode == 1
        assert "stop it first" in result.stderr


def test_a_path_that_is_not_there_is_named(store: Store) -> None:
    result = store.server.run("import", str(store.dumps / "nothing.json"))
    assert result.returncode != 0
    assert "nothing.json" in result.stderr


def test_what_is_exported_can_be_imported_and_is_the_same(
    make_server: Callable[..., Server], server: Server, model: ScriptedModel
) -> None:
    source, target = Store(make_server(**model.settings())), Store(make_server())
    v1 = source.open()
    helper = v1.assistant(
        name="Helper", instructions="Be short.", temperature=0.5, tools=[WEATHER], metadata={"a": "b"}
    )["id"]
    for number in range(5):
        name = v1.thread("one", "two", "three", metadata={"n": str(number)})["id"]
        model.script = Says(f'answer {number}: 가나다 \u2028 \\ " \n')
        v1.completed(
            name, helper, metadata={"k": "v"}, truncation_strategy={"type": "last_messages", "last_messages": 2}
        )
        v1.message(
            name, [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "https://a.b/c.png"}}]
        )
    lists = [v1.get("/threads", limit=100), v1.get("/assistants", limit=100)]
    source.shut()

    exported = source.give()
    assert [value["object"] for value in exported[:3]] == ["assistant", "assistant", "thread"]
    assert {value["object"] for value in exported} == set(KINDS)
    target.put("export.jsonl", *exported)
    target.take()
    assert target.give() == exported
    assert "nothing has changed" in target.take()
    v1 = target.open()
    assert v1.get("/threads", limit=100) == lists[0]
    assert [a["id"] for a in v1.get("/assistants", limit=100)["data"]] == [a["id"] for a in lists[1]["data"]]


def test_an_export_goes_to_a_file_for_each_project(store: Store) -> None:
    store.take(store.put("a.json", thread("thread_1")), options=["--project", "one"])
    store.take(store.put("b.json", thread("thread_2")), options=["--project", "two"])
    assert store.server.run("export").returncode != 0
    assert [value["id"] for value in store.give("--project", "two")] == ["thread_2"]
    store.server.run("export", "--output", "out")
    names = {path.name: path.read_text() for path in (store.server.home / "out").iterdir() if path.is_file()}
    assert set(names) == {"default.jsonl", "one.jsonl", "two.jsonl"}
    assert json.loads(names["one.jsonl"])["id"] == "thread_1"


def test_a_reader_that_leaves_ends_an_export(store: Store) -> None:
    store.take(store.put("a.jsonl", *[message(n) for n in range(3000)]))
    command = [str(store.server.binary), "export"]
    process = subprocess.Popen(
        command, cwd=store.server.home, env=store.server.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    assert process.wait(timeout=60) != 0
    process.stderr.close()


def test_an_import_that_was_broken_off_can_be_done_again(store: Store) -> None:
    dump = store.put("many.jsonl", *[message(n, thread=f"thread_{n % 7}") for n in range(30_000)])
    process = subprocess.Popen(
        [str(store.server.binary), "import", str(dump)],
        cwd=store.server.home,
        env=store.server.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    database = store.server.home / "data/assistants.sqlite-wal"
    wait_until(lambda: database.exists() and database.stat().st_size > 2_000_000, "something is written", every=0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
    report = store.take(dump)
    assert "refused: nothing" in report
    v1 = store.open()
    oldest = v1.get("/threads/thread_3/messages", order="asc", limit=100)["data"]
    assert [body["content"][0]["text"]["value"] for body in oldest] == [f"message {3 + 7 * n}" for n in range(100)]


def test_recordings_of_the_service_are_imported(store: Store) -> None:
    """Every object that the service ever sent in a recorded session, each in its last form."""
    if not RECORDINGS.exists():
        pytest.skip(ABSENT)
    latest: dict[str, dict[str, Any]] = {}

    def collect(value: Any) -> None:
        if isinstance(value, list):
            for element in value:
                collect(element)
        elif isinstance(value, dict):
            if value.get("object") in KINDS and "id" in value:
                latest[value["id"]] = value
            for member in value.values():
                collect(member)

    for line in RECORDINGS.read_text().splitlines():
        exchange = json.loads(line)
        collect(exchange.get("response_body"))
        collect(exchange.get("sse_events"))
    store.put("recorded.jsonl", *latest.values())
    result = store.server.run("import", str(store.dumps), timeout=60)
    refused = [line for line in result.stdout.splitlines() if line.startswith("refused ")]
    for line in refused:
        assert re.search(r"its run, .*, is neither", line), line
    assert len(refused) < len(latest) / 10
    v1 = store.open()
    for value in latest.values():
        if value["object"] == "thread.message":
            got = successful(v1.request("GET", f"/threads/{value['thread_id']}/messages/{value['id']}"))
            for name in ("created_at", "role", "content", "run_id", "assistant_id", "metadata"):
                assert got[name] == value[name], name
        if value["object"] == "assistant":
            got = successful(v1.request("GET", f"/assistants/{value['id']}"))
            for name in ("created_at", "name", "model", "instructions", "metadata", "temperature"):
                assert got[name] == value[name], name
