"""Logs: JSON lines with what is needed to follow a request, and nothing that must not be there."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistants_server import failed, wait_until
from scripted_model import Refuses, Says

KEY = "sk-proj-Zx81TotallySecretKeyNobodyMaySee42"
QUESTION = "비밀 질문 zebra-crossing"
ANSWER = "비밀 대답 giraffe-house"


@pytest.fixture
def talkative(make_server, server, model):
    """Starts a server with the key, asks the question, and returns it after the log is written."""

    def talk(**settings):
        server = make_server(**model.settings(OPENAI_API_KEY=KEY, **settings)).start()
        model.script = Says(ANSWER)
        response = server.try_chat(QUESTION)
        server.last = response
        wait_until(lambda: response.headers["x-request-id"] in server.log_file.read_text(), "the request is logged")
        return server

    return talk


def test_the_log_file_has_a_json_object_a_line(talkative):
    server = talkative()
    for line in server.log_lines():
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["time"])
        assert line["level"] in ("TRACE", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL")
        assert line["message"]


def test_a_request_is_logged_with_its_id_thread_run_status_and_duration(talkative):
    server = talkative()
    body = server.last.json()
    [run] = server.runs(body["thread_id"])
    lines = [line for line in server.log_lines() if server.last.headers["x-request-id"] in json.dumps(line)]
    together = json.dumps(lines)
    assert body["thread_id"] in together
    assert run["id"] in together
    assert "/api/v1/chat" in together
    line = next(line for line in lines if "/api/v1/chat" in json.dumps(line))
    assert 200 in line.values()
    assert any("duration" in name for name in line)


def test_neither_texts_nor_the_key_are_logged(talkative):
    server = talkative()
    server.terminate()
    server.wait_for_end(timeout=60)
    for written in (server.log_file.read_text(), server.output()):
        assert "zebra" not in written and "giraffe" not in written
        assert KEY not in written and KEY[8:-4] not in written


def test_the_key_is_not_logged_even_when_debugging(talkative):
    server = talkative(DEBUG="true", LOG_LEVEL="trace")
    server.terminate()
    server.wait_for_end(timeout=60)
    for written in (server.log_file.read_text(), server.output()):
        assert KEY not in written and KEY[8:-4] not in written


def test_a_key_that_the_backend_repeats_is_not_logged(make_server, server, model):
    server = make_server(**model.settings(OPENAI_API_KEY=KEY)).start()
    model.script = Refuses(401, f"Incorrect API key provided: {KEY}.")
    assert KEY not in failed(server.try_chat("Hello"), 502)
    server.terminate()
    server.wait_for_end(timeout=60)
    assert KEY not in server.log_file.read_text() + server.output()


def test_texts_are_not_logged_when_things_go_wrong(make_server, server, model):
    server = make_server(**model.settings()).start()
    model.script = Refuses(500, "No luck.")
    failed(server.try_chat(QUESTION), 502)
    server.request(
        "POST", "/api/v1/chat", data=b'{"message": "zebra-crossing', headers={"content-type": "application/json"}
    )
    server.request("POST", "/api/v1/chat", json={"message": ["zebra-crossing"]})
    server.terminate()
    server.wait_for_end(timeout=60)
    assert "zebra" not in server.log_file.read_text() + server.output()


def test_a_backend_that_quotes_the_question_does_not_bring_it_into_the_log(make_server, server, model):
    server = make_server(**model.settings()).start()
    model.script = Refuses(400, f"invalid content: '{QUESTION}'")
    failed(server.try_chat(QUESTION), 502)
    server.terminate()
    server.wait_for_end(timeout=60)
    log = server.log_file.read_text() + server.output()
    assert "zebra" not in log
    assert "ERROR" in log


def test_debug_lets_question_and_answer_into_the_log(talkative):
    server = talkative(DEBUG="true")
    server.terminate()
    server.wait_for_end(timeout=60)
    thread = server.last.json()["thread_id"]
    lines = [line for line in server.log_lines() if line["level"] == "DEBUG" and "text" in line]
    assert [line["text"] for line in lines] == [QUESTION, ANSWER]
    for line in lines:
        assert line["thread"] == thread
        assert line["run"].startswith("run_")


def test_a_long_text_is_cut_in_the_log(make_server, server, model):
    server = make_server(**model.settings(), DEBUG="true").start()
    model.script = Says("fine")
    server.chat("long " * 2_000)
    server.terminate()
    server.wait_for_end(timeout=60)
    [question, _] = [line["text"] for line in server.log_lines() if "text" in line]
    assert question == ("long " * 2_000)[:1_000] + "…"


@pytest.mark.parametrize("before", ["long " * 198, "l" * 990], ids=["of words", "without white space"])
def test_a_key_at_which_a_long_text_is_cut_is_not_logged_in_part(make_server, server, model, before):
    key = "plain-Zx81TotallySecretKeyNobodyMaySee42"
    server = make_server(**model.settings(OPENAI_API_KEY=key), DEBUG="true").start()
    model.script = Says("fine")
    server.chat(before + key + " more" * 100)
    server.terminate()
    server.wait_for_end(timeout=60)
    [question, _] = [line["text"] for line in server.log_lines() if "text" in line]
    assert question == before[: 990 if " " in before else 800] + "…"
    assert "plain-" not in server.log_file.read_text() + server.output()


def test_debug_lets_the_backends_words_into_the_log(make_server, server, model):
    server = make_server(**model.settings(), DEBUG="true").start()
    model.script = Refuses(400, f"invalid content: '{QUESTION}'")
    failed(server.try_chat(QUESTION), 502)
    server.terminate()
    server.wait_for_end(timeout=60)
    assert "zebra" in server.log_file.read_text()


def test_a_failure_of_the_backend_can_be_found_as_an_error(make_server, server, model):
    server = make_server(**model.settings()).start()
    model.script = Refuses(401, "Incorrect API key provided.")
    response = server.try_chat("Hello")
    failed(response, 502)
    server.terminate()
    server.wait_for_end(timeout=60)
    errors = [line for line in server.log_file.read_text().splitlines() if "ERROR" in line]
    assert errors
    assert any("Incorrect API key provided." in line for line in errors)
    assert any("ERROR" in line for line in server.output().splitlines())


def test_the_callers_mistake_is_no_error(make_server, server):
    server = make_server().start()
    server.post("/api/v1/chat", {})
    server.get("/api/v1/threads/thread_nowhere")
    server.get("/nowhere")
    server.terminate()
    server.wait_for_end(timeout=60)
    assert not [line for line in server.log_lines() if line["level"] in ("ERROR", "CRITICAL")]


def test_a_line_break_in_a_path_does_not_forge_a_line(make_server, server):
    server = make_server().start()
    server.get('/nowhere%0A{"level":"ERROR","message":"forged"}')
    server.get("/nowhere\x1b[31m")
    server.terminate()
    server.wait_for_end(timeout=60)
    assert not [line for line in server.log_lines() if line["message"] == "forged"]
    assert "\x1b[31m" not in server.output()


def test_the_log_file_is_rotated_and_a_bounded_number_is_kept(make_server, server):
    server = make_server(LOG_FILE_MAX_BYTES=8192, LOG_FILES_KEPT=2).start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: server.separate().get("/api/v1/threads"), range(400)))
    server.terminate()
    server.wait_for_end(timeout=60)
    files = sorted(server.home.glob("app*log*"))
    assert len(files) == 3, files
    for file in files:
        assert file.stat().st_size <= 8192 + 4096
        for line in file.read_text().splitlines():
            json.loads(line)


def test_the_terminal_is_for_people(talkative):
    server = talkative()
    wait_until(lambda: "/api/v1/chat" in server.output(), "the request is on the terminal")
    lines = [line for line in server.output().splitlines() if "/api/v1/chat" in line and "200" in line]
    assert lines
    assert not lines[-1].startswith("{")


def test_the_log_file_can_be_turned_off(make_server, server):
    server = make_server()
    server.settings["LOG_FILE"] = "none"
    server.start()
    server.get("/api/v1/threads")
    server.close()
    assert {path.name for path in server.home.iterdir()} == {"data", "terminal.log"}


def test_the_log_goes_to_logs_app_log_by_default(make_server, server):
    server = make_server()
    del server.settings["LOG_FILE"]
    server.launch()
    wait_until(lambda: (server.home / "logs" / "app.log").exists(), "the log file is there")
    server.settings["LOG_FILE"] = str(server.home / "logs" / "app.log")
