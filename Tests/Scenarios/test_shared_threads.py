"""Several callers in one thread: their data, their order, and the newest of two tables."""

import json
from concurrent.futures import ThreadPoolExecutor

from assistants_server import successful


def test_the_data_of_chats_sent_at_once_is_all_in_the_profile(chat_server):
    thread = chat_server.chat("Hello")["thread_id"]
    with ThreadPoolExecutor(6) as pool:
        list(
            pool.map(
                lambda number: chat_server.chat("Look", thread, system_data={f"extra{number}": [{"value": number}]}),
                range(6),
            )
        )
    chat_server.chat("And now?", thread)
    instructions = chat_server.model.calls[-1].instructions
    assert all(f"extra{number}" in instructions for number in range(6))


def test_data_that_comes_later_replaces_what_was_pasted_before(server):
    old = json.dumps([{"id": "a", "title": "Old", "views": 100, "clicks": 10}])
    thread = server.chat(f"Targeted ads data: {old}\nClick rate by ad?")["thread_id"]
    newer = {"targetedAds": [{"id": "b", "title": "New", "views": 100, "clicks": 50}]}
    answer = server.chat("Click rate by ad?", thread, system_data=newer)["message"]
    assert "50.0%" in answer and "Old" not in answer


def test_an_array_pasted_later_replaces_the_data_before(server):
    older = {"targetedAds": [{"id": "b", "title": "Older", "views": 100, "clicks": 50}]}
    thread = server.chat("Click rate by ad?", system_data=older)["thread_id"]
    new = json.dumps([{"id": "a", "title": "Newest", "views": 100, "clicks": 10}])
    answer = server.chat(f"Targeted ads data: {new}\nClick rate by ad?", thread)["message"]
    assert "10.0%" in answer and "Older" not in answer


def test_a_server_that_works_on_one_run_at_a_time_answers_all(make_server, model):
    server = make_server(**model.settings(), RUN_CONCURRENCY="1").start()
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda number: server.chat(f"q{number}")["message"], range(120)))
    assert answers == [f"[1] q{number}" for number in range(120)]
    assert len(successful(server.get("/api/v1/threads?limit=100"))["data"]) == 100
