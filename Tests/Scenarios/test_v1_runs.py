"""Runs: what they take from their assistant, what the model is told, how they end, and who may write meanwhile."""

import random
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistants_server import TERMINAL, successful, text_of, wait_until
from scripted_model import (
    BreaksOff,
    Decides,
    Fails,
    FunctionCall,
    Gate,
    Generates,
    Refuses,
    Says,
    Text,
    calls_then_says,
)
from v1_api import V1, WEATHER, path_of, refused


@pytest.fixture
def assistant(v1):
    return v1.assistant()["id"]


@pytest.fixture
def thread(v1):
    return v1.thread("Hello")["id"]


def start(v1, thread, assistant, gate, **body):
    """A run whose model waits at the gate."""
    v1.model.script = Says(before=gate)
    run = v1.run(thread, assistant, **body)
    gate.wait_until_reached()
    return run


# The object


def test_a_new_run_has_all_members_and_their_defaults(v1, assistant, thread):
    gate = Gate()
    run = start(v1, thread, assistant, gate)
    times = {name: run.pop(name) for name in ("id", "created_at", "expires_at")}
    assert times["expires_at"] == times["created_at"] + 600
    assert run == {
        "object": "thread.run",
        "assistant_id": assistant,
        "thread_id": thread,
        "status": "queued",
        "started_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": None,
        "required_action": None,
        "last_error": None,
        "model": "scripted-model",
        "instructions": None,
        "tools": [],
        "tool_resources": {},
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
        "reasoning_effort": None,
        "max_completion_tokens": None,
        "max_prompt_tokens": None,
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "incomplete_details": None,
        "usage": None,
        "response_format": "auto",
        "tool_choice": "auto",
        "parallel_tool_calls": True,
    }
    working = v1.get_run(run | times)
    assert working["started_at"] >= times["created_at"]
    assert working == run | times | {"status": "in_progress", "started_at": working["started_at"]}
    gate.open()
    ended = v1.ended(run | times, "completed")
    assert ended["expires_at"] is None and ended["completed_at"] >= ended["started_at"]
    assert ended["usage"] == {
        "prompt_tokens": 21,
        "completion_tokens": 9,
        "total_tokens": 30,
        "prompt_token_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }


def test_numbers_are_written_with_a_point(v1, assistant, thread):
    raw = v1.request("GET", f"/assistants/{assistant}").text
    assert re.search(r'"temperature":\s*1\.0', raw) and re.search(r'"top_p":\s*1\.0', raw)


SETTINGS = {
    "model": "another-model",
    "instructions": "Be brief.",
    "tools": [WEATHER | {"function": WEATHER["function"] | {"strict": False}}],
    "temperature": 0.5,
    "top_p": 0.25,
    "response_format": {"type": "json_object"},
    "reasoning_effort": "low",
}


def test_a_run_takes_its_settings_from_its_assistant(v1, thread):
    assistant = v1.assistant(**SETTINGS, metadata={"a": "b"})
    run = v1.completed(thread, assistant["id"])
    assert {name: run[name] for name in SETTINGS} == SETTINGS
    assert run["metadata"] == {}, "metadata is the run's own"
    call = v1.model.calls[0]
    assert (call.model, call.instructions) == ("another-model", "Be brief.")
    assert (call.body["temperature"], call.body["top_p"]) == (0.5, 0.25)
    assert (call.response_format, call.reasoning_effort) == ({"type": "json_object"}, "low")


def test_a_run_may_have_settings_of_its_own(v1, thread):
    assistant = v1.assistant(model="first-model", instructions="Be long.", temperature=2)
    run = v1.completed(thread, assistant["id"], **SETTINGS)
    assert {name: run[name] for name in SETTINGS} == SETTINGS
    assert v1.model.calls[0].model == "another-model"
    assert v1.get(f"/assistants/{assistant['id']}") == assistant


def test_nulls_mean_the_settings_of_the_assistant(v1, thread):
    assistant = v1.assistant(**SETTINGS)
    run = v1.completed(thread, assistant["id"], **dict.fromkeys(SETTINGS))
    assert {name: run[name] for name in SETTINGS} == SETTINGS


def test_a_run_keeps_its_settings_when_its_assistant_changes_or_goes(v1, thread):
    assistant = v1.assistant(instructions="Old.")["id"]
    gate = Gate()
    run = start(v1, thread, assistant, gate)
    v1.post(f"/assistants/{assistant}", instructions="New.")
    v1.delete(f"/assistants/{assistant}")
    gate.open()
    assert v1.ended(run, "completed")["instructions"] == "Old."
    assert v1.messages(thread)[-1]["assistant_id"] == assistant


def test_additional_instructions_are_appended(v1, thread):
    assistant = v1.assistant(instructions="First.")["id"]
    v1.completed(thread, assistant, additional_instructions="Second.")
    v1.completed(thread, assistant, instructions="Other.", additional_instructions="Second.")
    said = [call.instructions for call in v1.model.calls]
    assert [re.sub(r"\s+", " ", text) for text in said] == ["First. Second.", "Other. Second."]


def test_additional_messages_join_the_thread_before_the_run(v1, assistant, thread):
    more = [
        {"role": "assistant", "content": "Hi."},
        {"role": "user", "content": [{"type": "text", "text": "How are you?"}], "metadata": {"k": "v"}},
    ]
    run = v1.completed(thread, assistant, additional_messages=more)
    assert v1.texts(thread)[:3] == [("user", "Hello"), ("assistant", "Hi."), ("user", "How are you?")]
    added = v1.messages(thread)[2]
    assert (added["metadata"], added["run_id"], added["assistant_id"]) == ({"k": "v"}, None, None)
    assert v1.messages(thread)[3]["run_id"] == run["id"]
    assert [turn.text for turn in v1.model.calls[0].turns] == ["Hello", "Hi.", "How are you?"]


def test_only_the_last_messages_may_be_told(v1, assistant):
    thread = v1.thread("one", "two", "three", "four")["id"]
    strategy = {"type": "last_messages", "last_messages": 2}
    run = v1.completed(thread, assistant, truncation_strategy=strategy)
    assert run["truncation_strategy"] == strategy
    assert [turn.text for turn in v1.model.calls[0].turns] == ["three", "four"]


def test_a_json_schema_is_told_to_the_model(v1, assistant, thread):
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": True}}
    run = v1.completed(thread, assistant, response_format=wanted)
    assert run["response_format"] == wanted
    assert v1.model.calls[0].response_format == wanted


def test_images_by_address_are_told_to_the_model(v1, assistant):
    url = "https://example.com/a.png"
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": url, "detail": "low"}},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    thread = v1.thread()["id"]
    message = v1.message(thread, parts)
    assert message["content"] == [
        {"type": "text", "text": {"value": "What is this?", "annotations": []}},
        {"type": "image_url", "image_url": {"url": url, "detail": "low"}},
        {"type": "image_url", "image_url": {"url": url, "detail": "auto"}},
    ]
    v1.completed(thread, assistant)
    assert [image[0] for image in v1.model.calls[0].images] == [url, url]
    assert v1.model.calls[0].images[0][1] == "low"


def test_a_thread_and_its_run_are_created_at_once(v1, assistant):
    run = v1.post(
        "/threads/runs",
        assistant_id=assistant,
        thread={"messages": [{"role": "user", "content": "Hello"}], "metadata": {"t": "1"}},
        metadata={"r": "1"},
        instructions="Be kind.",
    )
    assert (run["status"], run["metadata"], run["instructions"]) == ("queued", {"r": "1"}, "Be kind.")
    v1.ended(run, "completed")
    assert v1.get(f"/threads/{run['thread_id']}")["metadata"] == {"t": "1"}
    refused(v1.try_post("/threads/runs", assistant_id=assistant), code="invalid_thread")
    assert v1.post("/threads/runs", assistant_id=assistant, instructions="Speak.")["status"] == "queued"


def test_what_a_new_run_is_to_include_is_checked(v1, assistant, thread):
    path = f"/threads/{thread}/runs"
    body = {"assistant_id": assistant}
    answer = v1.request("POST", path, json=body, params={"include[]": "everything"})
    refused(answer, code="invalid_value")
    content = "step_details.tool_calls[*].file_search.results[*].content"
    answer = v1.request("POST", path, json=body, params={"include[]": content})
    v1.ended(successful(answer), "completed")


def test_runs_are_changed_in_any_state(v1, assistant, thread):
    gate = Gate()
    run = start(v1, thread, assistant, gate, metadata={"a": "1", "b": "2"})
    changed = v1.post(path_of(run), metadata={"c": "3"})
    assert changed == v1.get_run(run) and changed["metadata"] == {"c": "3"}
    gate.open()
    v1.ended(run, "completed")
    assert v1.post(path_of(run), metadata={"d": "4"})["metadata"] == {"d": "4"}
    assert v1.post(path_of(run))["metadata"] == {"d": "4"}, "an empty body changes nothing"
    assert v1.post(path_of(run), metadata=None)["metadata"] == {}


# Budgets


def test_the_completion_budget_is_for_the_whole_run(v1, thread):
    assistant = v1.assistant(tools=[WEATHER])["id"]
    v1.model.next(Generates(FunctionCall(), usage=(20, 40)), Says("Done."))
    run = v1.ended(v1.run(thread, assistant, max_completion_tokens=100), "requires_action")
    v1.ended(v1.submit(run, "sunny"), "completed")
    first, second = v1.model.calls
    assert (first.token_limit, second.token_limit) == (100, 60)


def test_a_run_whose_budget_is_used_up_is_incomplete(v1, thread):
    assistant = v1.assistant(tools=[WEATHER])["id"]
    v1.model.script = Generates(FunctionCall(), usage=(20, 100))
    run = v1.settled(v1.run(thread, assistant, max_completion_tokens=100))
    if run["status"] == "requires_action":
        run = v1.settled(v1.submit(run, "sunny"))
    assert (run["status"], run["incomplete_details"]) == ("incomplete", {"reason": "max_completion_tokens"})
    assert len(v1.model.calls) == 1
    v1.message(thread, "The thread is free")


def test_the_prompt_budget_shortens_what_is_told(v1, assistant):
    thread = v1.thread(*[f"message {number} " + "lorem ipsum " * 50 for number in range(20)])["id"]
    v1.completed(thread, assistant, max_prompt_tokens=1000)
    turns = v1.model.calls[0].turns
    assert 1 <= len(turns) < 20 and turns[-1].text.startswith("message 19 ")


def test_an_answer_cut_by_its_length_leaves_the_run_incomplete(v1, assistant, thread):
    v1.model.script = Says("Half", finish="length")
    run = v1.ended(v1.run(thread, assistant), "incomplete")
    assert (run["expires_at"], run["usage"]["total_tokens"]) == (None, 30)
    message = v1.messages(thread)[-1]
    assert (message["status"], message["incomplete_details"]) == ("incomplete", {"reason": "max_tokens"})
    assert [step["status"] for step in v1.steps(run)] == ["completed"]


# Failures

FAILURES = {
    "no such model": (Refuses(404, "no such model"), "server_error"),
    "a wrong key": (Refuses(401, "Incorrect API key provided: sk-secret"), "server_error"),
    "too much": (Refuses(429, "Slow down."), "rate_limit_exceeded"),
    "no quota": (Refuses(429, "You exceeded your quota.", "insufficient_quota"), "rate_limit_exceeded"),
    "too long": (Refuses(400, "maximum context length", "context_length_exceeded"), "invalid_prompt"),
    "a policy": (Refuses(400, "Not allowed.", "content_policy_violation"), "invalid_prompt"),
    "another refusal": (Refuses(400, "What?"), "server_error"),
    "a bad day": (Refuses(503), "server_error"),
    "an error in the stream": (Fails(), "server_error"),
    "a broken connection": (BreaksOff(), "server_error"),
}


@pytest.mark.parametrize("how", FAILURES)
def test_a_run_that_fails_says_why_and_frees_its_thread(v1, assistant, thread, how):
    script, code = FAILURES[how]
    v1.model.script = script
    run = v1.ended(v1.run(thread, assistant), "failed")
    assert run["last_error"]["code"] == code and run["last_error"]["message"]
    assert "sk-" not in run["last_error"]["message"] and "127.0.0.1" not in run["last_error"]["message"]
    assert run["failed_at"] is not None and run["expires_at"] is None
    v1.model.script = Says()
    v1.message(thread, "Again")
    v1.completed(thread, assistant)


# Cancelling and expiring


def test_a_run_in_progress_is_cancelled(v1, assistant, thread):
    gate = Gate()
    v1.model.script = Says("One, two, three.", middle=gate)
    run = v1.run(thread, assistant)
    gate.wait_until_reached()
    wait_until(lambda: len(v1.messages(thread)) == 2, "the message has begun")
    cancelling = v1.cancel(run)
    assert (cancelling["status"], cancelling["cancelled_at"]) == ("cancelling", None)
    ended = v1.ended(run, "cancelled")
    assert ended["cancelled_at"] and ended["expires_at"] is None and ended["completed_at"] is None
    message = v1.messages(thread)[-1]
    assert (message["status"], message["incomplete_details"]) == ("incomplete", {"reason": "run_cancelled"})
    assert [step["status"] for step in v1.steps(run)] == ["cancelled"]
    gate.open()
    time.sleep(0.05)
    assert v1.get_run(run) == ended and v1.messages(thread)[-1] == message, "nothing changes after the end"


def test_a_queued_run_is_cancelled(start_server, model):
    server = start_server(**model.settings(RUN_CONCURRENCY=1))
    server.model = model
    v1, gate = V1(server), Gate()
    assistant = v1.assistant()["id"]
    first = start(v1, v1.thread("Hello")["id"], assistant, gate)
    thread = v1.thread("Hello")["id"]
    queued = v1.run(thread, assistant)
    assert v1.get_run(queued)["status"] == "queued"
    refused(v1.try_post(f"/threads/{thread}/messages", role="user", content="x"))
    assert v1.cancel(queued)["status"] == "cancelling"
    v1.ended(queued, "cancelled")
    v1.message(thread, "Free")
    gate.open()
    v1.ended(first, "completed")
    assert len(model.calls) == 1


@pytest.mark.parametrize("where", ["before the first word", "in the middle", "in requires_action"])
def test_a_run_expires(start_server, model, where):
    server = start_server(**model.settings(RUN_TIMEOUT=2))
    server.model = model
    v1, gate = V1(server), Gate()
    thread, assistant = v1.thread("Hello")["id"], v1.assistant(tools=[WEATHER])["id"]
    model.script = {
        "before the first word": Says(before=gate),
        "in the middle": Says("One, two, three.", middle=gate),
        "in requires_action": calls_then_says(FunctionCall()),
    }[where]
    events = v1.stream_run(thread, assistant)
    run = events.until("thread.run.created")[-1].json
    assert run["expires_at"] == run["created_at"] + 2
    run = v1.settled(run, "expired", timeout=60)
    assert run["required_action"] is None and run["completed_at"] is None
    if where == "in the middle":
        assert v1.messages(thread)[-1]["incomplete_details"] == {"reason": "run_expired"}
    if where != "before the first word":
        assert [step["status"] for step in v1.steps(run)] == ["expired"]
    names = [event.name for event in events]
    ending = ["thread.run.requires_action", "done"] if "action" in where else ["thread.run.expired", "done"]
    assert names[-2:] == ending
    gate.open()
    model.script = Says()
    v1.message(thread, "Free again")
    v1.completed(thread, assistant)


# The lock of a thread


def test_of_many_runs_created_at_once_one_wins(v1, assistant):
    for _ in range(3):
        thread, gate = v1.thread("Hello")["id"], Gate()
        v1.model.reset(Says(before=gate))
        begin = threading.Barrier(20)

        def create(api):
            begin.wait()
            return api.try_post(f"/threads/{thread}/runs", assistant_id=assistant)

        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(create, [v1.separate() for _ in range(20)]))
        [won] = [answer.json() for answer in answers if answer.status_code == 200]
        for answer in answers:
            if answer.status_code != 200:
                text = f"Thread {thread} already has an active run {won['id']}."
                refused(answer, message=text, param=None, code=None)
        gate.open()
        v1.ended(won, "completed")
        assert len(v1.get(f"/threads/{thread}/runs")["data"]) == 1
        assert len(v1.model.calls) == 1


def test_messages_wait_for_the_end_of_a_run(v1, assistant, thread):
    gate = Gate()
    run = start(v1, thread, assistant, gate)
    text = f"Can't add messages to {thread} while a run {run['id']} is active."
    with ThreadPoolExecutor(10) as pool:
        apis = [v1.separate() for _ in range(10)]
        answers = pool.map(lambda api: api.try_post(f"/threads/{thread}/messages", role="user", content="x"), apis)
        for answer in answers:
            refused(answer, message=text, param=None, code=None)
    more = [{"role": "user", "content": "x"}]
    answer = v1.try_post(f"/threads/{thread}/runs", assistant_id=assistant, additional_messages=more)
    refused(answer, message=f"Thread {thread} already has an active run {run['id']}.")
    assert successful(v1.request("POST", f"/threads/{thread}", json={"metadata": {"a": "b"}}))
    assert len(v1.messages(thread)) == 1, "a refused run leaves no messages behind"
    gate.open()
    v1.ended(run, "completed")
    v1.message(thread, "Now it works")


def test_the_lock_is_free_the_moment_the_end_is_seen(v1, assistant, thread):
    """A client polls, sees the end, and posts at once; that many times, with several threads at the same time."""

    def one(number):
        api = v1.separate()
        thread = api.thread("Hello")["id"]
        for _ in range(12):
            run = api.run(thread, assistant)
            while run["status"] != "completed":
                assert run["status"] in ("queued", "in_progress"), run
                run = api.get_run(run)
            api.message(thread, f"{number}")
        return api.texts(thread)

    v1.model.script = Says("Yes")
    with ThreadPoolExecutor(4) as pool:
        for number, texts in enumerate(pool.map(one, range(4))):
            assert texts == [("user", "Hello"), *[("assistant", "Yes"), ("user", str(number))] * 12]


def test_what_a_run_wrote_is_there_the_moment_its_end_is_seen(v1, thread):
    assistant = v1.assistant(tools=[WEATHER])["id"]
    v1.model.script = Generates(Text("Let me look."), FunctionCall())
    run = v1.ended(v1.run(thread, assistant), "requires_action")
    assert v1.texts(thread)[-1] == ("assistant", "Let me look.")
    v1.model.script = Says("Done")
    v1.ended(v1.submit(run, "sunny"), "completed")
    assert [text_of(message) for message in v1.messages(thread, run_id=run["id"])] == ["Let me look.", "Done"]
    assert [step["type"] for step in v1.steps(run)] == ["message_creation", "tool_calls", "message_creation"]


def test_cancellations_at_any_moment_leave_all_in_order(v1, thread):
    """Runs are cancelled at moments of no one's choosing, some too late; each ends as one or the other."""
    assistant = v1.assistant(tools=[WEATHER])["id"]
    script = Generates(Text("One, two, three, four."), every=0.002)
    v1.model.script = Decides(lambda call: Generates(FunctionCall()) if "weather" in call.question else script)

    def one(number):
        api, chance = v1.separate(), random.Random(f"cancel {number}")
        thread = api.thread("weather" if number % 3 == 0 else "question")["id"]
        stream = api.stream_run(thread, assistant)
        run = next(stream).json
        time.sleep(chance.random() * 0.03)
        answer = api.separate().request("POST", f"{path_of(run)}/cancel")
        names = [event.name for event in stream]
        ended = api.separate().settled(run, *TERMINAL)
        if answer.status_code == 200:
            assert answer.json()["status"] == "cancelling"
        else:
            refused(answer, message=f"Cannot cancel run with status '{ended['status']}'.")
        assert names[-1] == "done"
        steps = api.steps(run)
        assert {step["status"] for step in steps} <= {ended["status"], "completed"}
        assert all(message["status"] != "in_progress" for message in api.messages(thread))
        api.message(thread, "Free")
        return ended["status"]

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(one, range(60)))
    assert set(statuses) <= {"cancelled", "completed"} and "cancelled" in statuses


def test_a_thread_with_an_active_run_may_be_deleted(v1, assistant, thread):
    gate = Gate()
    stream = None
    v1.model.script = Says("One, two, three.", middle=gate)
    stream = v1.stream_run(thread, assistant)
    stream.until("thread.message.delta")
    assert v1.separate().delete(f"/threads/{thread}")["deleted"] is True
    stream.rest()
    refused(v1.request("GET", f"/threads/{thread}"), 404, message=f"No thread found with id '{thread}'.")
    gate.open()


def test_polls_are_told_when_to_come_again(v1, assistant, thread):
    gate = Gate()
    run = start(v1, thread, assistant, gate)
    answer = v1.request("GET", path_of(run))
    assert 1 <= int(answer.headers["openai-poll-after-ms"]) <= 5000
    gate.open()
    v1.ended(run, "completed")
    assert "openai-poll-after-ms" not in v1.request("GET", path_of(run)).headers
