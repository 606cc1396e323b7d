"""Clients that ask again and again hear of a run's end at once; runs that meet another one on their thread."""

import time

import pytest

from assistants_server import text_of
from scripted_model import FunctionCall, Gate, Generates, Says, calls_then_says
from v1_api import V1, WEATHER, path_of

HELPER = {"x-stainless-poll-helper": "true"}


@pytest.fixture
def assistant(v1):
    return v1.assistant(tools=[WEATHER])["id"]


@pytest.fixture
def thread(v1):
    return v1.thread("Hello")["id"]


def poll(v1, run, **headers):
    """(seconds, answer) of one question for the run."""
    start = time.monotonic()
    answer = v1.request("GET", path_of(run), headers=headers)
    assert answer.status_code == 200
    return time.monotonic() - start, answer


# Polls


@pytest.mark.alone
@pytest.mark.parametrize("headers", [HELPER, {"prefer": "wait=5"}])
def test_a_poll_is_held_until_the_end(v1, assistant, thread, headers):
    v1.model.script = Says(first_after=0.6)
    run = v1.run(thread, assistant)
    seconds, answer = poll(v1, run, **headers)
    assert answer.json()["status"] == "completed" and 0.3 < seconds < 4.9
    assert "openai-poll-after-ms" not in answer.headers
    assert answer.headers.get("preference-applied") == ("wait=5" if "prefer" in headers else None)


def test_a_poll_is_held_until_functions_are_called(v1, assistant, thread):
    v1.model.script = Generates(FunctionCall())
    _, answer = poll(v1, v1.run(thread, assistant), **HELPER)
    assert answer.json()["status"] == "requires_action"


def test_a_plain_question_is_answered_at_once_and_told_when_to_come_back(v1, assistant, thread):
    gate = Gate()
    v1.model.script = Says(before=gate)
    run = v1.run(thread, assistant)
    gate.wait_until_reached()
    seconds, answer = poll(v1, run)
    assert answer.json()["status"] == "in_progress" and seconds < 5
    assert 1 <= int(answer.headers["openai-poll-after-ms"]) <= 1000
    gate.open()
    v1.settled(run)


def test_a_poll_is_not_held_for_longer_than_it_asks(v1, assistant, thread):
    gate = Gate()
    v1.model.script = Says(before=gate)
    run = v1.run(thread, assistant)
    seconds, answer = poll(v1, run, prefer="wait=1")
    assert answer.json()["status"] in ("queued", "in_progress") and 0.9 < seconds < 30
    gate.open()
    v1.settled(run)


@pytest.mark.alone
def test_a_client_with_little_patience_is_not_held_beyond_it(v1, assistant, thread):
    gate = Gate()
    v1.model.script = Says(before=gate)
    run = v1.run(thread, assistant)
    seconds, answer = poll(v1, run, **HELPER, **{"x-stainless-read-timeout": "6.0"})
    assert answer.json()["status"] in ("queued", "in_progress") and 0.9 < seconds < 5.9
    gate.open()
    v1.settled(run)


@pytest.mark.alone
def test_one_setting_leaves_polls_to_the_clients(make_server, model, server):
    mine = make_server(**model.settings("chat_completions", POLL_HOLD=0)).start()
    mine.model = model
    v1 = V1(mine)
    gate = Gate()
    model.script = Says(before=gate)
    run = v1.run(v1.thread("Hello")["id"], v1.assistant()["id"])
    for headers in (HELPER, {"prefer": "wait=5"}):
        seconds, answer = poll(v1, run, **headers)
        assert seconds < 5 and "openai-poll-after-ms" not in answer.headers
    gate.open()
    v1.settled(run)


# A run that meets another one


def test_a_run_may_wait_for_the_one_before_it(v1, assistant, thread):
    gate = Gate()
    v1.model.script = Says(before=gate)
    first = v1.run(thread, assistant)
    gate.wait_until_reached()
    waiting = [
        v1.run(
            thread,
            assistant,
            on_active_run="enqueue",
            additional_messages=[{"role": "user", "content": f"question {number}"}],
        )
        for number in range(3)
    ]
    assert all(v1.get_run(run)["status"] == "queued" for run in waiting)
    v1.model.script = Says(lambda call: f"answer to {call.question}")
    gate.open()
    for run in [first, *waiting]:
        v1.ended(run, "completed")
    texts = [text for _, text in v1.texts(thread)][2:]
    assert texts == [text for number in range(3) for text in (f"question {number}", f"answer to question {number}")]


def test_a_run_may_take_the_place_of_the_one_before_it(v1, assistant, thread):
    gate = Gate()
    v1.model.script = Says(before=gate)
    first = v1.run(thread, assistant)
    gate.wait_until_reached()
    v1.model.script = Says("The second")
    second = v1.run(thread, assistant, on_active_run="interrupt")
    v1.ended(second, "completed")
    assert v1.settled(first)["status"] == "cancelled"
    assert text_of(v1.messages(thread)[-1]) == "The second"
    gate.open()


def test_a_run_may_take_the_place_of_one_that_waits_for_outputs(v1, assistant, thread):
    v1.model.script = Generates(FunctionCall())
    first = v1.ended(v1.run(thread, assistant), "requires_action")
    v1.model.script = Says("The second")
    v1.ended(v1.run(thread, assistant, on_active_run="interrupt"), "completed")
    assert v1.get_run(first)["status"] == "cancelled"


# Outputs in parts


def test_outputs_may_come_one_by_one(v1, assistant, thread):
    v1.model.script = calls_then_says(FunctionCall(), FunctionCall(), FunctionCall())
    run = v1.ended(v1.run(thread, assistant), "requires_action")
    calls = [call["id"] for call in run["required_action"]["submit_tool_outputs"]["tool_calls"]]
    path = f"{path_of(run)}/submit_tool_outputs"

    def submit(*ids, **body):
        outputs = [{"tool_call_id": id, "output": f"of {id}"} for id in ids]
        return v1.try_post(path, tool_outputs=outputs, **body)

    refusal = submit(calls[1])
    assert refusal.json()["error"]["message"] == f"Expected tool outputs for call_ids {calls}, got {[calls[1]]}"
    partly = submit(calls[1], partial=True).json()
    assert partly["status"] == "requires_action"
    missing = partly["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert [call["id"] for call in missing] == [calls[0], calls[2]]
    assert submit(calls[1], partial=True).json() == partly
    assert submit(calls[0], calls[2], partial=True).json()["status"] == "queued"
    done = v1.ended(run, "completed")
    [step] = [step for step in v1.steps(done) if step["type"] == "tool_calls"]
    assert [call["function"]["output"] for call in step["step_details"]["tool_calls"]] == [f"of {id}" for id in calls]
