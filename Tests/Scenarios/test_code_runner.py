"""Code that a server has run elsewhere: by `assistants-server code-runner`, over the documented protocol."""

import json
import os
import time
from urllib.parse import quote

import pytest
import requests

from assistants_server import Server, free_port, wait_until
from code_runner import KEY, CodeRunner
from interpreters import (
    CSV,
    PATIENCE,
    PLOT,
    TOOL,
    Notebook,
    needs_matplotlib,
    needs_sandbox,
    png_size,
    processes_with,
    runs_by_question,
    runs_then_says,
)
from sdk import client_of
from v1_api import V1

pytestmark = [needs_sandbox, pytest.mark.timeout(300)]


@pytest.fixture
def own_runner(binary, tmp_path):
    """A runner that the scenario may kill, and whose folder holds what the scenario puts there."""
    runner = CodeRunner(binary, tmp_path / "runner")
    try:
        yield runner.start()
    finally:
        runner.close()


@pytest.fixture(scope="module")
def runner(binary, tmp_path_factory):
    """One for all the others, as it takes its time to warm up."""
    runner = CodeRunner(binary, tmp_path_factory.mktemp("runner"))
    try:
        yield runner.start()
    finally:
        runner.close()


@pytest.fixture
def start_notebook(start_server, model):
    """Starts a server with a scripted model whose code is run where the settings say."""

    def start(**settings):
        server = start_server(**model.settings(), **settings)
        server.model = model
        return Notebook(V1(server))

    return start


def loops(mark):
    """Code that works for ever, in a process of its own as well."""
    return f"import subprocess\nsubprocess.run(['sh', '-c', 'while :; do sleep 1; done', '{mark}'])\nwhile True: pass"


def health_of(server):
    return server.get("/api/v1/health").json()["code_interpreter"]


# What a user of the SDK sees


@needs_matplotlib
def test_the_sdk_gets_text_logs_a_figure_and_a_file(runner, start_notebook):
    notebook = start_notebook(**runner.setting())
    code = (
        "import pandas as pd\ntable = pd.read_csv('/mnt/data/sales.csv')\nprint('total', table['sales'].sum())\n"
        "table.groupby('store').sum().to_csv('/mnt/data/합계.csv')" + PLOT
    )
    said = "합계 🇰🇷 [totals](sandbox:/mnt/data/합계.csv) and [none](sandbox:/mnt/data/none.csv)."
    notebook.model.script = runs_then_says(code, text=said)
    with client_of(notebook.v1.server).with_options(timeout=PATIENCE) as client:
        table = client.files.create(file=("sales.csv", CSV.encode()), purpose="assistants")
        assistant = client.beta.assistants.create(model="scripted-model", tools=[TOOL])
        attachment = {"file_id": table.id, "tools": [TOOL]}
        run = client.beta.threads.create_and_run_poll(
            assistant_id=assistant.id,
            thread={"messages": [{"role": "user", "content": "The total?", "attachments": [attachment]}]},
        )
        assert run.status == "completed", run.last_error
        steps = client.beta.threads.runs.steps.list(run.id, thread_id=run.thread_id, order="asc").data
        logs, figure = steps[0].step_details.tool_calls[0].code_interpreter.outputs
        assert "total 240" in logs.logs
        image, text = client.beta.threads.messages.list(run.thread_id).data[0].content
        assert image.image_file.file_id == figure.image.file_id
        width, height = png_size(client.files.content(figure.image.file_id).read())
        assert width > 100 and height > 100
        [annotation] = text.text.annotations
        assert text.text.value == said
        assert said[annotation.start_index : annotation.end_index] == annotation.text == "sandbox:/mnt/data/합계.csv"
        made = client.files.content(annotation.file_path.file_id).read().decode()
        assert made.splitlines() == ["store,sales", "Busan,80", "Daegu,40", "Seoul,120"]
    wait_until(lambda: health_of(notebook.v1.server) == {"status": "available"}, "the server knows of its runner")


def test_variables_and_files_stay_and_a_restarted_server_finds_them(runner, start_notebook):
    notebook = start_notebook(**runner.setting())
    notebook.model.script = runs_by_question(
        {"Set": "kept = 41\nopen('/mnt/data/kept.txt', 'w').write('kept')", "Get": "print(kept + 1, open('/mnt/data/kept.txt').read())"}
    )
    assistant, thread = notebook.assistant(), notebook.v1.thread("Set")["id"]
    notebook.completed(thread, assistant)

    notebook.v1.server.kill()
    notebook.v1.server.restart()

    notebook.v1.message(thread, "Get")
    assert notebook.logs(notebook.completed(thread, assistant)) == ["42 kept\n"]
    notebook.v1.delete(f"/threads/{thread}")
    wait_until(
        lambda: runner.ask("GET", f"sessions/{thread}").status_code == 404, "the session has ended", timeout=PATIENCE
    )


# Ends


def test_cancel_stops_the_code_on_the_runner(runner, start_notebook):
    notebook = start_notebook(**runner.setting())
    v1, mark = notebook.v1, f"cancelled-{time.time_ns()}"
    notebook.model.script = runs_by_question({"Loop": loops(mark), "After": "print('after')"})
    assistant, thread = notebook.assistant(), v1.thread("Loop")["id"]
    run = v1.run(thread, assistant)
    wait_until(lambda: processes_with(mark), "the code runs", timeout=PATIENCE)

    v1.cancel(run)

    notebook.ended(run, "cancelled")
    wait_until(lambda: not processes_with(mark), "no process of the code is left", timeout=PATIENCE)
    v1.message(thread, "After")
    assert notebook.logs(notebook.completed(thread, assistant)) == ["after\n"]


def test_the_runner_stops_the_code_of_a_server_that_is_killed(runner, start_notebook):
    notebook = start_notebook(**runner.setting())
    v1, mark = notebook.v1, f"killed-{time.time_ns()}"
    notebook.model.script = runs_by_question({"Loop": loops(mark)})
    assistant, thread = notebook.assistant(), v1.thread("Loop")["id"]
    run = v1.run(thread, assistant)
    wait_until(lambda: processes_with(mark), "the code runs", timeout=PATIENCE)

    v1.server.kill()

    wait_until(lambda: not processes_with(mark), "no process of the code is left", timeout=PATIENCE)
    notebook.model.reset(runs_by_question({"Loop": "print('again')"}))
    v1.server.restart()
    assert notebook.logs(notebook.ended(run)) == ["again\n"]


def test_a_runner_that_is_killed_ends_the_session_and_the_model_is_told(own_runner, start_notebook):
    notebook = start_notebook(**own_runner.setting())
    v1, mark = notebook.v1, f"lost-{time.time_ns()}"
    notebook.model.script = runs_by_question({"Loop": loops(mark), "Again": "print('again')", "Back": "print('back')"})
    assistant, thread = notebook.assistant(), v1.thread("Loop")["id"]
    run = v1.run(thread, assistant)
    wait_until(lambda: processes_with(mark), "the code runs", timeout=PATIENCE)

    own_runner.kill()

    wait_until(lambda: not processes_with(mark), "no process of the code is left", timeout=PATIENCE)
    [logs] = notebook.logs(notebook.ended(run))
    assert "The session was ended" in logs and "the code runner was lost" in logs
    # There is none now: a run that wants code fails with the reason, and the health check knows.
    v1.message(thread, "Again")
    failed = notebook.ended(v1.run(thread, assistant), "failed")
    assert failed["last_error"]["code"] == "server_error"
    message = failed["last_error"]["message"]
    assert message.startswith("The code interpreter is not available: the code runner cannot be reached")
    assert "CODE_INTERPRETER_RUNNER" in message and KEY not in message
    wait_until(lambda: health_of(v1.server)["status"] == "unavailable", "the health check tells", timeout=PATIENCE)

    own_runner.restart()

    v1.message(thread, "Back")
    run = wait_until(
        lambda: next((r for r in [v1.settled(v1.run(thread, assistant), timeout=PATIENCE)] if r["status"] == "completed"), None),
        "the runner is found again",
        timeout=PATIENCE,
        every=1,
    )
    assert notebook.logs(run) == ["back\n"]
    assert "new session" in notebook.model.calls[-1].tool_outputs[-1][1]


# Settings


def test_a_server_without_the_runners_key_says_so(runner, start_notebook):
    notebook = start_notebook(**runner.setting("another-key-0123456789"), CODE_INTERPRETER="auto")
    notebook.model.script = runs_then_says("print(1)")
    server = notebook.v1.server
    run = notebook.ended(notebook.v1.run(notebook.v1.thread("?")["id"], notebook.assistant()), "failed")
    assert "refuses the server's key" in run["last_error"]["message"]
    assert "CODE_INTERPRETER_RUNNER_KEY" in run["last_error"]["message"]
    told = server.run("doctor", timeout=120)
    assert told.returncode == 1 and "✗ code interpreter" in told.stdout and "refuses the server's key" in told.stdout
    assert "another-key" not in told.stdout + server.output() + server.log_file.read_text()


def test_a_server_whose_runner_is_not_there_says_so(make_server, server):
    port = free_port()
    alone = make_server(CODE_INTERPRETER="on", CODE_INTERPRETER_RUNNER=f"http://127.0.0.1:{port}")
    alone.launch()
    answer = wait_until(lambda: answered(alone, 503), "the server is not ready", timeout=PATIENCE)
    assert answer["status"] == "unhealthy" and "cannot be reached" in answer["reason"]
    told = alone.run("doctor", timeout=120)
    assert told.returncode == 1 and f"http://127.0.0.1:{port}" in told.stdout and "connection refused" in told.stdout


def answered(server, status):
    """The health check's answer if it has this status."""
    try:
        answer = requests.get(f"{server.url}/api/v1/health", timeout=10)
    except requests.ConnectionError:
        return None
    return answer.json() if answer.status_code == status else None


def test_the_doctor_is_content_with_a_runner(runner, make_server, server):
    told = make_server(**runner.setting()).run("doctor", timeout=120)
    assert f"✓ code interpreter: {runner.url}: Python 3" in told.stdout


@pytest.mark.parametrize("url", ["ftp://runner", "runner:8020", "http://", "http://user:secret-word@runner"])
def test_an_address_that_is_none_is_refused_at_the_start(make_server, server, url):
    ended = make_server(CODE_INTERPRETER_RUNNER=url).run("serve")
    assert ended.returncode == 78 and "CODE_INTERPRETER_RUNNER" in ended.stderr
    assert "secret-word" not in ended.stderr


def test_a_runner_that_others_can_reach_has_a_key(binary, tmp_path):
    ended = CodeRunner(binary, tmp_path / "open", HOST="0.0.0.0", CODE_INTERPRETER_RUNNER_KEY="").run("code-runner")
    assert ended.returncode == 78 and "CODE_INTERPRETER_RUNNER_KEY" in ended.stderr
    ended = CodeRunner(binary, tmp_path / "off", CODE_INTERPRETER="off").run("code-runner")
    assert ended.returncode == 78 and "CODE_INTERPRETER is off" in ended.stderr


def test_two_runners_do_not_share_a_folder(runner, binary, tmp_path):
    second = CodeRunner(binary, tmp_path / "second", DATA_DIR=runner.settings["DATA_DIR"])
    ended = second.run("code-runner")
    assert ended.returncode == 1 and "used by another code runner" in ended.stderr + ended.stdout


# The protocol, as the documentation has it


def test_the_protocol_is_spoken_as_it_is_written(runner):
    status = runner.ask("GET", "status").json()
    assert status["protocol"] == 1 and status["available"] is True and status["python"].startswith("3.")
    for key in (None, "", KEY[:-1], KEY + "x", "x" * len(KEY)):
        refused = runner.ask("GET", "status", key=key)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthorized")

    session = "sessions/of%20another%2Fkind"
    assert runner.ask("GET", session).json()["error"]["code"] == "not_found"
    file = {"id": "file-1", "names": ["file-1", "판매.csv"], "size": len(CSV)}
    order = {"source": "print(open('/mnt/data/판매.csv').read())", "time_limit": 60, "files": [file], "unknown": 1}
    needed = runner.ask("POST", f"{session}/cells", json=order)
    assert needed.status_code == 409
    assert needed.json()["error"]["code"] == "inputs_needed" and needed.json()["error"]["files"] == ["file-1"]
    assert runner.ask("PUT", f"{session}/inputs/file-1", data=CSV.encode()).status_code == 204
    result = runner.ask("POST", f"{session}/cells", json=order)
    assert result.status_code == 200
    assert result.json() == {
        "end": "finished",
        "fresh": False,
        "outputs": [{"logs": CSV + "\n"}],
        "files": [],
    }
    # It has the file now, and says when the interpreter is another one.
    assert runner.ask("POST", f"{session}/cells", json=order).json()["outputs"] == [{"logs": CSV + "\n"}]
    life = runner.ask("GET", session).json()["life"]
    written = runner.ask("POST", f"{session}/cells", json=order | {"source": "open('/mnt/data/a b.bin', 'wb').write(bytes(70000));"})
    [made] = written.json()["files"]
    assert made == {"name": "a b.bin", "path": "/mnt/data/a b.bin", "size": 70000, "life": life}
    read = runner.ask("GET", f"{session}/files?path={quote(made['path'])}&limit=70000")
    assert read.status_code == 200 and read.content == bytes(70000)
    too_large = runner.ask("GET", f"{session}/files?path={quote(made['path'])}&limit=69999")
    assert (too_large.status_code, too_large.json()["error"]["code"]) == (413, "too_large")
    for path in ("none", "/etc/passwd", "../../etc/passwd", "/mnt/data"):
        missing = runner.ask("GET", f"{session}/files", params={"path": path, "limit": 1000})
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    assert runner.ask("DELETE", session).status_code == 204
    fresh = runner.ask("POST", f"{session}/cells", json={"source": "1", "time_limit": 60, "was_used": True})
    assert fresh.json()["fresh"] is True


@pytest.mark.parametrize(
    "method, path, body, status",
    [
        ("POST", "sessions/s/cells", b"", 400),
        ("POST", "sessions/s/cells", b'{"source":"1"}', 400),
        ("POST", "sessions/s/cells", b'{"source":"1","time_limit":1,"files":[{"id":"f","names":["../f"],"size":1}]}', 400),
        ("POST", "sessions/a%00b/cells", b'{"source":"1","time_limit":1}', 400),
        ("GET", "sessions/s/files", None, 400),
        ("GET", "sessions/s/files?path=a&limit=-1", None, 400),
        ("PUT", "sessions/s/inputs/f", b"", 204),
        ("GET", "nothing", None, 404),
        ("PATCH", "status", None, 404),
        ("GET", "../v1x", None, 404),
    ],
)
def test_requests_that_make_no_sense_are_refused(runner, method, path, body, status):
    answer = runner.ask(method, path, data=body)
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert set(answer.json()["error"]) >= {"code", "message"}


def test_a_cell_that_takes_long_is_told_to_be_alive(runner):
    order = {"source": "import time; time.sleep(8); print('done')", "time_limit": 60}
    with runner.ask("POST", "sessions/slow/cells", json=order, stream=True) as answer:
        body = answer.raw.read()
    start, _, rest = body.partition(b"{")
    assert len(start) >= 2 and not start.strip()
    assert json.loads(b"{" + rest)["outputs"] == [{"logs": "done\n"}]


def test_an_upload_tells_its_size_and_goes_with_its_session(own_runner):
    uploads = own_runner.home / "data" / "code-runner"
    unsized = own_runner.ask("PUT", "sessions/s/inputs/f", data=iter([b"x"]))
    assert unsized.status_code == 400 and "Content-Length" in unsized.json()["error"]["reason"]
    assert own_runner.ask("PUT", "sessions/s/inputs/f", data=b"x" * 1000).status_code == 204
    assert len(os.listdir(uploads)) == 2
    assert own_runner.ask("DELETE", "sessions/s").status_code == 204
    assert os.listdir(uploads) == ["lock"]
