"""Other clients of the Assistants API, unmodified: an older SDK, LangChain, AutoGen."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from scripted_model import Decides, FunctionCall, Says, calls_then_says

HERE = Path(__file__).resolve().parent
CLIENTS = HERE.parents[1] / ".venv-clients/bin/python"


@pytest.fixture(autouse=True)
def environment():
    assert CLIENTS.exists(), f"the clients are not installed ({CLIENTS}); test.sh does that"


def run(*arguments, timeout=120, **variables):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTEST_", "PYTHON"))}
    return subprocess.run(
        [str(CLIENTS), *arguments],
        cwd=HERE,
        env=kept | variables,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def test_the_scenarios_of_the_sdk_under_its_older_version(binary):
    version = run("-c", "import openai; print(openai.__version__)").stdout.strip()
    assert version == "2.54.0"
    ended = run(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_v1_sdk.py", "test_v1_files_sdk.py", "test_v1_schema.py"),
        timeout=280,
        ASSISTANTS_SERVER=str(binary),
    )
    assert ended.returncode == 0, ended.stdout[-8000:]


def program(v1, name):
    """Runs a program, whose assistants talk or call a function, and returns the JSON of its last line."""
    calls = calls_then_says(FunctionCall(), FunctionCall(arguments='{"city":"Busan"}'), text="Sunny everywhere.")
    v1.model.script = Decides(lambda call: calls if call.functions else Says("Hello from here"))
    ended = run(
        f"programs/{name}.py",
        OPENAI_BASE_URL=f"{v1.server.url}/v1",
        OPENAI_API_KEY="sk-any",
        LANGSMITH_TRACING="false",
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    return json.loads(ended.stdout.splitlines()[-1])


def test_assistants_of_langchain(one_v1):
    said = program(one_v1, "langchain_assistant")
    assert said["talk"] == ["Hello from here", "Hello from here"]
    assert (said["answer"], said["outputs"]) == ("Sunny everywhere.", ["sunny in Seoul", "sunny in Busan"])
    submitted = [call.tool_outputs for call in one_v1.model.calls if call.is_answered_call]
    assert [output for _, output in submitted[0]] == said["outputs"]


def test_assistants_of_autogen(one_v1):
    said = program(one_v1, "autogen_assistant")
    assert said["talk"] and {text.strip() for text in said["talk"]} == {"Hello from here"}
    assert said["answer"][0].strip() == "Sunny everywhere."
    assert said["outputs"][:2] == ["sunny in Seoul", "sunny in Busan"]
    assert one_v1.model.calls[0].instructions == "Help."
