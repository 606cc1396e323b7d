"""A model backend that is down, slow, overloaded or broken: the right status, its words, and the next chat works."""

import socket
import time

import pytest

from assistants_server import Server, failed, free_port, successful, text_of, wait_until
from event_stream import EventStream, collapsed
from scripted_model import BreaksOff, Calls, Fails, Gate, Hangs, Refuses, Says, Sends, ScriptedModel


def assert_well_again(server, thread):
    server.model.script = Says()
    assert server.chat("Well again?", thread)["message"].endswith("] Well again?")
    assert server.chat("And elsewhere?")["message"] == "[1] And elsewhere?"


REFUSALS = [
    (Refuses(400, "Unsupported value: 'temperature'."), 502),
    (Refuses(401, "Incorrect API key provided.", "invalid_api_key"), 502),
    (Refuses(403, "Country, region, or territory not supported."), 502),
    (Refuses(404, "The model `nothing` does not exist.", "model_not_found"), 502),
    (Refuses(500, "The server had an error while processing your request."), 502),
    (Refuses(502, "Bad gateway, says the proxy."), 502),
    (Refuses(503, "The engine is currently overloaded."), 503),
    (Refuses(504, "Upstream request timed out."), 504),
    (Refuses(429, "Rate limit reached for requests.", "rate_limit_exceeded"), 503),
    (Refuses(429, "You exceeded your current quota.", "insufficient_quota"), 502),
]


@pytest.mark.parametrize(
    "refusal, status", REFUSALS, ids=lambda value: str(getattr(value, "code", None) or getattr(value, "status", value))
)
def test_a_refusal_becomes_its_status_with_the_backends_reason(chat_server, refusal, status):
    thread = chat_server.new_thread()
    chat_server.model.script = refusal
    detail = failed(chat_server.try_chat("Hello", thread), status)
    assert refusal.message in detail
    [run] = chat_server.runs(thread)
    assert run["status"] == "failed"
    assert run["failed_at"] >= run["created_at"]
    expected = "rate_limit_exceeded" if refusal.status == 429 else "server_error"
    assert run["last_error"]["code"] == expected
    assert refusal.message in run["last_error"]["message"]
    assert_well_again(chat_server, thread)


@pytest.mark.parametrize("status, refused", [(503, 429), (503, 503)])
def test_the_backends_wish_to_wait_is_passed_on(chat_server, status, refused):
    chat_server.model.script = Refuses(refused, "Slow down.", retry_after=17)
    response = chat_server.try_chat("Hello")
    assert "Slow down." in failed(response, status)
    assert 10 <= int(response.headers["retry-after"]) <= 17


@pytest.mark.parametrize(
    "body, words",
    [
        (b'{"error":"model \'x\' not found, try pulling it first"}', "try pulling it first"),
        (b'{"object":"error","message":"This model does not support chat.","code":400}', "does not support chat"),
        (b'{"detail":"Not authenticated"}', "Not authenticated"),
        (
            b'{"error":{"message":"\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4 \xec\x98\xa4\xeb\xa5\x98","code":7}}',
            "한국어 오류",
        ),
        (b"upstream connect error or disconnect/reset before headers", "upstream connect error"),
    ],
)
def test_a_reason_is_found_in_whatever_shape_a_server_gives_it(one_chat_server, body, words):
    one_chat_server.model.script = Refuses(400, body=body)
    assert words in failed(one_chat_server.try_chat("Hello"), 502)


def test_a_failure_never_shows_the_key_or_the_backends_address(one_chat_server):
    model = one_chat_server.model
    model.script = Refuses(401, "Incorrect API key provided: sk-scripted-0123456789.", "invalid_api_key")
    thread = one_chat_server.new_thread()
    told = failed(one_chat_server.try_chat("Hello", thread), 502)
    told += one_chat_server.runs(thread)[0]["last_error"]["message"]
    assert "sk-scripted-0123456789" not in told
    assert str(model.port) not in told


BROKEN = {
    "an empty body": Sends(b""),
    "an HTML page": Sends(b"<html><body>It works!</body></html>", "text/html"),
    "JSON of another kind": Sends(b'{"hello":"world"}', "application/json"),
    "events that are no JSON": Sends(b"data: {{{{\n\n"),
    "bytes that are no text": Sends(bytes(range(256)) * 20),
    "a stream without an end": Sends(b": keep-alive\n\n"),
    "a connection closed before the head": BreaksOff(after_head=False),
    "a connection closed after the head": BreaksOff(after_head=True),
    "a connection closed in mid-stream": Says("one two three four", pieces=4, break_after=2),
    "an error inside the stream": Fails(),
    "an error after the first words": Fails(after="one two"),
    "a call of a function that nobody offered": Calls(),
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_answer_is_a_502(chat_server, script):
    thread = chat_server.new_thread()
    chat_server.model.script = script
    failed(chat_server.try_chat("Hello", thread), 502)
    [run] = chat_server.runs(thread)
    assert run["status"] == "failed"
    assert run["last_error"]["code"] == "server_error"
    assert_well_again(chat_server, thread)


def test_a_connection_closed_in_mid_stream_is_told_as_that(chat_server):
    thread = chat_server.new_thread()
    chat_server.model.script = Says("one two three four", pieces=4, break_after=2)
    detail = failed(chat_server.try_chat("Hello", thread), 502)
    assert "before its answer was complete" in detail
    assert chat_server.runs(thread)[0]["last_error"]["message"] == detail


def test_an_error_inside_the_stream_is_told_in_the_backends_words(chat_server):
    chat_server.model.script = Fails("CUDA error: out of memory")
    assert "CUDA error: out of memory" in failed(chat_server.try_chat("Hello"), 502)


def test_an_answer_without_a_word_ends_the_run(chat_server):
    thread = chat_server.new_thread()
    chat_server.model.script = Says("")
    response = chat_server.try_chat("Hello", thread)
    if response.status_code == 200:
        assert response.json()["message"] == ""
    else:
        failed(response, 502)
    assert chat_server.runs(thread)[0]["status"] in ("completed", "failed")
    assert_well_again(chat_server, thread)


def streamed_failure(server, thread):
    """(events before the failure, status, detail); a failure may come before the stream has begun, too."""
    response = server.post("/api/v1/chat", {"message": "Hello", "thread_id": thread, "stream": True}, stream=True)
    if response.status_code != 200:
        return [], response.status_code, response.json()["detail"]
    events = EventStream(response).rest()
    assert events[-1].name == "error", collapsed(events)
    assert list(events[-1].json) == ["detail", "status"]
    return collapsed(events[:-1]), events[-1].json["status"], events[-1].json["detail"]


def test_a_stream_tells_a_refusal_with_the_same_status_and_words(chat_server):
    thread = chat_server.new_thread()
    chat_server.model.script = Refuses(429, "Rate limit reached for requests.")
    before, status, detail = streamed_failure(chat_server, thread)
    assert before in ([], ["start"])
    assert status == 503
    assert "Rate limit reached for requests." in detail
    assert_well_again(chat_server, thread)


def test_a_stream_cut_in_the_middle_ends_with_an_error_event(chat_server):
    thread = chat_server.new_thread()
    chat_server.model.script = Says("one two three four", pieces=4, break_after=2)
    before, status, detail = streamed_failure(chat_server, thread)
    assert before == ["start", "delta"]
    assert status == 502
    assert detail
    assert_well_again(chat_server, thread)


@pytest.mark.parametrize("stream", [False, True])
def test_a_backend_that_is_down_is_a_503(start_server, protocol, stream):
    settings = {"OPENAI_BASE_URL": f"http://127.0.0.1:{free_port()}/v1", "OPENAI_API": protocol}
    server = start_server(DEFAULT_MODEL="m", MODEL_MAX_RETRIES=0, **settings)
    thread = server.new_thread()
    if stream:
        _, status, detail = streamed_failure(server, thread)
        assert status == 503 and detail
    else:
        failed(server.try_chat("Hello", thread), 503)
    run = server.runs(thread)[0]
    assert (run["status"], run["last_error"]["code"]) == ("failed", "server_error")
    assert successful(server.get("/api/v1/health"))["status"] == "healthy"


def test_a_backend_that_comes_back_is_used_again(start_server):
    away = ScriptedModel()
    server = start_server(**away.settings())
    away.close()
    failed(server.try_chat("Hello"), 503)
    back = ScriptedModel(port=away.port)
    try:
        assert server.chat("Hello")["message"] == "[1] Hello"
    finally:
        back.close()


def test_a_kept_connection_that_the_backend_closed_is_no_failure(start_server):
    model = ScriptedModel()
    server = start_server(**model.settings())
    server.chat("Hello")
    model.close()
    back = ScriptedModel(port=model.port)
    try:
        assert server.chat("Hello")["message"] == "[1] Hello"
    finally:
        back.close()


@pytest.fixture(scope="module")
def impatient(binary, observer, server, tmp_path_factory):
    """A server that waits half a second for the model, with its model."""
    model = ScriptedModel()
    settings = model.settings(MODEL_CONNECT_TIMEOUT=0.5, MODEL_FIRST_BYTE_TIMEOUT=0.5, MODEL_IDLE_TIMEOUT=0.5)
    impatient = Server(binary, tmp_path_factory.mktemp("impatient"), observer, **settings)
    impatient.model = model
    try:
        yield impatient.start()
    finally:
        impatient.close()
        model.close()


@pytest.mark.alone
@pytest.mark.parametrize(
    "script",
    [Hangs(), Hangs(after_head=True), Says("one two", middle=Gate()), Says("one two three four", every=3)],
    ids=["before the head", "after the head", "after the first word", "between words"],
)
def test_a_backend_that_falls_silent_is_a_504(impatient, script):
    thread = impatient.new_thread()
    impatient.model.script = script
    began = time.monotonic()
    failed(impatient.try_chat("Hello", thread), 504)
    assert 0.4 < time.monotonic() - began < 30
    assert impatient.runs(thread)[0]["status"] in ("failed", "expired")
    wait_until(lambda: impatient.model.calls[-1].ended == "disconnected", "the silent call is given up")
    assert_well_again(impatient, thread)


@pytest.mark.alone
def test_a_slow_backend_that_keeps_talking_is_not_given_up(impatient):
    impatient.model.script = Says("a b c d e f g h", every=0.2, pieces=8)
    assert impatient.chat("Slowly")["message"] == "a b c d e f g h"


def test_a_backend_that_takes_no_connection_is_a_504(start_server):
    """A listening socket with a full backlog, as a stopped process leaves it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        try:
            for client in waiting:
                client.setblocking(False)
                client.connect_ex(("127.0.0.1", port))
            server = start_server(
                OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1",
                OPENAI_API="chat_completions",
                DEFAULT_MODEL="m",
                MODEL_CONNECT_TIMEOUT=0.5,
                MODEL_MAX_RETRIES=0,
            )
            began = time.monotonic()
            failed(server.try_chat("Hello"), 504, 503)
            assert time.monotonic() - began < 30
        finally:
            for client in waiting:
                client.close()


def test_a_run_has_a_deadline(start_server, model):
    server = start_server(**model.settings(RUN_TIMEOUT=1))
    model.script = Says("a b c d e f", every=0.5, pieces=6)
    thread = server.new_thread()
    failed(server.try_chat("Hello", thread), 504)
    [run] = server.runs(thread)
    assert run["status"] in ("expired", "failed")
    wait_until(lambda: model.calls[0].ended == "disconnected", "the model is stopped")
    model.script = Says()
    assert server.chat("Next", thread)["message"].endswith("Next")


@pytest.fixture(scope="module")
def persistent(binary, observer, server, tmp_path_factory):
    """A server that tries three times, with its model."""
    model = ScriptedModel()
    settings = model.settings(MODEL_MAX_RETRIES=2, MODEL_FIRST_BYTE_TIMEOUT=5)
    persistent = Server(binary, tmp_path_factory.mktemp("persistent"), observer, **settings)
    persistent.model = model
    try:
        yield persistent.start()
    finally:
        persistent.close()
        model.close()


RETRIED = {
    "408": Refuses(408),
    "409": Refuses(409),
    "429": Refuses(429),
    "500": Refuses(500),
    "503": Refuses(503),
    "broken before the head": BreaksOff(after_head=False),
    "broken before the first token": BreaksOff(after_head=True),
}


@pytest.mark.parametrize("script", RETRIED.values(), ids=RETRIED.keys())
def test_a_passing_failure_is_tried_again(persistent, script):
    persistent.model.reset()
    persistent.model.next(script)
    assert persistent.chat("Hello")["message"] == "[1] Hello"
    assert len(persistent.model.calls) == 2
    assert persistent.model.calls[0].body == persistent.model.calls[1].body


FINAL = {
    "400": (Refuses(400), 502),
    "401": (Refuses(401), 502),
    "404": (Refuses(404), 502),
    "no quota": (Refuses(429, "No money.", "insufficient_quota"), 502),
    # The token has been read before the connection breaks: one that was lost with it may be asked for again.
    "broken after the first token": (Says("one two three", break_after=1, every=0.2), 502),
}


@pytest.mark.parametrize("script, status", FINAL.values(), ids=FINAL.keys())
def test_a_lasting_failure_is_not_tried_again(persistent, script, status):
    persistent.model.reset()
    persistent.model.next(script)
    failed(persistent.try_chat("Hello"), status)
    assert len(persistent.model.calls) == 1


def test_retries_come_to_an_end(persistent):
    persistent.model.reset(Refuses(500, "Always broken."))
    assert "Always broken." in failed(persistent.try_chat("Hello"), 502)
    assert len(persistent.model.calls) == 3


@pytest.mark.alone
def test_a_retry_waits_as_long_as_the_backend_asks(persistent):
    persistent.model.reset()
    persistent.model.next(Refuses(429, retry_after=2))
    assert persistent.chat("Hello")["message"] == "[1] Hello"
    first, second = persistent.model.calls
    assert 1.9 <= second.arrived - first.arrived < 6


def test_a_retried_answer_is_in_the_thread_once(persistent):
    persistent.model.reset()
    persistent.model.next(BreaksOff(), Refuses(500))
    thread = persistent.new_thread()
    persistent.chat("Hello", thread)
    assert persistent.texts(thread) == [("user", "Hello"), ("assistant", "[1] Hello")]


@pytest.mark.parametrize("spoken", ["chat_completions", "responses"])
def test_auto_finds_out_what_the_backend_speaks_and_remembers_it(start_server, spoken):
    model = ScriptedModel(protocols=(spoken,))
    try:
        server = start_server(**model.settings("auto"))
        thread = server.chat("One")["thread_id"]
        asked = len(model.requests)
        assert server.chat("Two", thread)["message"] == "[3] Two"
        assert server.chat("Three", thread)["message"] == "[5] Three"
        assert len(model.requests) == asked + 2, model.requests
        assert {call.protocol for call in model.calls} == {spoken}
    finally:
        model.close()


def test_an_unknown_model_is_not_taken_for_an_unknown_protocol(start_server, model):
    server = start_server(**model.settings("auto"))
    model.script = Refuses(404, "The model `nothing` does not exist.", "model_not_found")
    assert "does not exist" in failed(server.try_chat("Hello"), 502)
    model.script = Says()
    assert server.chat("Hello")["message"] == "[1] Hello"


def test_half_an_answer_is_not_taken_for_a_whole_one(chat_server):
    thread = chat_server.new_thread()
    chat_server.model.script = Says("one two three four", pieces=4, break_after=2)
    failed(chat_server.try_chat("Count", thread), 502)
    messages = chat_server.messages(thread)
    assert [message["role"] for message in messages] in (["user"], ["user", "assistant"])
    assert all("one two three four".startswith(text_of(message)) for message in messages[1:])
