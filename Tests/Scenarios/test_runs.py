"""Runs: cancelled in every state, and followed by events."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from assistants_server import failed, successful, text_of, wait_until
from event_stream import WHOLE_RUN, collapsed
from scripted_model import Gate, Refuses, Says


def asked_thread(server, text="Count"):
    thread = server.new_thread()
    server.add_message(thread, text)
    return thread


def cancel(server, thread, run):
    return server.post(f"/api/v1/threads/{thread}/runs/{run}/cancel")


def test_a_run_in_progress_can_be_cancelled_and_the_model_is_stopped(chat_server):
    gate = Gate()
    chat_server.model.script = Says("one two three", middle=gate)
    thread = asked_thread(chat_server)
    run = chat_server.start_run(thread)["id"]
    gate.wait_until_reached()
    answer = successful(cancel(chat_server, thread, run))
    assert answer["id"] == run
    assert answer["status"] in ("cancelling", "cancelled")
    ended = chat_server.wait_for_run(thread, run, timeout=60)
    assert ended["status"] == "cancelled"
    assert ended["cancelled_at"] >= ended["created_at"]
    assert (ended["completed_at"], ended["failed_at"]) == (None, None)
    wait_until(lambda: chat_server.model.calls[0].ended == "disconnected", "the model is told to stop")
    gate.open()
    chat_server.model.script = Says()
    assert chat_server.chat("Next", thread)["message"].endswith("] Next")


def test_a_run_that_waits_for_the_first_token_can_be_cancelled(chat_server):
    gate = Gate()
    chat_server.model.script = Says(before=gate)
    thread = asked_thread(chat_server)
    run = chat_server.start_run(thread)["id"]
    gate.wait_until_reached()
    successful(cancel(chat_server, thread, run))
    assert chat_server.wait_for_run(thread, run, timeout=60)["status"] == "cancelled"
    gate.open()
    assert chat_server.texts(thread) == [("user", "Count")]


def test_a_queued_run_can_be_cancelled_and_is_never_answered(model, start_server):
    server = start_server(**model.settings(RUN_CONCURRENCY=1))
    gate = Gate()
    model.script = Says(before=gate)
    busy, waiting = asked_thread(server, "busy"), asked_thread(server, "waiting")
    first = server.start_run(busy)["id"]
    gate.wait_until_reached()
    second = server.start_run(waiting)["id"]
    assert server.get_run(waiting, second)["status"] == "queued"
    assert successful(cancel(server, waiting, second))["status"] in ("cancelling", "cancelled")
    assert server.wait_for_run(waiting, second, timeout=60)["status"] == "cancelled"
    gate.open()
    assert server.wait_for_run(busy, first)["status"] == "completed"
    assert server.chat("after", busy)["message"] == "[3] after"
    assert server.texts(waiting) == [("user", "waiting")]
    assert [call.question for call in model.calls] == ["busy", "after"]


def test_a_queued_chat_of_a_busy_thread_can_be_cancelled(one_chat_server):
    server, model = one_chat_server, one_chat_server.model
    thread = server.chat("Q0")["thread_id"]
    gate = Gate()
    model.script = Says(before=gate)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(server.separate().chat, "Q1", thread)
        gate.wait_until_reached()
        second = pool.submit(server.separate().try_chat, "Q2", thread)
        wait_until(lambda: len(server.runs(thread)) == 3, "the second chat has its run")
        successful(cancel(server, thread, server.runs(thread)[0]["id"]))
        response = second.result(timeout=60)
        assert response.status_code >= 400 and response.json()["detail"], response.text
        gate.open()
        assert first.result(timeout=60)["message"] == "[3] Q1"
    assert [run["status"] for run in server.runs(thread)] == ["cancelled", "completed", "completed"]
    assert server.chat("Q3", thread)["message"].endswith("Q3")


def test_a_run_that_has_ended_cannot_be_cancelled(chat_server):
    thread = chat_server.chat("Hello")["thread_id"]
    run = chat_server.runs(thread)[0]["id"]
    detail = failed(cancel(chat_server, thread, run), 400)
    assert detail == "Cannot cancel run with status 'completed'."


def test_a_cancelled_run_cannot_be_cancelled_again(chat_server):
    gate = Gate()
    chat_server.model.script = Says(before=gate)
    thread = asked_thread(chat_server)
    run = chat_server.start_run(thread)["id"]
    successful(cancel(chat_server, thread, run))
    chat_server.wait_for_run(thread, run)
    assert failed(cancel(chat_server, thread, run), 400) == "Cannot cancel run with status 'cancelled'."
    gate.open()


def test_a_thread_with_a_running_run_can_be_deleted(chat_server):
    gate = Gate()
    chat_server.model.script = Says("one two three", middle=gate)
    thread = asked_thread(chat_server)
    chat_server.start_run(thread)
    gate.wait_until_reached()
    successful(chat_server.delete(f"/api/v1/threads/{thread}"))
    failed(chat_server.get(f"/api/v1/threads/{thread}/messages"), 404)
    gate.open()
    chat_server.model.script = Says()
    assert chat_server.chat("Still well?")["message"] == "[1] Still well?"


def assert_whole(events, thread, run, text):
    assert collapsed(events) == WHOLE_RUN
    by_name = {event.name: event for event in events}
    assert by_name["thread.run.created"].json["status"] == "queued"
    assert by_name["thread.run.in_progress"].json["status"] == "in_progress"
    completed = by_name["thread.run.completed"].json
    assert (completed["id"], completed["thread_id"], completed["status"]) == (run, thread, "completed")
    assert completed["usage"]["total_tokens"] == 30
    step = by_name["thread.run.step.created"].json
    assert (step["object"], step["type"], step["run_id"]) == ("thread.run.step", "message_creation", run)
    message = by_name["thread.message.completed"].json
    assert step["step_details"]["message_creation"]["message_id"] == message["id"]
    assert text_of(message) == text
    assert (message["status"], message["role"], message["run_id"]) == ("completed", "assistant", run)
    deltas = [event.json for event in events if event.name == "thread.message.delta"]
    assert {delta["object"] for delta in deltas} == {"thread.message.delta"}
    assert {delta["id"] for delta in deltas} == {message["id"]}
    parts = [part for delta in deltas for part in delta["delta"]["content"]]
    assert {(part["index"], part["type"]) for part in parts} == {(0, "text")}
    assert "".join(part["text"]["value"] for part in parts) == text
    assert events[-1].data == "[DONE]"


def test_a_run_can_be_followed_from_its_beginning(chat_server):
    gate = Gate()
    chat_server.model.script = Says("one two three four", before=gate, pieces=4)
    thread = asked_thread(chat_server)
    run = chat_server.start_run(thread)["id"]
    stream = chat_server.run_events(thread, run)
    events = stream.until("thread.run.created")
    gate.open()
    events += stream.rest()
    assert_whole(events, thread, run, "one two three four")
    assert len([event for event in events if event.name == "thread.message.delta"]) >= 2


def test_a_run_can_be_followed_from_its_middle_without_losing_a_word(chat_server):
    gate = Gate()
    chat_server.model.script = Says("one two three four", middle=gate, pieces=4)
    thread = asked_thread(chat_server)
    run = chat_server.start_run(thread)["id"]
    gate.wait_until_reached()
    stream = chat_server.run_events(thread, run)
    events = stream.until("thread.message.delta")
    gate.open()
    assert_whole(events + stream.rest(), thread, run, "one two three four")


def test_a_run_can_be_followed_after_its_end(chat_server):
    thread = asked_thread(chat_server)
    run = chat_server.start_run(thread)["id"]
    chat_server.wait_for_run(thread, run)
    events = chat_server.run_events(thread, run).rest()
    names = collapsed(events)
    assert names[-2:] == ["thread.run.completed", "done"]
    assert [name for name in WHOLE_RUN if name in names] == names, "the events are out of order"
    assert events[-2].json["status"] == "completed"
    [message] = [event.json for event in events if event.name == "thread.message.completed"]
    assert text_of(message) == "[1] Count"
    assert message["id"] == chat_server.messages(thread)[-1]["id"]


def test_many_can_follow_one_run(chat_server):
    gate = Gate()
    chat_server.model.script = Says("one two three four", before=gate)
    thread = asked_thread(chat_server)
    run = chat_server.start_run(thread)["id"]
    streams = [chat_server.separate().run_events(thread, run) for _ in range(5)]
    gate.open()
    for stream in streams:
        assert_whole(stream.rest(), thread, run, "one two three four")


def test_one_who_stops_following_does_not_stop_the_run(chat_server):
    gate = Gate()
    chat_server.model.script = Says("one two three", middle=gate)
    thread = asked_thread(chat_server)
    run = chat_server.start_run(thread)["id"]
    stream = chat_server.run_events(thread, run)
    stream.until("thread.message.delta")
    stream.close()
    gate.open()
    assert chat_server.wait_for_run(thread, run)["status"] == "completed"


def test_the_events_of_a_cancelled_run_end_with_its_cancellation(chat_server):
    gate = Gate()
    chat_server.model.script = Says("one two three", middle=gate)
    thread = asked_thread(chat_server)
    run = chat_server.start_run(thread)["id"]
    stream = chat_server.run_events(thread, run)
    stream.until("thread.message.delta")
    successful(cancel(chat_server, thread, run))
    names = collapsed(stream.rest())
    assert names[-2:] == ["thread.run.cancelled", "done"]
    assert "thread.run.completed" not in names
    gate.open()


def test_the_events_of_a_failed_run_end_with_its_failure(chat_server):
    chat_server.model.script = Refuses(400, "The prompt is too strange.")
    thread = asked_thread(chat_server)
    run = chat_server.start_run(thread)["id"]
    for _ in range(2):
        events = chat_server.run_events(thread, run).rest()
        assert collapsed(events)[-2:] == ["thread.run.failed", "done"]
        assert "The prompt is too strange." in events[-2].json["last_error"]["message"]


@pytest.mark.parametrize("order", ["chat first", "run first"])
def test_runs_and_chats_of_one_thread_take_turns(chat_server, order):
    thread = asked_thread(chat_server, "Q0")
    gate = Gate()
    chat_server.model.script = Says(before=gate)
    with ThreadPoolExecutor(1) as pool:
        run = chat_server.start_run(thread)["id"] if order == "run first" else None
        chat = pool.submit(chat_server.separate().chat, "Q1", thread)
        wait_until(lambda: len(chat_server.runs(thread)) == (2 if run else 1), "the chat has its run")
        gate.wait_until_reached()
        if run is None:
            response = chat_server.post(f"/api/v1/threads/{thread}/runs")
            run = response.json().get("id") if response.status_code == 200 else failed(response, 400, 409) and None
        gate.open()
        assert chat.result(timeout=60)["message"].endswith("Q1")
    if run:
        assert chat_server.wait_for_run(thread, run)["status"] == "completed"
    assert len({message["id"] for message in chat_server.messages(thread)}) == len(chat_server.messages(thread))
