"""What the documents show is true: their snippets run against a real server and print what the documents say.

Blocks fenced as bash, js and python are for a client of the running server and are run; sh blocks are for the operator and jsx is for
a page, and are not. A text block right after a snippet is its output; ids and times may differ, and … stands for any text.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistants_server import Server
from scripted_model import Call, Decides, FunctionCall, Generates, Says, calls_then_says

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "README.ko.md")
DEFAULT_ADDRESS = "http://127.0.0.1:8010"

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Snippet:
    document: str
    line: int
    language: str
    code: str
    output: str | None

    def __str__(self) -> str:
        return f"{self.document}:{self.line}-{self.language}"


def snippets(document: str) -> list[Snippet]:
    text = (ROOT / document).read_text(encoding="utf-8")
    fences = list(FENCE.finditer(text))
    found = []
    for fence, following in zip(fences, [*fences[1:], None]):
        if fence[1] not in ("bash", "js", "python"):
            continue
        shows_output = (
            following is not None
            and following[1] == "text"
            and not text[fence.end() : following.start()].strip()
        )
        line = text.count("\n", 0, fence.start()) + 1
        found.append(Snippet(document, line, fence[1], fence[2], following[2] if shows_output else None))
    return found


SNIPPETS = [snippet for document in DOCUMENTS for snippet in snippets(document)]


def command(snippet: Snippet, code: str, folder: Path) -> list[str]:
    match snippet.language:
        case "bash":
            return ["bash", "-euo", "pipefail", "-c", code]
        case "python":
            return [sys.executable, "-c", code]
        case "js":
            script = folder / "snippet.mjs"
            if "export async function ask" in code:
                code += "\nconsole.log((await ask('What data do you need?')).message);\n"
            script.write_text(code, encoding="utf-8")
            return ["node", str(script)]
    raise AssertionError(snippet.language)


def run(arguments: list[str], base_url: str) -> str:
    program = shutil.which(arguments[0])
    if program is None:
        assert "CI" not in os.environ, f"{arguments[0]} is not installed"
        pytest.skip(f"{arguments[0]} is not installed")
    ended = subprocess.run(
        [program, *arguments[1:]],
        cwd=ROOT,
        env={**os.environ, "BASE_URL": base_url, "NO_PROXY": "127.0.0.1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, f"exit code {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def comparable(output: str) -> str:
    """The output with ids and times replaced, which differ each time."""
    output = re.sub(r"\b(thread_|msg_|run_|step_|file-|vs_)[A-Za-z0-9]{24}\b", r"\1ID", output)
    output = re.sub(r'("created_at": ?)\d{10}', r"\1TIME", output)
    return "\n".join(line.rstrip() for line in output.strip().splitlines())


def agrees(output: str, shown: str) -> bool:
    """Whether the output is what a document shows, where … stands for any text."""
    parts = [re.escape(part) for part in comparable(shown).split("…")]
    return re.fullmatch(".*?".join(parts), comparable(output), re.DOTALL) is not None


def searches_then_cites(query: str) -> Decides:
    """Searches the files, and answers with the first line of what was found and its marker."""

    def answer(call: Call) -> str:
        output = call.tool_outputs[-1][1]
        marker = re.search(r"【\d+:\d+†[^】]+】", output)
        assert marker, f"no marker in {output}"
        return f"That is in the handbook{marker[0]}."

    search = FunctionCall("file_search", json.dumps({"queries": [query]}))
    return Decides(lambda call: Says(answer) if call.is_answered_call else Generates(search))


def sums_then_links() -> Decides:
    """Sums the table that was attached, saves the sums and links them."""
    code = (
        "import csv\nsums = {}\nfor row in csv.DictReader(open('/mnt/data/sales.csv')):\n"
        "    sums[row['store']] = sums.get(row['store'], 0) + int(row['sales'])\n"
        "with open('/mnt/data/totals.csv', 'w') as file:\n"
        "    file.write('store,sales\\n' + ''.join(f'{store},{sales}\\n' for store, sales in sums.items()))\n"
    )
    said = "The sums: [totals.csv](sandbox:/mnt/data/totals.csv)"
    return Decides(
        lambda call: Says(said)
        if call.is_answered_call
        else Generates(FunctionCall("python", json.dumps({"code": code})))
    )


def test_both_readmes_have_the_same_kinds_of_snippets() -> None:
    kinds = {
        document: [(snippet.language, snippet.output is not None) for snippet in SNIPPETS if snippet.document == document]
        for document in DOCUMENTS
    }
    assert {language for language, _ in kinds["README.md"]} == {"bash", "js", "python"}
    assert any(shows_output for _, shows_output in kinds["README.md"])
    assert kinds["README.md"] == kinds["README.ko.md"]


@pytest.mark.parametrize("snippet", SNIPPETS, ids=str)
def test_snippet_runs_and_prints_what_the_document_shows(
    snippet: Snippet, server: Server, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if "requires_action" in snippet.code:
        # Functions are called by a model alone.
        server = request.getfixturevalue("one_chat_server")
        server.model.script = calls_then_says(FunctionCall())
    elif "query_data" in snippet.code:
        server = request.getfixturevalue("one_chat_server")
        sql = "SELECT 지역, sum(금액) AS 합계 FROM 판매 GROUP BY 지역 ORDER BY 합계 DESC"
        server.model.script = calls_then_says(FunctionCall("query_data", json.dumps({"sql": sql})))
    elif "citation" in snippet.code:
        # So are documents searched for an answer.
        server = request.getfixturevalue("one_chat_server")
        server.model.script = searches_then_cites("a screen stays black, 화면이 나오지 않을 때")
    elif "code_interpreter" in snippet.code:
        # And code is written by a model.
        if shutil.which("bwrap") is None:
            pytest.skip("no bubblewrap here: no code is run")
        server = request.getfixturevalue("one_chat_server")
        server.model.script = sums_then_links()
    # What `run.sh` hands its commands to.
    code = snippet.code.replace(DEFAULT_ADDRESS, server.url).replace("./run.sh", str(server.binary))
    if snippet.language != "bash" or "curl" in code:
        assert server.url in code or "Examples/" in code, "the snippet does not ask the server"
    output = run(command(snippet, code, tmp_path), server.url)
    assert output.strip()
    if snippet.output is not None:
        assert agrees(output, snippet.output), f"the document shows\n{snippet.output}\nand the output is\n{output}"


@pytest.mark.parametrize(
    ("arguments", "figures"),
    [
        (["bash", "Examples/curl/chat.sh"], ("9.0", "event: done", "completed", '"deleted":true')),
        (["node", "Examples/javascript/chat.mjs"], ("9.0", "Gate 3")),
        ([sys.executable, "Examples/python/chat.py"], ("9.0", "== Step by step")),
        (["bash", "Examples/curl/assistants.sh"], ("completed", "message_creation", "event: done", '"deleted":true')),
        (["node", "Examples/javascript/assistants.mjs"], ("after 3 events", "--- completed")),
        ([sys.executable, "Examples/python/assistants.py"], ("== completed", "assistant: ")),
        (["bash", "Examples/curl/files.sh"], ("completed", "헬프데스크(내선 4100)", "2028-01-14", '"deleted":true')),
        (["node", "Examples/javascript/file-search.mjs"], ("players.csv", "searches vs_", "--- completed")),
        ([sys.executable, "Examples/python/file_search.py"], ("3 of 3 files", "운영-안내서.md: ")),
    ],
    ids=(
        *("curl", "javascript", "python"),
        *("curl-assistants", "javascript-assistants", "python-assistants"),
        *("curl-files", "javascript-files", "python-files"),
    ),
)
def test_example_runs_and_prints_true_figures(arguments: list[str], figures: tuple[str, ...], server: Server) -> None:
    output = run(arguments, server.url)
    for figure in figures:
        assert figure in output, f"no {figure} in\n{output}"


def test_example_answers_the_calls_of_a_model(one_chat_server: Server) -> None:
    one_chat_server.model.script = calls_then_says(FunctionCall())
    output = run([sys.executable, "Examples/python/assistants.py"], one_chat_server.url)
    assert 'calls get_weather({"city":"Seoul"})' in output
    assert "It is sunny.\n== completed, 60 tokens" in output
    assert one_chat_server.model.calls[1].tool_outputs[0][1] == "Seoul: 21 °C, sunny"


@pytest.mark.parametrize(
    ("arguments", "query", "shown"),
    [
        (
            ["node", "Examples/javascript/file-search.mjs"],
            "SG-2047 보증",
            ("--- found players.csv", "†players.csv】 is file-"),
        ),
        (
            [sys.executable, "Examples/python/file_search.py"],
            "화면이 안 나올 때",
            ("†운영-안내서.md】 is 운영-안내서.md",),
        ),
    ],
    ids=("javascript", "python"),
)
def test_example_cites_what_a_model_found(
    arguments: list[str], query: str, shown: tuple[str, ...], one_chat_server: Server
) -> None:
    one_chat_server.model.script = searches_then_cites(query)
    output = run(arguments, one_chat_server.url)
    for text in shown:
        assert text in output, f"no {text} in\n{output}"


def settings_in(text: str) -> set[str]:
    return set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_configuration_table_names_every_setting(document: str) -> None:
    known = settings_in((ROOT / ".env.example").read_text(encoding="utf-8"))
    assert known
    named = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / document).read_text(encoding="utf-8")))
    assert known - named == set()


@pytest.mark.parametrize("document", [*DOCUMENTS, "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_links_lead_to_files(document: str) -> None:
    # What a snippet prints, and what is quoted as code, is the server's, and so are its links.
    text = re.sub(r"^```.*?^```", "", (ROOT / document).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"`[^`\n]*`", "", text)
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [target for target in targets if not (ROOT / target).exists()] == []


def collected_requests() -> list[dict]:
    """The requests of the Postman collection from top to bottom, each with the lines of its test as `checks`."""

    def requests_of(items: list[dict]) -> list[dict]:
        found = []
        for item in items:
            if "item" in item:
                found += requests_of(item["item"])
            else:
                checks = [line for event in item.get("event", ()) for line in event["script"]["exec"]]
                found.append(item["request"] | {"name": item["name"], "checks": checks})
        return found

    collection = (ROOT / "OpenAI_Assistants_API.postman_collection.json").read_text(encoding="utf-8")
    return requests_of(json.loads(collection)["item"])


def test_postman_collection_has_every_operation_of_the_openapi_document() -> None:
    document = json.loads((ROOT / "Sources/APIDocuments/Resources/openapi.json").read_text(encoding="utf-8"))
    shape = lambda path: re.sub(r"\{+\w+\}+|swagger-ui\.css|generations|speech", "…", path)
    asked = {(each["method"], shape("/" + "/".join(each["url"]["path"]))) for each in collected_requests()}
    methods = ("get", "post", "put", "patch", "delete")
    described = {
        (method.upper(), shape(path)) for path, item in document["paths"].items() for method in item if method in methods
    }
    assert asked == described


def test_postman_collection_runs_from_top_to_bottom(server: Server) -> None:
    environment = json.loads((ROOT / "OpenAI_Assistants_API.postman_environment.json").read_text(encoding="utf-8"))
    variables = {each["key"]: each["value"] for each in environment["values"]} | {"base_url": server.url}

    def filled(text: str) -> str:
        return re.sub(r"\{\{(\w+)\}\}", lambda name: variables[name[1]], text)

    def content(body: dict | None) -> dict:
        """The body as arguments of a request."""
        if body is None:
            return {}
        if body["mode"] == "raw":
            return {"data": filled(body["raw"]).encode()}
        parts = {}
        for part in body["formdata"]:
            if part["type"] == "file":
                parts[part["key"]] = (Path(part["src"]).name, (ROOT / part["src"]).read_bytes())
            else:
                parts[part["key"]] = (None, part["value"])
        return {"files": parts}

    for each in collected_requests():
        response = server.session.request(
            each["method"],
            filled(each["url"]["raw"]),
            headers={header["key"]: filled(header["value"]) for header in each["header"]}
            | {"Authorization": f"Bearer {variables['api_key']}"},
            timeout=30,
            **content(each.get("body")),
        )
        script = "\n".join(each["checks"])
        if "to.have.status(200)" in script:
            assert response.status_code == 200, (each["name"], response.text)
        elif "oneOf([200, 400])" in script:
            assert response.status_code in (200, 400), (each["name"], response.text)
        if response.status_code != 200:
            continue
        if "event: done" in script:
            assert "event: done" in response.text, each["name"]
        for name, path in re.findall(r'environment\.set\("(\w+)", pm\.response\.json\(\)\.([\w.]+)\)', script):
            value = response.json()
            for member in path.split("."):
                value = value[member]
            variables[name] = value
    set_by_answers = ("thread_id", "run_id", "assistant_id", "v1_thread_id", "v1_step_id", "file_id", "vector_store_id")
    assert all(variables[name] for name in set_by_answers)
