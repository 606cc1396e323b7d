"""`Idempotency-Key`: a request that is sent again is carried out once, and answered as it was the first time."""

import json
import sqlite3
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from aiohttp import web

from assistants_server import successful, wait_until
from event_stream import EventStream
from passed_backend import PassedBackend
from scripted_model import Decides, FunctionCall, Gate, Generates, Refuses, Says, calls_then_says
from test_v1_access import OTHER, STATIC, Keyed
from v1_api import V1, WEATHER, RunStream, names_of, outputs_of, path_of, refused


def key():
    return {"idempotency-key": uuid.uuid4().hex}


def replayed(response):
    return response.headers.get("idempotent-replayed") == "true"


def same(first, second):
    """The second answer, after making sure that it is the first one once more."""
    assert not replayed(first) and replayed(second)
    assert second.status_code == first.status_code
    assert second.content == first.content
    assert second.headers["content-type"] == first.headers["content-type"]
    assert second.headers["x-request-id"] != first.headers["x-request-id"]
    return second


def post(v1, path, headers, body=None, **options):
    return v1.request("POST", path, headers=headers, json={} if body is None else body, **options)


def count(v1, path):
    return len(v1.get(path, limit=100)["data"])


@pytest.fixture
def scene(make_server, server, model):
    """A server of its own, so that what it has made can be counted, and that can be killed."""
    own = make_server(**model.settings()).start()
    own.model = model
    model.script = Says("fine")
    return V1(own)


def test_a_repeat_is_answered_as_before_and_makes_nothing(scene):
    assistant = scene.assistant()["id"]
    thread = scene.thread("Hello")["id"]
    before = count(scene, "/assistants"), count(scene, f"/threads/{thread}/messages")
    for path, body in [
        ("/assistants", {"model": "scripted-model", "name": "한글"}),
        ("/threads", {"metadata": {"a": "b"}}),
        (f"/threads/{thread}/messages", {"role": "user", "content": "once"}),
        (f"/threads/{thread}/runs", {"assistant_id": assistant}),
    ]:
        headers = key()
        first = post(scene, path, headers, body)
        assert first.status_code == 200
        for _ in range(3):
            same(first, post(scene, path, headers, body))
    scene.settled_thread(thread)
    assert count(scene, "/assistants") == before[0] + 1
    assert count(scene, f"/threads/{thread}/runs") == 1
    assert count(scene, f"/threads/{thread}/messages") == before[1] + 2
    assert len(scene.model.calls) == 1


def test_a_modification_is_not_made_again(scene):
    thread = scene.thread()["id"]
    headers = key()
    first = post(scene, f"/threads/{thread}", headers, {"metadata": {"n": "1"}})
    scene.post(f"/threads/{thread}", metadata={"n": "2"})
    same(first, post(scene, f"/threads/{thread}", headers, {"metadata": {"n": "1"}}))
    assert scene.get(f"/threads/{thread}")["metadata"] == {"n": "2"}


def test_without_the_header_and_with_other_keys_each_request_counts(scene):
    for headers in ({}, {}, key(), key()):
        assert not replayed(post(scene, "/assistants", headers, {"model": "m"}))
    assert count(scene, "/assistants") == 4 + 1


def test_a_key_for_another_request_is_refused(scene):
    headers = key()
    post(scene, "/threads", headers, {"metadata": {"a": "1"}})
    for path, body in [("/threads", {"metadata": {"a": "2"}}), ("/assistants", {"metadata": {"a": "1"}})]:
        error = refused(post(scene, path, headers, body), 400, code="idempotency_key_reused")
        assert "same method, path and body" in error["message"]
    error = refused(scene.request("POST", "/threads?x=1", headers=headers, json={"metadata": {"a": "1"}}), 400)
    assert error["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("value", ["", "k" * 256, "a\tb"])
def test_an_illegal_key_is_refused(scene, value):
    error = refused(post(scene, "/threads", {"idempotency-key": value}), 400)
    assert error["code"] == "invalid_idempotency_key"


def test_a_long_key_is_legal_and_what_only_reads_is_not_touched(scene):
    headers = {"idempotency-key": "k" * 255}
    first = post(scene, "/threads", headers)
    same(first, post(scene, "/threads", headers))
    assert not replayed(scene.request("GET", "/assistants", headers=headers))
    assert not replayed(scene.request("GET", "/assistants", headers=headers))


def test_a_refusal_is_the_answer_of_a_repeat_too(scene):
    headers = key()
    first = post(scene, "/threads", headers, {"nonsense": 1})
    refused(first, 400, code="unknown_parameter")
    same(first, post(scene, "/threads", headers, {"nonsense": 1}))


def test_answers_are_remembered_across_a_kill(scene):
    headers = key()
    first = post(scene, "/threads", headers, {"metadata": {"a": "1"}})
    scene.server.kill()
    scene.server.restart()
    same(first, post(scene, "/threads", headers, {"metadata": {"a": "1"}}))
    refused(post(scene, "/threads", headers), 400, code="idempotency_key_reused")


def test_parallel_repeats_are_carried_out_once(scene):
    headers = key()
    clients = [scene.separate() for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(lambda v1: post(v1, "/assistants", headers, {"model": "m"}), clients))
    assert {response.status_code for response in responses} == {200}
    assert len({response.content for response in responses}) == 1
    assert [replayed(response) for response in responses].count(False) == 1
    assert count(scene, "/assistants") == 1 + 1


def test_projects_have_keys_of_their_own(make_server, server):
    server = make_server(API_KEYS=f"{STATIC},{OTHER}:team-b").start()
    headers = key()
    first = post(Keyed(server, STATIC), "/threads", headers)
    second = post(Keyed(server, OTHER), "/threads", headers)
    assert not replayed(second) and second.json()["id"] != first.json()["id"]


# Streams


def start(v1, path, headers, **body):
    response = v1.request("POST", path, headers=headers, json=body | {"stream": True}, stream=True)
    assert response.status_code == 200, response.text
    return response


def data_of(events):
    """The events, without the text that a log may hold in other pieces."""
    return [(event.name, event.data) for event in events if not event.name.endswith(".delta")]


def test_the_repeat_of_a_stream_follows_the_same_run(scene):
    gate = Gate()
    scene.model.script = Says("one two three", before=gate)
    assistant, thread = scene.assistant()["id"], scene.thread("Hello")["id"]
    headers, path = key(), f"/threads/{thread}/runs"
    first = RunStream(start(scene, path, headers, assistant_id=assistant), scene.server)
    gate.wait_until_reached()
    second_response = start(scene.separate(), path, headers, assistant_id=assistant)
    assert replayed(second_response)
    second = RunStream(second_response, scene.server)
    gate.open()
    firsts = first.rest()
    assert data_of(second.rest()) == data_of(firsts)
    # And when it has ended.
    third = start(scene, path, headers, assistant_id=assistant)
    assert replayed(third)
    assert data_of(RunStream(third, scene.server).rest()) == data_of(firsts)
    assert count(scene, path) == 1 and len(scene.model.calls) == 1


def test_a_stream_is_followed_on_across_a_kill(scene):
    gate = Gate()
    scene.model.script = Says("never told", before=gate)
    assistant = scene.assistant()["id"]
    headers, body = key(), {"assistant_id": assistant, "thread": {"messages": [{"role": "user", "content": "Hello"}]}}
    first = RunStream(start(scene, "/threads/runs", headers, **body), scene.server)
    thread = next(first).json["id"]
    run = next(first).json["id"]
    gate.wait_until_reached()
    scene.server.kill()
    gate.open()
    scene.model.reset(Says("told at last"))
    scene.server.restart()
    response = start(scene, "/threads/runs", headers, **body)
    assert replayed(response)
    events = EventStream(response).rest()
    assert {
        event.json["id"]
        for event in events
        if event.name.startswith("thread.run.") and "step" not in event.name and "delta" not in event.name
    } == {run}
    assert [event.name for event in events[-2:]] == ["thread.run.completed", "done"]
    assert scene.texts(thread) == [("user", "Hello"), ("assistant", "told at last")]
    assert count(scene, f"/threads/{thread}/runs") == 1


def test_the_stream_of_tool_outputs_is_told_from_where_it_began(scene):
    scene.model.script = calls_then_says(FunctionCall())
    run = scene.run(scene.thread("Weather?")["id"], scene.assistant(tools=[WEATHER])["id"])
    run = scene.ended(run, "requires_action")
    headers, path = key(), f"{path_of(run)}/submit_tool_outputs"
    outputs = outputs_of(run, ("sunny",))
    first = RunStream(start(scene, path, headers, tool_outputs=outputs), scene.server).rest()
    again = start(scene, path, headers, tool_outputs=outputs)
    assert replayed(again)
    second = RunStream(again, scene.server).rest()
    assert names_of(second) == names_of(first) and data_of(second) == data_of(first)
    assert len(scene.model.calls) == 2


def test_the_stream_of_tool_outputs_is_told_from_where_it_began_while_the_model_still_speaks(scene):
    gate = Gate()
    scene.model.script = Decides(
        lambda call: Says("It is sunny.", middle=gate) if call.is_answered_call else Generates(FunctionCall())
    )
    run = scene.run(scene.thread("Weather?")["id"], scene.assistant(tools=[WEATHER])["id"])
    run = scene.ended(run, "requires_action")
    headers, path = key(), f"{path_of(run)}/submit_tool_outputs"
    outputs = outputs_of(run, ("sunny",))
    first = RunStream(start(scene, path, headers, tool_outputs=outputs), scene.server)
    gate.wait_until_reached()
    again = start(scene.separate(), path, headers, tool_outputs=outputs)
    assert replayed(again)
    second = RunStream(again, scene.server)
    assert next(second).name == "thread.run.step.completed"
    gate.open()
    assert data_of(second.rest()) == data_of(first.rest())[1:]


def test_the_stream_of_a_run_that_wanted_a_function_ends_there_for_a_repeat_too(scene):
    scene.model.script = calls_then_says(FunctionCall())
    assistant, thread = scene.assistant(tools=[WEATHER])["id"], scene.thread("Weather?")["id"]
    headers, path = key(), f"/threads/{thread}/runs"
    first = RunStream(start(scene, path, headers, assistant_id=assistant), scene.server).rest()
    for _ in range(2):
        again = RunStream(start(scene, path, headers, assistant_id=assistant), scene.server).rest()
        assert data_of(again) == data_of(first)
        run = scene.get(path)["data"][0]
        if run["status"] == "requires_action":
            scene.submit(run, "sunny")
            scene.ended(run, "completed")


# The chat facade


def chat(v1, headers, timeout=30, **body):
    return v1.server.post("/api/v1/chat", {"message": "Hello"} | body, headers=headers, timeout=timeout)


def test_a_chat_is_answered_once(scene):
    headers = key()
    first = chat(scene, headers)
    same(first, chat(scene, headers))
    thread = first.json()["thread_id"]
    assert scene.server.texts(thread) == [("user", "Hello"), ("assistant", "fine")]
    other = chat(scene, headers, message="Other")
    assert other.status_code == 400 and "same method, path and body" in other.json()["detail"]


def test_a_repeated_chat_waits_for_the_first(scene):
    gate = Gate()
    scene.model.script = Says("slow", before=gate)
    headers = key()
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(chat, scene.separate(), headers) for _ in range(2)]
        gate.wait_until_reached()
        gate.open()
        responses = [one.result() for one in both]
    assert responses[0].content == responses[1].content
    assert sorted(replayed(response) for response in responses) == [False, True]
    assert len(scene.model.calls) == 1


def test_a_chat_is_followed_on_across_a_kill(scene):
    gate = Gate()
    scene.model.script = Says("never told", before=gate)
    headers = key()
    with ThreadPoolExecutor(1) as pool:
        cut_off = pool.submit(chat, scene.separate(), headers)
        gate.wait_until_reached()
        # The model is asked while the disk still works.
        wait_until(lambda: scene.server.get("/api/v1/threads").json()["data"], "the chat is stored")
        scene.server.kill()
        gate.open()
        assert cut_off.exception() is not None
    scene.model.reset(Says("told at last"))
    scene.server.restart()
    answer = chat(scene, headers)
    assert replayed(answer) and successful(answer)["message"] == "told at last"
    thread = answer.json()["thread_id"]
    assert scene.server.texts(thread) == [("user", "Hello"), ("assistant", "told at last")]
    assert len(scene.server.get("/api/v1/threads").json()["data"]) == 1


def test_the_stream_of_a_chat_is_told_again(scene):
    headers = key()
    first, again = [chat(scene, headers, stream=True) for _ in range(2)]
    assert replayed(again) and not replayed(first)
    told = [EventStream(response).rest() for response in (first, again)]
    for events in told:
        assert "".join(event.json["delta"] for event in events if event.name == "delta") == "fine"
    ends = [[(event.name, event.data) for event in events if event.name != "delta"] for events in told]
    assert ends[0] == ends[1] and [name for name, _ in ends[0]] == ["start", "message", "done"]


def test_an_answer_of_the_server_at_fault_is_not_remembered(scene):
    headers = key()
    scene.model.script = Refuses(400)
    assert chat(scene, headers).status_code >= 500
    scene.model.script = Says("fine again")
    again = chat(scene, headers)
    assert not replayed(again) and successful(again)["message"] == "fine again"


# What is kept


def rows(server, statement, *values):
    database = sqlite3.connect(server.home / "data" / "assistants.sqlite")
    try:
        with database:
            return database.execute(statement, values).fetchall()
    finally:
        database.close()


def test_a_request_whose_answer_was_lost_is_not_carried_out_again(scene):
    """As after a kill between the commit of the change and that of the answer."""
    headers = key()
    post(scene, "/assistants", headers, {"model": "m"})
    scene.server.kill()
    rows(scene.server, "UPDATE idempotent_requests SET status = NULL, headers = NULL, body = NULL")
    scene.server.restart()
    response = post(scene, "/assistants", headers, {"model": "m"})
    error = refused(response, 409, code="idempotent_answer_lost")
    assert "carried out" in error["message"]
    assert response.headers["x-should-retry"] == "false"
    assert count(scene, "/assistants") == 1 + 1


def test_a_run_whose_answer_was_lost_is_found_again(scene):
    headers, path = key(), f"/threads/{scene.thread('Hello')['id']}/runs"
    body = {"assistant_id": scene.assistant()["id"]}
    first = post(scene, path, headers, body).json()
    scene.settled(first)
    scene.server.kill()
    rows(scene.server, "UPDATE idempotent_requests SET status = NULL, headers = NULL, body = NULL")
    scene.server.restart()
    again = post(scene, path, headers, body)
    assert replayed(again) and successful(again)["id"] == first["id"]
    assert count(scene, path) == 1


def test_after_a_day_a_key_is_new_and_what_was_kept_is_gone(scene):
    headers = key()
    first = post(scene, "/threads", headers)
    fresh = key()
    kept = post(scene, "/threads", fresh)
    scene.server.kill()
    rows(
        scene.server,
        "UPDATE idempotent_requests SET created_at = created_at - 24 * 3600 - 1 WHERE key = ?",
        headers["idempotency-key"],
    )
    scene.server.restart()
    wait_until(
        lambda: rows(scene.server, "SELECT key FROM idempotent_requests") == [(fresh["idempotency-key"],)],
        "what is old is removed",
    )
    again = post(scene, "/threads", headers)
    assert not replayed(again) and again.json()["id"] != first.json()["id"]
    same(kept, post(scene, "/threads", fresh))


def test_a_kill_in_mid_flow_makes_nothing_twice(scene):
    """Clients repeat what was cut off, with the same key, until it is answered: as many objects as keys."""
    scene.server.model.script = Says("fine")
    total = 150

    def create(number):
        v1, headers = scene.separate(), key()
        while True:
            try:
                response = post(v1, "/assistants", headers, {"model": "m", "name": str(number)}, timeout=60)
            except Exception:
                v1 = scene.separate()
                continue
            if response.status_code == 409:
                return None
            return successful(response)["id"]

    with ThreadPoolExecutor(8) as pool:
        made = [pool.submit(create, number) for number in range(total)]
        for _ in range(3):
            wait_until(lambda: any(one.running() for one in made) or all(one.done() for one in made), "it flows")
            done = sum(one.done() for one in made)
            wait_until(lambda: sum(one.done() for one in made) >= min(total, done + 20), "some are answered")
            scene.server.kill()
            scene.server.restart()
        ids = [one.result() for one in made]
    names = [
        row[0] for row in rows(scene.server, "SELECT name FROM assistants WHERE name <> 'Digital signage analyst'")
    ]
    assert sorted(names, key=int) == [str(number) for number in range(total)]
    known = [identity for identity in ids if identity]
    assert len(set(known)) == len(known) >= total - 3 * 8


# What passes through


@pytest.fixture
def passing(make_server, server):
    backend = PassedBackend()
    passing = V1(make_server(**backend.settings()).start())
    passing.backend = backend
    yield passing
    backend.close()


def completion(v1, headers, **body):
    """Not seen by the observer: the backend's answers here are none of OpenAI's."""
    body = {"model": "m", "messages": []} | body
    return requests.post(f"{v1.server.url}/v1/chat/completions", json=body, headers=headers, timeout=30)


@pytest.mark.parametrize("has_length", [True, False])
def test_an_answer_of_the_backend_is_remembered(passing, has_length):
    async def reply(seen):
        await seen.whole_body()
        text = json.dumps({"number": len(passing.backend.seen)})
        if has_length:
            return web.Response(text=text, content_type="application/json")
        response = await seen.stream("application/json")
        await response.write(text.encode())
        await response.write_eof()
        return response

    passing.backend.handler = reply
    headers = key()
    first = completion(passing, headers)
    assert first.json() == {"number": 1}
    same(first, completion(passing, headers))
    assert completion(passing, key()).json() == {"number": 2}


def test_a_stream_of_the_backend_passes_as_it_comes_and_is_not_remembered(passing):
    async def reply(seen):
        await seen.whole_body()
        response = await seen.stream()
        await response.write(b"data: 1\n\n")
        await response.write_eof()
        return response

    passing.backend.handler = reply
    headers = key()
    for number in (1, 2):
        response = completion(passing, headers, stream=True)
        assert response.content == b"data: 1\n\n" and not replayed(response)
        assert len(passing.backend.seen) == number


def test_an_answer_of_unknown_length_that_is_too_long_is_refused(passing):
    async def reply(seen):
        await seen.whole_body()
        response = await seen.stream("application/json")
        try:
            for _ in range(40):
                await response.write(b" " * (1 << 20))
            await response.write(b"[]")
        except ConnectionError:
            pass
        return response

    passing.backend.handler = reply
    response = completion(passing, key())
    refused(response, 502, code="idempotent_answer_too_long")
    assert response.headers["x-should-retry"] == "false"
    assert len(completion(passing, {}).content) == (40 << 20) + 2
