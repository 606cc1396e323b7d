"""Other clients of the Assistants API, unmodified: an older SDK, LangChain, AutoGen."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from scripted_model import FunctionCall, Says, calls_then_says

HERE = Path(__file__).resolve().parent
CLIENTS = HERE.parents[1] / ".venv-clients/bin/python"


@pytest.fixture(autouse=True)
def environment():
    assert CLIENTS.exists(), f"the clients are not installed ({CLIENTS}); test.sh does that"


def run(*arguments, timeout=60, **variables):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTEST_"))}
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
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_v1_sdk.py", "test_v1_schema.py"),
        timeout=110,
        ASSISTANTS_SERVER=str(binary),
    )
    assert ended.returncode == 0, ended.stdout[-8000:]


def program(v1, name, how):
    """Runs a program and returns the JSON of its last line."""
    ended = run(
        f"programs/{name}.py",
        how,
        OPENAI_BASE_URL=f"{v1.server.url}/v1",
        OPENAI_API_KEY="sk-any",
        LANGSMITH_TRACING="false",
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    return json.loads(ended.stdout.splitlines()[-1])


TWO_CITIES = (FunctionCall(), FunctionCall(arguments='{"city":"Busan"}'))


def test_an_assistant_of_langchain_talks(v1):
    assert program(v1, "langchain_assistant", "talk")["answer"] == ["[1] Hello", "[3] And again"]


def test_an_agent_of_langchain_calls_its_tool(v1):
    v1.model.script = calls_then_says(*TWO_CITIES, text="Sunny everywhere.")
    said = program(v1, "langchain_assistant", "tool")
    assert said == {"answer": "Sunny everywhere.", "outputs": ["sunny in Seoul", "sunny in Busan"]}
    assert [output for _, output in v1.model.calls[-1].tool_outputs] == said["outputs"]


def test_an_assistant_of_autogen_talks(v1):
    v1.model.script = Says("Hello from here")
    said = program(v1, "autogen_assistant", "talk")
    assert said["answer"] and all(answer.strip() == "Hello from here" for answer in said["answer"])
    assert v1.model.calls[0].instructions == "Help."


def test_an_assistant_of_autogen_calls_its_function(v1):
    v1.model.script = calls_then_says(*TWO_CITIES, text="Sunny everywhere.")
    said = program(v1, "autogen_assistant", "tool")
    assert said["answer"][0].strip() == "Sunny everywhere."
    assert said["outputs"][:2] == ["sunny in Seoul", "sunny in Busan"]
