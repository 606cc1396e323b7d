"""Cross-origin requests as configured, for the pages that call the facade from another address."""

import json

import pytest

from assistants_server import Server
from scripted_model import Refuses, ScriptedModel

ALLOWED = "http://localhost:3000"
ALSO_ALLOWED = "https://hamtoto.kr"
FOREIGN = "https://evil.example"


@pytest.fixture(scope="module")
def cors_server(binary, observer, server, tmp_path_factory):
    model = ScriptedModel()
    origins = json.dumps([ALLOWED, ALSO_ALLOWED])
    cors = Server(binary, tmp_path_factory.mktemp("cors"), observer, **model.settings(CORS_ORIGINS=origins))
    cors.model = model
    try:
        yield cors.start()
    finally:
        cors.close()
        model.close()


def preflight(server, origin, path="/api/v1/chat", method="POST", headers="content-type,x-anything"):
    asked = {"origin": origin, "access-control-request-method": method, "access-control-request-headers": headers}
    return server.request("OPTIONS", path, headers=asked)


def names(value):
    return {name.strip().lower() for name in value.split(",")}


@pytest.mark.parametrize("origin", [ALLOWED, ALSO_ALLOWED])
@pytest.mark.parametrize(
    "method, path",
    [
        ("POST", "/api/v1/chat"),
        ("GET", "/api/v1/threads/thread_1/messages"),
        ("DELETE", "/api/v1/threads/thread_1"),
        ("PUT", "/api/v1/chat"),
    ],
)
def test_a_preflight_of_an_allowed_origin_is_granted(cors_server, origin, method, path):
    response = preflight(cors_server, origin, path, method)
    assert response.status_code in (200, 204)
    assert response.headers["access-control-allow-origin"] == origin
    assert response.headers["access-control-allow-credentials"] == "true"
    assert method.lower() in names(response.headers["access-control-allow-methods"])
    assert {"content-type", "x-anything"} <= names(response.headers["access-control-allow-headers"])
    assert "origin" in names(response.headers["vary"])


def test_a_preflight_of_another_origin_is_not_granted(cors_server):
    response = preflight(cors_server, FOREIGN)
    assert response.status_code in (200, 204, 400, 403)
    assert "access-control-allow-origin" not in response.headers
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:3000.evil.example",
        "http://localhost:30001",
        "https://localhost:3000",
        "null",
        "http://LOCALHOST",
    ],
)
def test_an_origin_that_only_looks_alike_is_not_granted(cors_server, origin):
    assert "access-control-allow-origin" not in preflight(cors_server, origin).headers


def assert_open_to(response, origin):
    assert response.headers["access-control-allow-origin"] == origin
    assert response.headers["access-control-allow-credentials"] == "true"
    assert "origin" in names(response.headers["vary"])
    assert "x-request-id" in names(response.headers["access-control-expose-headers"])


def test_an_answer_can_be_read_by_an_allowed_origin(cors_server):
    cors_server.model.reset()
    response = cors_server.post("/api/v1/chat", {"message": "Hello"}, headers={"origin": ALLOWED})
    assert response.status_code == 200
    assert_open_to(response, ALLOWED)


def test_a_stream_can_be_read_by_an_allowed_origin(cors_server):
    cors_server.model.reset()
    body = {"message": "Hello", "stream": True}
    response = cors_server.post("/api/v1/chat", body, headers={"origin": ALLOWED}, stream=True)
    assert_open_to(response, ALLOWED)
    assert b"[DONE]" in response.content


@pytest.mark.parametrize("status", [404, 405, 422, 502])
def test_a_failure_can_be_read_by_an_allowed_origin(cors_server, status):
    """A page that may not read the failure only sees "Failed to fetch"."""
    cors_server.model.reset(Refuses(400))
    asked = {
        404: ("GET", "/api/v1/threads/thread_nowhere", None),
        405: ("GET", "/api/v1/chat", None),
        422: ("POST", "/api/v1/chat", {}),
        502: ("POST", "/api/v1/chat", {"message": "Hello"}),
    }
    method, path, body = asked[status]
    response = cors_server.request(method, path, json=body, headers={"origin": ALLOWED})
    assert response.status_code == status
    assert_open_to(response, ALLOWED)


def test_an_answer_cannot_be_read_by_another_origin(cors_server):
    response = cors_server.get("/api/v1/health", headers={"origin": FOREIGN})
    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers


def test_without_an_origin_nothing_is_said_about_it(cors_server):
    assert "access-control-allow-origin" not in cors_server.get("/api/v1/health").headers


def test_a_star_opens_the_server_to_all(start_server):
    server = start_server(CORS_ORIGINS='["*"]')
    response = server.get("/api/v1/health", headers={"origin": FOREIGN})
    assert response.headers["access-control-allow-origin"] in ("*", FOREIGN)
    assert preflight(server, FOREIGN).headers["access-control-allow-origin"] in ("*", FOREIGN)
