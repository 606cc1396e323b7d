"""Nothing that was acknowledged is lost: kill -9, SIGTERM, and the start after it."""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from assistants_server import successful, text_of, wait_until
from scripted_model import Gate, Says


def assert_nothing_doubled(server, thread):
    ids = [message["id"] for message in server.messages(thread)]
    assert len(ids) == len(set(ids))
    runs = [message["run_id"] for message in server.messages(thread) if message["run_id"]]
    assert len(runs) == len(set(runs)), "one run wrote two messages"


def test_an_acknowledged_thread_survives_a_kill(make_server, server):
    server = make_server().start()
    for number in range(3):
        thread = successful(server.post("/api/v1/threads", {"metadata": {"number": str(number)}}))
        server.kill()
        server.restart()
        assert successful(server.get(f"/api/v1/threads/{thread['id']}")) == thread


def test_an_acknowledged_message_survives_a_kill(make_server, server):
    server = make_server().start()
    thread = server.new_thread()
    acknowledged = []
    for number in range(3):
        acknowledged += [server.add_message(thread, f"message {number}-{i}") for i in range(5)]
        server.kill()
        server.restart()
        assert server.messages(thread) == acknowledged


def test_writes_acknowledged_to_many_clients_survive_a_kill_in_mid_flow(make_server, server):
    """Clients write as fast as they can when the kill comes; what they were answered is there, in order."""
    server = make_server().start()
    threads = [server.new_thread() for _ in range(8)]
    acknowledged = {thread: [] for thread in threads}

    def write(thread):
        client = server.separate()
        for number in range(100_000):
            try:
                response = client.post(f"/api/v1/threads/{thread}/messages", {"content": str(number), "role": "user"})
            except requests.RequestException:
                return
            acknowledged[thread].append(successful(response)["id"])

    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(write, thread) for thread in threads]
        wait_until(lambda: min(len(ids) for ids in acknowledged.values()) >= 30, "every client has written")
        server.kill()
        for writer in writers:
            writer.result(timeout=60)
    server.restart()
    for thread in threads:
        messages = server.messages(thread)
        ids = [message["id"] for message in messages]
        assert ids[: len(acknowledged[thread])] == acknowledged[thread]
        assert len(ids) - len(acknowledged[thread]) in (0, 1), "at most the one in flight is more"
        assert [text_of(message) for message in messages] == [str(number) for number in range(len(ids))]


def test_an_answer_that_was_given_survives_a_kill(make_server, server, model):
    server = make_server(**model.settings()).start()
    thread = None
    for number in range(3):
        thread = server.chat(f"Q{number}", thread)["thread_id"]
        server.kill()
        server.restart()
    assert [text for _, text in server.texts(thread)] == ["Q0", "[1] Q0", "Q1", "[3] Q1", "Q2", "[5] Q2"]


def test_a_streamed_answer_that_was_given_survives_a_kill(make_server, server, model):
    server = make_server(**model.settings()).start()
    events = server.chat_stream("Hello").until("message")
    server.kill()
    server.restart()
    thread = events[0].json["thread_id"]
    assert server.texts(thread) == [("user", "Hello"), ("assistant", "[1] Hello")]
    assert server.runs(thread)[0]["status"] == "completed"


@pytest.mark.parametrize("where", ["before the first token", "in the middle of the answer"])
def test_a_run_that_was_killed_is_taken_up_at_the_next_start(make_server, server, model, protocol, where):
    server = make_server(**model.settings(protocol)).start()
    thread = server.new_thread()
    server.add_message(thread, "Hello")
    gate = Gate()
    model.script = Says(before=gate) if where.startswith("before") else Says(middle=gate)
    run = server.start_run(thread)["id"]
    gate.wait_until_reached()
    assert server.get_run(thread, run)["status"] == "in_progress"
    server.kill()
    gate.open()
    model.script = Says()
    server.restart()
    assert server.wait_for_run(thread, run, timeout=60)["status"] == "completed"
    assert server.texts(thread) == [("user", "Hello"), ("assistant", "[1] Hello")]
    assert_nothing_doubled(server, thread)
    assert server.chat("Next", thread)["message"] == "[3] Next"


def test_queued_runs_are_taken_up_at_the_next_start(make_server, server, model):
    server = make_server(**model.settings(RUN_CONCURRENCY=1)).start()
    gate = Gate()
    model.script = Says(before=gate)
    runs = {}
    for number in range(5):
        thread = server.new_thread()
        server.add_message(thread, f"question {number}")
        runs[thread] = server.start_run(thread)["id"]
    gate.wait_until_reached()
    statuses = sorted(server.get_run(thread, run)["status"] for thread, run in runs.items())
    assert statuses == ["in_progress"] + ["queued"] * 4
    server.kill()
    gate.open()
    model.reset()
    server.restart()
    for number, (thread, run) in enumerate(runs.items()):
        assert server.wait_for_run(thread, run, timeout=60)["status"] == "completed"
        assert server.texts(thread) == [("user", f"question {number}"), ("assistant", f"[1] question {number}")]
        assert_nothing_doubled(server, thread)


def test_chats_queued_in_one_thread_are_answered_in_order_after_a_kill(make_server, server, model):
    server = make_server(**model.settings()).start()
    thread = server.chat("Q0")["thread_id"]
    gate = Gate()
    model.script = Says(middle=gate)

    def ask(number):
        with pytest.raises(requests.RequestException):
            server.separate().try_chat(f"Q{number}", thread)

    with ThreadPoolExecutor(4) as pool:
        for number in range(1, 5):
            pool.submit(ask, number)
            wait_until(lambda: len(server.runs(thread)) == number + 1, "the chat has its run")
        gate.wait_until_reached()
        server.kill()
    gate.open()
    model.reset()
    server.restart()
    wait_until(lambda: {run["status"] for run in server.runs(thread)} == {"completed"}, "all runs end", timeout=60)
    expected = [text for number in range(5) for text in (f"Q{number}", f"[{2 * number + 1}] Q{number}")]
    assert [text for _, text in server.texts(thread)] == expected
    assert_nothing_doubled(server, thread)


def test_a_cancel_that_was_acknowledged_survives_a_kill(make_server, server, model):
    server = make_server(**model.settings(RUN_CONCURRENCY=1)).start()
    gate = Gate()
    model.script = Says(before=gate)
    busy, waiting = server.new_thread(), server.new_thread()
    server.add_message(busy, "busy")
    server.add_message(waiting, "waiting")
    server.start_run(busy)
    run = server.start_run(waiting)["id"]
    successful(server.post(f"/api/v1/threads/{waiting}/runs/{run}/cancel"))
    server.kill()
    gate.open()
    model.reset()
    server.restart()
    assert server.wait_for_run(waiting, run)["status"] == "cancelled"
    assert server.texts(waiting) == [("user", "waiting")]


def test_a_deleted_thread_stays_deleted_after_a_kill(make_server, server):
    server = make_server().start()
    thread = server.chat("Hello")["thread_id"]
    successful(server.delete(f"/api/v1/threads/{thread}"))
    server.kill()
    server.restart()
    assert server.get(f"/api/v1/threads/{thread}").status_code == 404


def test_it_survives_being_killed_again_and_again(make_server, server, model):
    """Chats go on while the server is killed at moments of no one's choosing."""
    server = make_server(**model.settings()).start()
    model.script = Says(first_after=0.01, every=0.005)
    threads = [server.new_thread() for _ in range(4)]
    given = {thread: [] for thread in threads}
    stop = threading.Event()

    def talk(thread):
        number = 0
        while not stop.is_set():
            client = server.separate()
            try:
                response = client.try_chat(f"q{number}", thread, timeout=10)
            except requests.RequestException:
                stop.wait(0.02)
                continue
            finally:
                client.session.close()
            if response.status_code == 200:
                given[thread].append(response.json()["message"].split("] ", 1)[1])
                number += 1

    with ThreadPoolExecutor(4) as pool:
        talks = [pool.submit(talk, thread) for thread in threads]
        for _ in range(4):
            goal = {thread: len(answers) + 3 for thread, answers in given.items()}
            wait_until(lambda: all(len(given[thread]) >= goal[thread] for thread in threads), "chats are answered")
            server.kill()
            server.restart()
        stop.set()
        for each in talks:
            each.result(timeout=60)
    for thread in threads:
        wait_until(lambda: {run["status"] for run in server.runs(thread)} == {"completed"}, "all runs end", timeout=60)
        assert_nothing_doubled(server, thread)
        texts = server.texts(thread)
        assert [role for role, _ in texts] == ["user", "assistant"] * (len(texts) // 2)
        questions = [text for role, text in texts if role == "user"]
        assert all(answer.endswith(f"] {question}") for question, (_, answer) in zip(questions, texts[1::2]))
        remaining = iter(questions)
        assert all(question in remaining for question in given[thread]), "an answered question is missing"
        assert server.chat("Well?", thread)["message"] == f"[{len(texts) + 1}] Well?"


def test_sigterm_ends_an_idle_server_at_once_and_cleanly(make_server, server):
    server = make_server(SHUTDOWN_GRACE=60).start()
    thread = server.new_thread()
    began = time.monotonic()
    server.terminate()
    assert server.wait_for_end(timeout=60) == 0
    assert time.monotonic() - began < 30
    logs = list((server.home / "data").glob("*-wal"))
    assert sum(log.stat().st_size for log in logs) == 0, "the log was not folded into the database"
    server.restart()
    successful(server.get(f"/api/v1/threads/{thread}"))


def test_an_answer_that_is_nearly_there_is_given_before_the_end(make_server, server, model):
    server = make_server(**model.settings(SHUTDOWN_GRACE=10)).start()
    gate = Gate()
    model.script = Says(middle=gate)
    stream = server.chat_stream("Streamed")
    with ThreadPoolExecutor(1) as pool:
        chat = pool.submit(server.separate().try_chat, "Plain")
        gate.wait_until_reached()
        gate.wait_until_reached()
        server.terminate()
        wait_until(lambda: refuses_connections(server), "no new requests are taken")
        gate.open()
        assert successful(chat.result(timeout=60))["message"] == "[1] Plain"
        assert stream.rest()[-1].data == "[DONE]"
    assert server.wait_for_end(timeout=60) == 0


def refuses_connections(server):
    try:
        return requests.get(f"{server.url}/api/v1/health", timeout=2).status_code == 503
    except requests.RequestException:
        return True


def test_sigterm_ends_the_server_within_its_grace_and_hands_the_runs_over(make_server, server, model):
    server = make_server(**model.settings(SHUTDOWN_GRACE=1)).start()
    gate = Gate()
    model.script = Says(middle=gate)
    streams = [server.separate().chat_stream(f"question {number}") for number in range(5)]
    threads = [stream.until("delta")[0].json["thread_id"] for stream in streams]
    began = time.monotonic()
    server.terminate()
    assert server.wait_for_end(timeout=60) == 0, server.output()[-2000:]
    assert time.monotonic() - began < 30
    gate.open()
    model.reset()
    server.restart()
    for number, thread in enumerate(threads):
        [run] = server.runs(thread)
        assert server.wait_for_run(thread, run["id"], timeout=60)["status"] == "completed"
        assert server.texts(thread) == [("user", f"question {number}"), ("assistant", f"[1] question {number}")]
        assert_nothing_doubled(server, thread)


def test_sigterm_does_not_wait_for_those_who_only_listen(make_server, server, model):
    server = make_server(**model.settings(SHUTDOWN_GRACE=1)).start()
    gate = Gate()
    model.script = Says(before=gate)
    thread = server.new_thread()
    server.add_message(thread, "Hello")
    run = server.start_run(thread)["id"]
    streams = [server.separate().run_events(thread, run) for _ in range(5)]
    for stream in streams:
        next(stream)
    server.terminate()
    assert server.wait_for_end(timeout=60) == 0
    gate.open()


def test_sigint_ends_the_server_like_sigterm(make_server, server):
    server = make_server().start()
    server.process.send_signal(signal.SIGINT)
    assert server.wait_for_end(timeout=60) == 0


def test_a_second_server_on_the_same_data_refuses_to_start(make_server, server):
    first = make_server().start()
    thread = first.new_thread()
    second = make_server(DATA_DIR=first.settings["DATA_DIR"])
    refused = second.run("serve")
    assert refused.returncode not in (0, None)
    said = refused.stdout + refused.stderr
    assert first.settings["DATA_DIR"] in said
    assert "in use" in said or "another" in said or "already" in said
    assert "Fatal error" not in said
    successful(first.get(f"/api/v1/threads/{thread}"))
    first.kill()
    second.start()
    successful(second.get(f"/api/v1/threads/{thread}"))


def test_a_port_in_use_is_said_so(make_server, server):
    second = make_server(PORT=server.port)
    refused = second.run("serve")
    assert refused.returncode not in (0, None)
    said = refused.stdout + refused.stderr
    assert str(server.port) in said
    assert "Fatal error" not in said


def test_a_data_directory_that_cannot_be_is_said_so(make_server, server, tmp_path):
    (tmp_path / "file").write_text("not a directory")
    refused = make_server(DATA_DIR=tmp_path / "file" / "data").run("serve")
    assert refused.returncode not in (0, None)
    assert str(tmp_path / "file") in refused.stdout + refused.stderr
    assert "Fatal error" not in refused.stdout + refused.stderr
