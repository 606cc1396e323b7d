"""code_interpreter in a run: the model writes Python, the server runs it in its sandbox, figures and files come back."""

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistants_server import text_of, wait_until
from file_uploads import upload
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
    python,
    runs_by_question,
    runs_then_says,
)
from scripted_model import Decides, FunctionCall, Generates, Says, Text
from sdk import Hooks, client_of, names, plain
from v1_api import V1, WEATHER, names_of, path_of

pytestmark = [needs_sandbox, pytest.mark.timeout(300)]

CREATED = ["run.created", "run.queued", "run.in_progress"]
RAN = ["run.step.created", "run.step.in_progress", "run.step.delta", "run.step.completed"]
ANSWERED = [
    *("run.step.created", "run.step.in_progress", "message.created", "message.in_progress", "message.delta"),
    *("message.completed", "run.step.completed", "run.completed"),
]


@pytest.fixture
def notebook(v1):
    return Notebook(v1)


@pytest.fixture
def one_notebook(one_v1):
    return Notebook(one_v1)


def annotations_of(message):
    """The links to files in the last part of a message, each compared with its text."""
    text = message["content"][-1]["text"]
    for annotation in text["annotations"]:
        assert list(annotation) == ["type", "text", "start_index", "end_index", "file_path"]
        assert annotation["type"] == "file_path" and list(annotation["file_path"]) == ["file_id"]
        assert text["value"][annotation["start_index"] : annotation["end_index"]] == annotation["text"]
    return text["annotations"]


# One call


def test_code_is_told_as_it_is_written_and_its_output_when_it_has_run(notebook):
    v1 = notebook.v1
    code = "text = '안녕 🍰'\nprint(text)\n6 * 7"
    notebook.model.script = Decides(
        lambda call: Says("It is 42.") if call.is_answered_call else Generates(python(code, pieces=9))
    )
    stream = v1.stream_run(v1.thread("6 * 7?")["id"], notebook.assistant()).rest()

    assert names_of(stream) == CREATED + RAN + ANSWERED + ["done"]
    deltas = [event.json["delta"]["step_details"] for event in stream if event.name == "thread.run.step.delta"]
    assert all(list(delta) == ["type", "tool_calls"] and len(delta["tool_calls"]) == 1 for delta in deltas)
    first, *inputs, output = [delta["tool_calls"][0] for delta in deltas]
    assert first == {"index": 0, "id": first["id"], "type": "code_interpreter"} | {
        "code_interpreter": {"input": "", "outputs": []}
    }
    assert first["id"].startswith("call_") and len(inputs) > 3
    for piece in inputs:
        assert list(piece) == ["index", "type", "code_interpreter"] and list(piece["code_interpreter"]) == ["input"]
    assert "".join(piece["code_interpreter"]["input"] for piece in inputs) == code
    assert output["code_interpreter"] == {"outputs": [{"index": 0, "type": "logs", "logs": "안녕 🍰\n42\n"}]}
    [step] = [event.json for event in stream if event.name == "thread.run.step.completed"][:1]
    logs = {"type": "logs", "logs": "안녕 🍰\n42\n"}
    assert step["step_details"]["tool_calls"] == [
        {"id": first["id"], "type": "code_interpreter", "code_interpreter": {"input": code, "outputs": [logs]}}
    ]
    assert step["usage"]["total_tokens"] == 30

    asked, answered = notebook.model.calls
    [offered] = asked.functions
    assert offered["name"] == "python" and "/mnt/data" in offered["description"]
    assert offered["parameters"]["required"] == ["code"]
    assert answered.tool_calls == [(first["id"], "python", answered.tool_calls[0][2])]
    assert json.loads(answered.tool_calls[0][2]) == {"code": code}
    assert answered.tool_outputs == [(first["id"], "안녕 🍰\n42\n")]
    run = stream[-2].json
    assert run["usage"]["total_tokens"] == sum(step["usage"]["total_tokens"] for step in v1.steps(run))
    retrieved = v1.get(f"{path_of(run)}/steps/{step['id']}")
    assert retrieved["step_details"] == step["step_details"]
    assert [event.data for event in stream if "delta" in event.name] == [
        line.removeprefix("data: ") for line in _deltas(notebook.events(run))
    ]


def _deltas(stream):
    blocks = [block.splitlines() for block in stream.split("\n\n")]
    return [
        line
        for block in blocks
        if any(line.startswith("event:") and line.endswith("delta") for line in block)
        for line in block
        if line.startswith("data: ")
    ]


def test_the_sdk_uploads_a_table_asks_and_downloads_a_file(notebook):
    said = "합계 🇰🇷 [totals](sandbox:/mnt/data/totals.csv) and [none](sandbox:/mnt/data/none.csv)."
    code = (
        "import csv\nrows = list(csv.DictReader(open('/mnt/data/sales.csv')))\n"
        "total = sum(int(row['sales']) for row in rows)\nprint('total', total)\n"
        "open('/mnt/data/totals.csv', 'w').write(f'total\\n{total}\\n')"
    )
    notebook.model.script = runs_then_says(code, text=said)
    with client_of(notebook.v1.server).with_options(timeout=PATIENCE) as client:
        table = client.files.create(file=("sales.csv", CSV.encode()), purpose="assistants")
        assistant = client.beta.assistants.create(model="scripted-model", tools=[TOOL])
        attachment = {"file_id": table.id, "tools": [TOOL]}
        thread = client.beta.threads.create(
            messages=[{"role": "user", "content": "The total?", "attachments": [attachment]}]
        )
        assert client.beta.threads.retrieve(thread.id).tool_resources.code_interpreter.file_ids == [table.id]
        hooks = Hooks()
        with client.beta.threads.runs.stream(
            thread_id=thread.id, assistant_id=assistant.id, event_handler=hooks
        ) as stream:
            stream.until_done()
            [message] = stream.get_final_messages()
            steps = stream.get_final_run_steps()
        assert names(hooks.events) == CREATED + RAN + ANSWERED
        [call] = steps[0].step_details.tool_calls
        assert call.code_interpreter.input == code
        assert "total 240" in call.code_interpreter.outputs[0].logs
        [annotation] = message.content[0].text.annotations
        start = said.index("sandbox:")
        link = "sandbox:/mnt/data/totals.csv"
        assert message.content[0].text.value == said
        assert (annotation.type, annotation.text) == ("file_path", link)
        assert (annotation.start_index, annotation.end_index) == (start, start + len(link))
        made = client.files.retrieve(annotation.file_path.file_id)
        assert (made.purpose, made.filename, made.bytes) == ("assistants_output", "/mnt/data/totals.csv", 10)
        assert made.expires_at is None
        assert client.files.content(made.id).read() == b"total\n240\n"
        again = client.beta.threads.messages.list(thread.id).data[0]
        assert plain(again.content) == plain(message.content)
        [listed] = client.files.list(purpose="assistants_output").data[:1]
        assert listed.id == made.id
    description = notebook.model.calls[0].functions[0]["description"]
    assert f"sales.csv ({len(CSV)} bytes; also as {table.id})" in description
    assert "[Written to /mnt/data: totals.csv (10 bytes)]" in notebook.model.calls[1].tool_outputs[0][1]


@needs_matplotlib
def test_a_figure_is_an_output_and_stands_before_the_text(notebook):
    notebook.model.script = runs_then_says(PLOT, text="Here it is: [file](sandbox:/mnt/data/none.png)")
    v1 = notebook.v1
    thread = v1.thread("Plot it")["id"]
    stream = v1.stream_run(thread, notebook.assistant()).rest()

    assert names_of(stream) == CREATED + RAN + ANSWERED + ["done"]
    outputs = [event.json for event in stream if '"outputs":[{"index"' in event.data]
    [call] = outputs[0]["delta"]["step_details"]["tool_calls"]
    image = call["code_interpreter"]["outputs"][0]["image"]["file_id"]
    content = [
        event.json["delta"]["content"][0] for event in stream if event.name.removeprefix("thread.") == "message.delta"
    ]
    assert content[0] == {"index": 0, "type": "image_file", "image_file": {"file_id": image, "detail": "auto"}}
    assert {part["index"] for part in content[1:]} == {1}
    run = stream[-2].json
    [message] = notebook.messages(run)
    assert message["content"][0] == {"type": "image_file", "image_file": {"file_id": image, "detail": "auto"}}
    assert message["content"][1]["text"]["value"] == "Here it is: [file](sandbox:/mnt/data/none.png)"
    assert annotations_of(message) == []
    width, height = png_size(notebook.content(image))
    assert width > 100 and height > 100
    file = v1.get(f"/files/{image}")
    assert file["purpose"] == "assistants_output" and file["filename"].endswith(".png") and file["expires_at"] is None
    assert notebook.calls(run)[0]["outputs"][-1] == {"type": "image", "image": {"file_id": image}}
    assert "figure is shown" in notebook.model.calls[1].tool_outputs[0][1]
    told = [event.data for event in stream if "delta" in event.name]
    assert told == [line.removeprefix("data: ") for line in _deltas(notebook.events(run))]
    # Later runs have it in words: models take images from users alone.
    notebook.model.script = Says("Yes.")
    v1.message(thread, "Was it there?")
    notebook.completed(thread, notebook.assistant())
    assert f"figure {image}" in notebook.model.calls[-1].everything and not notebook.model.calls[-1].images


@needs_matplotlib
def test_the_hooks_of_the_sdk_see_figures(one_notebook):
    one_notebook.model.script = runs_then_says(PLOT, text="Here.")

    class Figures(Hooks):
        shown: list = []

        def on_image_file_done(self, image_file):
            self.shown.append(image_file.file_id)

    with client_of(one_notebook.v1.server).with_options(timeout=PATIENCE) as client:
        thread = client.beta.threads.create(messages=[{"role": "user", "content": "Plot"}]).id
        hooks = Figures()
        with client.beta.threads.runs.stream(
            thread_id=thread, assistant_id=one_notebook.assistant(), event_handler=hooks
        ) as stream:
            stream.until_done()
            [message] = stream.get_final_messages()
        assert hooks.shown == [message.content[0].image_file.file_id]
        png_size(client.files.content(hooks.shown[0]).read())


# Several calls


def test_an_error_comes_back_to_the_model_which_tries_again(notebook):
    def choose(call):
        if not call.tool_outputs:
            return Generates(Text("Let me look."), python("1 / 0"))
        if len(call.tool_outputs) == 1:
            assert "ZeroDivisionError" in call.tool_outputs[0][1]
            return Generates(Text("That was wrong."), python("print(1 / 2)"))
        return Says("A half.")

    notebook.model.script = Decides(choose)
    run = notebook.completed(notebook.v1.thread("?")["id"], notebook.assistant())
    assert [step["type"] for step in notebook.v1.steps(run)] == [
        *("message_creation", "tool_calls", "message_creation", "tool_calls", "message_creation")
    ]
    assert [text_of(message) for message in notebook.messages(run)] == ["Let me look.", "That was wrong.", "A half."]
    first, second = notebook.logs(run)
    assert "ZeroDivisionError: division by zero" in first and second == "0.5\n"
    assert run["usage"]["total_tokens"] == 90


def test_calls_of_one_answer_run_in_their_order(one_notebook):
    one_notebook.model.script = Decides(
        lambda call: (
            Says("Done.")
            if call.is_answered_call
            else Generates(python("x = 1"), python("x += 1\nprint(x)"), python("print(x * 10)"))
        )
    )
    run = one_notebook.completed(one_notebook.v1.thread("?")["id"], one_notebook.assistant())
    assert one_notebook.logs(run) == ["", "2\n", "20\n"]
    assert len(one_notebook.v1.steps(run)) == 2


def test_models_that_send_no_json(one_notebook):
    one_notebook.model.script = Decides(
        lambda call: (
            Says("Done.")
            if call.is_answered_call
            else Generates(FunctionCall("python", "print('raw')\n", pieces=3), FunctionCall("code_interpreter", "{}"))
        )
    )
    run = one_notebook.completed(one_notebook.v1.thread("?")["id"], one_notebook.assistant())
    assert [call["input"] for call in one_notebook.calls(run)] == ["print('raw')\n", ""]
    assert one_notebook.logs(run) == ["raw\n", ""]
    assert "No code was given" in one_notebook.model.calls[1].tool_outputs[1][1]


def test_code_beside_a_function_of_the_caller(one_notebook):
    v1 = one_notebook.v1
    one_notebook.model.script = Decides(
        lambda call: Says("Done.") if call.is_answered_call else Generates(python("print('here')"), FunctionCall())
    )
    run = v1.run(v1.thread("?")["id"], one_notebook.assistant(tools=[TOOL, WEATHER]))
    run = one_notebook.ended(run, "requires_action")
    run = v1.submit(run, "sunny")
    run = one_notebook.ended(run)
    assert [output for _, output in one_notebook.model.calls[1].tool_outputs] == ["here\n", "sunny"]
    [step, _] = v1.steps(run)
    assert [call["type"] for call in step["step_details"]["tool_calls"]] == ["code_interpreter", "function"]


def test_the_tool_is_called_where_it_is_chosen_and_has_another_name_beside_a_function_of_its_own(one_notebook):
    mine = {"type": "function", "function": {"name": "python", "parameters": {"type": "object", "properties": {}}}}
    one_notebook.model.script = Decides(
        lambda call: (
            Says("Done.") if call.is_answered_call else Generates(FunctionCall("python_", '{"code":"print(5)"}'))
        )
    )
    run = one_notebook.completed(
        one_notebook.v1.thread("?")["id"], one_notebook.assistant(tools=[mine, TOOL]), tool_choice=TOOL
    )
    first, second = one_notebook.model.calls
    assert first.tool_choice == "python_" and second.tool_choice is None
    assert one_notebook.logs(run) == ["5\n"]


# Files and state


def test_files_of_assistant_thread_and_message_are_there_under_their_names(one_notebook):
    v1 = one_notebook.v1
    first = upload(v1, "of the assistant", "a.txt")["id"]
    second = upload(v1, "of the thread", "a.txt")["id"]
    third = upload(v1, "한글", "판매 보고서.csv")["id"]
    code = (
        "import os\nprint(sorted(os.listdir('/mnt/data')))\n"
        f"for name in ['{first}', 'a.txt', '{second}', 'a (2).txt', '{third}', '판매 보고서.csv']:\n"
        "    print(open('/mnt/data/' + name).read())"
    )
    one_notebook.model.script = runs_then_says(code, text="[it](sandbox:/mnt/data/판매 보고서.csv)")
    thread = v1.thread(tool_resources={"code_interpreter": {"file_ids": [second]}})["id"]
    v1.message(thread, "?", attachments=[{"file_id": third, "tools": [TOOL]}])
    assert v1.get(f"/threads/{thread}")["tool_resources"]["code_interpreter"]["file_ids"] == [second, third]
    run = one_notebook.completed(thread, one_notebook.assistant(first))
    [logs] = one_notebook.logs(run)
    assert logs.splitlines()[1:] == [*["of the assistant"] * 2, *["of the thread"] * 2, *["한글"] * 2]
    [message] = one_notebook.messages(run)
    [annotation] = annotations_of(message)
    assert one_notebook.content(annotation["file_path"]["file_id"]).decode() == "한글"


def test_variables_and_files_stay_from_run_to_run(one_notebook):
    v1 = one_notebook.v1
    one_notebook.model.script = runs_by_question(
        {
            "Set": "x = 41\nopen('/mnt/data/kept.txt', 'w').write('kept')",
            "Get": "print(x + 1, open('/mnt/data/kept.txt').read())",
        },
        text="See [kept](sandbox:/mnt/data/kept.txt)",
    )
    assistant, thread = one_notebook.assistant(), v1.thread("Set")["id"]
    first = one_notebook.completed(thread, assistant)
    v1.message(thread, "Get")
    second = one_notebook.completed(thread, assistant)
    assert one_notebook.logs(second) == ["42 kept\n"]
    for run in (first, second):
        [annotation] = annotations_of(one_notebook.messages(run)[-1])
        assert one_notebook.content(annotation["file_path"]["file_id"]) == b"kept"
    description = one_notebook.model.calls[2].functions[0]["description"]
    assert "x = 41" in description and "its variables are there" in description and "kept.txt" in description


def test_a_link_that_is_said_twice_is_one_file_and_a_changed_file_another(one_notebook):
    link = "[f](sandbox:/mnt/data/f.txt)"

    def choose(call):
        done = len(call.tool_outputs)
        if done < 2:
            said = [Text(f"Before, {link}.")] if done else []
            return Generates(*said, python(f"open('/mnt/data/f.txt', 'w').write('{done}')"))
        return Says(f"{link} and {link}")

    one_notebook.model.script = Decides(choose)
    stream = one_notebook.v1.stream_run(one_notebook.v1.thread("?")["id"], one_notebook.assistant()).rest()
    run = stream[-2].json
    first, last = one_notebook.messages(run)
    [before] = annotations_of(first)
    again, too = annotations_of(last)
    assert again["file_path"] == too["file_path"] != before["file_path"]
    assert one_notebook.content(before["file_path"]["file_id"]) == b"0"
    assert one_notebook.content(again["file_path"]["file_id"]) == b"1"
    # One thing is open at a time: the message is complete before its call begins.
    order = [event.name.removeprefix("thread.") for event in stream]
    completed = order.index("message.completed")
    assert "run.step.created" in order[completed:] and order[completed + 1] == "run.step.completed"
    told = [event.data for event in stream if "delta" in event.name]
    assert told == [line.removeprefix("data: ") for line in _deltas(one_notebook.events(run))]


def test_threads_do_not_see_each_other(one_notebook):
    v1 = one_notebook.v1
    one_notebook.model.script = runs_by_question(
        {"Set": "secret = 1\nopen('/mnt/data/s', 'w').write('s')", "Get": "secret"}
    )
    assistant = one_notebook.assistant()
    one_notebook.completed(v1.thread("Set")["id"], assistant)
    run = one_notebook.completed(v1.thread("Get")["id"], assistant)
    assert "NameError" in one_notebook.logs(run)[0]
    assert "new session" not in one_notebook.model.calls[-1].tool_outputs[0][1]


def test_much_output_is_cut_for_the_model_and_whole_for_the_user(one_notebook):
    one_notebook.model.script = runs_then_says("for number in range(20_000): print('line', number)")
    run = one_notebook.completed(one_notebook.v1.thread("?")["id"], one_notebook.assistant())
    [(_, shown)] = one_notebook.model.calls[1].tool_outputs
    assert shown.startswith("line 0\n") and "line 19999" in shown and "bytes left out" in shown
    assert len(shown) < 30_000 < len(one_notebook.logs(run)[0])


# The end of code


def test_cancel_stops_the_code(one_notebook):
    v1, mark = one_notebook.v1, f"cancelled-{time.time_ns()}"
    one_notebook.model.script = runs_by_question({"Loop": _loops(mark), "After": "print('after')"})
    assistant, thread = one_notebook.assistant(), v1.thread("Loop")["id"]
    run = v1.run(thread, assistant)
    wait_until(lambda: processes_with(mark), "the code runs", timeout=PATIENCE)
    assert v1.cancel(run)["status"] == "cancelling"
    run = one_notebook.ended(run, "cancelled")
    wait_until(lambda: not processes_with(mark), "no process of the code is left", timeout=PATIENCE)
    [step] = v1.steps(run)
    assert step["status"] == "cancelled" and mark in step["step_details"]["tool_calls"][0]["code_interpreter"]["input"]
    v1.message(thread, "After")
    assert one_notebook.logs(one_notebook.completed(thread, assistant)) == ["after\n"]


def _loops(mark):
    """Code that works for ever, in a process of its own as well."""
    return f"import subprocess\nsubprocess.run(['sh', '-c', 'while :; do sleep 1; done', '{mark}'])\nwhile True: pass"


def test_a_thread_that_is_deleted_takes_its_session_along(one_notebook):
    v1, mark = one_notebook.v1, f"deleted-{time.time_ns()}"
    code = f"import subprocess\nsubprocess.Popen(['sh', '-c', 'while :; do sleep 1; done', '{mark}'])\nprint('on')"
    one_notebook.model.script = runs_then_says(code)
    thread = v1.thread("?")["id"]
    assert one_notebook.logs(one_notebook.completed(thread, one_notebook.assistant())) == ["on\n"]
    assert processes_with(mark)
    v1.delete(f"/threads/{thread}")
    wait_until(lambda: not processes_with(mark), "no process of the session is left", timeout=PATIENCE)


def test_a_server_that_is_killed_leaves_no_process_and_takes_the_run_up(start_server, model):
    server = start_server(**model.settings())
    server.model = model
    notebook = Notebook(V1(server))
    v1, mark = notebook.v1, f"killed-{time.time_ns()}"
    model.script = runs_by_question(
        {
            "Set": "kept = 1\nopen('/mnt/data/kept.txt', 'w').write('kept')",
            "Loop": _loops(mark),
        },
        text="[kept](sandbox:/mnt/data/kept.txt)",
    )
    assistant, thread = notebook.assistant(), v1.thread("Set")["id"]
    notebook.completed(thread, assistant)
    v1.message(thread, "Loop")
    run = v1.run(thread, assistant)
    wait_until(lambda: processes_with(mark), "the code runs", timeout=PATIENCE)

    server.kill()

    wait_until(lambda: not processes_with(mark), "no process of the code is left", timeout=PATIENCE)
    model.reset(runs_by_question({"Loop": "print(open('/mnt/data/kept.txt').read())\nkept"}, text="There."))
    server.restart()
    run = notebook.ended(run)
    [call] = notebook.calls(run)
    logs = call["outputs"][0]["logs"]
    assert logs.startswith("kept\n") and "NameError" in logs
    # The model is told why, and the file that an answer linked is back.
    [(_, shown)] = model.calls[1].tool_outputs
    assert "new session" in shown and "kept.txt" in shown
    assert [step["type"] for step in v1.steps(run)] == ["tool_calls", "message_creation"]
    assert [text for _, text in v1.texts(thread)] == ["Set", "[kept](sandbox:/mnt/data/kept.txt)", "Loop", "There."]
    made = v1.get("/files", purpose="assistants_output")["data"]
    assert len(made) == 1


@pytest.mark.alone
def test_a_hundred_threads_run_code_at_once(one_notebook):
    one_notebook.model.script = Decides(
        lambda call: (
            Says("Done.")
            if call.is_answered_call
            else Generates(python(f"number = {call.question}\nprint(number * 2)"))
        )
    )
    assistant = one_notebook.assistant()

    def ask(number):
        v1 = one_notebook.v1.separate()
        run = v1.run(v1.thread(str(number))["id"], assistant)
        return v1.settled(run, timeout=200)

    with ThreadPoolExecutor(20) as pool:
        runs = list(pool.map(ask, range(100)))
    assert [run["status"] for run in runs] == ["completed"] * 100, [run["last_error"] for run in runs]
    for number, run in enumerate(runs):
        assert one_notebook.logs(run) == [f"{number * 2}\n"]


# Without a sandbox


@pytest.fixture
def unconfinable(make_server, server, model, binary, tmp_path):
    """A server where no name space can be made."""
    wrapper = tmp_path / "in-a-sandbox"
    wrapper.write_text(
        f'#!/bin/sh\nexec bwrap --dev-bind / / --unshare-user --disable-userns --die-with-parent -- {binary} "$@"\n'
    )
    wrapper.chmod(0o755)
    works = subprocess.run([str(wrapper), "--help"], capture_output=True, timeout=30)
    if works.returncode:
        pytest.skip(f"this machine cannot nest: {works.stderr.decode()}")
    confined = make_server(**model.settings())
    confined.binary = wrapper
    confined.start().model = model
    return Notebook(V1(confined))


def test_a_run_that_wants_code_where_none_can_be_run_says_what_is_missing(unconfinable):
    v1 = unconfinable.v1
    unconfinable.model.script = Decides(
        lambda call: Generates(python("print(1)")) if call.question == "Compute" else Says("Hello.")
    )
    assistant = unconfinable.assistant()
    # Talking needs no code.
    unconfinable.completed(v1.thread("Hi")["id"], assistant)
    run = unconfinable.ended(v1.run(v1.thread("Compute")["id"], assistant), "failed")
    assert run["last_error"]["code"] == "server_error"
    message = run["last_error"]["message"]
    assert message.startswith("The code interpreter is not available: ") and "Remedy: " in message
    [step] = v1.steps(run)
    assert step["status"] == "failed" and step["last_error"]["message"] == message
