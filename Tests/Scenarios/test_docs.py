"""The OpenAPI document, the documentation page in a real browser, and both behind nginx under a prefix."""

import base64
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import threading
from pathlib import Path
from urllib.parse import urljoin

import jsonschema
import pytest
import requests
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from assistants_server import free_port, successful, wait_until
from event_stream import EventStream, collapsed
from openapi_contract import ADDRESS, PASSES
from scripted_model import FunctionCall, Gate, Says, calls_then_says
from v1_api import WEATHER, calls_of

FACADE = {
    ("GET", "/"),
    ("GET", "/api/v1/health"),
    ("POST", "/api/v1/chat"),
    ("GET", "/api/v1/threads"),
    ("POST", "/api/v1/threads"),
    ("GET", "/api/v1/threads/{thread_id}"),
    ("DELETE", "/api/v1/threads/{thread_id}"),
    ("GET", "/api/v1/threads/{thread_id}/messages"),
    ("POST", "/api/v1/threads/{thread_id}/messages"),
    ("GET", "/api/v1/threads/{thread_id}/runs"),
    ("POST", "/api/v1/threads/{thread_id}/runs"),
    ("GET", "/api/v1/threads/{thread_id}/runs/{run_id}"),
    ("POST", "/api/v1/threads/{thread_id}/runs/{run_id}/cancel"),
    ("GET", "/api/v1/threads/{thread_id}/runs/{run_id}/events"),
}

ASSISTANTS_API = {
    ("GET", "/v1/assistants"),
    ("POST", "/v1/assistants"),
    ("GET", "/v1/assistants/{assistant_id}"),
    ("POST", "/v1/assistants/{assistant_id}"),
    ("DELETE", "/v1/assistants/{assistant_id}"),
    ("GET", "/v1/threads"),
    ("POST", "/v1/threads"),
    ("POST", "/v1/threads/runs"),
    ("GET", "/v1/threads/{thread_id}"),
    ("POST", "/v1/threads/{thread_id}"),
    ("DELETE", "/v1/threads/{thread_id}"),
    ("POST", "/v1/threads/{thread_id}/fork"),
    ("GET", "/v1/threads/{thread_id}/messages"),
    ("POST", "/v1/threads/{thread_id}/messages"),
    ("GET", "/v1/threads/{thread_id}/messages/{message_id}"),
    ("POST", "/v1/threads/{thread_id}/messages/{message_id}"),
    ("DELETE", "/v1/threads/{thread_id}/messages/{message_id}"),
    ("GET", "/v1/threads/{thread_id}/runs"),
    ("POST", "/v1/threads/{thread_id}/runs"),
    ("GET", "/v1/threads/{thread_id}/runs/{run_id}"),
    ("POST", "/v1/threads/{thread_id}/runs/{run_id}"),
    ("POST", "/v1/threads/{thread_id}/runs/{run_id}/cancel"),
    ("POST", "/v1/threads/{thread_id}/runs/{run_id}/submit_tool_outputs"),
    ("GET", "/v1/threads/{thread_id}/runs/{run_id}/steps"),
    ("GET", "/v1/threads/{thread_id}/runs/{run_id}/steps/{step_id}"),
    ("GET", "/v1/threads/{thread_id}/runs/{run_id}/events"),
    ("GET", "/v1/files"),
    ("POST", "/v1/files"),
    ("GET", "/v1/files/{file_id}"),
    ("DELETE", "/v1/files/{file_id}"),
    ("GET", "/v1/files/{file_id}/content"),
    ("POST", "/v1/uploads"),
    ("POST", "/v1/uploads/{upload_id}/parts"),
    ("POST", "/v1/uploads/{upload_id}/complete"),
    ("POST", "/v1/uploads/{upload_id}/cancel"),
    ("GET", "/v1/vector_stores"),
    ("POST", "/v1/vector_stores"),
    ("GET", "/v1/vector_stores/{vector_store_id}"),
    ("POST", "/v1/vector_stores/{vector_store_id}"),
    ("DELETE", "/v1/vector_stores/{vector_store_id}"),
    ("POST", "/v1/vector_stores/{vector_store_id}/search"),
    ("GET", "/v1/vector_stores/{vector_store_id}/files"),
    ("POST", "/v1/vector_stores/{vector_store_id}/files"),
    ("GET", "/v1/vector_stores/{vector_store_id}/files/{file_id}"),
    ("POST", "/v1/vector_stores/{vector_store_id}/files/{file_id}"),
    ("DELETE", "/v1/vector_stores/{vector_store_id}/files/{file_id}"),
    ("GET", "/v1/vector_stores/{vector_store_id}/files/{file_id}/content"),
    ("POST", "/v1/vector_stores/{vector_store_id}/file_batches"),
    ("GET", "/v1/vector_stores/{vector_store_id}/file_batches/{batch_id}"),
    ("POST", "/v1/vector_stores/{vector_store_id}/file_batches/{batch_id}/cancel"),
    ("GET", "/v1/vector_stores/{vector_store_id}/file_batches/{batch_id}/files"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{model}"),
}
METHODS = ("get", "post", "put", "patch", "delete")

#: The smallest image there is.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)


def required(program, package):
    """The program, which test.sh installs; a developer without it skips, a CI run fails."""
    path = shutil.which(program)
    if path is None:
        assert "CI" not in os.environ, f"{program} is not installed (Debian: {package})"
        pytest.skip(f"{program} is not installed (Debian: {package})")
    return path


@pytest.fixture(scope="module")
def document(server):
    return successful(server.get("/openapi.json"))


def test_the_document_is_valid_openapi(document):
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def operations(document):
    """(method, path, operation) of all of them."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def test_the_document_has_every_call(document):
    described = {(method, path) for method, path, _ in operations(document)}
    assert FACADE | ASSISTANTS_API <= described


def test_every_example_agrees_with_its_schema(document):
    registry = Registry().with_resource(ADDRESS, Resource(document, DRAFT202012))
    checked = 0

    def check(node, pointer):
        nonlocal checked
        if isinstance(node, list):
            for index, value in enumerate(node):
                check(value, f"{pointer}/{index}")
        if not isinstance(node, dict):
            return
        examples = {name: example["value"] for name, example in node.get("examples", {}).items()}
        if "example" in node:
            examples["example"] = node["example"]
        if "schema" in node:
            schema = {"$ref": f"{ADDRESS}#{pointer}/schema"}
            for name, value in examples.items():
                error = jsonschema.exceptions.best_match(
                    jsonschema.Draft202012Validator(schema, registry=registry).iter_errors(value)
                )
                assert error is None, f"{pointer} {name}: {error.json_path}: {error.message[:300]}"
                checked += 1
        for name, value in node.items():
            if name not in ("schema", "schemas", "example", "examples"):
                check(value, f"{pointer}/{name.replace('~', '~0').replace('/', '~1').replace('%', '%25')}")

    check(document, "")
    assert checked > 100


def test_every_described_call_exists(server, document):
    for method, path, _ in operations(document):
        response = server.request(method, re.sub(r"\{[^}]+\}", "nowhere", path), stream=True)
        response.close()
        assert response.status_code != 405, (method, path)
        if response.status_code == 404:
            assert "{" in path, (method, path)


def test_every_call_has_examples_and_errors(document):
    for method, path in FACADE:
        operation = document["paths"][path][method.lower()]
        assert operation["summary"] and operation["operationId"]
        content = next(iter(operation["responses"]["200"]["content"].values()))
        assert "example" in content or "examples" in content, (method, path)
        if "{thread_id}" in path:
            assert "404" in operation["responses"], (method, path)
        if "requestBody" in operation:
            assert {"422", "413", "415"} <= set(operation["responses"]), (method, path)


def test_the_examples_of_the_document_are_answered(one_chat_server, document):
    content = document["paths"]["/api/v1/chat"]["post"]["requestBody"]["content"]["application/json"]
    thread = one_chat_server.new_thread()
    for name, example in content["examples"].items():
        body = example["value"]
        if body.get("thread_id"):
            body = body | {"thread_id": thread}
        response = one_chat_server.post("/api/v1/chat", body)
        assert response.status_code == 200, (name, response.text)


def test_every_call_of_the_assistants_api_has_examples_and_errors(document):
    for method, path, operation in operations(document):
        if (method, path) not in ASSISTANTS_API:
            continue
        assert operation["summary"] and operation["operationId"] and operation["tags"]
        for media, content in operation["responses"]["200"]["content"].items():
            assert "example" in content or "examples" in content, (method, path, media)
        assert {"401", "403", "429", "503"} <= set(operation["responses"]), (method, path)
        if "{" in path:
            assert "404" in operation["responses"], (method, path)
        if "requestBody" in operation:
            assert {"400", "409", "413", "415"} <= set(operation["responses"]), (method, path)
            (content,) = operation["requestBody"]["content"].values()
            assert content["examples"], (method, path)
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))


class RealThings:
    """Makes what the examples of the document only name, when one of them names it."""

    def __init__(self, v1, document, path):
        self.v1, self.path = v1, path
        parameters = document["components"]["parameters"].items()
        self.shown = {name: each["example"] for name, each in parameters if "example" in each}
        self.makers = {
            "AssistantID": lambda: v1.assistant(tools=[WEATHER])["id"],
            "ThreadID": lambda: v1.thread("Hello")["id"],
            "MessageID": lambda: v1.messages(self["ThreadID"])[0]["id"],
            "RunID": lambda: self.run["id"],
            "FileID": lambda: self.upload("leave.md", b"# Leave\n\n15 days a year.\n", "assistants"),
            "ImageID": lambda: self.upload("sky.png", PIXEL, "vision"),
            "VectorStoreID": lambda: v1.post("/vector_stores", file_ids=[self["FileID"]])["id"],
            "BatchID": lambda: v1.post(
                f"/vector_stores/{self['VectorStoreID']}/file_batches", file_ids=[self["FileID"]]
            )["id"],
            "UploadID": lambda: v1.post(
                "/uploads", filename="leave.md", purpose="assistants", bytes=5, mime_type="text/markdown"
            )["id"],
            "PartID": lambda: self.form(f"/uploads/{self['UploadID']}/parts", {"data": b"hello"}).json()["id"],
        }
        self.made = {}

    def __getitem__(self, name):
        if name not in self.made:
            self.made[name] = self.makers[name]()
        return self.made[name]

    @functools.cached_property
    def run(self):
        """A run that waits for the outputs of its function."""
        return self.v1.ended(self.v1.run(self["ThreadID"], self["AssistantID"]), "requires_action")

    def upload(self, name, content, purpose):
        response = self.form("/files", {"purpose": purpose, "file": content}, name)
        assert response.status_code == 200, response.text
        return response.json()["id"]

    def form(self, path, members, name="leave.md"):
        files = {key: (name, value) for key, value in members.items() if key in ("file", "data")}
        fields = {key: value for key, value in members.items() if key not in files}
        return self.v1.request("POST", path, data=fields, files=files)

    def in_path(self):
        """The path with the ids of real things."""
        names = {"assistant_id": "AssistantID", "thread_id": "ThreadID", "message_id": "MessageID", "run_id": "RunID"}
        names |= {"file_id": "FileID", "upload_id": "UploadID", "vector_store_id": "VectorStoreID", "batch_id": "BatchID"}
        return re.sub(r"\{(\w+)\}", lambda match: self[names[match[1]]], self.path).removeprefix("/v1")

    def in_body(self, body):
        """The example with the ids of real things."""
        text = json.dumps(body)
        for name in ("AssistantID", "MessageID", "FileID", "VectorStoreID"):
            if self.shown[name] in text:
                text = text.replace(self.shown[name], self[name])
        text = re.sub(r"part_\w{24}", lambda _: self["PartID"], text)
        text = re.sub(r"call_\w{24}", lambda _: calls_of(self.run)[0]["id"], text)
        image = re.compile(r'(?<="image_file": \{"file_id": ")[^"]+')
        return json.loads(image.sub(lambda _: self["ImageID"], text))


def test_the_examples_of_the_assistants_api_are_answered(one_v1, document):
    answered = 0
    for method, path, operation in operations(document):
        if (method, path) not in ASSISTANTS_API or "requestBody" not in operation:
            continue
        ((media, content),) = operation["requestBody"]["content"].items()
        for name, example in content["examples"].items():
            one_v1.model.script = calls_then_says(FunctionCall()) if "{run_id}" in path else Says("Sunny.")
            real = RealThings(one_v1, document, path)
            target, body = real.in_path(), real.in_body(example["value"])
            if media == "multipart/form-data":
                response = real.form(target, body)
            else:
                response = one_v1.request(method, target, json=body)
            assert response.status_code == 200, (method, path, name, response.text)
            answered += 1
    assert answered > 40


def test_what_passes_through_is_described_once_for_each_resource(server, document):
    passed = {path: item[PASSES] for path, item in document["paths"].items() if PASSES in item}
    assert passed
    for path, resource in passed.items():
        assert path == resource or path.startswith(resource + "/")
        # This server has no model backend, and says so wherever it would pass a request on.
        for method, address in (("POST", resource), ("GET", resource + "/deeper/down"), ("PATCH", resource)):
            error = server.request(method, address).json()["error"]
            assert error["code"] == "model_backend_not_configured", (method, address)


def test_the_version_of_the_document_is_the_servers(server, document):
    assert document["info"]["version"] == successful(server.get("/"))["version"]


def test_every_answer_is_held_against_the_document(observer, server, document):
    """The document is the one that is served, and an answer that it does not know is a fault."""
    assert document == observer.contract.document
    response = server.get("/api/v1/health")
    assert observer.taken_faults() == []
    response._content = b'{"status": 1}'
    observer(response)
    [fault] = observer.taken_faults()
    assert fault.startswith("GET /api/v1/health -> 200 application/json: ")


# Behind nginx


@pytest.fixture(scope="module")
def nginx_home(tmp_path_factory):
    # nginx's workers may run as another user, who must be able to enter.
    home = tmp_path_factory.mktemp("nginx")
    for path in (home, *list(home.parents)[:2]):
        path.chmod(0o755)
    return home


class Proxy:
    """nginx from the system's packages with a configuration of its own, in front of one server."""

    def __init__(self, program, home: Path, location: str, server_port: int) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        location = location.replace("127.0.0.1:8010", f"127.0.0.1:{server_port}")
        assert str(server_port) in location
        temporary = "".join(
            f"{kind}_temp_path {home}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (home / "nginx.conf").write_text(
            f"""
daemon off; worker_processes 1; pid {home}/nginx.pid; error_log {home}/error.log;
{"user root;" if os.geteuid() == 0 else ""}
events {{ worker_connections 256; }}
http {{
access_log off;
{temporary}
server {{ listen 127.0.0.1:{self.port}; {location} }}
}}
"""
        )
        self.process = subprocess.Popen([program, "-p", str(home), "-c", "nginx.conf", "-e", f"{home}/error.log"])
        wait_until(self._answers, "nginx answers")

    def _answers(self) -> bool:
        assert self.process.poll() is None, "nginx ended"
        try:
            requests.get(self.url, timeout=2)
            return True
        except (requests.ConnectionError, requests.Timeout):
            return False

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)


@pytest.fixture(scope="module")
def nginx(server, nginx_home, root, _chat_servers):
    chat_server, _ = _chat_servers["chat_completions"]
    location = (root / "Examples/nginx/assistants-server.conf").read_text(encoding="utf-8")
    proxy = Proxy(required("nginx", "nginx-light"), nginx_home, location, chat_server.port)
    yield proxy
    proxy.close()


def test_a_chat_goes_through_nginx(one_chat_server, nginx):
    answer = requests.post(f"{nginx.url}/openai-api/api/v1/chat", json={"message": "안녕"}, timeout=60)
    assert successful(answer)["message"] == "[1] 안녕"
    assert answer.headers["x-request-id"]


def test_a_stream_goes_through_nginx_piece_by_piece(one_chat_server, nginx):
    gate = Gate()
    one_chat_server.model.script = Says("one two three", middle=gate)
    body = {"message": "Count", "stream": True}
    response = requests.post(f"{nginx.url}/openai-api/api/v1/chat", json=body, stream=True, timeout=60)
    stream = EventStream(response)
    before = stream.until("delta")
    gate.open()
    assert collapsed(before + stream.rest()) == ["start", "delta", "message", "done"]


def test_a_large_body_goes_through_nginx(one_chat_server, nginx):
    one_chat_server.model.script = Says("read")
    answer = requests.post(f"{nginx.url}/openai-api/api/v1/chat", json={"message": "가" * 700_000}, timeout=60)
    assert successful(answer)["message"] == "read"


def test_the_document_behind_nginx_points_to_itself(one_chat_server, nginx):
    address = f"{nginx.url}/openai-api/openapi.json"
    document = requests.get(address, timeout=60).json()
    base = urljoin(address, document["servers"][0]["url"])
    assert base.rstrip("/") == f"{nginx.url}/openai-api"


def addresses_of(page, address):
    """What the page loads from the server, as a browser resolves it."""
    found = re.findall(r'(?:src|href)="([^"]+)"', page)
    return [urljoin(address, each) for each in found if not each.startswith(("data:", "#", "http:", "https:"))]


@pytest.mark.parametrize("prefix", ["", "/openai-api"])
def test_the_docs_page_loads_everything_from_where_it_is(one_chat_server, nginx, prefix):
    base = (nginx.url if prefix else one_chat_server.url) + prefix
    page = requests.get(f"{base}/docs", timeout=60)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    addresses = addresses_of(page.text, page.url)
    assert len(addresses) >= 2
    for address in addresses:
        assert address.startswith(base + "/"), address
        assert requests.get(address, timeout=60).status_code == 200, address


@pytest.mark.parametrize("path", ["/docs/", "/openapi.json/", "/api/v1/health/"])
def test_a_slash_too_many_leads_nowhere_outside_of_the_prefix(one_chat_server, nginx, path):
    response = requests.get(f"{nginx.url}/openai-api{path}", timeout=60, allow_redirects=False)
    if response.is_redirect:
        target = urljoin(response.url, response.headers["location"])
        assert target.startswith(f"{nginx.url}/openai-api/"), target
    else:
        assert response.status_code in (200, 404)


# In a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = required("chromium", "chromium")
    profile = tmp_path_factory.mktemp("chromium")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--no-first-run",
        "--window-size=1300,2400",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(required("chromedriver", "chromium-driver")))
    driver.set_page_load_timeout(30)
    yield driver
    driver.quit()


def shown(browser, selector, timeout=60):
    """The first element of that selector that can be seen, scrolled to."""

    def find():
        for element in browser.find_elements("css selector", selector):
            if element.is_displayed():
                return element
        return None

    element = wait_until(find, f"{selector} is on the page", timeout)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    return element


@pytest.mark.parametrize("prefix", ["", "/openai-api"])
def test_a_chat_can_be_tried_out_on_the_docs_page(browser, one_chat_server, nginx, prefix):
    base = (nginx.url if prefix else one_chat_server.url) + prefix
    browser.get(f"{base}/docs")
    operation = "[id$='-chat'].opblock-post"
    shown(browser, f"{operation} .opblock-summary-control").click()
    if not browser.find_elements("css selector", f"{operation} textarea"):
        shown(browser, f"{operation} .try-out__btn").click()
    body = shown(browser, f"{operation} textarea.body-param__text")
    browser.execute_script(
        """const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
        set.call(arguments[0], arguments[1]);
        arguments[0].dispatchEvent(new Event("input", { bubbles: true }));
        arguments[0].dispatchEvent(new Event("change", { bubbles: true }));""",
        body,
        json.dumps({"message": "브라우저에서 👋"}, ensure_ascii=False),
    )
    shown(browser, f"{operation} .execute").click()
    status = shown(browser, f"{operation} .live-responses-table tbody .response-col_status")
    assert status.text.split()[0] == "200"
    answer = shown(browser, f"{operation} .live-responses-table tbody .response-col_description")
    wait_until(lambda: "[1] 브라우저에서 👋" in answer.text, "the answer is on the page")
    assert one_chat_server.model.calls[0].question == "브라우저에서 👋"
    severe = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert not severe, severe


PAGE = """<!doctype html><meta charset="utf-8"><title>client</title><pre id="out"></pre><script>
const api = "%s/api/v1";
async function ask(message, thread_id) {
  const response = await fetch(`${api}/chat`, {
    method: "POST", credentials: "include", headers: { "Content-Type": "application/json", "X-Client": "page" },
    body: JSON.stringify({ message, thread_id }),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(body.detail));
  return body;
}
async function all() {
  const first = await ask("하나");
  const second = await ask("둘", first.thread_id);
  const listed = await (await fetch(`${api}/threads/${first.thread_id}/messages`)).json();
  const gone = await (await fetch(`${api}/threads/${first.thread_id}`, { method: "DELETE" })).json();
  const failure = await ask("셋", first.thread_id).catch((error) => error.message);
  const stream = await fetch(`${api}/chat`, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ message: "넷", stream: true }),
  });
  const text = await stream.text();
  return { first, second, roles: listed.data.map((message) => message.role), gone, failure, text,
           id: stream.headers.get("x-request-id") };
}
all().then(
  (result) => { out.textContent = JSON.stringify(result); },
  (error) => { out.textContent = "failed: " + error; },
);
</script>"""


def test_a_page_of_another_origin_uses_the_server_with_fetch(browser, start_server, model, tmp_path):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_):
            pass

    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    origin = f"http://localhost:{site.server_port}"
    server = start_server(**model.settings(CORS_ORIGINS=json.dumps([origin])))
    (tmp_path / "index.html").write_text(PAGE % server.url, encoding="utf-8")
    try:
        browser.get(f"{origin}/index.html")
        text = wait_until(lambda: browser.find_element("id", "out").text, "the page has its answers", timeout=60)
        assert not text.startswith("failed"), text
        result = json.loads(browser.execute_script("return out.textContent"))
        assert (result["first"]["message"], result["second"]["message"]) == ("[1] 하나", "[3] 둘")
        assert result["roles"] == ["user", "assistant"] * 2
        assert result["gone"]["deleted"] is True
        assert "Failed to fetch" not in result["failure"] and result["failure"]
        assert result["text"].endswith("event: done\ndata: [DONE]\n\n")
        assert result["id"]
        browser.get(f"http://127.0.0.1:{site.server_port}/index.html")
        text = wait_until(lambda: browser.find_element("id", "out").text, "the page has its answers", timeout=60)
        assert text.startswith("failed"), "an origin that is not configured got through"
    finally:
        site.shutdown()
        site.server_close()
