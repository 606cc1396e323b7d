"""The facade, row by row: what each call answers when all is well."""

import email.utils
import re
import time
from datetime import datetime, timedelta, timezone

import pytest
import requests

from assistants_server import failed, successful, text_of, wait_until

OPAQUE = "[A-Za-z0-9]{16,58}"


def assert_is_now(seconds: int) -> None:
    assert isinstance(seconds, int)
    assert abs(time.time() - seconds) < 30


def assert_is_id(value: str, prefix: str) -> None:
    assert re.fullmatch(prefix + "_" + OPAQUE, value), value


def test_the_root_says_where_everything_is(server):
    answer = successful(server.get("/"))
    assert list(answer) == ["message", "version", "docs", "health"]
    assert answer["message"]
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", answer["version"])
    assert (answer["docs"], answer["health"]) == ("/docs", "/api/v1/health")


def test_the_root_and_health_and_the_command_agree_on_the_version(server):
    version = successful(server.get("/"))["version"]
    assert successful(server.get("/api/v1/health"))["version"] == version
    command = server.run("--version")
    assert command.returncode == 0
    assert version in command.stdout


def test_health_has_the_time_in_utc(server):
    answer = successful(server.get("/api/v1/health"))
    assert answer["status"] == "healthy"
    assert set(answer) == {"status", "timestamp", "version", "code_interpreter"}
    assert answer["code_interpreter"]["status"] in ("available", "untested", "unavailable")
    stamp = datetime.fromisoformat(answer["timestamp"])
    assert stamp.utcoffset() == timedelta(0)
    assert abs(datetime.now(timezone.utc) - stamp) < timedelta(seconds=30)


def test_health_is_503_while_the_database_cannot_be_written(start_server):
    server = start_server()
    server.new_thread()
    server.forbid_files_to_grow(True)
    try:
        [response] = wait_until(lambda: with_status(503, server.get("/api/v1/health")), "health is 503", timeout=60)
        assert response.json()["status"] == "unhealthy"
        assert len(response.json()["reason"]) > 3
        failed(server.post("/api/v1/threads", {}), 500, 503)
    finally:
        server.forbid_files_to_grow(False)
    [response] = wait_until(lambda: with_status(200, server.get("/api/v1/health")), "health is 200", timeout=60)
    assert response.json()["status"] == "healthy"
    server.new_thread()


def with_status(status, response):
    # Not a truth value: a response with an error status is false.
    return [response] if response.status_code == status else None


def test_a_chat_without_a_thread_starts_one(chat_server):
    answer = chat_server.chat("Hello")
    assert list(answer) == ["message", "thread_id", "role", "created_at"]
    assert answer["message"] == "[1] Hello"
    assert answer["role"] == "assistant"
    assert_is_id(answer["thread_id"], "thread")
    assert_is_now(answer["created_at"])


def test_a_chat_with_thread_id_null_starts_a_thread(chat_server):
    answer = successful(chat_server.post("/api/v1/chat", {"message": "Hello", "thread_id": None}))
    assert_is_id(answer["thread_id"], "thread")


def test_a_chat_continues_its_thread(chat_server):
    first = chat_server.chat("One")
    second = chat_server.chat("Two", first["thread_id"])
    assert second["thread_id"] == first["thread_id"]
    assert second["message"] == "[3] Two"


def test_members_that_the_server_does_not_know_are_ignored(one_chat_server):
    assert one_chat_server.chat("Hello", colour="blue")["message"] == "[1] Hello"


def test_a_thread_is_made_from_an_empty_object(server):
    thread = successful(server.post("/api/v1/threads", {}))
    assert list(thread) == ["id", "object", "created_at", "metadata"]
    assert_is_id(thread["id"], "thread")
    assert thread["object"] == "thread"
    assert_is_now(thread["created_at"])
    assert thread["metadata"] is None


def test_a_thread_is_made_without_a_body(server):
    thread = successful(server.post("/api/v1/threads"))
    assert thread["object"] == "thread"
    assert thread["metadata"] is None


def test_a_thread_is_made_by_a_client_that_announces_json_and_sends_none(server):
    response = server.request("POST", "/api/v1/threads", headers={"content-type": "application/json"})
    assert_is_id(successful(response)["id"], "thread")


def test_a_thread_keeps_its_metadata(server):
    metadata = {"user": "김하나", "screen": "lobby"}
    thread = successful(server.post("/api/v1/threads", {"metadata": metadata}))
    assert thread["metadata"] == metadata
    assert successful(server.get(f"/api/v1/threads/{thread['id']}")) == thread


def test_a_message_has_the_shape_of_an_assistants_message(server):
    thread = server.new_thread()
    message = server.add_message(thread, "How many screens are there?")
    assert list(message) == [
        "id", "object", "created_at", "thread_id", "role", "content", "assistant_id", "run_id"
    ]  # fmt: skip
    assert_is_id(message["id"], "msg")
    assert message["object"] == "thread.message"
    assert_is_now(message["created_at"])
    assert message["thread_id"] == thread
    assert message["role"] == "user"
    assert message["content"] == [{"type": "text", "text": {"value": "How many screens are there?", "annotations": []}}]
    assert message["assistant_id"] is None
    assert message["run_id"] is None
    assert server.messages(thread) == [message]


def test_a_message_without_a_role_is_the_users(server):
    thread = server.new_thread()
    message = successful(server.post(f"/api/v1/threads/{thread}/messages", {"content": "Hello"}))
    assert message["role"] == "user"


def test_a_message_of_the_assistant_can_be_imported(one_chat_server):
    server = one_chat_server
    thread = server.new_thread()
    server.add_message(thread, "Which ad?")
    successful(server.post(f"/api/v1/threads/{thread}/messages", {"role": "assistant", "content": "Summer Coffee."}))
    assert server.chat("Sure?", thread)["message"] == "[3] Sure?"
    assert [turn.role for turn in server.model.calls[-1].turns] == ["user", "assistant", "user"]


def test_an_empty_thread_is_an_empty_list(server):
    answer = successful(server.get(f"/api/v1/threads/{server.new_thread()}/messages"))
    assert answer == {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}


def test_the_messages_of_a_thread_are_listed_oldest_first(chat_server):
    thread = chat_server.chat("One")["thread_id"]
    chat_server.chat("Two", thread)
    answer = successful(chat_server.get(f"/api/v1/threads/{thread}/messages"))
    assert list(answer) == ["object", "data", "first_id", "last_id", "has_more"]
    assert answer["object"] == "list"
    assert [text_of(message) for message in answer["data"]] == ["One", "[1] One", "Two", "[3] Two"]
    assert answer["first_id"] == answer["data"][0]["id"]
    assert answer["last_id"] == answer["data"][-1]["id"]
    assert answer["has_more"] is False


def test_an_answer_names_its_assistant_and_its_run(chat_server):
    thread = chat_server.chat("Hello")["thread_id"]
    question, answer = chat_server.messages(thread)
    [run] = chat_server.runs(thread)
    assert (question["role"], answer["role"]) == ("user", "assistant")
    assert answer["run_id"] == run["id"]
    assert answer["assistant_id"] == run["assistant_id"]
    assert_is_id(answer["id"], "msg")


def test_a_run_starts_without_a_body_queued(chat_server):
    thread = chat_server.new_thread()
    chat_server.add_message(thread, "Hello")
    run = chat_server.start_run(thread)
    assert_is_id(run["id"], "run")
    assert run["object"] == "thread.run"
    assert run["status"] == "queued"
    assert run["thread_id"] == thread
    assert_is_now(run["created_at"])
    assert run["expires_at"] > run["created_at"]
    for unset in ("started_at", "completed_at", "failed_at", "cancelled_at", "last_error", "usage"):
        assert run[unset] is None, unset
    chat_server.wait_for_run(thread, run["id"])


def test_a_run_takes_the_assistant_from_the_body_or_the_query(one_chat_server):
    server = one_chat_server
    thread = server.chat("Hello")["thread_id"]
    assistant = server.runs(thread)[0]["assistant_id"]
    for ask in (
        lambda path: server.post(path, {"assistant_id": assistant}),
        lambda path: server.post(path, {"assistant_id": None}),
        lambda path: server.post(path, {}),
        lambda path: server.post(f"{path}?assistant_id={assistant}"),
    ):
        server.add_message(thread, "And now?")
        run = successful(ask(f"/api/v1/threads/{thread}/runs"))
        assert (run["assistant_id"], run["status"]) == (assistant, "queued")
        assert server.wait_for_run(thread, run["id"])["status"] == "completed"


def test_a_finished_run_has_its_times_and_its_usage(chat_server):
    thread = chat_server.new_thread()
    chat_server.add_message(thread, "Hello")
    run = chat_server.wait_for_run(thread, chat_server.start_run(thread)["id"])
    assert run["status"] == "completed"
    assert run["created_at"] <= run["started_at"] <= run["completed_at"]
    assert run["expires_at"] is None
    assert run["last_error"] is None
    assert run["model"] == "scripted-model"
    usage = run["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (21, 9, 30)


def test_a_thread_can_be_driven_step_by_step(chat_server):
    """As the existing pages do it: thread, message, run, poll, read the answer."""
    thread = successful(chat_server.post("/api/v1/threads", {}))["id"]
    for number, question in enumerate(["One", "Two", "Three"]):
        successful(chat_server.post(f"/api/v1/threads/{thread}/messages", {"content": question, "role": "user"}))
        run = successful(chat_server.post(f"/api/v1/threads/{thread}/runs"))
        assert chat_server.wait_for_run(thread, run["id"])["status"] == "completed"
        newest = chat_server.messages(thread)[-1]
        assert (newest["role"], text_of(newest)) == ("assistant", f"[{2 * number + 1}] {question}")
        assert newest["run_id"] == run["id"]


def test_a_thread_can_be_deleted(chat_server):
    thread = chat_server.chat("Hello")["thread_id"]
    run = chat_server.runs(thread)[0]["id"]
    answer = successful(chat_server.delete(f"/api/v1/threads/{thread}"))
    assert answer == {"id": thread, "object": "thread.deleted", "deleted": True}
    gone = f"/api/v1/threads/{thread}"
    failed(chat_server.get(gone), 404)
    failed(chat_server.delete(gone), 404)
    failed(chat_server.get(f"{gone}/messages"), 404)
    failed(chat_server.get(f"{gone}/runs/{run}"), 404)
    failed(chat_server.try_chat("Still there?", thread), 404)
    assert thread not in [entry["id"] for entry in successful(chat_server.get("/api/v1/threads"))["data"]]


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/threads/thread_unknown", "/no/such/path", "/v1/no/such/path"])
def test_every_answer_tells_the_time(server, path):
    before = int(time.time())
    date = server.get(path).headers["date"]
    assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", date), date
    assert before <= email.utils.parsedate_to_datetime(date).timestamp() <= time.time()


def test_every_answer_has_a_request_id_of_its_own(server):
    ids = {server.get("/api/v1/health").headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5
    assert all(len(value) >= 8 for value in ids)


def test_the_python_client_of_the_readme_needs_nothing_but_requests(one_chat_server):
    """Plain `requests`, as people write it."""
    base = f"{one_chat_server.url}/api/v1"
    first = requests.post(f"{base}/chat", json={"message": "안녕하세요"}, timeout=30).json()
    second = requests.post(f"{base}/chat", json={"message": "계속", "thread_id": first["thread_id"]}, timeout=30).json()
    assert second["message"] == "[3] 계속"
    listing = requests.get(f"{base}/threads/{first['thread_id']}/messages", timeout=30).json()
    assert [message["role"] for message in listing["data"]] == ["user", "assistant"] * 2
    assert listing["data"][0]["content"][0]["text"]["value"] == "안녕하세요"
