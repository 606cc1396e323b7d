"""`/v1/files`: forms of every make, names that are data, contents that are kept once, images that reach the model."""

import base64
import hashlib
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
import requests

from assistants_server import successful, wait_until
from file_uploads import (
    BOUNDARY,
    PIXEL,
    SlowUpload,
    content_of,
    form,
    incoming,
    kept,
    large_form,
    of_form,
    part,
    post_form,
    resident,
    try_upload,
    upload,
)
from scripted_model import Says
from test_v1_access import OTHER, STATIC, Keyed
from v1_api import V1, refused

PURPOSES = "'fine-tune', 'assistants', 'batch', 'user_data', 'vision', 'evals'"
FILE = [
    "object",
    "id",
    "purpose",
    "filename",
    "bytes",
    "created_at",
    "expires_at",
    "status",
    "status_details",
]
MEGABYTE = 1 << 20


@pytest.fixture
def own(start_server):
    """A server of its own, whose disk is this scenario's alone."""
    return V1(start_server())


# Uploading


def test_a_file_comes_and_goes(one_v1):
    before = int(time.time())
    file = upload(one_v1, "hello", "인사.txt")
    assert list(file) == FILE
    assert file["id"].startswith("file-") and before <= file["created_at"] <= time.time()
    assert {name: file[name] for name in FILE if name not in ("id", "created_at")} == {
        "object": "file",
        "purpose": "assistants",
        "filename": "인사.txt",
        "bytes": 5,
        "expires_at": None,
        "status": "processed",
        "status_details": None,
    }
    path = f"/files/{file['id']}"
    assert one_v1.get(path) == file
    assert file in one_v1.get("/files")["data"]
    assert one_v1.delete(path) == {"id": file["id"], "object": "file", "deleted": True}
    for method, gone in (("GET", path), ("DELETE", path), ("GET", path + "/content")):
        refused(
            one_v1.request(method, gone),
            404,
            message=f"No such File object: {file['id']}",
            param="id",
            code=None,
        )
    refused(
        one_v1.request("GET", "/files/fake_id"),
        404,
        message="No such File object: fake_id",
        param="id",
    )


@pytest.mark.parametrize(
    "parts",
    [
        [part("file", "x", 'filename="a.txt"'), part("purpose", "vision")],
        [part("purpose", "vision"), part("file", "x", 'filename="a.txt"')],
        [
            part("purpose", "vision", None, "Content-Type: text/plain; charset=utf-8"),
            part("file", "x", 'filename="a.txt"'),
        ],
        [
            part(
                "file",
                "x",
                "filename=a.txt; filename*=utf-8''a.txt",
                "Content-Type: text/plain",
            ),
            part("purpose", "vision"),
        ],
        [
            b"Content-Disposition: form-data; name=file; filename=a.txt\r\n\r\nx",
            part("purpose", "vision"),
        ],
        [
            b'content-type: application/octet-stream\r\nCONTENT-DISPOSITION: Form-Data; filename="a.txt"; name="file"\r\n\r\nx',
            part("purpose", "vision"),
        ],
    ],
    ids=[
        "file-first",
        "file-last",
        "typed-text",
        "dotnet",
        "unquoted",
        "headers-in-any-order",
    ],
)
def test_parts_come_in_any_order_and_form(one_v1, parts):
    file = successful(post_form(one_v1, *parts))
    assert (file["filename"], file["purpose"], file["bytes"]) == ("a.txt", "vision", 1)
    assert content_of(one_v1, file["id"]).content == b"x"


@pytest.mark.parametrize(
    ("disposition", "filename"),
    [
        ('filename="보고서 1.pdf"', "보고서 1.pdf"),
        ("filename=x; filename*=utf-8''%EB%B3%B4%EA%B3%A0.pdf", "보고.pdf"),
        ('filename="text/csv"', "text/csv"),
        ('filename="../../../../etc/passwd"', "passwd"),
        ('filename="/etc/passwd"', "passwd"),
        ('filename="C:\\Documents and Settings\\a.txt"', "a.txt"),
        ('filename="..\\..\\a.txt"', "a.txt"),
        ("filename*=utf-8''..%2F..%2Fa.txt", "a.txt"),
        ('filename="a\\"b.txt"', 'a"b.txt'),
        ('filename="a%22b.txt"', 'a"b.txt'),
        ('filename="-rf *; $(reboot).txt"', "-rf *; $(reboot).txt"),
        ('filename=".env"', ".env"),
        ('filename="upload"', "upload"),
        (f'filename="{"가" * 512}"', "가" * 512),
    ],
)
def test_names_are_data(own, disposition, filename):
    file = successful(post_form(own, part("file", "x", disposition), part("purpose", "vision")))
    assert file["filename"] == filename
    digest = hashlib.sha256(b"x").hexdigest()
    assert kept(own.server) == {digest: 1}
    answer = content_of(own, file["id"])
    assert answer.content == b"x"
    assert answer.headers["content-type"] == "application/octet-stream"
    shown = answer.headers["content-disposition"]
    assert shown.startswith('attachment; filename="') and "\r" not in shown and "\n" not in shown
    if not filename.isascii() or set(filename) & set('"\\/'):
        assert shown.endswith("filename*=UTF-8''" + quote(filename, safe="-._~"))
    else:
        assert shown == f'attachment; filename="{filename}"'


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            [part("purpose", "assistants")],
            {"param": "file", "code": "missing_required_parameter"},
        ),
        (
            [part("file", "x", 'filename="a"')],
            {"param": "purpose", "code": "missing_required_parameter"},
        ),
        ([], {"param": "file", "code": "missing_required_parameter"}),
        (
            [part("file", "x", 'filename="a"'), part("purpose", "world_domination")],
            {
                "message": f"'world_domination' is not one of [{PURPOSES}] - 'purpose'",
                "param": "purpose",
                "code": None,
            },
        ),
        (
            [part("file", "x", 'filename="a"'), part("purpose", "assistants_output")],
            {
                "message": f"'assistants_output' is not one of [{PURPOSES}] - 'purpose'",
                "param": "purpose",
            },
        ),
        (
            [part("file", "", 'filename="a"'), part("purpose", "vision")],
            {"message": "File is empty.", "param": "file"},
        ),
        (
            [part("file", "x"), part("purpose", "vision")],
            {"param": "file", "code": "invalid_value"},
        ),
        (
            [part("file", "x", 'filename=""'), part("purpose", "vision")],
            {"param": "file", "code": "invalid_value"},
        ),
        (
            [part("file", "x", 'filename=".."'), part("purpose", "vision")],
            {"param": "file", "code": "invalid_value"},
        ),
        (
            [part("file", "x", 'filename="a/"'), part("purpose", "vision")],
            {"param": "file", "code": "invalid_value"},
        ),
        (
            [part("file", "x", "filename*=utf-8''a%0Ab"), part("purpose", "vision")],
            {"param": "file", "code": "invalid_value"},
        ),
        (
            [part("file", "x", "filename*=utf-8''a%00.txt"), part("purpose", "vision")],
            {"param": "file", "code": "invalid_value"},
        ),
        (
            [part("file", "x", f'filename="{"n" * 513}"'), part("purpose", "vision")],
            {"param": "file", "code": "string_above_max_length"},
        ),
        (
            [
                part("file", "x", f'filename="{"n" * 20_000}"'),
                part("purpose", "vision"),
            ],
            {"param": "file", "code": "string_above_max_length"},
        ),
        (
            [
                part("file", "x", f'filename="{"n" * 100_000}"'),
                part("purpose", "vision"),
            ],
            {"code": "invalid_multipart_form"},
        ),
        (
            [part("files", "x", 'filename="a"')],
            {"param": "files", "code": "unknown_parameter"},
        ),
        (
            [
                part("purpose", "vision"),
                part("purpose", "batch"),
                part("file", "x", 'filename="a"'),
            ],
            {"param": "purpose", "code": "invalid_value"},
        ),
        (
            [
                part("purpose", "vision"),
                part("file", "x", 'filename="a"'),
                part("file", "y", 'filename="b"'),
            ],
            {"param": "file", "code": "invalid_value"},
        ),
        (
            [part("purpose", "p" * 70_000)],
            {"param": "purpose", "code": "string_above_max_length"},
        ),
        (
            [
                part("purpose", "batch"),
                part("expires_after[anchor]", "created_at"),
                part("file", "x", 'filename="a"'),
            ],
            {"param": "expires_after.seconds", "code": "missing_required_parameter"},
        ),
        (
            [
                *(part("purpose", "batch"), part("file", "x", 'filename="a"')),
                *(
                    part("expires_after[anchor]", "last_active_at"),
                    part("expires_after[seconds]", "3600"),
                ),
            ],
            {"param": "expires_after.anchor", "code": "invalid_value"},
        ),
        (
            [
                *(part("purpose", "batch"), part("file", "x", 'filename="a"')),
                *(
                    part("expires_after[anchor]", "created_at"),
                    part("expires_after[seconds]", "60"),
                ),
            ],
            {"param": "expires_after.seconds", "code": "integer_below_min_value"},
        ),
        (
            [
                *(part("purpose", "batch"), part("file", "x", 'filename="a"')),
                *(
                    part("expires_after[anchor]", "created_at"),
                    part("expires_after[seconds]", "soon"),
                ),
            ],
            {"param": "expires_after.seconds", "code": "invalid_type"},
        ),
    ],
)
def test_what_is_wrong_with_an_upload_is_said(own, parts, expected):
    refused(post_form(own, *parts), 400, **expected)
    assert kept(own.server) == {} and incoming(own.server) == []
    assert own.get("/files")["data"] == []


@pytest.mark.parametrize("type", ["application/json", "text/plain", "multipart/mixed; boundary=a", None])
def test_another_content_type_is_refused(one_v1, type):
    headers = {"content-type": type} if type else {}
    error = refused(
        one_v1.request("POST", "/files", data=b"{}", headers=headers),
        415,
        code="unsupported_content_type",
    )
    assert "multipart/form-data" in error["message"]


@pytest.mark.parametrize(
    ("type", "body"),
    [
        ("multipart/form-data", form(part("purpose", "vision"))),
        ("multipart/form-data; boundary=", form(part("purpose", "vision"))),
        ("multipart/form-data; boundary=" + "b" * 71, form(part("purpose", "vision"))),
        ("multipart/form-data; boundary=other", form(part("purpose", "vision"))),
        (
            f"multipart/form-data; boundary={BOUNDARY}",
            form(part("purpose", "vision"))[:-10],
        ),
        (f"multipart/form-data; boundary={BOUNDARY}", b""),
    ],
)
def test_a_form_that_cannot_be_read_is_refused(one_v1, type, body):
    refused(
        one_v1.request("POST", "/files", data=body, headers={"content-type": type}),
        400,
        code="invalid_multipart_form",
    )


def test_a_file_that_is_too_large_is_refused(start_server):
    v1 = V1(start_server(MAX_FILE_BYTES="1M"))
    assert upload(v1, b"x" * MEGABYTE)["bytes"] == MEGABYTE
    error = refused(try_upload(v1, b"x" * (MEGABYTE + 1)), 413, param="file")
    assert "1048576" in error["message"]
    refused(try_upload(v1, b"x" * (5 * MEGABYTE)), 413, param="file")
    _, pieces = large_form(3 * MEGABYTE)
    slow = SlowUpload(v1.server, "/files", None)
    slow.send_all(pieces)
    status, answer = slow.answer()
    assert (status, answer["error"]["param"]) == (413, "file")
    assert len(kept(v1.server)) == 1 and incoming(v1.server) == []


def test_bodies_of_json_keep_their_own_bound(start_server):
    v1 = V1(start_server(MAX_BODY_BYTES="10K"))
    assert upload(v1, b"x" * 100_000)["bytes"] == 100_000
    refused(v1.try_post("/uploads", filename="n" * 20_000), 413)


def test_512_megabytes_pass_through_a_small_server(own):
    size = 512 * MEGABYTE
    upload(own, "a first one")
    before = resident(own.server)
    most = before
    length, pieces = large_form(size)
    slow = SlowUpload(own.server, "/files", length)
    for number, piece in enumerate(pieces):
        slow.send(piece)
        if number % 64 == 0:
            most = max(most, resident(own.server))
    status, file = slow.answer()
    most = max(most, resident(own.server))
    assert status == 200, file
    assert file["bytes"] == size
    print(f"resident: {before >> 20} MiB before, {most >> 20} MiB at most")
    assert most < 100 * MEGABYTE
    assert sorted(kept(own.server).values()) == [11, size]
    own.delete(f"/files/{file['id']}")
    assert sorted(kept(own.server).values()) == [11]


def test_a_download_is_streamed_too(start_server):
    v1 = V1(start_server(FILE_DOWNLOADS="true"))
    length, pieces = large_form(64 * MEGABYTE)
    slow = SlowUpload(v1.server, "/files", length)
    slow.send_all(pieces)
    status, file = slow.answer()
    assert status == 200
    answer = v1.request("GET", f"/files/{file['id']}/content", stream=True, timeout=60)
    assert answer.headers["content-length"] == str(64 * MEGABYTE)
    count, block = 0, bytes(range(256)) * 1024
    for piece in answer.iter_content(len(block)):
        assert piece == block[: len(piece)]
        count += len(piece)
    assert count == 64 * MEGABYTE
    assert resident(v1.server) < 100 * MEGABYTE


def test_a_slow_client_that_breaks_off_leaves_nothing(own):
    length, pieces = large_form(20 * MEGABYTE)
    slow = SlowUpload(own.server, "/files", length)
    for _ in range(20):
        slow.send(next(pieces))
    wait_until(lambda: incoming(own.server), "bytes are on their way to the disk")
    slow.break_off()
    wait_until(lambda: not incoming(own.server), "what had come is gone")
    assert kept(own.server) == {} and own.get("/files")["data"] == []
    assert upload(own, "x")["bytes"] == 1


# Content


def test_content_is_given_back_for_some_purposes(own):
    for purpose in ("vision", "batch", "fine-tune", "evals"):
        file = upload(own, f"of {purpose}", purpose=purpose)
        assert content_of(own, file["id"]).content == f"of {purpose}".encode()
    for purpose in ("assistants", "user_data"):
        file = upload(own, "x", purpose=purpose)
        refused(
            content_of(own, file["id"]),
            400,
            message=f"Not allowed to download files of purpose: {purpose}",
            param=None,
            code=None,
        )


def test_an_operator_may_allow_all_downloads(start_server):
    v1 = V1(start_server(FILE_DOWNLOADS="true"))
    file = upload(v1, "mine")
    assert content_of(v1, file["id"]).content == b"mine"


def test_identical_content_is_kept_once(own):
    bytes_ = os.urandom(300_000)
    digest = hashlib.sha256(bytes_).hexdigest()
    first, second = (upload(own, bytes_, name, "vision") for name in ("a.bin", "b.bin"))
    assert first["id"] != second["id"] and kept(own.server) == {digest: 300_000}
    own.delete(f"/files/{first['id']}")
    assert content_of(own, second["id"]).content == bytes_
    own.delete(f"/files/{second['id']}")
    assert kept(own.server) == {}


def test_uploads_and_deletions_of_one_content_at_once(own):
    def one(number):
        v1 = own.separate()
        file = upload(v1, "the same for all", f"{number}.txt", "vision")
        if number % 2:
            v1.delete(f"/files/{file['id']}")
            return None
        return file["id"]

    with ThreadPoolExecutor(8) as pool:
        ids = [id for id in pool.map(one, range(60)) if id]
    assert len(kept(own.server)) == 1
    for id in ids:
        assert content_of(own, id).text == "the same for all"


# Lists


def test_lists_are_filtered_and_paged(own):
    ids = [upload(own, str(number), purpose="batch" if number % 2 else "vision")["id"] for number in range(7)]
    page = own.get("/files")
    assert [file["id"] for file in page["data"]] == ids[::-1]
    assert (page["object"], page["first_id"], page["last_id"], page["has_more"]) == (
        "list",
        ids[-1],
        ids[0],
        False,
    )
    assert [file["id"] for file in own.get("/files", purpose="batch", order="asc")["data"]] == ids[1::2]
    assert own.get("/files", purpose="evals") == {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }
    seen, after = [], {}
    while True:
        page = own.get("/files", limit=2, order="asc", **after)
        seen += [file["id"] for file in page["data"]]
        if not page["has_more"]:
            break
        after = {"after": page["last_id"]}
        own.delete(f"/files/{page['last_id']}")
    assert seen == ids
    refused(
        own.request("GET", "/files", params={"limit": 10_001}),
        400,
        param="limit",
        code="integer_above_max_value",
    )
    refused(
        own.request("GET", "/files", params={"limit": 0}),
        400,
        param="limit",
        code="integer_below_min_value",
    )
    refused(
        own.request("GET", "/files", params={"after": "file-none"}),
        400,
        param="after",
        code="invalid_value",
    )
    refused(
        own.request("GET", "/files", params={"order": "up"}),
        400,
        param="order",
        code="invalid_value",
    )


def test_a_list_is_not_cut_at_a_hundred(own):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: upload(own.separate(), str(number)), range(120)))
    page = own.get("/files")
    assert len(page["data"]) == 120 and not page["has_more"]


# Expiry


def test_an_expiry_is_told(one_v1):
    file = upload(
        one_v1,
        "x",
        **{"expires_after[anchor]": "created_at", "expires_after[seconds]": 3600},
    )
    assert file["expires_at"] == file["created_at"] + 3600


# Whose files they are


def test_projects_do_not_see_each_others_files(start_server):
    server = start_server(API_KEYS=f"{STATIC},{OTHER}:team-b:user")
    mine, other = Keyed(server, STATIC), Keyed(server, OTHER)
    file = upload(mine, "secret", purpose="vision")
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/content")):
        refused(other.request(method, f"/files/{file['id']}{path}"), 404, param="id")
    assert other.get("/files")["data"] == []
    thread = other.thread()["id"]
    refused(
        other.try_post(
            f"/threads/{thread}/messages",
            role="user",
            content=[{"type": "image_file", "image_file": {"file_id": file["id"]}}],
        ),
        404,
        message=f"No such File object: {file['id']}",
    )
    assert content_of(mine, file["id"]).text == "secret"


# Idempotency


def test_a_repeated_upload_makes_one_file(own):
    headers = {"idempotency-key": "one"}
    first = try_upload(own, "hello", purpose="vision", headers=headers)
    # Written with another boundary, as SDKs do it when they try again.
    again = own.request(
        "POST",
        "/files",
        data=form(
            part("purpose", "vision"),
            part("file", "hello", 'filename="a.txt"'),
            boundary="another",
        ),
        headers=of_form("another") | headers,
    )
    assert successful(again) == successful(first)
    assert again.headers["idempotent-replayed"] == "true"
    assert len(own.get("/files")["data"]) == 1
    for content, name, purpose in (
        ("hellO", "a.txt", "vision"),
        ("hello", "b.txt", "vision"),
        ("hello", "a.txt", "batch"),
    ):
        refused(
            try_upload(own, content, name, purpose, headers=headers),
            400,
            code="idempotency_key_reused",
        )
    own.server.kill()
    own.server.restart()
    again = try_upload(own, "hello", purpose="vision", headers=headers)
    assert again.headers["idempotent-replayed"] == "true" and again.json() == first.json()
    assert len(own.get("/files")["data"]) == 1 and incoming(own.server) == []


def test_a_refused_upload_may_be_sent_again_with_its_key(own):
    headers = {"idempotency-key": "two"}
    refused(try_upload(own, "hello", purpose="none", headers=headers), 400, param="purpose")
    refused(try_upload(own, "hello", purpose="none", headers=headers), 400, param="purpose")
    refused(
        try_upload(own, "", headers=headers | {"idempotency-key": "three"}),
        400,
        param="file",
    )
    assert successful(try_upload(own, "hello", headers=headers | {"idempotency-key": "three"}))["bytes"] == 5


def test_repeats_at_the_same_time_make_one_file(own):
    def one(_):
        return successful(try_upload(own.separate(), b"z" * 200_000, headers={"idempotency-key": "same"}))["id"]

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(one, range(6)))) == 1
    assert len(own.get("/files")["data"]) == 1


def test_a_large_repeat_is_not_held_in_memory(own):
    size, answers = 150 * MEGABYTE, []
    for _ in range(2):
        length, pieces = large_form(size)
        slow = SlowUpload(own.server, "/files", length, {"idempotency-key": "large"})
        for number, piece in enumerate(pieces):
            slow.send(piece)
            if number % 64 == 0:
                assert resident(own.server) < 100 * MEGABYTE
        answers.append(slow.answer())
    assert answers[0] == answers[1] and answers[0][0] == 200


# Crashes


def test_kill_in_the_middle_of_an_upload_leaves_nothing(own):
    length, pieces = large_form(30 * MEGABYTE)
    slow = SlowUpload(own.server, "/files", length)
    for _ in range(40):
        slow.send(next(pieces))
    wait_until(lambda: incoming(own.server), "bytes are on their way to the disk")
    own.server.kill()
    slow.connection.close()
    assert incoming(own.server)
    own.server.restart()
    assert incoming(own.server) == [] and kept(own.server) == {}
    assert own.get("/files")["data"] == []


def test_kill_after_the_answer_keeps_the_file(own):
    for number in range(5):
        content = os.urandom(200_000)
        file = upload(own, content, f"{number}.bin", "vision")
        own.server.kill()
        own.server.restart()
        assert own.get(f"/files/{file['id']}") == file
        assert content_of(own, file["id"]).content == content
    assert len(kept(own.server)) == 5


def test_a_start_removes_contents_that_no_file_has(own):
    file = upload(own, "kept", purpose="vision")
    own.server.kill()
    orphan = own.server.home / "data/files/ab" / ("ab" * 32)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"left behind")
    own.server.restart()
    wait_until(lambda: not orphan.exists(), "the orphan is gone")
    assert content_of(own, file["id"]).text == "kept"


def test_a_full_disk_is_told_and_leaves_nothing(own):
    upload(own, "before")
    own.server.forbid_files_to_grow(True)
    answer = try_upload(own, b"x" * MEGABYTE)
    own.server.forbid_files_to_grow(False)
    assert answer.status_code == 503 and answer.json()["error"]["type"] == "server_error"
    assert len(kept(own.server)) == 1 and incoming(own.server) == []
    assert upload(own, b"x" * MEGABYTE)["bytes"] == MEGABYTE


# Images


def image(file, **more):
    return {"type": "image_file", "image_file": {"file_id": file["id"]} | more}


def shown_to(call, protocol):
    """The images and texts of the user's message, as the backend got them."""
    if protocol == "responses":
        parts = call.body["input"][-1]["content"]
        return [part.get("image_url") or part["text"] for part in parts]
    parts = call.body["messages"][-1]["content"]
    return [part["image_url"]["url"] if part["type"] == "image_url" else part["text"] for part in parts]


def test_an_image_file_reaches_the_model(v1, protocol):
    v1.model.script = Says("I see.")
    file = upload(v1, PIXEL, "pixel.png", "vision")
    content = [
        {"type": "text", "text": "What is this?"},
        image(file, detail="low"),
        image(file),
    ]
    thread = v1.thread(messages=[{"role": "user", "content": content}])["id"]
    v1.completed(thread, v1.assistant()["id"])
    url = "data:image/png;base64," + base64.b64encode(PIXEL).decode()
    assert shown_to(v1.model.calls[-1], protocol) == ["What is this?", url, url]
    stored = v1.messages(thread)[0]["content"]
    assert stored[1]["image_file"] == {"file_id": file["id"], "detail": "low"}
    assert stored[2]["image_file"] == {"file_id": file["id"], "detail": "auto"}


def test_an_image_that_was_deleted_is_spoken_of(v1, protocol):
    v1.model.script = Says("Gone.")
    file = upload(v1, PIXEL, "pixel.png", "vision")
    thread = v1.thread()["id"]
    v1.message(thread, [{"type": "text", "text": "Look."}, image(file)])
    v1.delete(f"/files/{file['id']}")
    v1.completed(thread, v1.assistant()["id"])
    text, note = shown_to(v1.model.calls[-1], protocol)
    assert text == "Look." and file["id"] in note and "not exist" in note


def test_what_is_no_image_is_refused_in_a_message(one_v1):
    thread = one_v1.thread()["id"]
    path = f"/threads/{thread}/messages"
    pdf = upload(one_v1, b"%PDF-1.7", "a.pdf", "vision")
    error = refused(
        one_v1.try_post(path, role="user", content=[image(pdf)]),
        400,
        param="content[0].image_file.file_id",
    )
    assert error["message"] == (
        "Invalid message content: Expected file type to be a supported format: "
        ".jpeg, .jpg, .png, .gif, .webp but got .pdf"
    )
    liar = upload(one_v1, b"no image at all", "a.png", "vision")
    refused(
        one_v1.try_post(path, role="user", content=[image(liar)]),
        400,
        param="content[0].image_file.file_id",
    )
    # The bytes decide: an SDK that is given bytes alone names the file "upload".
    nameless = upload(one_v1, PIXEL, "upload", "vision")
    assert one_v1.message(thread, [image(nameless)])["content"][0]["type"] == "image_file"


def test_an_image_that_is_too_large_is_refused(start_server):
    v1 = V1(start_server(MAX_IMAGE_BYTES="1K"))
    thread = v1.thread()["id"]
    large = upload(v1, PIXEL + bytes(2000), "a.png", "vision")
    error = refused(
        v1.try_post(
            f"/threads/{thread}/messages",
            role="user",
            content=[{"type": "text", "text": "a"}, image(large)],
        ),
        400,
        param="content[1].image_file.file_id",
    )
    assert "1024" in error["message"] and str(large["bytes"]) in error["message"]


def test_unknown_files_are_refused_wherever_they_are_named(one_v1):
    nobody = {"file_ids": ["file-nobody"]}
    thread = one_v1.thread()["id"]
    content = [{"type": "image_file", "image_file": {"file_id": "file-nobody"}}]
    attachments = [{"file_id": "file-nobody", "tools": [{"type": "code_interpreter"}]}]
    for path, body in [
        ("/threads", {"tool_resources": {"code_interpreter": nobody}}),
        ("/threads", {"messages": [{"role": "user", "content": content}]}),
        (f"/threads/{thread}", {"tool_resources": {"code_interpreter": nobody}}),
        (f"/threads/{thread}/messages", {"role": "user", "content": content}),
        (
            f"/threads/{thread}/messages",
            {"role": "user", "content": "a", "attachments": attachments},
        ),
        ("/assistants", {"model": "m", "tool_resources": {"code_interpreter": nobody}}),
    ]:
        refused(
            one_v1.try_post(path, **body),
            404,
            message="No such File object: file-nobody",
            param="id",
        )
    file = upload(one_v1, "a,b", "a.csv")
    made = one_v1.assistant(
        tools=[{"type": "code_interpreter"}],
        tool_resources={"code_interpreter": {"file_ids": [file["id"]]}},
    )
    assert made["tool_resources"] == {"code_interpreter": {"file_ids": [file["id"]]}}


# Other ways in


def test_curl_is_told_to_go_on(own, tmp_path):
    large = tmp_path / "large.bin"
    large.write_bytes(os.urandom(40 * MEGABYTE))
    command = [
        "curl",
        "-sv",
        "-H",
        "Expect: 100-continue",
        "-F",
        "purpose=user_data",
        "-F",
        f"file=@{large}",
    ]
    ended = subprocess.run(
        [*command, f"{own.server.url}/v1/files"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert f'"bytes":{40 * MEGABYTE}' in ended.stdout and "100 Continue" in ended.stderr


def test_requests_that_come_byte_by_byte(own):
    body = form(part("purpose", "vision"), part("file", "\r\n--x\r\n", 'filename="a.txt"'))
    slow = SlowUpload(own.server, "/files", None)
    for byte in body:
        slow.send(bytes([byte]))
    status, file = slow.answer()
    assert status == 200 and file["bytes"] == 7
    assert content_of(own, file["id"]).content == b"\r\n--x\r\n"


def test_the_surface_asks_for_no_beta_header(own):
    assert requests.get(f"{own.server.url}/v1/files", timeout=60).status_code == 200
