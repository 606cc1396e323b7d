"""What the caller did wrong is said with the right status, in FastAPI's shape, and is never a 500."""

import socket

import pytest

from assistants_server import HEADERS_OF_JSON, Server, failed, invalid, successful


@pytest.fixture(scope="module")
def thread(server):
    return server.new_thread()


def test_a_chat_without_a_message_is_refused(server):
    fault = invalid(server.post("/api/v1/chat", {}), "body", "message")
    assert fault["loc"] == ["body", "message"]
    assert fault["type"] == "missing"


@pytest.mark.parametrize("message", ["", None, 7, ["Hello"], {"text": "Hello"}, True])
def test_a_message_that_is_no_text_is_refused(server, message):
    invalid(server.post("/api/v1/chat", {"message": message}), "body", "message")


@pytest.mark.parametrize("value", [7, {}, ["thread_1"], False])
def test_a_thread_id_that_is_no_text_is_refused(server, value):
    invalid(server.post("/api/v1/chat", {"message": "Hello", "thread_id": value}), "body", "thread_id")


@pytest.mark.parametrize("value", ["yes please", 2, [], {}])
def test_a_stream_that_is_neither_true_nor_false_is_refused(server, value):
    invalid(server.post("/api/v1/chat", {"message": "Hello", "stream": value}), "body", "stream")


def test_several_faults_are_told_at_once(server):
    response = server.post("/api/v1/chat", {"message": 7, "thread_id": 8})
    invalid(response, "body", "message")
    invalid(response, "body", "thread_id")


@pytest.mark.parametrize("value", [[], "data", 7])
def test_system_data_that_is_no_object_is_refused(server, value):
    invalid(server.post("/api/v1/chat", {"message": "Hello", "system_data": value}), "body", "system_data")


@pytest.mark.parametrize("name", ["targetedAds", "signages", "viewEvents"])
def test_system_data_with_a_list_that_is_none_is_refused(server, name):
    body = {"message": "Hello", "system_data": {name: {"id": "ad-1"}}}
    invalid(server.post("/api/v1/chat", body), "body", "system_data", name)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"hello", b'{"message": "a" "b"}', b'{"message": "unfinished', b"\xff\xfe", b'{"message":"\xff\xff"}'],
)
def test_a_body_that_is_no_json_is_refused(server, raw):
    invalid(server.request("POST", "/api/v1/chat", data=raw, headers=HEADERS_OF_JSON), "body")


@pytest.mark.parametrize("raw", [b"[]", b'"Hello"', b"7", b"null", b"true"])
def test_a_body_that_is_no_object_is_refused(server, raw):
    invalid(server.request("POST", "/api/v1/chat", data=raw, headers=HEADERS_OF_JSON), "body")


def test_a_body_nested_beyond_reason_is_refused(server):
    raw = b'{"message": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    invalid(server.request("POST", "/api/v1/chat", data=raw, headers=HEADERS_OF_JSON), "body")


def test_half_a_surrogate_pair_is_no_reason_to_break(server):
    raw = b'{"message": "half: \\ud83d"}'
    response = server.request("POST", "/api/v1/chat", data=raw, headers=HEADERS_OF_JSON)
    if response.status_code != 200:
        invalid(response, "body")


@pytest.mark.parametrize("metadata", ["text", 7, ["a"], {"a": 1}, {"a": None}, {"k" * 65: "v"}, {"k": "v" * 513}])
def test_metadata_that_is_no_map_of_texts_is_refused(server, metadata):
    invalid(server.post("/api/v1/threads", {"metadata": metadata}), "body", "metadata")


def test_metadata_has_at_most_sixteen_pairs(server):
    successful(server.post("/api/v1/threads", {"metadata": {f"k{number}": "v" for number in range(16)}}))
    body = {"metadata": {f"k{number}": "v" for number in range(17)}}
    invalid(server.post("/api/v1/threads", body), "body", "metadata")


@pytest.mark.parametrize(
    "body", [{}, {"role": "user"}, {"role": "user", "content": 7}, {"role": "user", "content": ""}]
)
def test_a_message_without_content_is_refused(server, thread, body):
    invalid(server.post(f"/api/v1/threads/{thread}/messages", body), "body", "content")


@pytest.mark.parametrize("role", ["robot", "", 7])
def test_a_message_of_an_unknown_role_is_refused(server, thread, role):
    body = {"role": role, "content": "Hello"}
    invalid(server.post(f"/api/v1/threads/{thread}/messages", body), "body", "role")


@pytest.mark.parametrize("kind", ["threads", "messages", "runs"])
@pytest.mark.parametrize(
    "query, name",
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=many", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("order=sideways", "order"),
    ],
)
def test_a_page_that_cannot_be_is_refused(server, thread, kind, query, name):
    path = "/api/v1/threads" if kind == "threads" else f"/api/v1/threads/{thread}/{kind}"
    invalid(server.get(f"{path}?{query}"), "query", name)


@pytest.mark.parametrize("query", ["after=msg_nowhere", "before=msg_nowhere"])
def test_a_cursor_that_does_not_exist_is_the_callers_mistake(server, thread, query):
    response = server.get(f"/api/v1/threads/{thread}/messages?limit=5&{query}")
    assert response.status_code in (400, 404, 422), response.text
    assert response.json()["detail"]


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "/api/v1/threads/thread_nowhere"),
        ("DELETE", "/api/v1/threads/thread_nowhere"),
        ("GET", "/api/v1/threads/thread_nowhere/messages"),
        ("GET", "/api/v1/threads/thread_nowhere/runs"),
        ("POST", "/api/v1/threads/thread_nowhere/runs"),
        ("GET", "/api/v1/threads/thread_nowhere/runs/run_nowhere"),
        ("POST", "/api/v1/threads/thread_nowhere/runs/run_nowhere/cancel"),
        ("GET", "/api/v1/threads/thread_nowhere/runs/run_nowhere/events"),
        ("GET", "/api/v1/threads/%F0%9F%98%80%00'--/messages"),
    ],
)
def test_an_unknown_thread_is_not_found(server, method, path):
    failed(server.request(method, path), 404)


def test_a_message_for_an_unknown_thread_is_not_found(server):
    failed(server.post("/api/v1/threads/thread_nowhere/messages", {"content": "Hello", "role": "user"}), 404)


@pytest.mark.parametrize("stream", [False, True])
def test_a_chat_in_an_unknown_thread_is_not_found(server, stream):
    failed(server.try_chat("Hello", "thread_nowhere", stream=stream), 404)


@pytest.mark.parametrize("method, rest", [("GET", ""), ("POST", "/cancel"), ("GET", "/events")])
def test_an_unknown_run_is_not_found(server, thread, method, rest):
    failed(server.request(method, f"/api/v1/threads/{thread}/runs/run_nowhere{rest}"), 404)


def test_a_run_is_not_found_in_another_thread(one_chat_server):
    first = one_chat_server.chat("One")["thread_id"]
    second = one_chat_server.chat("Two")["thread_id"]
    run = one_chat_server.runs(first)[0]["id"]
    failed(one_chat_server.get(f"/api/v1/threads/{second}/runs/{run}"), 404)


def test_an_unknown_assistant_is_refused(server, thread):
    response = server.post(f"/api/v1/threads/{thread}/runs", {"assistant_id": "asst_nowhere"})
    assert response.status_code in (404, 422), response.text
    assert response.json()["detail"]


@pytest.mark.parametrize(
    "path", ["/api/v1/threads/{id}", "/api/v1/threads/{id}/messages", "/api/v1/files/{id}/content"]
)
def test_a_long_id_is_not_repeated_whole(server, path):
    detail = failed(server.get(path.format(id="x" * 5_000)), 404)
    assert "x" * 50 in detail and len(detail) < 200


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1", "/api/v1/nowhere", "/api/v2/chat", "/docs/nowhere.js"])
def test_an_unknown_address_is_not_found(server, path):
    failed(server.get(path), 404)


@pytest.mark.parametrize(
    "path", ["/docs/../../etc/passwd", "/docs/%2e%2e/%2e%2e/etc/passwd", "/docs/..%2f..%2fetc%2fpasswd"]
)
def test_the_docs_give_out_no_other_files(server, path):
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b" 404 " in answer.split(b"\r\n")[0] or b" 400 " in answer.split(b"\r\n")[0], answer[:200]
    assert b"root:" not in answer


@pytest.mark.parametrize(
    "method, path, allowed",
    [
        ("GET", "/api/v1/chat", {"POST"}),
        ("PUT", "/api/v1/chat", {"POST"}),
        ("POST", "/api/v1/health", {"GET"}),
        ("DELETE", "/", {"GET"}),
        ("PATCH", "/api/v1/threads", {"GET", "POST"}),
        ("PUT", "/api/v1/threads/thread_1", {"GET", "DELETE"}),
        ("DELETE", "/api/v1/threads/thread_1/messages", {"GET", "POST"}),
        ("DELETE", "/api/v1/threads/thread_1/runs", {"GET", "POST"}),
        ("DELETE", "/api/v1/threads/thread_1/runs/run_1", {"GET"}),
        ("GET", "/api/v1/threads/thread_1/runs/run_1/cancel", {"POST"}),
        ("POST", "/api/v1/threads/thread_1/runs/run_1/events", {"GET"}),
        ("POST", "/openapi.json", {"GET"}),
        ("OPTIONS", "/api/v1/chat", {"POST"}),
        ("TRACE", "/api/v1/chat", {"POST"}),
        ("OPTIONS", "/api/v1/threads/thread_1", {"GET", "DELETE"}),
    ],
)
def test_another_method_is_refused_and_the_right_ones_are_named(server, method, path, allowed):
    response = server.request(method, path)
    failed(response, 405)
    named = {name.strip() for name in response.headers["allow"].split(",")}
    assert allowed <= named
    assert method not in named


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_announced_as_json_is_refused(server, media):
    response = server.request("POST", "/api/v1/chat", data=b'{"message":"Hello"}', headers={"content-type": media})
    failed(response, 415)


@pytest.mark.parametrize(
    "media", ["application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"]
)
def test_json_may_name_its_charset(one_chat_server, media):
    body = '{"message":"안녕"}'.encode()
    response = one_chat_server.request("POST", "/api/v1/chat", data=body, headers={"content-type": media})
    assert successful(response)["message"] == "[1] 안녕"


def test_json_may_begin_with_a_byte_order_mark(one_chat_server):
    body = b"\xef\xbb\xbf" + '{"message":"안녕"}'.encode()
    response = one_chat_server.request("POST", "/api/v1/chat", data=body, headers=HEADERS_OF_JSON)
    assert successful(response)["message"] == "[1] 안녕"
    headers = HEADERS_OF_JSON | {"openai-beta": "assistants=v2"}
    body = b'\xef\xbb\xbf{"metadata":{"a":"b"}}'
    response = one_chat_server.request("POST", "/v1/threads", data=body, headers=headers)
    assert successful(response)["metadata"] == {"a": "b"}


def test_null_is_no_body_where_none_is_needed(one_chat_server):
    def post(path):
        return one_chat_server.request("POST", path, data=b"null", headers=HEADERS_OF_JSON)

    thread = successful(post("/api/v1/threads"))["id"]
    successful(one_chat_server.post(f"/api/v1/threads/{thread}/messages", {"content": "Hello"}))
    assert successful(post(f"/api/v1/threads/{thread}/runs"))["thread_id"] == thread


@pytest.fixture(scope="module")
def small_server(binary, observer, server, tmp_path_factory):
    """A server that takes bodies of at most 10,000 bytes."""
    small = Server(binary, tmp_path_factory.mktemp("small"), observer, MAX_BODY_BYTES=10_000)
    try:
        yield small.start()
    finally:
        small.close()


def test_a_body_over_the_limit_is_refused(small_server):
    failed(small_server.try_chat("x" * 20_000), 413)
    assert small_server.chat("x" * 5_000)["message"]


def test_a_body_without_a_length_is_limited_too(small_server):
    pieces = (b"x" * 1_000 for _ in range(100))
    failed(small_server.request("POST", "/api/v1/chat", data=pieces, headers=HEADERS_OF_JSON), 413)
    assert small_server.chat("Hello")["message"]


def test_a_body_may_come_in_chunks(one_chat_server):
    pieces = iter([b'{"mess', b'age":"\xec\x95', b'\x88"', b"}"])
    response = one_chat_server.request("POST", "/api/v1/chat", data=pieces, headers=HEADERS_OF_JSON)
    assert successful(response)["message"] == "[1] 안"
