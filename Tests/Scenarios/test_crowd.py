"""What comes while hundreds of runs are at work: such requests begin in another way, which must not show."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from assistants_server import failed, invalid, successful, wait_until
from event_stream import WHOLE_RUN, collapsed
from scripted_model import Decides, Gate, Refuses, Says
from v1_api import V1

# More than the server takes for a crowd.
CROWD = 300


@pytest.fixture
def crowd(model, start_server):
    """A server at which hundreds of runs wait for the model; whatever does not say "held" is answered at once."""
    gate = Gate()

    def script(call):
        if "held" in call.question:
            return Says(before=gate)
        return Refuses(400) if "refused" in call.question else Says()

    model.script = Decides(script)
    server = start_server(**model.settings())
    server.model = model
    v1 = V1(server)
    server.assistant = v1.assistant()["id"]
    body = {"assistant_id": server.assistant, "thread": {"messages": [{"role": "user", "content": "held"}]}}
    server.waiting = [v1.post("/threads/runs", **body) for _ in range(CROWD)]
    model.wait_for_calls(CROWD)
    server.gate = gate
    yield server
    gate.open()


def test_chats_are_answered_each_with_its_own_answer(crowd):
    with ThreadPoolExecutor(80) as pool:
        answers = list(pool.map(lambda number: crowd.separate().chat(f"question {number}"), range(160)))
    assert [answer["message"] for answer in answers] == [f"[1] question {number}" for number in range(160)]
    again = [crowd.chat("and then?", answer["thread_id"])["message"] for answer in answers[:3]]
    assert again == ["[3] and then?"] * 3


def test_chats_that_wait_are_answered_when_the_model_is(crowd):
    with ThreadPoolExecutor(100) as pool:
        chats = [pool.submit(crowd.separate().chat, f"held {number}") for number in range(100)]
        crowd.model.wait_for_calls(CROWD + 100)
        assert not any(chat.done() for chat in chats)
        # Who waits for a model is in nobody's way.
        assert crowd.chat("now")["message"] == "[1] now"
        crowd.gate.open()
        answers = [chat.result(timeout=120)["message"] for chat in chats]
    assert answers == [f"[1] held {number}" for number in range(100)]
    for run in crowd.waiting:
        assert V1(crowd).settled(run)["status"] == "completed"


def test_streams_tell_what_they_always_tell(crowd):
    v1 = V1(crowd)
    thread = v1.thread("streamed")["id"]
    events = v1.stream_run(thread, crowd.assistant).rest()
    assert collapsed(events) == WHOLE_RUN
    events = crowd.chat_stream("also streamed").rest()
    assert [event.name for event in events][-2:] == ["message", "done"]
    assert events[-2].json["message"] == "[1] also streamed"


def test_what_is_wrong_is_refused_in_the_same_words(crowd):
    invalid(crowd.post("/api/v1/chat", {}), "body", "message")
    invalid(crowd.post("/api/v1/chat?stream=1", {"message": 5}), "body", "message")
    failed(crowd.try_chat("hello", "thread_unknown"), 404)
    failed(crowd.try_chat("refused"), 502)
    invalid(crowd.request("POST", "/api/v1/chat", data=b"{", headers={"content-type": "application/json"}), "body")
    failed(crowd.request("POST", "/elsewhere/chat", json={}), 404)
    v1 = V1(crowd)
    refused = v1.try_post("/threads/thread_unknown/runs", assistant_id=crowd.assistant)
    assert (refused.status_code, refused.json()["error"]["type"]) == (404, "invalid_request_error")
    assert refused.headers["openai-version"] and refused.headers["x-request-id"]


def test_one_run_of_many_at_once_wins_a_thread(crowd):
    thread = V1(crowd).thread("held")["id"]
    barrier = threading.Barrier(20)

    def create(_):
        v1 = V1(crowd).separate()
        barrier.wait(timeout=30)
        return v1.try_post(f"/threads/{thread}/runs", assistant_id=crowd.assistant)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(create, range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19


def test_questions_that_come_bit_by_bit_hold_nobody_up(crowd):
    """Their bodies are too long to be waited for before their requests begin; more of them than may begin at one time."""
    began, ends = threading.Semaphore(0), threading.Event()

    def body():
        yield b'{"message":"' + b"x" * 100_000
        began.release()
        ends.wait(60)
        yield b'"}'

    def send(_):
        options = {"data": body(), "headers": {"content-type": "application/json"}, "timeout": 120}
        return successful(crowd.separate().request("POST", "/api/v1/chat", **options))

    with ThreadPoolExecutor(40) as pool:
        slow = [pool.submit(send, number) for number in range(40)]
        try:
            assert all(began.acquire(timeout=60) for _ in slow)
            assert crowd.separate().chat("in between")["message"] == "[1] in between"
            assert not any(chat.done() for chat in slow)
        finally:
            ends.set()
        for chat in slow:
            assert chat.result(timeout=120)["message"].endswith("x" * 1000)


def test_chats_with_a_key_hold_nobody_up(crowd):
    """They are waited for where others only begin; more of them than may begin at one time."""

    def ask(number):
        options = {"json": {"message": f"held {number}"}, "headers": {"idempotency-key": f"key-{number}"}, "timeout": 120}
        return successful(crowd.separate().request("POST", "/api/v1/chat", **options))

    with ThreadPoolExecutor(40) as pool:
        chats = [pool.submit(ask, number) for number in range(40)]
        try:
            # The gate opens by itself a little later.
            crowd.model.wait_for_calls(CROWD + 40, timeout=30)
            assert crowd.separate().chat("in between")["message"] == "[1] in between"
        finally:
            crowd.gate.open()
        assert [chat.result(timeout=120)["message"] for chat in chats] == [f"[1] held {number}" for number in range(40)]


def test_the_same_key_gives_the_same_answer(crowd):
    headers = {"idempotency-key": "crowd-1"}
    first = successful(crowd.request("POST", "/api/v1/chat", json={"message": "once"}, headers=headers))
    second = successful(crowd.request("POST", "/api/v1/chat", json={"message": "once"}, headers=headers))
    assert first == second
    assert len(crowd.runs(first["thread_id"])) == 1


@pytest.mark.parametrize("is_stream", [False, True])
def test_a_client_that_leaves_finds_its_answer(crowd, is_stream):
    thread = crowd.new_thread()
    if is_stream:
        crowd.separate().chat_stream("held back", thread).close()
    else:
        with pytest.raises(requests.Timeout):
            crowd.separate().try_chat("held back", thread, timeout=1)
    wait_until(lambda: crowd.runs(thread), "the run is there")
    crowd.gate.open()
    wait_until(lambda: crowd.texts(thread)[-1] == ("assistant", "[1] held back"), "the answer is in the thread")


def test_a_stop_ends_those_who_wait(crowd):
    with ThreadPoolExecutor(30) as pool:
        chats = [pool.submit(crowd.separate().try_chat, f"held {number}") for number in range(30)]
        crowd.model.wait_for_calls(CROWD + 30)
        crowd.terminate()
        for chat in chats:
            failed(chat.result(timeout=60), 503)
    assert crowd.wait_for_end(60) == 0
