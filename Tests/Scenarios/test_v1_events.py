"""The events of a run, read again from any point: at work, waiting for outputs, ended, and after a kill."""

import json
import time
from dataclasses import dataclass
from typing import Any

import pytest

from assistants_server import wait_until
from scripted_model import FunctionCall, Gate, Says, calls_then_says
from v1_api import V1, WEATHER, path_of


@dataclass
class Numbered:
    """An event with its number; `done` has none."""

    name: str
    number: int | None
    data: Any


def numbered(response):
    """The events of an answer, as they arrive. Number and data stand in one block."""
    buffer = b""
    for chunk in response.iter_content(None):
        buffer += chunk
        while b"\n\n" in buffer:
            block, buffer = buffer.split(b"\n\n", 1)
            if block.startswith(b":"):
                continue
            fields = dict(line.split(": ", 1) for line in block.decode().split("\n"))
            assert set(fields) <= {"event", "id", "data"} and {"event", "data"} <= set(fields), block
            number = int(fields["id"]) if "id" in fields else None
            data = fields["data"] if fields["event"] == "done" else json.loads(fields["data"])
            yield Numbered(fields["event"], number, data)
    assert not buffer


def events(v1, run, after=None, **options):
    query = {} if after is None else {"starting_after": after}
    response = v1.request("GET", f"{path_of(run)}/events", params=query, stream=True, **options)
    assert response.status_code == 200, response.text
    return numbered(response)


def shown(found):
    return [(event.name, event.data) for event in found]


@pytest.fixture
def assistant(v1):
    return v1.assistant(tools=[WEATHER])["id"]


def test_a_run_that_has_ended_is_told_again_from_any_point(v1, assistant):
    v1.model.script = Says("One two three four", pieces=4)
    stream = v1.stream_run(v1.thread("Hello")["id"], assistant).rest()
    told = [(event.name, event.data if event.name == "done" else event.json) for event in stream]
    run = stream[0].json

    again = list(events(v1, run))

    assert shown(again) == told
    assert [event.number for event in again] == [*range(1, len(again)), None]
    for number in range(len(again)):
        assert list(events(v1, run, after=number)) == again[number:]
    assert [event.name for event in events(v1, run, after=len(again) + 5)] == ["done"]


def test_a_run_at_work_is_followed_by_several_readers(v1, assistant):
    gate = Gate()
    v1.model.script = Says("One two three four", pieces=4, middle=gate)
    run = v1.run(v1.thread("Hello")["id"], assistant)
    gate.wait_until_reached()
    first, second = events(v1.separate(), run), events(v1.separate(), run, after=3)
    head = [next(first) for _ in range(5)]
    assert next(second).number == 4
    gate.open()
    whole = head + list(first)
    assert whole[3].number == 4 and list(second) == whole[4:]
    assert whole[-2].name == "thread.run.completed" and whole[-1].name == "done"
    assert list(events(v1, run)) == whole


def test_functions_are_told_in_order_and_each_wait_ends_a_reading(v1, assistant):
    v1.model.script = calls_then_says(FunctionCall(), FunctionCall(), text="It is sunny.")
    run = v1.ended(v1.run(v1.thread("Weather?")["id"], assistant), "requires_action")
    before = list(events(v1, run))
    assert [event.name for event in before[-2:]] == ["thread.run.requires_action", "done"]

    v1.ended(v1.submit(run, "sunny", "rainy"), "completed")

    behind = list(events(v1, run, after=before[-2].number))
    assert behind[0].name == "thread.run.step.completed" and behind[0].number == before[-2].number + 1
    outputs = [call["function"]["output"] for call in behind[0].data["step_details"]["tool_calls"]]
    assert outputs == ["sunny", "rainy"]
    assert list(events(v1, run)) == before[:-1] + behind


def test_a_browser_that_reconnects_goes_on_behind_what_it_has(v1, assistant):
    run = v1.completed(v1.thread("Hello")["id"], assistant)
    whole = list(events(v1, run))
    assert list(events(v1, run, headers={"last-event-id": "4", "openai-beta": ""})) == whole[4:]


@pytest.mark.parametrize("value, code", [("x", "invalid_type"), ("-1", "integer_below_min_value")])
def test_a_point_that_is_none_is_refused(v1, assistant, value, code):
    run = v1.completed(v1.thread("Hello")["id"], assistant)
    refusal = v1.request("GET", f"{path_of(run)}/events", params={"starting_after": value})
    assert refusal.status_code == 400
    assert refusal.json()["error"]["code"] == code and refusal.json()["error"]["param"] == "starting_after"


def test_events_outlive_a_kill_and_a_deleted_message_takes_no_number(make_server, model, server):
    mine = make_server(**model.settings("chat_completions")).start()
    mine.model = model
    v1 = V1(mine)
    model.script = Says("One two three", pieces=3)
    assistant = v1.assistant()["id"]
    run = v1.completed(v1.thread("Hello")["id"], assistant)
    whole = list(events(v1, run))

    mine.kill()
    mine.restart()
    assert list(events(v1, run)) == whole

    [message] = [event.data["id"] for event in whole if event.name == "thread.message.completed"]
    v1.delete(f"/threads/{run['thread_id']}/messages/{message}")
    rest = list(events(v1, run))
    assert [event for event in whole if "message" not in event.name or "step" in event.name] == rest


def test_a_reader_of_a_run_that_is_taken_up_misses_nothing(make_server, model, server):
    """What a process told and did not store is told anew, under higher numbers."""
    mine = make_server(**model.settings("chat_completions")).start()
    mine.model = model
    v1 = V1(mine)
    gate = Gate()
    model.script = Says("Half an answer", middle=gate)
    run = v1.run(v1.thread("Hello")["id"], v1.assistant()["id"])
    gate.wait_until_reached()
    reader = events(v1.separate(), run)
    seen = [next(reader) for _ in range(8)]
    assert seen[-1].name == "thread.message.delta"

    mine.kill()
    gate.open()
    model.reset(Says("Whole answer"))
    mine.restart()
    v1.ended(run, "completed")

    rest = list(events(v1, run, after=seen[-1].number))
    deltas = [event.data for event in rest if event.name == "thread.message.delta"]
    text = "".join(delta["delta"]["content"][0]["text"]["value"] for delta in deltas)
    assert text == "Whole answer" and rest[0].number > seen[-1].number
    assert [event.name for event in rest[-2:]] == ["thread.run.completed", "done"]


def test_events_are_forgotten_after_their_time_and_the_end_is_known_still(make_server, model, server):
    mine = make_server(**model.settings("chat_completions", EVENT_RETENTION=1)).start()
    mine.model = model
    v1 = V1(mine)
    run = v1.completed(v1.thread("Hello")["id"], v1.assistant()["id"])
    assert len(list(events(v1, run))) > 5
    time.sleep(2)
    # The first look for events to forget is at the start.
    mine.kill()
    mine.restart()
    forgotten = wait_until(
        lambda: [event.name for event in events(v1, run)] == ["thread.run.completed", "done"], "events are forgotten"
    )
    assert forgotten
