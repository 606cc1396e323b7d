"""Rubbish of all kinds: requests that nobody would send, and a model that sends what no model should.

Seeded, so that a failure comes again. `FUZZ_ROUNDS` multiplies the number of cases for a longer run.
"""

from __future__ import annotations

import copy
import json
import os
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from assistants_server import TERMINAL, Server, wait_until
from scripted_model import PROTOCOLS, Distorts, FunctionCall, Generates, Refusal, Says, ScriptedModel, Text
from v1_api import V1, WEATHER

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "1"))
REQUESTS = 300 * ROUNDS
STREAMS = 150 * ROUNDS

BODIES: dict[str, dict[str, Any]] = {
    "/assistants": {
        "model": "scripted-model",
        "name": "n",
        "instructions": "i",
        "tools": [WEATHER, {"type": "file_search", "file_search": {"max_num_results": 3}}],
        "tool_resources": {"code_interpreter": {"file_ids": []}},
        "metadata": {"a": "b"},
        "temperature": 1,
        "top_p": 0.5,
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}},
    },
    "/assistants/{assistant}": {"name": "n", "tools": [WEATHER], "metadata": {"a": "b"}, "reasoning_effort": "low"},
    "/threads": {
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
        "metadata": {"a": "b"},
        "tool_resources": {"file_search": {"vector_store_ids": []}},
    },
    "/threads/{thread}": {"metadata": {"a": "b"}},
    "/threads/{thread}/messages": {
        "role": "user",
        "content": [
            {"type": "text", "text": "Hello"},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
        ],
        "attachments": [],
        "metadata": {"a": "b"},
    },
    "/threads/{thread}/messages/{message}": {"metadata": {"a": "b"}},
    "/threads/{thread}/runs": {
        "assistant_id": "{assistant}",
        "additional_messages": [{"role": "user", "content": "More"}],
        "tools": [WEATHER],
        "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
        "truncation_strategy": {"type": "last_messages", "last_messages": 3},
        "max_prompt_tokens": 1000,
        "max_completion_tokens": 1000,
        "response_format": "auto",
        "parallel_tool_calls": True,
        "stream": False,
    },
    "/threads/runs": {
        "assistant_id": "{assistant}",
        "thread": {"messages": [{"role": "user", "content": "Hello"}], "metadata": {}},
        "instructions": "i",
        "stream": True,
    },
    "/threads/{thread}/runs/{run}": {"metadata": {"a": "b"}},
    "/threads/{thread}/runs/{run}/cancel": {},
    "/threads/{thread}/runs/{run}/submit_tool_outputs": {
        "tool_outputs": [{"tool_call_id": "call_a", "output": "x"}],
        "stream": False,
    },
}

VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 1e308, 0.1, -0.0),
    *("", "x", " ", "\x00", "\ud800", "é" * 600, "👩‍👩‍👧", "'; DROP TABLE threads; --", "../../etc/passwd", "null"),
    *([], [[]], [None], {}, {"": ""}, {"type": "text"}, [{} for _ in range(60)], {"a": {"b": {"c": {"d": {}}}}}),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values inside, itself included."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def mutated(body: dict[str, Any], chance: random.Random) -> Any:
    """The body with one to three of its values exchanged, removed, repeated or renamed."""
    body = copy.deepcopy(body)
    repeated = False
    for _ in range(chance.choice((1, 1, 2, 3))):
        place = chance.choice(places(body))
        if not place:
            if chance.random() < 0.1:
                return chance.choice(VALUES)
            body[chance.choice(["bogus", "stream", "file_ids", ""])] = copy.deepcopy(chance.choice(VALUES))
            continue
        holder = body
        for key in place[:-1]:
            holder = holder[key]
        key = place[-1]
        how = chance.random()
        if how < 0.6:
            holder[key] = copy.deepcopy(chance.choice(VALUES))
        elif how < 0.75:
            del holder[key]
        elif how < 0.9 and isinstance(holder, list) and not repeated:
            # Once a body: repetitions of repetitions would fill the memory.
            holder.extend([copy.deepcopy(holder[key]) for _ in range(chance.choice((1, 40, 140)))])
            repeated = True
        elif isinstance(holder, dict):
            holder[str(key) + chance.choice(["x", "[]", "\u0000"])] = holder.pop(key)
    return body


def encoded(body: Any, chance: random.Random) -> bytes:
    """The body as JSON, at times with broken bytes."""
    raw = json.dumps(body, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    if chance.random() < 0.15:
        raw = distorted(raw, chance)
    if chance.random() < 0.02:
        raw = b'{"a":' + b"[" * 100_000
    return raw


def distorted(raw: bytes, chance: random.Random) -> bytes:
    """Some bytes flipped, a piece removed or doubled, or the end cut off."""
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 5))):
        if not changed:
            break
        start = chance.randrange(len(changed))
        end = min(len(changed), start + chance.choice((1, 1, 4, 40)))
        how = chance.random()
        if how < 0.5:
            changed[start] = chance.randrange(256)
        elif how < 0.7:
            del changed[start:end]
        elif how < 0.9:
            changed[start:start] = changed[start:end]
        else:
            del changed[start:]
    return bytes(changed)


def cut(raw: bytes, chance: random.Random) -> list[bytes]:
    """The same bytes in a few pieces, wherever that may be."""
    cuts = sorted(chance.randrange(len(raw) + 1) for _ in range(chance.choice((0, 3, 30))))
    return [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)])]


@pytest.fixture(scope="module")
def fuzzed(binary, observer, tmp_path_factory):
    """Servers of their own, one per protocol, so that their files and memory can be watched."""
    made = {}
    # Holding an answer against its description takes longer than the answer: in the longer run nothing is held.
    seen = observer if ROUNDS == 1 else lambda response: None
    try:
        for protocol in PROTOCOLS:
            model = ScriptedModel()
            home = tmp_path_factory.mktemp(f"fuzzed-{protocol}")
            server = Server(binary, home, seen, **model.settings(protocol, RUN_TIMEOUT=5, MODEL_IDLE_TIMEOUT=2))
            made[protocol] = (server, model)
            server.model = model
            server.start()
        yield made
    finally:
        for server, model in made.values():
            server.close()
            model.close()


def usage_of(server: Server) -> tuple[int, int]:
    """(open files, resident kilobytes) of the server."""
    files = len(os.listdir(f"/proc/{server.process.pid}/fd"))
    with open(f"/proc/{server.process.pid}/status") as status:
        resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return files, resident


def assert_no_growth(server: Server, before: tuple[int, int], after: tuple[int, int]) -> None:
    assert after[0] <= before[0] + 5, f"open files: {before[0]} -> {after[0]}"
    assert after[1] <= before[1] * 1.25 + 20_000, f"resident kB: {before[1]} -> {after[1]}"


@pytest.mark.parametrize("path", BODIES)
def test_requests_that_nobody_would_send(fuzzed, path):
    server, model = fuzzed[PROTOCOLS[0]]
    v1 = V1(server)
    model.reset(Says("Hello"))
    chance = random.Random(f"requests {path}")
    names = {"assistant": v1.assistant(tools=[WEATHER])["id"]}
    base = json.loads(json.dumps(BODIES[path]).replace("{assistant}", names["assistant"]))
    statuses: dict[int, int] = {}
    before = None
    for number in range(REQUESTS):
        body = encoded(mutated(base, chance), chance)
        if number == REQUESTS // 3:
            before = usage_of(server)
        if number % 100 == 0:
            # A thread whose runs were all accepted would grow without end, and so would what the model is told.
            names["thread"] = v1.thread("Hello")["id"]
            names["message"] = v1.messages(names["thread"])[0]["id"]
            names["run"] = v1.completed(names["thread"], names["assistant"])["id"]
        answer = v1.request("POST", path.format(**names), data=body, headers={"content-type": "application/json"})
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, f"{body!r} -> {answer.text}"
        if answer.status_code >= 400:
            assert list(answer.json()["error"]) == ["message", "type", "param", "code"]
        if path == "/threads/{thread}/runs" and answer.status_code == 200:
            v1.settled_thread(names["thread"])
    assert server.process.poll() is None and server.healthy()
    assert_no_growth(server, before, usage_of(server))
    assert len(statuses) > 1 or path.endswith(("/cancel", "/submit_tool_outputs")), statuses


def test_addresses_that_nobody_would_ask_for(fuzzed):
    server, _ = fuzzed[PROTOCOLS[0]]
    v1 = V1(server)
    chance = random.Random("addresses")
    ids = ["thread_x", "undefined", "%00", "%2F..%2F", "a" * 5000, "%F0%9F%91%8B", "%ff", "'", "..", "{}", "*"]
    shapes = [
        "/threads/{}",
        "/threads/{}/messages",
        "/threads/{}/runs/{}/steps/{}",
        "/assistants/{}",
        "/models/{}",
        "/{}",
    ]
    queries = [
        "",
        "?limit=",
        "?limit=1e9",
        "?limit=-1&limit=5",
        "?order=%00",
        "?after=%ff&before=x",
        "?include[]=&include",
    ]
    for _ in range(REQUESTS):
        shape = chance.choice(shapes)
        path = shape.format(*(chance.choice(ids) for _ in range(shape.count("{}")))) + chance.choice(queries)
        answer = v1.request(chance.choice(["GET", "GET", "POST", "DELETE"]), path)
        assert answer.status_code < 500, f"{path} -> {answer.text}"
    assert server.healthy()


SCRIPTS = [
    Says("A plain answer, 여러분 👋", pieces=6),
    Generates(Text("Let me look."), FunctionCall(), FunctionCall(arguments='{"city":"부산"}', pieces=4)),
    Generates(Refusal("I cannot help with that.")),
    Generates(Text("Cut"), finish="length"),
]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_model_that_sends_what_no_model_should(fuzzed, protocol):
    server, model = fuzzed[protocol]
    v1 = V1(server)
    model.reset(Says("Hello"))
    assistant = v1.assistant(tools=[WEATHER])["id"]

    def play(number: int) -> dict[str, Any]:
        chance = random.Random(f"streams {protocol} {number}")
        model.next(Distorts(chance.choice(SCRIPTS), lambda raw: cut(distorted(raw, chance), chance)))
        api = v1.separate()
        thread = {"messages": [{"role": "user", "content": "Hi"}]}
        run = api.settled(api.post("/threads/runs", assistant_id=assistant, thread=thread), timeout=60)
        if run["status"] == "requires_action":
            api.cancel(run)
            run = api.settled(run, *TERMINAL)
        api.server.session.close()
        return run

    before = None
    statuses = set()
    for number in range(0, STREAMS, 8):
        if before is None and number >= STREAMS // 3:
            before = usage_of(server)
        with ThreadPoolExecutor(8) as pool:
            for run in pool.map(play, range(number, number + 8)):
                assert run["status"] in TERMINAL
                statuses.add(run["status"])
    assert {"completed", "failed"} <= statuses
    assert server.process.poll() is None and server.healthy()
    model.reset(Says("Fine"))
    run = v1.completed(v1.thread("Hello")["id"], assistant)
    assert v1.texts(run["thread_id"])[-1] == ("assistant", "Fine")
    # Connections to the backend that nobody uses any more are kept for 30 s.
    wait_until(lambda: usage_of(server)[0] <= before[0] + 5, "the files are closed", timeout=60)
    assert_no_growth(server, before, usage_of(server))
