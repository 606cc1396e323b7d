"""What is the backend's to answer under `/v1`: requests and answers pass through as they are, at their own pace."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import openai
import pytest
import requests
from aiohttp import web

from assistants_server import Server, free_port, wait_until
from passed_backend import KEY, PassedBackend, Seen, echo

MEGABYTE = 2**20
CALLERS_KEY = "sk-caller-0123456789"
ALIASES = {"gpt-4o": "local/large", "small": "local/small"}


@pytest.fixture(scope="module")
def _pair(binary, observer, tmp_path_factory) -> Iterator[tuple[Server, PassedBackend]]:
    backend = PassedBackend()
    patience = {"MODEL_FIRST_BYTE_TIMEOUT": 1, "MODEL_IDLE_TIMEOUT": 1, "RUN_TIMEOUT": 2}
    settings = backend.settings(MODEL_ALIASES=json.dumps(ALIASES), **patience)
    server = Server(binary, tmp_path_factory.mktemp("passing"), observer, **settings)
    try:
        server.start()
        yield server, backend
    finally:
        server.close()
        backend.close()


@pytest.fixture
def server(_pair) -> Server:
    return _pair[0]


@pytest.fixture
def backend(_pair) -> PassedBackend:
    _pair[1].reset()
    return _pair[1]


def call(server: Server, method: str, path: str, **options: Any) -> requests.Response:
    """One request with a caller's key, on a connection of its own."""
    headers = {"authorization": f"Bearer {CALLERS_KEY}", **options.pop("headers", {})}
    with requests.Session() as session:
        session.trust_env = False
        response = session.request(
            method, server.url + path, headers=headers, timeout=options.pop("timeout", 60), **options
        )
    assert response.headers["x-request-id"].startswith("req_")
    return response


def error_of(response: requests.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, f"{response.status_code}: {response.text[:500]}"
    assert response.headers["content-type"].split(";")[0] == "application/json"
    error = response.json()["error"]
    assert list(error) == ["message", "type", "param", "code"]
    assert error["message"] and error["type"]
    assert KEY not in response.text and "127.0.0.1" not in response.text
    return error


def connection(server: Server, timeout: float = 60) -> closing[http.client.HTTPConnection]:
    return closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout))


def running(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


# What crosses, and what does not


def test_a_request_arrives_as_it_was_sent_with_the_backends_key(server, backend):
    body = b'{ "model":"other",\n  "messages": [ {"role":"user","content":"\\u00e9\xc3\xa9"} ] , "x": 1.0e2}'
    sent = {
        "content-type": "application/json; charset=utf-8",
        "accept": "application/json",
        "openai-beta": "assistants=v2, realtime=v1",
        "openai-safety-identifier": "someone",
        "openai-organization": "org-of-the-caller",
        "openai-project": "proj-of-the-caller",
        "cookie": "session=secret",
        "x-forwarded-for": "10.1.2.3",
        "x-real-ip": "10.1.2.3",
        "x-stainless-lang": "python",
        "te": "trailers",
    }
    response = call(server, "POST", "/v1/chat/completions?a=b%20c&d=%2F", data=body, headers=sent)
    seen = backend.seen[0]
    assert (response.status_code, response.content) == (200, body)
    assert (seen.method, seen.target, seen.body) == ("POST", "/v1/chat/completions?a=b%20c&d=%2F", body)
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.headers["content-type"] == sent["content-type"]
    assert seen.headers["accept"] == "application/json"
    assert seen.headers["openai-beta"] == "realtime=v1"
    assert seen.headers["openai-safety-identifier"] == "someone"
    assert set(seen.headers) <= {
        "host", "user-agent", "authorization", "content-type", "content-length", "accept", "openai-beta",
        "openai-safety-identifier",
    }  # fmt: skip
    assert CALLERS_KEY not in str(seen.headers)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/chat/completions?limit=2"),
        ("POST", "/v1/chat/completions/chatcmpl-1"),
        ("DELETE", "/v1/chat/completions/chatcmpl-1"),
        ("GET", "/v1/chat/completions/chatcmpl-1/messages"),
        ("POST", "/v1/completions"),
        ("POST", "/v1/responses"),
        ("GET", "/v1/responses/resp_1?stream=true&starting_after=4"),
        ("POST", "/v1/responses/resp_1/cancel"),
        ("GET", "/v1/responses/resp_1/input_items"),
        ("POST", "/v1/embeddings"),
        ("POST", "/v1/moderations"),
        ("POST", "/v1/audio/speech"),
        ("POST", "/v1/audio/transcriptions"),
        ("POST", "/v1/images/generations"),
        ("POST", "/v1/conversations"),
        ("PATCH", "/v1/conversations/conv_1/items/a%2Fb"),
    ],
)
def test_all_that_the_backend_serves_is_passed_on(server, backend, method, path):
    async def handler(seen: Seen) -> web.StreamResponse:
        return web.json_response({"at": seen.target}, status=201)

    backend.reset(handler)
    response = call(server, method, path, json={} if method in ("POST", "PATCH") else None)
    assert (response.status_code, response.json()) == (201, {"at": path})
    assert [(seen.method, seen.target) for seen in backend.seen] == [(method, path)]


def test_an_answers_headers_cross_but_for_those_of_the_connection(server, backend):
    async def handler(seen: Seen) -> web.StreamResponse:
        return web.Response(
            body=b"ID3",
            status=203,
            headers={
                "content-type": "audio/mpeg",
                "x-request-id": "req_of_the_backend",
                "x-ratelimit-remaining-tokens": "77",
                "openai-processing-ms": "12",
                "openai-organization": "org-of-the-operator",
                "set-cookie": "__cf_bm=1",
                "strict-transport-security": "max-age=1",
                "alt-svc": 'h3=":443"',
                "location": "http://127.0.0.1/elsewhere",
                "access-control-allow-origin": "*",
                "keep-alive": "timeout=5",
                "server": "backend",
            },
        )

    backend.reset(handler)
    response = call(server, "POST", "/v1/audio/speech", json={})
    assert (response.status_code, response.content) == (203, b"ID3")
    headers = {name.lower(): value for name, value in response.headers.items()}
    assert headers["content-type"] == "audio/mpeg"
    assert headers["content-length"] == "3"
    assert headers["x-upstream-request-id"] == "req_of_the_backend"
    assert headers["x-ratelimit-remaining-tokens"] == "77"
    for name in (
        "openai-organization", "set-cookie", "strict-transport-security", "alt-svc", "location",
        "access-control-allow-origin", "keep-alive",
    ):  # fmt: skip
        assert name not in headers
    assert headers.get("server") != "backend"


def test_an_alias_is_replaced_and_every_other_byte_stays(server, backend):
    body = b'{"messages":[{"model":"gpt-4o"}], "n" : 1.50,\t"model" :  "gpt-4o" , "text":"\\u0000 gpt-4o"}\n'
    call(server, "POST", "/v1/responses", data=body, headers={"content-type": "application/json"})
    assert backend.seen[0].body == body.replace(b'"model" :  "gpt-4o"', b'"model" :  "local/large"')
    assert backend.seen[0].headers["content-length"] == str(len(backend.seen[0].body))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"model":7}', b'{"model":"gpt-4o"', b"\xff\xfe"])
def test_what_has_no_model_in_it_is_the_backends_to_judge(server, backend, body):
    call(server, "POST", "/v1/chat/completions", data=body, headers={"content-type": "application/json"})
    assert backend.seen[0].body == body


def test_a_name_in_another_kind_of_body_is_not_touched(server, backend):
    body = b'{"model":"gpt-4o"}'
    call(server, "POST", "/v1/images/edits", data=body, headers={"content-type": "application/octet-stream"})
    assert backend.seen[0].body == body


@pytest.mark.parametrize(
    "path",
    [
        "/v1/responses/../files",
        "/v1/responses/%2e%2e/files",
        "/v1/responses/a%2F..%2F..%2Ffiles",
        "/v1/responses/..%5Cfiles",
        "/v1/chat/completions/./x",
        "/v1/responses/%00",
        "/v1/responses/a%3Fb",
    ],
)
def test_no_path_leads_out_of_what_is_passed_on(server, backend, path):
    with connection(server) as wire:
        wire.request("GET", path, headers={"host": "x"})
        answer = wire.getresponse()
        assert answer.status == 404, answer.read()
    assert backend.seen == []


def test_a_head_request_asks_and_leaves(server, backend):
    async def handler(seen: Seen) -> web.StreamResponse:
        answer = await seen.stream("application/json")
        for _ in range(20_000):
            await answer.write(b"x" * 1000)
            await asyncio.sleep(0.005)
        return answer

    backend.reset(handler)
    response = call(server, "HEAD", "/v1/responses/resp_1")
    assert (response.status_code, response.content) == (200, b"")
    wait_until(lambda: backend.seen[0].ended == "disconnected", "the backend's answer is broken off", 60)


def test_one_connection_serves_one_request_after_the_other(server, backend):
    with connection(server) as wire:
        for number in range(5):
            body = json.dumps({"model": "m", "number": number})
            wire.request("POST", "/v1/embeddings", body, {"content-type": "application/json"})
            local = wire.sock.getsockname()
            answer = wire.getresponse()
            assert answer.read().decode() == body
            assert wire.sock is not None and wire.sock.getsockname() == local, "the connection was closed"


# Pace


@pytest.mark.alone
def test_each_piece_arrives_before_the_next_is_sent(server, backend):
    """The backend sends a piece only when the caller has confirmed the one before: 200 pieces, none held back."""
    arrived = [threading.Event() for _ in range(200)]

    async def handler(seen: Seen) -> web.StreamResponse:
        await seen.whole_body()
        answer = await seen.stream()
        for number, event in enumerate(arrived):
            await answer.write(f"data: {number}\n\n".encode())
            deadline = time.monotonic() + 30
            while not event.is_set():
                assert time.monotonic() < deadline, f"piece {number} did not arrive"
                await asyncio.sleep(0.0005)
        await answer.write(b"data: [DONE]\n\n")
        return answer

    backend.reset(handler)
    with connection(server) as wire:
        wire.request("POST", "/v1/chat/completions", b'{"stream":true}', {"content-type": "application/json"})
        answer = wire.getresponse()
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["x-accel-buffering"] == "no"
        for number, event in enumerate(arrived):
            assert answer.readline() == f"data: {number}\n".encode()
            assert answer.readline() == b"\n"
            event.set()
        assert answer.read() == b"data: [DONE]\n\n"


def test_a_stream_of_events_is_not_touched(server, backend):
    pieces = [
        b"\xef\xbb\xbfevent: x\r\ndata: {",
        b'"a": 1}\r',
        b"\n\r\n: comment\n\n",
        b"data: \xe3",
        b"\x85\x8e\n\n",
        b"tail",
    ]

    async def handler(seen: Seen) -> web.StreamResponse:
        answer = await seen.stream()
        for piece in pieces:
            await answer.write(piece)
            await asyncio.sleep(0.02)
        return answer

    backend.reset(handler)
    response = call(server, "GET", "/v1/responses/resp_1?stream=true")
    assert response.content == b"".join(pieces)


def test_an_upload_arrives_piece_by_piece(server, backend):
    """The backend has a piece before the caller sends the next one."""
    arrived = threading.Semaphore(0)
    pieces = [bytes([number]) * 100_000 for number in range(20)]

    async def handler(seen: Seen) -> web.StreamResponse:
        total = 0
        async for piece in seen.request.content.iter_any():
            seen.body += piece
            while len(seen.body) >= total + 100_000:
                total += 100_000
                arrived.release()
        return web.json_response({"text": "heard"})

    backend.reset(handler)

    def body() -> Iterator[bytes]:
        for piece in pieces:
            yield piece
            assert arrived.acquire(timeout=60), "the piece did not reach the backend"

    for headers in ({}, {"content-length": "2000000"}):
        backend.reset(handler)
        with connection(server) as wire:
            headers = {"content-type": "multipart/form-data; boundary=x", **headers}
            wire.request(
                "POST", "/v1/audio/transcriptions", body(), headers, encode_chunked="content-length" not in headers
            )
            answer = wire.getresponse()
            assert (answer.status, json.loads(answer.read())) == (200, {"text": "heard"})
        assert backend.seen[0].body == b"".join(pieces)
        assert ("content-length" in backend.seen[0].headers) == ("content-length" in headers)


@pytest.mark.alone
def test_a_large_upload_and_a_large_answer_arrive_whole(server, backend):
    data = bytes(range(256)) * (20 * MEGABYTE // 256)
    response = call(server, "POST", "/v1/images/edits", data=data, headers={"content-type": "image/png"})
    assert response.content == data


def memory_of(server: Server) -> int:
    """Bytes of memory that the process holds."""
    for line in open(f"/proc/{server.process.pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the process is gone")


@pytest.mark.alone
def test_a_slow_reader_slows_the_backend_and_costs_no_memory(server, backend):
    sent = 0

    async def handler(seen: Seen) -> web.StreamResponse:
        nonlocal sent
        answer = await seen.stream("application/octet-stream")
        for _ in range(1000):
            await answer.write(b"x" * 200_000)
            sent += 200_000
        return answer

    backend.reset(handler)
    before = memory_of(server)
    with socket.create_connection(("127.0.0.1", server.port)) as wire:
        wire.sendall(b"GET /v1/audio/x HTTP/1.1\r\nhost: x\r\n\r\n")
        assert wire.recv(100).startswith(b"HTTP/1.1 200")
        # Longer than any silence that is borne: this one is the caller's, not the backend's.
        time.sleep(4.5)
        held, grown = sent, memory_of(server) - before
        assert held < 30 * MEGABYTE, f"{held} bytes went out although nobody reads"
        assert grown < 16 * MEGABYTE, f"{grown} bytes of memory"
        received = 0
        while received < 60 * MEGABYTE:
            piece = wire.recv(MEGABYTE)
            assert piece, "the answer broke off"
            received += len(piece)
    assert memory_of(server) - before < 16 * MEGABYTE


@pytest.mark.alone
def test_a_slow_backend_slows_the_caller(server, backend):
    begun, taken = threading.Event(), 0

    async def handler(seen: Seen) -> web.StreamResponse:
        nonlocal taken
        begun.set()
        await asyncio.sleep(1.2)
        async for piece in seen.request.content.iter_any():
            taken += len(piece)
        return web.json_response({})

    backend.reset(handler)
    before, total = memory_of(server), 30 * MEGABYTE
    with socket.create_connection(("127.0.0.1", server.port)) as wire:
        head = f"POST /v1/audio/transcriptions HTTP/1.1\r\nhost: x\r\ncontent-length: {total}\r\n\r\n"
        wire.sendall(head.encode())
        sender = running(lambda: wire.sendall(b"x" * total))
        assert begun.wait(60)
        time.sleep(1)
        assert sender.is_alive(), "the whole body was taken from the caller while the backend read nothing"
        assert memory_of(server) - before < 16 * MEGABYTE
        sender.join(60)
        assert wire.recv(20).startswith(b"HTTP/1.1 200")
    assert taken == total


@pytest.mark.alone
def test_many_streams_at_once_are_all_complete(server, backend):
    async def handler(seen: Seen) -> web.StreamResponse:
        await seen.whole_body()
        answer = await seen.stream()
        for number in range(40):
            await answer.write(f"data: {number}\n\n".encode())
            await asyncio.sleep(0.01)
        return answer

    backend.reset(handler)
    expected = b"".join(f"data: {number}\n\n".encode() for number in range(40))
    with ThreadPoolExecutor(64) as pool:
        answers = list(
            pool.map(lambda _: call(server, "POST", "/v1/responses", json={"stream": True}).content, range(128))
        )
    assert answers == [expected] * 128


# Ends


@pytest.mark.parametrize("moment", ["before the head", "after the head", "in the stream", "in the upload"])
def test_a_caller_that_leaves_takes_its_request_along(server, backend, moment):
    async def handler(seen: Seen) -> web.StreamResponse:
        if moment in ("before the head", "in the upload"):
            await seen.request.content.read() if moment == "in the upload" else None
            await asyncio.sleep(60)
            return web.json_response({})
        answer = await seen.stream()
        while True:
            if moment == "in the stream":
                await answer.write(b"data: x\n\n")
            await asyncio.sleep(0.05)

    backend.reset(handler)
    wire = socket.create_connection(("127.0.0.1", server.port))
    length = 10_000_000 if moment == "in the upload" else 2
    wire.sendall(f"POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{{}}".encode())
    backend.wait_until_seen()
    if moment in ("after the head", "in the stream"):
        assert wire.recv(100).startswith(b"HTTP/1.1 200")
    time.sleep(0.1)
    wire.close()
    wait_until(lambda: backend.seen[0].ended == "disconnected", "the backend is left too", 30)


@pytest.mark.parametrize("framing", ["chunks", "length"])
def test_an_answer_that_breaks_off_does_not_end_well(server, backend, framing):
    async def handler(seen: Seen) -> web.StreamResponse:
        await seen.whole_body()
        headers = {"content-length": "1000"} if framing == "length" else {}
        answer = await seen.stream(**headers)
        await answer.write(b"data: 1\n\n")
        await asyncio.sleep(0.1)
        seen.break_off()
        return answer

    backend.reset(handler)
    with connection(server) as wire:
        wire.request("POST", "/v1/chat/completions", b"{}", {"content-type": "application/json"})
        answer = wire.getresponse()
        assert answer.status == 200
        assert answer.read(9) == b"data: 1\n\n"
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()


def test_a_backend_that_falls_silent_in_its_answer_is_given_up(server, backend):
    async def handler(seen: Seen) -> web.StreamResponse:
        answer = await seen.stream()
        await answer.write(b"data: 1\n\n")
        await asyncio.sleep(20)
        return answer

    backend.reset(handler)
    started = time.monotonic()
    with connection(server) as wire:
        wire.request("GET", "/v1/responses/resp_1")
        answer = wire.getresponse()
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()
    assert 0.9 < time.monotonic() - started < 18
    wait_until(lambda: backend.seen[0].ended == "disconnected", "the backend is left")


def test_an_answer_that_is_not_streamed_begins_when_it_is_made(server, backend):
    """Longer than the first byte of a stream may take."""

    async def handler(seen: Seen) -> web.StreamResponse:
        await asyncio.sleep(1.5)
        return web.json_response({"made": True})

    backend.reset(handler)
    assert call(server, "POST", "/v1/images/generations", json={}).json() == {"made": True}


def test_a_backend_that_does_not_begin_is_a_timeout(server, backend):
    async def handler(seen: Seen) -> web.StreamResponse:
        await asyncio.sleep(20)
        return web.Response()

    backend.reset(handler)
    error = error_of(call(server, "POST", "/v1/embeddings", json={}), 504)
    assert error["message"] == "The model backend did not begin to answer within 2 s."
    assert error["type"] == "server_error"


def test_a_backend_that_hangs_up_is_a_bad_gateway(server, backend):
    async def handler(seen: Seen) -> web.StreamResponse:
        seen.break_off()
        return web.Response()

    backend.reset(handler)
    assert error_of(call(server, "POST", "/v1/embeddings", json={}), 502)["type"] == "server_error"


def test_a_backend_that_is_not_there_is_unavailable(start_server):
    server = start_server(OPENAI_BASE_URL=f"http://127.0.0.1:{free_port()}/v1", OPENAI_API_KEY=KEY)
    error_of(call(server, "POST", "/v1/embeddings", json={}), 503)
    error_of(call(server, "GET", "/v1/models"), 503)
    # A body that nobody takes is no reason to answer late, or not at all.
    large = call(server, "POST", "/v1/audio/transcriptions", data=b"x" * 10 * MEGABYTE)
    error_of(large, 503)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_the_operators_matter(server, backend, status):
    async def handler(seen: Seen) -> web.StreamResponse:
        body = {"error": {"message": f"Incorrect API key provided: {KEY}.", "code": "invalid_api_key"}}
        return web.json_response(body, status=status, headers={"www-authenticate": "Bearer"})

    backend.reset(handler)
    response = call(server, "POST", "/v1/embeddings", json={})
    error = error_of(response, 502)
    assert "OPENAI_API_KEY" in error["message"] and "Incorrect API key provided" in error["message"]
    assert "www-authenticate" not in response.headers


def test_other_refusals_are_the_backends_own_words(server, backend):
    body = b'{"error": {"message": "Too fast.", "type": "requests", "param": null, "code": "rate_limit_exceeded"}}'

    async def handler(seen: Seen) -> web.StreamResponse:
        headers = {"content-type": "application/json", "retry-after": "7", "retry-after-ms": "6500"}
        return web.Response(body=body, status=429, headers=headers)

    backend.reset(handler)
    response = call(server, "POST", "/v1/embeddings", json={})
    assert (response.status_code, response.content) == (429, body)
    assert (response.headers["retry-after"], response.headers["retry-after-ms"]) == ("7", "6500")
    assert len(backend.seen) == 1, "what failed is not asked again: callers do that"


def test_a_redirect_is_not_followed_and_not_passed_on(server, backend):
    async def handler(seen: Seen) -> web.StreamResponse:
        raise web.HTTPFound("http://127.0.0.1:1/elsewhere")

    backend.reset(handler)
    response = call(server, "POST", "/v1/embeddings", json={}, allow_redirects=False)
    error_of(response, 502)
    assert len(backend.seen) == 1


def test_a_body_that_is_too_large_is_refused(start_server, backend):
    server = start_server(**backend.settings(MAX_BODY_BYTES=MEGABYTE))
    backend.reset()
    error_of(call(server, "POST", "/v1/audio/transcriptions", data=b"x" * (MEGABYTE + 1)), 413)
    assert backend.seen == []
    error_of(call(server, "POST", "/v1/audio/transcriptions", data=iter([b"x" * 100_000] * 15)), 413)
    assert call(server, "POST", "/v1/audio/transcriptions", data=iter([b"x" * 100_000] * 10)).status_code == 200
    assert server.healthy()


def test_a_backend_that_refuses_an_upload_early_is_heard(server, backend):
    async def handler(seen: Seen) -> web.StreamResponse:
        return web.json_response({"error": {"message": "Not so large."}}, status=413)

    backend.reset(handler)
    response = call(server, "POST", "/v1/audio/transcriptions", data=b"x" * 20 * MEGABYTE)
    assert (response.status_code, response.json()["error"]["message"]) == (413, "Not so large.")
    assert server.healthy()


def begin_upload(wire: http.client.HTTPConnection, framing: str = "content-length") -> None:
    """Sends the first tenth of a million bytes, and no more."""
    begin = b"x" * 100_000
    wire.putrequest("POST", "/v1/audio/transcriptions")
    wire.putheader(framing, "1000000" if framing == "content-length" else "chunked")
    wire.endheaders()
    wire.send(begin if framing == "content-length" else b"186a0\r\n" + begin + b"\r\n")


# What a backend sends on the wire, in pieces, and what the caller gets of it.
REFUSALS = {
    "empty": ([b"content-length: 0\r\n\r\n"], b""),
    "of a known length": ([b"content-length: 4\r\n\r\nlong"], b"long"),
    "in two pieces": ([b"content-length: 8\r\n\r\ntoo ", b"long"], b"too long"),
    "chunked": ([b"transfer-encoding: chunked\r\n\r\n4\r\nlong\r\n0\r\n\r\n"], b"long"),
    "chunked and empty": ([b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n"], b""),
    "chunked, its end later": ([b"transfer-encoding: chunked\r\n\r\n4\r\nlong\r\n", b"0\r\n\r\n"], b"long"),
    "ended by closing": ([b"connection: close\r\n\r\nlong", b""], b"long"),
}


@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("framing", ["content-length", "transfer-encoding"])
def test_a_refusal_is_heard_while_the_caller_pauses_in_its_upload(server, backend, framing, answer):
    pieces, body = answer

    async def handler(seen: Seen) -> web.StreamResponse:
        await seen.request.content.readany()
        transport = seen.request.transport
        transport.write(b"HTTP/1.1 413 Content Too Large\r\n")
        for piece in pieces:
            transport.write(piece)
            await asyncio.sleep(0.05)
        if not pieces[-1]:
            transport.close()
        await asyncio.sleep(60)

    backend.reset(handler)
    rest = b"x" * 900_000
    with connection(server, timeout=10) as wire:
        begin_upload(wire, framing)
        response = wire.getresponse()
        assert (response.status, response.read()) == (413, body)
        # Whoever goes on all the same has a connection that is in order.
        wire.send(rest if framing == "content-length" else b"dbba0\r\n" + rest + b"\r\n0\r\n\r\n")
        wire.request("GET", "/api/v1/health")
        assert wire.getresponse().status == 200


def test_a_backend_that_hangs_up_is_told_while_the_caller_pauses_in_its_upload(server, backend):
    async def handler(seen: Seen) -> web.StreamResponse:
        await seen.request.content.readany()
        seen.break_off()
        await asyncio.sleep(60)

    backend.reset(handler)
    with connection(server, timeout=10) as wire:
        begin_upload(wire)
        assert wire.getresponse().status == 502


def test_a_refusal_that_does_not_end_is_broken_off(server, backend):
    async def handler(seen: Seen) -> web.StreamResponse:
        await seen.request.content.readany()
        seen.request.transport.write(b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 9\r\n\r\nlong")
        await asyncio.sleep(60)

    backend.reset(handler)
    with connection(server, timeout=10) as wire:
        begin_upload(wire)
        response = wire.getresponse()
        assert response.status == 413
        with pytest.raises(http.client.IncompleteRead):
            response.read()
    wait_until(lambda: backend.seen[0].ended == "disconnected", "the backend is left")


def test_an_upload_that_breaks_off_does_not_reach_its_end(server, backend):
    async def handler(seen: Seen) -> web.StreamResponse:
        await seen.whole_body()
        return web.json_response({})

    backend.reset(handler)
    for head in ("content-length: 1000000", "transfer-encoding: chunked"):
        backend.reset(handler)
        with socket.create_connection(("127.0.0.1", server.port)) as wire:
            wire.sendall(f"POST /v1/audio/transcriptions HTTP/1.1\r\nhost: x\r\n{head}\r\n\r\n".encode())
            wire.sendall(b"5\r\nhello\r\n")
            backend.wait_until_seen()
            time.sleep(0.1)
        wait_until(lambda: backend.seen[0].ended is not None, "the backend is left", 60)
        assert backend.seen[0].ended == "disconnected"
    assert server.healthy()


@pytest.mark.alone
def test_a_stop_does_not_hang_on_streams(start_server, backend):
    async def handler(seen: Seen) -> web.StreamResponse:
        answer = await seen.stream()
        while True:
            await answer.write(b"data: x\n\n")
            await asyncio.sleep(0.05)

    server = start_server(**backend.settings(SHUTDOWN_GRACE="2"))
    backend.reset(handler)
    with connection(server) as wire:
        wire.request("GET", "/v1/responses/resp_1")
        answer = wire.getresponse()
        assert answer.readline() == b"data: x\n"
        server.terminate()
        assert server.wait_for_end(6) == 0
    wait_until(lambda: backend.seen[0].ended == "disconnected", "the backend is left")


def test_without_a_backend_it_is_said_how_to_have_one(start_server):
    server = start_server()
    for method, path in (("POST", "/v1/chat/completions"), ("GET", "/v1/responses/x"), ("POST", "/v1/audio/speech")):
        error = error_of(call(server, method, path), 400)
        assert (error["type"], error["code"]) == ("invalid_request_error", "model_backend_not_configured")
        assert "OPENAI_API_KEY" in error["message"] and "OPENAI_BASE_URL" in error["message"]


def test_it_is_behind_our_own_key(start_server, backend):
    server = start_server(**backend.settings(API_KEYS=CALLERS_KEY))
    backend.reset()
    for headers in ({"authorization": ""}, {"authorization": "Bearer sk-other"}, {"authorization": f"Bearer {KEY}"}):
        for method, path in (("POST", "/v1/embeddings"), ("GET", "/v1/models"), ("GET", "/v1/responses/resp_1")):
            error_of(call(server, method, path, headers=headers), 401)
    assert backend.seen == []
    assert call(server, "POST", "/v1/embeddings", json={}).status_code == 200
    assert backend.seen[0].headers["authorization"] == f"Bearer {KEY}"


def test_what_passes_through_is_not_logged(server, backend):
    call(server, "POST", "/v1/chat/completions", json={"messages": [{"role": "user", "content": "swordfish"}]})
    log = server.log_file.read_text() + server.output()
    assert "swordfish" not in log and KEY not in log and CALLERS_KEY not in log


# Models


def listing(*names: str, status: int = 200) -> Callable:
    async def handler(seen: Seen) -> web.StreamResponse:
        if seen.target == "/v1/models":
            data = [{"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "backend"} for name in names]
            return web.json_response({"object": "list", "data": data}, status=status)
        if seen.target == "/v1/models/hidden":
            return web.json_response({"id": "hidden-2026", "object": "model", "created": 5, "owned_by": "backend"})
        return web.json_response({"error": {"message": "no"}}, status=404)

    return handler


@pytest.fixture
def catalog(start_server) -> Iterator[tuple[Server, PassedBackend]]:
    """A server that has not asked for any models yet."""
    backend = PassedBackend(listing("local/large", "ft:gpt/a b", "gpt-4o"))
    yield start_server(**backend.settings(MODEL_ALIASES=json.dumps(ALIASES | {"best": "local/large"}))), backend
    backend.close()


def test_the_models_are_the_backends_the_aliases_and_the_default(catalog):
    server, _ = catalog
    body = call(server, "GET", "/v1/models").json()
    assert list(body) == ["object", "data"] and body["object"] == "list"
    assert [model["id"] for model in body["data"]] == [
        "local/large", "ft:gpt/a b", "gpt-4o", "best", "small", "default-model",
    ]  # fmt: skip
    for model in body["data"]:
        assert list(model) == ["id", "object", "created", "owned_by"]
        assert model["object"] == "model" and type(model["created"]) is int
    by_name = {model["id"]: model for model in body["data"]}
    assert by_name["best"]["owned_by"] == "backend" and by_name["best"]["created"] == 1_700_000_000
    assert by_name["small"]["owned_by"] == by_name["default-model"]["owned_by"] == "assistants-server"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("gpt-4o", "gpt-4o"),
        ("local/large", "local/large"),
        ("local%2Flarge", "local/large"),
        ("ft:gpt%2Fa%20b", "ft:gpt/a b"),
        ("ft%3Agpt/a%20b", "ft:gpt/a b"),
        ("best", "best"),
        ("default-model", "default-model"),
        ("hidden", "hidden"),
    ],
)
def test_a_model_is_found_however_its_name_is_written(catalog, path, name):
    response = call(catalog[0], "GET", f"/v1/models/{path}")
    assert (response.status_code, response.json()["id"]) == (200, name)


@pytest.mark.parametrize("name", ["nothing", "local", "a%2Fb", "..%2Fmodels", "%EC%9D%B4"])
def test_an_unknown_model_does_not_exist(catalog, name):
    server, backend = catalog
    error = error_of(call(server, "GET", f"/v1/models/{name}"), 404)
    decoded = requests.utils.unquote(name)
    assert error["message"] == f"The model '{decoded}' does not exist"
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", "model", "model_not_found")
    assert not any(".." in seen.target for seen in backend.seen)


def test_the_backends_list_is_asked_for_once_for_many(catalog):
    server, backend = catalog

    async def slowly(seen: Seen) -> web.StreamResponse:
        await asyncio.sleep(0.3)
        return await listing("m")(seen)

    backend.reset(slowly)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: call(server, "GET", "/v1/models").status_code, range(20)))
    assert answers == [200] * 20
    assert call(server, "GET", "/v1/models/m").status_code == 200
    assert len(backend.seen) == 1


def test_a_list_that_cannot_be_had_is_an_error_only_until_it_can(catalog):
    server, backend = catalog
    backend.reset(listing(status=500))
    error_of(call(server, "GET", "/v1/models"), 502)
    backend.reset(listing(status=401))
    assert "OPENAI_API_KEY" in error_of(call(server, "GET", "/v1/models"), 502)["message"]
    backend.reset(listing(status=404))
    names = [model["id"] for model in call(server, "GET", "/v1/models").json()["data"]]
    assert names == ["best", "gpt-4o", "small", "default-model"]


def test_without_a_backend_there_is_the_analyst(start_server):
    server = start_server(DEFAULT_MODEL="analyst")
    (model,) = call(server, "GET", "/v1/models").json()["data"]
    assert (model["id"], model["owned_by"]) == ("analyst", "assistants-server")
    assert call(server, "GET", "/v1/models/analyst").json() == model
    error_of(call(server, "GET", "/v1/models/gpt-4o"), 404)


# The official SDK


def test_one_base_url_serves_a_whole_program(start_server, model):
    server = start_server(**model.settings("chat_completions"))
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key=CALLERS_KEY, max_retries=0)
    name = model.models[0]
    assert [entry.id for entry in client.models.list()] == [name]
    assert client.models.retrieve(name).id == name
    whole = client.chat.completions.create(model=name, messages=[{"role": "user", "content": "one two three"}])
    text = whole.choices[0].message.content
    assert "one two three" in text
    stream = client.chat.completions.create(
        model=name, messages=[{"role": "user", "content": "one two three"}], stream=True
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == text
    with client.responses.stream(model=name, input="one two three") as events:
        kinds = [event.type for event in events]
    assert kinds[0] == "response.created" and kinds[-1] == "response.completed"
    with pytest.raises(openai.NotFoundError) as missing:
        client.models.retrieve("gone")
    assert missing.value.code == "model_not_found"
