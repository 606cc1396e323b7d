"""Keys, projects and roles: who is let in, what each one sees, and keys that come and go while the server runs."""

import hashlib
import os
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest
import requests

from assistants_server import successful, wait_until
from scripted_model import Says
from v1_api import V1, path_of, refused

STATIC = "sk-static-0123456789abcdef"
OTHER = "sk-other-0123456789abcdef"


class Keyed(V1):
    """`/v1` as the holder of a key sees it."""

    def __init__(self, server, key):
        super().__init__(server)
        self.key = key

    def request(self, method, path, **options):
        options["headers"] = {"authorization": f"Bearer {self.key}"} | options.pop("headers", {})
        return super().request(method, path, **options)


def create_key(server, *options):
    ended = server.run("keys", "create", *options)
    assert ended.returncode == 0, ended.stderr
    key = ended.stdout.strip()
    assert re.fullmatch(r"sk-as-[0-9A-Za-z]{48}", key)
    return key, re.search(r"key_[0-9A-Za-z]{24}", ended.stderr).group()


def facade(server, method, path, key=None, **options):
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return server.request(method, "/api/v1" + path, headers=headers, **options)


@pytest.fixture
def guarded(make_server, server, model):
    guarded = make_server(**model.settings(API_KEYS=f"{STATIC},{OTHER}:team-b:user")).start()
    guarded.model = model
    return guarded


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer sk-whatever"}, {"authorization": "Basic eDp5"}])
def test_without_keys_everyone_is_let_in(one_v1, headers):
    assert one_v1.request("GET", "/assistants", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic eDp5"}, {"authorization": "Bearer"}])
def test_a_request_without_a_key_is_refused(guarded, headers):
    response = V1(guarded).request("GET", "/assistants", headers=headers)
    error = refused(response, 401, code=None)
    assert error["message"].startswith("You didn't provide an API key. You need to provide your API key in an Auth")
    assert response.headers["www-authenticate"].startswith("Bearer realm=")


def test_a_wrong_key_is_refused_and_mostly_hidden(guarded):
    response = Keyed(guarded, "sk-abcdefghijklmnopqrwxyz").request("POST", "/threads", json={})
    error = refused(response, 401, code="invalid_api_key")
    assert re.match(r"Incorrect API key provided: sk-ab\*+wxyz\. You can ", error["message"])
    assert "openai.com" not in error["message"]
    assert "fghijklmnop" not in response.text + guarded.log_file.read_text() + guarded.output()
    assert response.headers["www-authenticate"].startswith("Bearer realm=")


@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions", "/v1/nothing", "//v1/threads", "/threads"])
def test_no_path_leads_past_the_guard(guarded, path):
    response = requests.request("POST", guarded.url + path, json={}, timeout=60)
    assert response.status_code == 401
    assert guarded.model.calls == []


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/api/v1/health"])
def test_what_anyone_may_see_needs_no_key(guarded, path):
    assert guarded.get(path).status_code == 200


def test_the_sdk_gets_its_own_exceptions(guarded):
    def client(key):
        return openai.OpenAI(base_url=f"{guarded.url}/v1", api_key=key, max_retries=0)

    assert client(STATIC).beta.assistants.create(model="scripted-model").id.startswith("asst_")
    with pytest.raises(openai.AuthenticationError) as wrong:
        client("sk-wrong-key-of-some-length").beta.threads.create()
    assert wrong.value.code == "invalid_api_key"


def test_a_project_does_not_see_another_ones_objects(guarded):
    mine, theirs = Keyed(guarded, STATIC), Keyed(guarded, OTHER)
    guarded.model.script = Says("fine")
    assistant = mine.assistant()["id"]
    thread = mine.thread("Hello")["id"]
    run = mine.completed(thread, assistant)
    message = mine.messages(thread)[0]["id"]
    step = mine.steps(run)[0]["id"]

    assert assistant not in [item["id"] for item in theirs.get("/assistants")["data"]]
    assert thread not in [item["id"] for item in theirs.get("/threads")["data"]]
    for method, path, what in [
        ("GET", f"/assistants/{assistant}", "assistant"),
        ("POST", f"/assistants/{assistant}", "assistant"),
        ("DELETE", f"/assistants/{assistant}", "assistant"),
        ("GET", f"/threads/{thread}", "thread"),
        ("POST", f"/threads/{thread}", "thread"),
        ("GET", f"/threads/{thread}/messages", "thread"),
        ("GET", f"/threads/{thread}/messages/{message}", "thread"),
        ("GET", f"/threads/{thread}/runs", "thread"),
        ("GET", path_of(run), "thread"),
        ("POST", f"{path_of(run)}/cancel", "thread"),
        ("GET", f"{path_of(run)}/steps/{step}", "thread"),
        ("GET", f"{path_of(run)}/events", "thread"),
        ("POST", f"/threads/{thread}/fork", "thread"),
        ("DELETE", f"/threads/{thread}", "thread"),
    ]:
        response = theirs.request(method, path, **({"json": {}} if method == "POST" else {}))
        error = refused(response, 404)
        assert error["message"].startswith(f"No {what} found with id"), f"{method} {path}: {error}"
    own = theirs.thread("Mine")["id"]
    refused(theirs.try_post(f"/threads/{own}/runs", assistant_id=assistant), 404)
    refused(theirs.try_post(f"/threads/{thread}/messages", role="user", content="x"), 404)
    assert mine.get(f"/threads/{thread}")["id"] == thread
    assert mine.get("/threads", q="Hello")["data"]
    assert not theirs.get("/threads", q="Hello")["data"]


def test_the_facade_is_open_until_it_is_told_otherwise(guarded, make_server, model):
    assert facade(guarded, "GET", "/threads").status_code == 200
    closed = make_server(**model.settings(API_KEYS=f"{STATIC},{OTHER}:team-b:facade", FACADE_AUTH="true")).start()
    model.script = Says("fine")
    missing = facade(closed, "POST", "/chat", json={"message": "Hello"})
    assert (missing.status_code, missing.json()) == (401, {"detail": "Not authenticated"})
    assert missing.headers["www-authenticate"].startswith("Bearer realm=")
    wrong = facade(closed, "GET", "/threads", "sk-wrong")
    assert (wrong.status_code, wrong.json()) == (401, {"detail": "Invalid API key"})
    assert model.calls == []
    thread = successful(facade(closed, "POST", "/chat", OTHER, json={"message": "Hello"}))["thread_id"]
    assert [item["id"] for item in successful(facade(closed, "GET", "/threads", OTHER))["data"]] == [thread]
    assert facade(closed, "GET", f"/threads/{thread}/messages", STATIC).status_code == 404
    assert facade(closed, "GET", f"/threads/{thread}", STATIC).status_code == 404
    assert facade(closed, "POST", "/chat", STATIC, json={"message": "Hi", "thread_id": thread}).status_code == 404
    assert successful(facade(closed, "GET", "/threads", STATIC))["data"] == []


def test_a_key_of_the_facade_alone_is_not_let_into_v1(make_server, server, model):
    closed = make_server(**model.settings(API_KEYS=f"{STATIC}:default:facade", FACADE_AUTH="true")).start()
    assert facade(closed, "GET", "/threads", STATIC).status_code == 200
    error = refused(Keyed(closed, STATIC).request("GET", "/assistants"), 403)
    assert "facade" in error["message"] and "user" in error["message"]


def test_a_key_is_made_shown_once_and_only_its_hash_is_kept(make_server, server):
    server = make_server().start()
    key, identity = create_key(server, "--project", "team-a", "--role", "admin", "--label", "for the tests")
    listing = server.run("keys", "list").stdout
    assert identity in listing and "team-a" in listing and "admin" in listing and "for the tests" in listing
    assert key not in listing and key[-4:] in listing
    server.terminate()
    server.wait_for_end(10)
    kept = b"".join(file.read_bytes() for file in (server.home / "data").iterdir() if file.is_file())
    assert key.encode() not in kept and key[6:20].encode() not in kept
    assert key not in server.log_file.read_text()


@pytest.mark.alone
def test_keys_come_and_go_while_the_server_runs(make_server, server):
    server = make_server().start()
    assert V1(server).request("GET", "/assistants").status_code == 200
    key, identity = create_key(server)
    assert Keyed(server, key).request("GET", "/assistants").status_code == 200
    wait_until(lambda: V1(server).request("GET", "/assistants").status_code == 401, "the door is closed", 2)
    second, _ = create_key(server)
    assert Keyed(server, second).request("GET", "/assistants").status_code == 200

    assert server.run("keys", "revoke", identity).returncode == 0
    wait_until(lambda: Keyed(server, key).request("GET", "/assistants").status_code == 401, "it is revoked", 2)
    assert Keyed(server, second).request("GET", "/assistants").status_code == 200
    assert "revoked before" in server.run("keys", "revoke", identity).stderr
    assert server.run("keys", "revoke", "key_none").returncode == 1


def test_the_first_key_is_good_for_its_project_at_once(make_server, server):
    server = make_server().start()
    everyones = V1(server).thread()["id"]
    key, _ = create_key(server, "--project", "first")
    refused(Keyed(server, key).request("GET", f"/threads/{everyones}"), 404)


@pytest.mark.alone
def test_when_all_keys_are_revoked_the_door_stays_closed(make_server, server):
    server = make_server().start()
    _, identity = create_key(server)
    server.run("keys", "revoke", identity)
    wait_until(lambda: V1(server).request("GET", "/assistants").status_code == 401, "the door is closed", 2)
    server.kill()
    server.restart()
    assert V1(server).request("GET", "/assistants").status_code == 401


def test_keys_can_be_made_before_the_first_start(make_server, server):
    server = make_server()
    key, _ = create_key(server, "--project", "early")
    server.start()
    assert V1(server).request("GET", "/assistants").status_code == 401
    assert Keyed(server, key).request("GET", "/assistants").status_code == 200


def test_a_stored_key_and_a_static_one_share_a_project_by_its_name(make_server, server):
    server = make_server(API_KEYS=f"{STATIC}:shared").start()
    key, _ = create_key(server, "--project", "shared")
    thread = Keyed(server, STATIC).thread()["id"]
    assert Keyed(server, key).get(f"/threads/{thread}")["id"] == thread


def test_the_use_of_a_key_is_written_down_when_the_server_stops(make_server, server):
    server = make_server().start()
    key, _ = create_key(server)
    Keyed(server, key).get("/assistants")
    assert "never" in server.run("keys", "list").stdout
    server.terminate()
    server.wait_for_end(10)
    assert "never" not in server.run("keys", "list").stdout


def test_many_requests_with_one_key_are_all_let_in_while_it_is_checked_again(make_server, server):
    server = make_server().start()
    key, _ = create_key(server)
    with ThreadPoolExecutor(4) as pool:
        clients = [Keyed(server.separate(), key) for _ in range(4)]
        answers = list(pool.map(lambda c: [c.request("GET", "/models").status_code for _ in range(400)], clients))
    assert {status for statuses in answers for status in statuses} == {200}


def test_the_log_names_the_key_by_its_id(make_server, server):
    server = make_server(API_KEYS=STATIC).start()
    key, identity = create_key(server)
    Keyed(server, key).get("/assistants")
    Keyed(server, STATIC).get("/assistants")

    def lines_of_the_log():
        return [line for line in server.log_lines() if line.get("path") == "/v1/assistants"]

    wait_until(lambda: len(lines_of_the_log()) == 2, "the log is written")
    lines = lines_of_the_log()
    assert [line["key_id"] for line in lines] == [identity, lines[1]["key_id"]]
    assert lines[1]["key_id"].startswith("static_")
    assert STATIC not in server.log_file.read_text()


def test_the_banner_tells_whether_a_key_is_asked_for(make_server, server):
    opened = make_server(HOST="0.0.0.0").start()
    assert re.search(r"WARNING: .*asks for no key", opened.output())
    half = make_server(HOST="0.0.0.0", API_KEYS=STATIC).start()
    assert re.search(r"WARNING: .*/api/v1 asks for no key", half.output())
    closed = make_server(HOST="0.0.0.0", API_KEYS=STATIC, FACADE_AUTH="true").start()
    assert "WARNING" not in closed.output()
    for one in (half, closed):
        assert STATIC not in one.output()


@pytest.mark.parametrize("keys", [f"{STATIC}:a:owner", f"{STATIC}:", f"{STATIC},{STATIC}"])
def test_an_illegal_list_of_keys_stops_the_start_and_is_not_shown(make_server, server, keys):
    ended = make_server(API_KEYS=keys).run("serve")
    assert ended.returncode == 78
    assert "API_KEYS" in ended.stderr
    assert STATIC not in ended.stdout + ended.stderr


def test_the_database_holds_what_the_keys_command_says(make_server, server):
    server = make_server()
    key, identity = create_key(server, "--project", "p")
    database = sqlite3.connect(os.path.join(server.settings["DATA_DIR"], "assistants.sqlite"))
    rows = database.execute("SELECT id, digest, ending, role FROM api_keys").fetchall()
    database.close()
    assert rows == [(identity, hashlib.sha256(key.encode()).hexdigest(), key[-4:], "user")]
