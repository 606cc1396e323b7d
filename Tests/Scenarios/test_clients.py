"""Clients of all kinds: those that do not read, ask first, pipeline, send rubbish, or only want the head."""

import json
import re
import socket
import struct
import subprocess
import time

import pytest

from assistants_server import successful, wait_until
from file_uploads import resident
from scripted_model import Says


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=60)


def chat_request(body, *fields):
    lines = ["POST /api/v1/chat HTTP/1.1", "host: a", "content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, *fields, "", ""]).encode()


def read_until(connection, end):
    received = b""
    while end not in received:
        piece = connection.recv(65536)
        assert piece, f"the connection was closed after {received[-500:]!r}"
        received += piece
    return received


def test_a_client_that_does_not_read_does_not_hold_up_the_run(chat_server):
    text = "가나다라마바사아자차카타파하" * 170_000
    chat_server.model.script = Says(text)
    thread = chat_server.new_thread()
    body = json.dumps({"message": "Tell me everything", "thread_id": thread, "stream": True}).encode()
    with connect(chat_server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(chat_request(body) + body)
        wait_until(lambda: chat_server.runs(thread), "the run exists")
        chat_server.wait_for_run(thread, chat_server.runs(thread)[0]["id"], ["completed"], timeout=60)
        chat_server.model.script = Says()
        assert chat_server.chat("Hello")["message"] == "[1] Hello"
    assert chat_server.texts(thread)[1] == ("assistant", text)


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(one_chat_server):
    body = json.dumps({"message": "x" * 5000}).encode()
    with connect(one_chat_server) as connection:
        connection.sendall(chat_request(body, "expect: 100-continue"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert b"HTTP/1.1 200" in read_until(connection, b'"role"')


def test_curl_may_send_a_large_body(one_chat_server, tmp_path):
    one_chat_server.model.script = Says("read")
    (tmp_path / "body.json").write_text(json.dumps({"message": "y" * 3_000_000}))
    ended = subprocess.run(
        ["curl", "-sS", "-m", "20", "-H", "content-type: application/json", "-d", f"@{tmp_path}/body.json",
         f"{one_chat_server.url}/api/v1/chat"],
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert json.loads(ended.stdout)["message"] == "read", ended.stderr


def test_requests_that_come_in_one_packet_are_answered_in_order(server):
    requests = b"".join(
        f"GET {path} HTTP/1.1\r\nhost: a\r\n\r\n".encode() for path in ("/", "/nowhere", "/api/v1/health")
    )
    with connect(server) as connection:
        connection.sendall(requests)
        received = read_until(connection, b'"healthy"')
    assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"200", b"404", b"200"]


def test_questions_that_come_in_one_packet_are_answered_in_order(one_chat_server):
    """The second is read, but not asked, before the first one has its answer."""
    bodies = [json.dumps({"message": text}).encode() for text in ("One", "Two", "Three")]
    with connect(one_chat_server) as connection:
        connection.sendall(b"".join(chat_request(body) + body for body in bodies))
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert re.findall(rb'"message":"([^"]*)"', received) == [b"[1] One", b"[1] Two", b"[1] Three"]


@pytest.mark.parametrize("size", [10, 65_000, 66_000, 700_000], ids="{} bytes".format)
@pytest.mark.parametrize("is_chunked", [False, True], ids=["with a length", "in chunks"])
def test_a_body_may_come_bit_by_bit(one_chat_server, size, is_chunked):
    one_chat_server.model.script = Says("read")
    body = json.dumps({"message": "z" * size}).encode()
    parts = [body[at : at + size // 7 + 1] for at in range(0, len(body), size // 7 + 1)]
    if is_chunked:
        request = chat_request(body).replace(b"content-length: %d" % len(body), b"transfer-encoding: chunked")
        parts = [b"%x\r\n%b\r\n" % (len(part), part) for part in parts] + [b"0\r\n\r\n"]
    else:
        request = chat_request(body)
    with connect(one_chat_server) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in [request, *parts]:
            connection.sendall(part)
            time.sleep(0.01)
        assert b'"message":"read"' in read_until(connection, b'"created_at"')
        # What came before is no part of what comes now.
        connection.sendall(b"GET /api/v1/health HTTP/1.1\r\nhost: a\r\n\r\n")
        assert read_until(connection, b'"version"').startswith(b"HTTP/1.1 200")
    assert len(one_chat_server.model.calls[-1].question) == size


def test_a_fault_in_a_body_is_told_as_the_surface_tells_faults(server):
    with connect(server) as connection:
        head = b"POST /v1/threads HTTP/1.1\r\nhost: a\r\nopenai-beta: assistants=v2\r\ncontent-type: application/json\r\n"
        connection.sendall(head + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 400"), received[:200]
    assert json.loads(received.split(b"\r\n\r\n")[1])["error"]["type"] == "invalid_request_error"


def test_a_fault_in_a_body_whose_request_was_refused_is_not_answered(server):
    with connect(server) as connection:
        head = b"POST /no/such/path HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
        connection.sendall(head + b"2\r\n{}\r\n")
        received = read_until(connection, b"}")
        connection.sendall(b"zz\r\n")
        received += read_all(connection)
    assert statuses(received) == [404]


@pytest.mark.parametrize("wish", ["close", "Close"])
def test_a_connection_is_closed_for_who_asks_for_it(server, wish):
    request = f"GET /api/v1/health HTTP/1.1\r\nhost: a\r\nconnection: {wish}\r\n\r\n".encode()
    with connect(server) as connection:
        connection.sendall(request + b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.count(b"HTTP/1.1 200") == 1, "what comes behind the last request is no request"


@pytest.mark.parametrize("wish", ["close", "keep-alive"])
def test_a_refusal_reaches_who_still_sends(server, wish):
    """The body is refused by its length; the client sends on before it reads."""
    body = b" " * 40_000_000
    with connect(server) as connection:
        connection.sendall(chat_request(body, f"connection: {wish}") + body)
        assert read_until(connection, b"}").startswith(b"HTTP/1.1 413")
        if wish == "keep-alive":
            connection.sendall(b"GET /api/v1/health HTTP/1.1\r\nhost: a\r\n\r\n")
            assert read_until(connection, b'"version"').startswith(b"HTTP/1.1 200")


NO_HTTP = b"\x00\x01 no HTTP\r\n\r\n"


def read_all(connection):
    return b"".join(iter(lambda: connection.recv(1 << 20), b""))


def statuses(received):
    return [int(status) for status in re.findall(rb"HTTP/1.1 (\d+)", received)]


def test_what_stands_in_front_of_rubbish_is_answered(one_chat_server):
    """However many packets of it come meanwhile, and whether or not another request was to be read."""
    body = json.dumps({"message": "Before"}).encode()
    health = b"GET /api/v1/health HTTP/1.1\r\nhost: a\r\n\r\n"
    one_chat_server.model.script = Says("late", first_after=0.5)
    for request, expected in [
        (chat_request(body) + body, [200, 400]),
        (chat_request(body) + body + health + health, [200, 200, 200, 400]),
        (chat_request(body, "connection: close") + body, [200]),
    ]:
        with connect(one_chat_server) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(request + NO_HTTP)
            for _ in range(3):
                time.sleep(0.05)
                connection.sendall(NO_HTTP)
            received = read_all(connection)
        assert statuses(received) == expected, request
        assert b'"message":"late"' in received


@pytest.mark.alone
def test_who_does_not_read_answers_does_not_get_more_of_them_into_memory(start_server):
    server = start_server()
    before = resident(server)
    with connect(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(3)
        request = b"GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n"
        try:
            for _ in range(30):
                connection.sendall(request * 100)
        except TimeoutError:
            pass
        time.sleep(1)
        assert resident(server) < before + (60 << 20)
        assert server.healthy()


def test_an_answer_is_whole_for_who_has_closed_its_half_meanwhile(server):
    document = server.get("/openapi.json").content
    for fields in (b"", b"connection: close\r\n"):
        with connect(server) as connection:
            # More than the kernel takes.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 17)
            connection.sendall((b"GET /openapi.json HTTP/1.1\r\nhost: a\r\n" + fields + b"\r\n") * 16)
            time.sleep(0.3)
            connection.shutdown(socket.SHUT_WR)
            time.sleep(0.3)
            assert read_all(connection).count(document) == (1 if fields else 16)


def test_a_request_that_was_whole_is_carried_out_though_its_client_is_gone(one_chat_server):
    thread = one_chat_server.new_thread()
    body = json.dumps({"content": "gone", "role": "user"}).encode()
    request = chat_request(body).replace(b"/api/v1/chat", f"/api/v1/threads/{thread}/messages".encode()) + body
    for _ in range(20):
        with connect(one_chat_server) as connection:
            connection.sendall(request)
            # Resets the connection.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_until(lambda: len(one_chat_server.texts(thread)) == 20, "all messages are stored")


@pytest.mark.parametrize(
    "head",
    [
        "GET /api/v1/health HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AA",
        "GET /api/v1/health HTTP/1.0\r\nhost: a",
    ],
    ids=["another protocol is offered", "HTTP/1.0"],
)
def test_a_connection_that_takes_no_more_requests_is_closed(server, head):
    with connect(server) as connection:
        connection.sendall(f"{head}\r\n\r\n".encode())
        received = read_all(connection)
    assert statuses(received) == [200]
    assert b"connection: close" in received.lower()


@pytest.mark.alone
def test_a_stop_does_not_wait_for_who_sent_rubbish(start_server):
    """Nor for who asked for the last answer and sent more: nothing is left to be said on either connection."""
    server = start_server(SHUTDOWN_GRACE="60")
    request = b"GET /api/v1/health HTTP/1.1\r\nhost: a\r\n\r\n"
    last = request.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")
    with connect(server) as rubbish, connect(server) as closing:
        rubbish.sendall(request * 3 + NO_HTTP)
        closing.sendall(last + request * 2)
        assert statuses(read_all(rubbish)) == [200, 200, 200, 400]
        assert statuses(read_all(closing)) == [200]
        before = time.monotonic()
        server.terminate()
        assert server.wait_for_end(70) == 0
        assert time.monotonic() - before < 30


@pytest.mark.alone
def test_a_stop_does_not_hang_on_who_does_not_read(start_server):
    server = start_server(SHUTDOWN_GRACE="3")
    request = b"GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n"
    with connect(server) as unread:
        before = time.monotonic()
        unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        unread.sendall(request * 40)
        time.sleep(0.5)
        server.terminate()
        assert server.wait_for_end(20) == 0
        assert time.monotonic() - before < 10


def test_who_has_said_all_is_answered(one_chat_server):
    """Some clients close their half of the connection behind the request."""
    body = json.dumps({"message": "That is all"}).encode()
    with connect(one_chat_server) as connection:
        connection.sendall(chat_request(body) + body)
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b'"message":"[1] That is all"' in received


def test_a_connection_is_kept_and_used_again(server):
    with connect(server) as connection:
        for _ in range(3):
            connection.sendall(b"GET /api/v1/health HTTP/1.1\r\nhost: a\r\n\r\n")
            assert read_until(connection, b'"version"').startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("path", ["/", "/api/v1/health", "/openapi.json", "/docs", "/api/v1/threads"])
def test_the_head_alone_can_be_asked_for(server, path):
    response = server.request("HEAD", path)
    assert response.status_code == 200
    assert response.content == b""


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/threads/thread_unknown", 404),
        ("/v1/threads/thread_unknown", 400),
        ("/no/such/path", 404),
        ("/api/v1/chat", 405),
        ("/api/v1/threads?limit=none", 422),
    ],
)
def test_a_refusal_to_tell_the_head_has_no_body(server, path, status):
    """What follows on the connection would be taken for the next answer."""
    with connect(server) as connection:
        connection.sendall(f"HEAD {path} HTTP/1.1\r\nhost: a\r\n\r\n".encode())
        head = read_until(connection, b"\r\n\r\n")
        assert head.startswith(f"HTTP/1.1 {status}".encode())
        assert head.endswith(b"\r\n\r\n"), "something follows the head"
        connection.sendall(b"GET /api/v1/health HTTP/1.1\r\nhost: a\r\n\r\n")
        assert read_until(connection, b'"version"').startswith(b"HTTP/1.1 200")


RUBBISH = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "half a request": b"GET\r\n\r\n",
    "empty lines": b"\r\n" * 100,
    "a negative length": b"POST /api/v1/chat HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
    "a long header": b"GET / HTTP/1.1\r\nhost: a\r\nx-long: " + b"y" * 200_000 + b"\r\n\r\n",
    "a long address": b"GET /" + b"z" * 200_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n",
    "a bad chunk": b"POST /api/v1/chat HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "half a body": b"POST /api/v1/chat HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{",
}


@pytest.mark.parametrize("rubbish", RUBBISH.values(), ids=RUBBISH.keys())
def test_rubbish_is_refused_and_harms_no_one(server, rubbish):
    with connect(server) as connection:
        try:
            connection.sendall(rubbish)
            connection.shutdown(socket.SHUT_WR)
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        except ConnectionError:
            received = b""
    assert not received or received.split()[1] in (b"400", b"413", b"414", b"431"), received[:200]
    assert successful(server.get("/api/v1/health"))["status"] == "healthy"


@pytest.mark.parametrize(
    "rubbish, status",
    [
        (b"BREW / HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        (RUBBISH["a negative length"], 400),
        (RUBBISH["a long header"], 431),
        (RUBBISH["a long address"], 431),
    ],
    ids=["an unknown method", "a negative length", "a long header", "a long address"],
)
def test_what_is_no_http_is_answered_as_json_with_an_id(server, rubbish, status):
    with connect(server) as connection:
        connection.sendall(rubbish)
        head, body = read_all(connection).split(b"\r\n\r\n", 1)
    line, *fields = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (field.split(":", 1) for field in fields)}
    assert line.split()[1] == str(status)
    assert list(json.loads(body)) == ["detail"]
    assert headers["content-type"] == "application/json"
    assert int(headers["content-length"]) == len(body)
    assert re.fullmatch(r"req_[0-9a-f]{32}", headers["x-request-id"])
    assert headers["connection"] == "close"


def test_a_client_that_leaves_while_sending_leaves_nothing_behind(one_chat_server):
    before = len(successful(one_chat_server.get("/api/v1/threads?limit=100"))["data"])
    body = json.dumps({"message": "Hello"}).encode()
    with connect(one_chat_server) as connection:
        connection.sendall(chat_request(body) + body[:-3])
    assert one_chat_server.chat("Still well?")["message"] == "[1] Still well?"
    assert one_chat_server.model.calls[0].question == "Still well?"
    after = len(successful(one_chat_server.get("/api/v1/threads?limit=100"))["data"])
    assert after in (before + 1, 100)
