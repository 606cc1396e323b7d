"""The event streams of runs, event by event: sequences, snapshots, deltas, and clients that come and go."""

import json
import socket
import threading
import time
from http.client import HTTPConnection

import pytest

from assistants_server import Server, text_of, wait_until
from scripted_model import (
    BreaksOff,
    Fails,
    FunctionCall,
    Gate,
    Generates,
    Refusal,
    Refuses,
    Says,
    ScriptedModel,
    Text,
    calls_then_says,
)
from v1_api import V1, WEATHER, calls_of, names_of, path_of, refused

CREATED = ["run.created", "run.queued", "run.in_progress"]
OPENED = ["run.step.created", "run.step.in_progress", "message.created", "message.in_progress", "message.delta"]
COMPLETED = ["message.completed", "run.step.completed", "run.completed", "done"]
CALLED = ["run.step.created", "run.step.in_progress", "run.step.delta", "run.requires_action", "done"]


@pytest.fixture(scope="module", autouse=True)
def idle_stream(binary, observer, tmp_path_factory):
    """A stream whose model is silent, opened before all tests of this file."""
    gate = Gate()
    model = ScriptedModel(script=Says(before=gate))
    server = Server(binary, tmp_path_factory.mktemp("idle"), observer, **model.settings())
    try:
        v1 = V1(server.start())
        stream = v1.stream_run(v1.thread("Hello")["id"], v1.assistant()["id"])
        stream.opened = time.monotonic()
        yield stream, gate
    finally:
        gate.open()
        server.close()
        model.close()


@pytest.fixture
def assistant(v1):
    return v1.assistant(tools=[WEATHER])["id"]


@pytest.fixture
def thread(v1):
    return v1.thread("Hello")["id"]


def data_of(events, name):
    return [event.json for event in events if event.name == f"thread.{name}"]


def only(events, name):
    [data] = data_of(events, name)
    return data


# Sequences


def test_a_plain_answer(v1, assistant, thread):
    v1.model.script = Says("Hello there, 여러분 👋", pieces=4)
    events = v1.stream_run(thread, assistant).rest()
    assert names_of(events) == CREATED + OPENED + COMPLETED
    assert events[-1].data == "[DONE]"

    created, queued, in_progress = (only(events, name) for name in CREATED)
    assert created == queued and created["status"] == "queued" and created["started_at"] is None
    assert in_progress == created | {"status": "in_progress", "started_at": in_progress["started_at"]}
    assert created["expires_at"] > created["created_at"]

    step = only(events, "run.step.created")
    assert step == only(events, "run.step.in_progress")
    message = only(events, "message.created")
    assert message == only(events, "message.in_progress")
    assert (message["status"], message["content"], message["completed_at"]) == ("in_progress", [], None)
    assert step["step_details"] == {"type": "message_creation", "message_creation": {"message_id": message["id"]}}
    assert (step["status"], step["usage"], step["expires_at"]) == ("in_progress", None, created["expires_at"])

    deltas = data_of(events, "message.delta")
    assert {delta["id"] for delta in deltas} == {message["id"]}
    parts = [delta["delta"]["content"] for delta in deltas]
    assert all(len(part) == 1 and part[0]["index"] == 0 and part[0]["type"] == "text" for part in parts)
    assert parts[0][0]["text"] == {"value": parts[0][0]["text"]["value"], "annotations": []}
    assert all(list(part[0]["text"]) == ["value"] for part in parts[1:])
    assert "".join(part[0]["text"]["value"] for part in parts) == "Hello there, 여러분 👋"
    assert all(list(delta["delta"]) == ["content"] for delta in deltas), "the role is left out"

    message = only(events, "message.completed")
    assert (message["status"], text_of(message)) == ("completed", "Hello there, 여러분 👋")
    assert message["completed_at"] is not None
    step = only(events, "run.step.completed")
    assert (step["status"], step["usage"]["total_tokens"]) == ("completed", 30)
    run = only(events, "run.completed")
    assert (run["status"], run["expires_at"], run["usage"]["total_tokens"]) == ("completed", None, 30)

    assert v1.messages(thread)[-1] == message
    assert v1.get_run(run) == run
    assert v1.steps(run) == [step | {"expires_at": None}]


def test_a_function_is_called_and_its_output_streamed_on(v1, assistant, thread):
    arguments = ['{"city":"Seoul"}', '{"city":"부산"}']
    v1.model.script = calls_then_says(*(FunctionCall(arguments=text, pieces=3) for text in arguments))
    events = v1.stream_run(thread, assistant).rest()
    assert names_of(events) == CREATED + CALLED
    step = only(events, "run.step.created")
    assert step["step_details"] == {"type": "tool_calls", "tool_calls": []}

    calls = calls_of(only(events, "run.requires_action"))
    pieces = [piece for delta in data_of(events, "run.step.delta") for piece in called(delta)]
    assert [piece["index"] for piece in pieces] == sorted(piece["index"] for piece in pieces)
    for index, call in enumerate(calls):
        first, *rest = [piece for piece in pieces if piece["index"] == index]
        assert first == {
            "index": index,
            "id": call["id"],
            "type": "function",
            "function": {"name": "get_weather", "arguments": "", "output": None},
        }
        assert all(list(piece) == ["index", "type", "function"] for piece in rest)
        assert all(list(piece["function"]) == ["arguments"] for piece in rest)
        assert "".join(piece["function"]["arguments"] for piece in rest) == arguments[index]
        assert call["function"] == {"name": "get_weather", "arguments": arguments[index]}
        assert len(rest) >= 3, "fragments leave as they come"

    waiting = only(events, "run.requires_action")
    assert (waiting["usage"], waiting["status"]) == (None, "requires_action")
    assert v1.get_run(waiting) == waiting
    assert [step["status"] for step in v1.steps(waiting)] == ["in_progress"]

    events = v1.stream_submit(waiting, "sunny", "rainy").rest()
    assert names_of(events) == ["run.step.completed", "run.queued", "run.in_progress", *OPENED, *COMPLETED]
    done = data_of(events, "run.step.completed")[0]
    assert (done["id"], done["usage"]["total_tokens"]) == (step["id"], 30)
    assert [call["function"]["output"] for call in done["step_details"]["tool_calls"]] == ["sunny", "rainy"]
    queued = only(events, "run.queued")
    assert (queued["required_action"], queued["started_at"]) == (None, waiting["started_at"])
    run = only(events, "run.completed")
    assert run["usage"]["total_tokens"] == 60
    assert v1.get_run(run) == run
    assert v1.texts(thread)[-1] == ("assistant", "It is sunny.")


def called(delta):
    assert delta["delta"]["step_details"]["type"] == "tool_calls"
    return delta["delta"]["step_details"]["tool_calls"]


def test_a_text_before_the_calls_is_complete_before_them(v1, assistant, thread):
    v1.model.script = Generates(Text("Let me look."), FunctionCall())
    events = v1.stream_run(thread, assistant).rest()
    assert names_of(events) == [*CREATED, *OPENED, "message.completed", "run.step.completed", *CALLED]
    said, called = v1.steps(only(events, "run.requires_action"))
    assert [step["type"] for step in (said, called)] == ["message_creation", "tool_calls"]
    assert v1.texts(thread) == [("user", "Hello"), ("assistant", "Let me look.")]


def test_a_second_round_of_calls(v1, assistant, thread):
    v1.model.next(Generates(FunctionCall()), Generates(FunctionCall(arguments="{}")), Says("Done."))
    waiting = only(v1.stream_run(thread, assistant).rest(), "run.requires_action")
    events = v1.stream_submit(waiting, "1").rest()
    assert names_of(events) == ["run.step.completed", "run.queued", "run.in_progress", *CALLED]
    again = only(events, "run.requires_action")
    assert calls_of(again)[0]["id"] != calls_of(waiting)[0]["id"]
    events = v1.stream_submit(again, "2").rest()
    assert names_of(events)[-4:] == COMPLETED
    assert only(events, "run.completed")["usage"]["total_tokens"] == 90
    assert [output for _, output in v1.model.calls[-1].tool_outputs] == ["1", "2"]


def test_a_thread_is_created_with_its_run(v1, assistant):
    body = {"messages": [{"role": "user", "content": "Hello"}], "metadata": {"a": "b"}}
    events = v1.stream("/threads/runs", assistant_id=assistant, thread=body).rest()
    assert names_of(events) == ["created", *CREATED, *OPENED, *COMPLETED]
    thread = events[0].json
    assert (thread["object"], thread["metadata"]) == ("thread", {"a": "b"})
    assert v1.get(f"/threads/{thread['id']}") == thread
    assert only(events, "run.created")["thread_id"] == thread["id"]


def test_a_refusal_is_a_part_of_its_own(v1, assistant, thread):
    v1.model.script = Generates(Refusal("I cannot help with that."))
    events = v1.stream_run(thread, assistant).rest()
    assert names_of(events) == CREATED + OPENED + COMPLETED
    parts = [delta["delta"]["content"][0] for delta in data_of(events, "message.delta")]
    assert "".join(part["refusal"] for part in parts) == "I cannot help with that."
    assert {(part["index"], part["type"]) for part in parts} == {(0, "refusal")}
    message = only(events, "message.completed")
    assert message["content"] == [{"type": "refusal", "refusal": "I cannot help with that."}]


@pytest.mark.parametrize(
    ("finish", "reason", "details"),
    [("length", "max_tokens", {"reason": "max_completion_tokens"}), ("content_filter", "content_filter", None)],
)
def test_an_answer_that_is_cut(v1, assistant, thread, finish, reason, details):
    v1.model.script = Says("Half an answer", finish=finish)
    events = v1.stream_run(thread, assistant).rest()
    assert names_of(events) == [
        *CREATED,
        *OPENED,
        *("message.incomplete", "run.step.completed", "run.incomplete", "done"),
    ]
    message = only(events, "message.incomplete")
    assert (message["status"], message["incomplete_details"]) == ("incomplete", {"reason": reason})
    assert message["incomplete_at"] is not None and message["completed_at"] is None
    assert text_of(message) == "Half an answer"
    run = only(events, "run.incomplete")
    assert (run["status"], run["usage"]["total_tokens"]) == ("incomplete", 30)
    if details:
        assert run["incomplete_details"] == details
    assert v1.get_run(run) == run and v1.messages(thread)[-1] == message


def test_a_failure_in_the_middle(v1, assistant, thread):
    v1.model.script = Fails("CUDA error", after="Half an ")
    events = v1.stream_run(thread, assistant).rest()
    assert names_of(events) == [*CREATED, *OPENED, "message.incomplete", "run.step.failed", "run.failed", "done"]
    message = only(events, "message.incomplete")
    assert (text_of(message), message["incomplete_details"]) == ("Half an ", {"reason": "run_failed"})
    step, run = only(events, "run.step.failed"), only(events, "run.failed")
    assert step["last_error"]["code"] == run["last_error"]["code"] == "server_error"
    assert step["failed_at"] is not None and run["failed_at"] is not None and run["expires_at"] is None
    assert v1.get_run(run) == run and v1.messages(thread)[-1] == message
    v1.message(thread, "The thread is free")


@pytest.mark.parametrize("script", [Refuses(400, "No."), BreaksOff(), Fails()], ids=["refused", "broken", "failed"])
def test_a_failure_before_the_first_word(v1, assistant, thread, script):
    v1.model.script = script
    events = v1.stream_run(thread, assistant).rest()
    assert names_of(events) == [*CREATED, "run.failed", "done"]
    run = only(events, "run.failed")
    assert v1.steps(run) == [] and len(v1.messages(thread)) == 1


def test_a_failure_after_the_output_of_a_function(v1, assistant, thread):
    v1.model.next(Generates(FunctionCall()), Refuses(500))
    waiting = only(v1.stream_run(thread, assistant).rest(), "run.requires_action")
    events = v1.stream_submit(waiting, "sunny").rest()
    assert names_of(events) == ["run.step.completed", "run.queued", "run.in_progress", "run.failed", "done"]
    assert [step["status"] for step in v1.steps(waiting)] == ["completed"]
    assert only(events, "run.failed")["usage"]["total_tokens"] == 30


def test_a_cancellation_in_the_middle(v1, assistant, thread):
    gate = Gate()
    v1.model.script = Says("One, two, three.", middle=gate)
    stream = v1.stream_run(thread, assistant)
    run = stream.until("thread.message.delta")[0].json
    answer = v1.separate().cancel(run)
    assert (answer["status"], answer["cancelled_at"], answer["expires_at"]) == ("cancelling", None, run["expires_at"])
    events = stream.rest()
    assert names_of(events) == [
        *("run.cancelling", "message.incomplete", "run.step.cancelled", "run.cancelled", "done"),
    ]
    message = only(events, "message.incomplete")
    assert message["incomplete_details"] == {"reason": "run_cancelled"} and text_of(message)
    run = only(events, "run.cancelled")
    assert run["cancelled_at"] is not None and run["expires_at"] is None
    assert v1.get_run(run) == run and v1.messages(thread)[-1] == message
    wait_until(lambda: v1.model.calls[0].ended == "disconnected", "the model is no longer asked")
    gate.open()


def test_a_cancellation_before_the_first_word(v1, assistant, thread):
    gate = Gate()
    v1.model.script = Says(before=gate)
    stream = v1.stream_run(thread, assistant)
    run = stream.until("thread.run.in_progress")[0].json
    v1.separate().cancel(run)
    assert names_of(stream.rest()) == ["run.cancelling", "run.cancelled", "done"]
    assert len(v1.messages(thread)) == 1
    gate.open()


# How they are sent


def test_a_stream_has_the_headers_of_the_api(v1, assistant, thread):
    answer = v1.request(
        "POST", f"/threads/{thread}/runs", json={"assistant_id": assistant, "stream": True}, stream=True
    )
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["openai-version"] == "2020-10-01"
    assert answer.headers["x-request-id"].startswith("req_")
    assert int(answer.headers["openai-processing-ms"]) >= 0
    assert "content-encoding" not in answer.headers
    for block in answer.content.decode().removesuffix("\n\n").split("\n\n"):
        name, data = block.split("\n")
        assert name.startswith("event: ") and data.startswith("data: ")


def test_what_is_refused_is_refused_before_the_stream(v1, assistant):
    answer = v1.try_post("/threads/thread_none/runs", assistant_id=assistant, stream=True)
    refused(answer, 404, message="No thread found with id 'thread_none'.")
    assert answer.headers["content-type"] == "application/json"


def test_deltas_leave_as_they_come(v1, assistant, thread):
    gate = Gate()
    v1.model.script = Says("One, two, three.", middle=gate)
    stream = v1.stream_run(thread, assistant)
    first = stream.until("thread.message.delta")[-1].json
    assert first["delta"]["content"][0]["text"]["value"]
    gate.open()
    assert stream.rest()[-1].name == "done"


def test_a_reader_that_leaves_does_not_stop_the_run(v1, assistant, thread):
    gate = Gate()
    v1.model.script = Says("One, two, three.", middle=gate)
    stream = v1.stream_run(thread, assistant)
    run = stream.until("thread.message.delta")[0].json
    stream.close()
    time.sleep(0.1)
    assert v1.get_run(run)["status"] == "in_progress"
    gate.open()
    v1.ended(run, "completed")
    assert v1.texts(thread)[-1] == ("assistant", "One, two, three.")


def test_a_reader_that_does_not_read_does_not_hold_up_the_run_and_misses_nothing(v1, assistant, thread):
    text = "가나다라마바사아자차카타파하" * 150_000
    v1.model.script = Says(text)
    connection = HTTPConnection("127.0.0.1", v1.server.port, timeout=60)
    connection.connect()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    body = json.dumps({"assistant_id": assistant, "stream": True})
    headers = {"openai-beta": "assistants=v2", "content-type": "application/json"}
    connection.request("POST", f"/v1/threads/{thread}/runs", body, headers)
    [run] = wait_until(lambda: v1.get(f"/threads/{thread}/runs")["data"], "the run exists")
    v1.settled(run, "completed", timeout=60)

    blocks = [dict(line.split(": ", 1) for line in block.split("\n"))
              for block in connection.getresponse().read().decode().split("\n\n") if block]
    connection.close()
    deltas = [json.loads(block["data"]) for block in blocks if block["event"] == "thread.message.delta"]
    assert "".join(delta["delta"]["content"][0]["text"]["value"] for delta in deltas) == text
    assert blocks[-1] == {"event": "done", "data": "[DONE]"}


def test_everything_is_readable_the_moment_it_is_announced(v1, assistant):
    """The state that an event shows can be read, and acted upon, at once."""
    v1.model.script = calls_then_says(FunctionCall())
    for number in range(10):
        thread = v1.thread(f"Question {number}")["id"]
        for event in v1.stream_run(thread, assistant):
            if event.name == "thread.run.requires_action":
                run = event.json
                assert v1.separate().get(path_of(run)) == run
                stream = v1.separate().stream_submit(run, "sunny")
        for event in stream:
            if event.name == "thread.run.completed":
                v1.separate().message(thread, "One more")
        assert v1.texts(thread)[-1] == ("user", "One more")


def test_an_idle_stream_is_kept_alive_by_comments(idle_stream):
    """The stream was opened before the first test of this file, as the comments are some fifteen seconds apart."""
    stream, gate = idle_stream
    threading.Timer(16 - (time.monotonic() - stream.opened), gate.open).start()
    assert stream.rest()[-1].name == "done"
    assert stream.comments >= 1
