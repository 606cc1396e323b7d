"""Conversations: plain and streamed, remembered, many at once, with clients that leave."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistants_server import failed, successful, text_of, wait_until
from event_stream import collapsed
from scripted_model import Gate, Says


def assert_conversation(server, thread, questions):
    """The thread is Q A Q A …, each answer belonging to the question before it."""
    expected = []
    for number, question in enumerate(questions):
        expected += [("user", question), ("assistant", f"[{2 * number + 1}] {question}")]
    assert server.texts(thread) == expected


def test_the_model_gets_the_question_the_instructions_the_model_name_and_the_key(chat_server, protocol):
    chat_server.chat("클릭률이 가장 높은 광고는?")
    [call] = chat_server.model.calls
    assert call.protocol == protocol
    assert call.streaming
    assert call.model == "scripted-model"
    assert call.headers["authorization"] == "Bearer sk-scripted-0123456789"
    assert len(call.instructions) > 100
    assert [(turn.role, turn.text) for turn in call.turns] == [("user", "클릭률이 가장 높은 광고는?")]


def test_nothing_is_stored_at_the_backend(chat_server, protocol):
    chat_server.chat("Hello")
    body = chat_server.model.calls[0].body
    assert body.get("store", protocol == "responses") is False
    assert "previous_response_id" not in body and "conversation" not in body
    assert "tools" not in body and "tool_choice" not in body and "parallel_tool_calls" not in body


def test_a_stream_has_the_ids_the_pieces_the_answer_and_the_end(chat_server):
    chat_server.model.script = Says("one two three four", pieces=4)
    events = chat_server.chat_stream("Count").rest()
    assert collapsed(events) == ["start", "delta", "message", "done"]
    start, message = events[0].json, events[-2].json
    assert list(start) == ["thread_id", "run_id", "message_id"]
    pieces = [event.json for event in events if event.name == "delta"]
    assert all(list(piece) == ["delta"] for piece in pieces)
    assert "".join(piece["delta"] for piece in pieces) == "one two three four"
    assert list(message) == ["message", "thread_id", "role", "created_at"]
    assert message["message"] == "one two three four"
    assert (message["thread_id"], message["role"]) == (start["thread_id"], "assistant")
    assert events[-1].data == "[DONE]"
    question, answer = chat_server.messages(start["thread_id"])
    assert question["id"] == start["message_id"]
    assert (answer["run_id"], answer["created_at"]) == (start["run_id"], message["created_at"])


def test_a_streamed_piece_does_not_wait_for_the_next_one(chat_server):
    gate = Gate()
    chat_server.model.script = Says("one two three", middle=gate)
    stream = chat_server.chat_stream("Count")
    assert stream.until("delta")[-1].json["delta"]
    gate.wait_until_reached()
    gate.open()
    assert stream.rest()[-1].data == "[DONE]"


def test_the_ids_of_a_stream_come_before_the_model_says_anything(chat_server):
    gate = Gate()
    chat_server.model.script = Says(before=gate)
    stream = chat_server.chat_stream("Hello")
    assert next(stream).name == "start"
    gate.open()
    assert stream.rest()[-1].name == "done"


def test_a_stream_may_not_be_cached_or_buffered(one_chat_server):
    stream = one_chat_server.chat_stream("Hello")
    stream.rest()
    headers = stream.response.headers
    assert "no-cache" in headers["cache-control"] or "no-store" in headers["cache-control"]
    assert headers.get("x-accel-buffering") == "no"


def test_a_stream_and_a_plain_answer_share_a_conversation(chat_server):
    thread = chat_server.chat_stream("One").rest()[0].json["thread_id"]
    chat_server.chat("Two", thread)
    chat_server.chat_stream("Three", thread).rest()
    assert_conversation(chat_server, thread, ["One", "Two", "Three"])


def test_the_conversation_is_remembered_at_turn_thirty(chat_server):
    thread, turns = None, []
    for number in range(30):
        question = f"질문 {number}"
        answer = chat_server.chat(question, thread)
        thread = answer["thread_id"]
        assert answer["message"] == f"[{2 * number + 1}] {question}"
        turns += [("user", question), ("assistant", answer["message"])]
    last = [(turn.role, turn.text) for turn in chat_server.model.calls[-1].turns]
    assert last == turns[:-1]
    assert chat_server.texts(thread) == turns


def test_the_beginning_of_the_prompt_stays_the_same(one_chat_server):
    thread = None
    for number in range(5):
        thread = one_chat_server.chat(f"Question {number}", thread)["thread_id"]
    prompts = [json.dumps(call.body["messages"], ensure_ascii=False)[:-1] for call in one_chat_server.model.calls]
    for earlier, later in zip(prompts, prompts[1:]):
        assert later.startswith(earlier)


def test_conversations_do_not_mix(chat_server):
    first = chat_server.chat("My name is 하나")["thread_id"]
    second = chat_server.chat("My name is 두리")["thread_id"]
    chat_server.chat("Who am I?", first)
    assert "두리" not in chat_server.model.calls[-1].everything
    assert "하나" in chat_server.model.calls[-1].everything
    assert first != second


def test_a_client_that_goes_away_finds_the_answer_later(chat_server):
    thread = chat_server.new_thread()
    gate = Gate()
    chat_server.model.script = Says(before=gate)
    body = json.dumps({"message": "Still there?", "thread_id": thread}).encode()
    with socket.create_connection(("127.0.0.1", chat_server.port), timeout=60) as connection:
        fields = f"host: a\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        connection.sendall(f"POST /api/v1/chat HTTP/1.1\r\n{fields}".encode() + body)
        gate.wait_until_reached()
    gate.open()
    wait_until(lambda: len(chat_server.messages(thread)) == 2, "the answer is in the thread")
    assert_conversation(chat_server, thread, ["Still there?"])
    assert chat_server.model.calls[0].ended == "finished"
    chat_server.model.script = Says()
    assert chat_server.chat("Again", thread)["message"] == "[3] Again"


def test_a_client_that_leaves_in_mid_stream_finds_the_answer_later(chat_server):
    gate = Gate()
    chat_server.model.script = Says("one two three", middle=gate)
    stream = chat_server.chat_stream("Count")
    thread = stream.until("delta")[0].json["thread_id"]
    stream.close()
    gate.open()
    wait_until(lambda: chat_server.runs(thread)[0]["status"] == "completed", "the run ends by itself")
    assert chat_server.texts(thread) == [("user", "Count"), ("assistant", "one two three")]


def test_chats_sent_at_once_into_one_thread_are_answered_in_the_order_they_came(chat_server):
    thread = chat_server.chat("Q0")["thread_id"]
    gate = Gate()
    chat_server.model.script = Says(before=gate)
    with ThreadPoolExecutor(6) as pool:
        answers = []
        for number in range(1, 6):
            answers.append(pool.submit(chat_server.separate().chat, f"Q{number}", thread))
            wait_until(lambda: len(chat_server.runs(thread)) == number + 1, "the chat has its run")
        statuses = [run["status"] for run in chat_server.runs(thread)]
        assert statuses == ["queued"] * 4 + ["in_progress", "completed"]
        gate.open()
        received = [answer.result(timeout=60)["message"] for answer in answers]
    assert received == [f"[{2 * number + 1}] Q{number}" for number in range(1, 6)]
    assert_conversation(chat_server, thread, [f"Q{number}" for number in range(6)])


def test_streamed_chats_queue_up_too(chat_server):
    thread = chat_server.chat("Q0")["thread_id"]
    gate = Gate()
    chat_server.model.script = Says(before=gate)
    first = chat_server.separate().chat_stream("Q1", thread)
    gate.wait_until_reached()
    second = chat_server.separate().chat_stream("Q2", thread)
    gate.open()
    assert first.rest()[-2].json["message"] == "[3] Q1"
    assert second.rest()[-2].json["message"] == "[5] Q2"
    assert_conversation(chat_server, thread, ["Q0", "Q1", "Q2"])


@pytest.mark.alone
def test_two_hundred_chats_at_once_over_twenty_threads_keep_each_threads_order(chat_server):
    chat_server.model.script = Says(first_after=0.01, every=0.002)
    threads = [chat_server.new_thread() for _ in range(20)]
    barrier = threading.Barrier(200)

    def ask(number):
        client = chat_server.separate()
        try:
            barrier.wait(timeout=30)
            return client.chat(f"question {number}", threads[number % 20], timeout=60)
        finally:
            client.session.close()

    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(ask, range(200)))
    for number, answer in enumerate(answers):
        assert answer["message"].endswith(f"] question {number}")
        assert answer["thread_id"] == threads[number % 20]
    for index, thread in enumerate(threads):
        questions = [text for role, text in chat_server.texts(thread) if role == "user"]
        assert sorted(questions) == sorted(f"question {number}" for number in range(index, 200, 20))
        assert_conversation(chat_server, thread, questions)
        assert {run["status"] for run in chat_server.runs(thread)} == {"completed"}


def test_a_full_queue_refuses_and_says_when_to_come_back(model, start_server):
    server = start_server(**model.settings(RUN_CONCURRENCY=1, RUN_QUEUE_LIMIT=3))
    gate = Gate()
    model.script = Says(before=gate)
    with ThreadPoolExecutor(12) as pool:
        first = pool.submit(server.separate().try_chat, "first")
        gate.wait_until_reached()
        chats = [pool.submit(server.separate().try_chat, f"chat {number}") for number in range(10)]
        refused_already = lambda: [chat.result() for chat in chats if chat.done()]  # noqa: E731
        wait_until(lambda: len(refused_already()) >= 6, "most of the chats are refused")
        for response in refused_already():
            failed(response, 429)
            assert int(response.headers["retry-after"]) >= 1
        gate.open()
        responses = [first.result(timeout=60), *(chat.result(timeout=60) for chat in chats)]
    answered = [successful(response) for response in responses if response.status_code == 200]
    assert 3 <= len(answered) <= 5
    refused = [response for response in responses if response.status_code != 200]
    assert {response.status_code for response in refused} == {429}
    assert server.chat("now")["message"] == "[1] now"


def test_a_message_for_a_busy_thread_is_not_lost(chat_server):
    thread = chat_server.chat("Q0")["thread_id"]
    gate = Gate()
    chat_server.model.script = Says(before=gate)
    with ThreadPoolExecutor(1) as pool:
        chat = pool.submit(chat_server.separate().chat, "Q1", thread)
        gate.wait_until_reached()
        response = chat_server.post(f"/api/v1/threads/{thread}/messages", {"content": "by the way", "role": "user"})
        gate.open()
        assert chat.result(timeout=60)["message"] == "[3] Q1"
    if response.status_code == 200:
        assert "by the way" in [text for _, text in chat_server.texts(thread)]
    else:
        failed(response, 400, 409)


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_an_answer_that_was_cut_by_the_model_is_given_as_far_as_it_goes(chat_server, finish):
    chat_server.model.script = Says("one two three", finish=finish)
    thread = chat_server.new_thread()
    response = chat_server.try_chat("Count", thread)
    assert response.status_code in (200, 502), response.text
    [run] = chat_server.runs(thread)
    assert run["status"] == "incomplete"
    assert text_of(chat_server.messages(thread)[-1]) == "one two three"
    chat_server.model.script = Says()
    chat_server.chat("Next", thread)


def test_a_model_that_counts_no_tokens_is_good_enough(chat_server):
    chat_server.model.script = Says(usage=None)
    thread = chat_server.chat("Hello")["thread_id"]
    [run] = chat_server.runs(thread)
    assert run["status"] == "completed"
    assert run["usage"] is None or isinstance(run["usage"]["total_tokens"], int)
