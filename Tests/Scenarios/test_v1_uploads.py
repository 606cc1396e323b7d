"""`/v1/uploads`: parts in any order, completed in the given one, once and whole or not at all."""

import hashlib
import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistants_server import successful, wait_until
from file_uploads import content_of, form, incoming, kept, of_form, part, post_form
from file_uploads import upload as upload_file
from test_v1_access import OTHER, STATIC, Keyed
from v1_api import V1, refused

UPLOAD = [
    "id",
    "object",
    "bytes",
    "created_at",
    "filename",
    "purpose",
    "status",
    "expires_at",
    "file",
]


@pytest.fixture
def own(start_server):
    """A server of its own, whose disk is this scenario's alone."""
    return V1(start_server())


def begin(v1, size, **more):
    body = {
        "filename": "a.bin",
        "purpose": "vision",
        "bytes": size,
        "mime_type": "application/octet-stream",
    } | more
    return v1.post("/uploads", **body)


def try_add(v1, upload, content, **options):
    return v1.request(
        "POST",
        f"/uploads/{upload['id']}/parts",
        files={"data": ("upload", content)},
        **options,
    )


def add(v1, upload, content):
    return successful(try_add(v1, upload, content))["id"]


def try_complete(v1, upload, *parts, **more):
    return v1.try_post(f"/uploads/{upload['id']}/complete", part_ids=list(parts), **more)


def test_parts_become_a_file_in_the_given_order(own):
    pieces = [os.urandom(size) for size in (300_000, 1, 70_000)]
    upload = begin(own, 370_001, filename="../한글 이름.bin")
    assert list(upload) == UPLOAD
    assert upload["id"].startswith("upload_") and upload["object"] == "upload"
    assert (upload["status"], upload["bytes"], upload["filename"]) == (
        "pending",
        370_001,
        "한글 이름.bin",
    )
    assert upload["expires_at"] == upload["created_at"] + 3600 and upload["file"] is None

    with ThreadPoolExecutor(3) as pool:
        ids = list(pool.map(lambda piece: add(own.separate(), upload, piece), pieces))
    whole = pieces[2] + pieces[0] + pieces[1]
    md5 = hashlib.md5(whole).hexdigest()
    completed = successful(try_complete(own, upload, ids[2], ids[0], ids[1], md5=md5))

    assert completed == upload | {"status": "completed", "file": completed["file"]}
    file = completed["file"]
    assert (file["bytes"], file["filename"], file["purpose"]) == (
        370_001,
        "한글 이름.bin",
        "vision",
    )
    assert file["status"] == "processed" and own.get(f"/files/{file['id']}") == file
    assert content_of(own, file["id"]).content == whole
    # The parts are let go of.
    assert kept(own.server) == {hashlib.sha256(whole).hexdigest(): 370_001}
    own.delete(f"/files/{file['id']}")
    assert kept(own.server) == {} and incoming(own.server) == []


def test_a_part_is_an_object(one_v1):
    upload = begin(one_v1, 3)
    made = successful(try_add(one_v1, upload, b"abc"))
    assert list(made) == ["id", "object", "created_at", "upload_id"]
    assert made["id"].startswith("part_") and made["object"] == "upload.part" and made["upload_id"] == upload["id"]
    # A part need not have a filename, and its form any order or type.
    assert successful(post_form(one_v1, part("data", "abc"), path=f"/uploads/{upload['id']}/parts"))["upload_id"]


def test_parts_that_are_not_named_do_not_count(own):
    upload = begin(own, 3)
    good = add(own, upload, b"abc")
    add(own, upload, b"abd")
    again = add(own, upload, b"abc")
    assert len(kept(own.server)) == 2
    file = successful(try_complete(own, upload, again))["file"]
    assert content_of(own, file["id"]).content == b"abc" and len(kept(own.server)) == 1
    refused(try_complete(own, upload, good), 400, param="upload_id")


def test_a_file_of_an_upload_may_expire(one_v1):
    upload = begin(one_v1, 1, expires_after={"anchor": "created_at", "seconds": 7200})
    file = successful(try_complete(one_v1, upload, add(one_v1, upload, b"x")))["file"]
    assert file["expires_at"] == file["created_at"] + 7200


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"filename": None},
            {"param": "filename", "code": "missing_required_parameter"},
        ),
        ({"filename": ""}, {"param": "filename", "code": "empty_string"}),
        (
            {"filename": "n" * 513},
            {"param": "filename", "code": "string_above_max_length"},
        ),
        ({"filename": ".."}, {"param": "filename", "code": "invalid_value"}),
        ({"filename": "a\0b"}, {"param": "filename", "code": "invalid_value"}),
        ({"filename": 1}, {"param": "filename", "code": "invalid_type"}),
        ({"purpose": None}, {"param": "purpose", "code": "missing_required_parameter"}),
        ({"purpose": "anything"}, {"param": "purpose"}),
        ({"bytes": None}, {"param": "bytes", "code": "missing_required_parameter"}),
        ({"bytes": 0}, {"param": "bytes", "code": "integer_below_min_value"}),
        (
            {"bytes": (8 << 30) + 1},
            {"param": "bytes", "code": "integer_above_max_value"},
        ),
        ({"bytes": "1"}, {"param": "bytes", "code": "invalid_type"}),
        (
            {"mime_type": None},
            {"param": "mime_type", "code": "missing_required_parameter"},
        ),
        (
            {"expires_after": {"anchor": "created_at"}},
            {"param": "expires_after.seconds"},
        ),
        (
            {"expires_after": {"anchor": "x", "seconds": 3600}},
            {"param": "expires_after.anchor"},
        ),
        (
            {"expires_after": {"anchor": "created_at", "seconds": 1}},
            {"param": "expires_after.seconds"},
        ),
        ({"parts": 2}, {"param": "parts", "code": "unknown_parameter"}),
    ],
)
def test_what_is_wrong_with_an_upload_is_said(one_v1, change, expected):
    body = {
        "filename": "a",
        "purpose": "vision",
        "bytes": 1,
        "mime_type": "text/plain",
    } | change
    refused(one_v1.try_post("/uploads", **body), 400, **expected)


def test_what_is_wrong_with_a_part_is_said(own):
    upload = begin(own, 3)
    path = f"/uploads/{upload['id']}/parts"
    refused(
        post_form(own, part("data", "", 'filename="a"'), path=path),
        400,
        message="Part is empty.",
        param="data",
    )
    refused(
        post_form(own, part("file", "x", 'filename="a"'), path=path),
        400,
        param="file",
        code="unknown_parameter",
    )
    refused(own.request("POST", path, data=form(), headers=of_form()), 400)
    refused(
        own.request("POST", path, json={"data": "x"}),
        415,
        code="unsupported_content_type",
    )
    refused(try_add(own, upload, b"x" * ((64 << 20) + 1)), 413, param="data")
    refused(
        try_add(own, {"id": "upload_none"}, b"x"),
        404,
        message="No such Upload object: upload_none",
        param="id",
    )
    assert kept(own.server) == {} and incoming(own.server) == []


def test_an_upload_is_not_completed_with_something_else(own):
    upload = begin(own, 4)
    one, two = add(own, upload, b"ab"), add(own, upload, b"cd")
    refused(try_complete(own, upload), 400, param="part_ids", code="empty_array")
    refused(try_complete(own, upload, one), 400, param="part_ids")
    refused(try_complete(own, upload, one, two, one), 400, param="part_ids")
    refused(try_complete(own, upload, one, "part_none"), 400, param="part_ids")
    error = refused(try_complete(own, upload, one, two, md5="0" * 32), 400, param="md5")
    assert hashlib.md5(b"abcd").hexdigest() in error["message"]
    refused(own.try_post(f"/uploads/{upload['id']}/complete"), 400, param="part_ids")
    other = begin(own, 2)
    refused(try_complete(own, other, one), 400, param="part_ids")
    # Nothing of that has ended it.
    file = successful(try_complete(own, upload, two, one, md5=hashlib.md5(b"cdab").hexdigest().upper()))["file"]
    assert content_of(own, file["id"]).content == b"cdab"


def test_a_cancelled_upload_takes_nothing_more(own):
    upload = begin(own, 2)
    only = add(own, upload, b"ab")
    cancelled = successful(own.request("POST", f"/uploads/{upload['id']}/cancel"))
    assert cancelled == upload | {"status": "cancelled"}
    assert kept(own.server) == {}
    for answer in (
        try_add(own, upload, b"cd"),
        try_complete(own, upload, only),
        own.request("POST", f"/uploads/{upload['id']}/cancel"),
    ):
        assert "cancelled" in refused(answer, 400, param="upload_id")["message"]
    refused(own.request("POST", "/uploads/upload_none/cancel"), 404, param="id")


def test_an_upload_expires_after_an_hour(own):
    upload = begin(own, 2)
    only = add(own, upload, b"ab")
    own.server.kill()
    with sqlite3.connect(own.server.home / "data/assistants.sqlite") as database:
        database.execute("UPDATE uploads SET expires_at = ?", [int(time.time()) - 1])
    database.close()
    own.server.restart()
    for answer in (try_add(own, upload, b"cd"), try_complete(own, upload, only)):
        assert "expired" in refused(answer, 400, param="upload_id")["message"]
    wait_until(lambda: kept(own.server) == {}, "its parts are gone", timeout=60)


def test_expired_files_are_gone(own):
    file = upload_file(own, "x", purpose="vision")
    other = upload_file(own, "y", purpose="vision")
    own.server.kill()
    with sqlite3.connect(own.server.home / "data/assistants.sqlite") as database:
        database.execute(
            "UPDATE files SET expires_at = ? WHERE id = ?",
            [int(time.time()) - 1, file["id"]],
        )
    database.close()
    own.server.restart()
    for method, path in (("GET", ""), ("GET", "/content"), ("DELETE", "")):
        refused(own.request(method, f"/files/{file['id']}{path}"), 404, param="id")
    assert [each["id"] for each in own.get("/files")["data"]] == [other["id"]]
    wait_until(lambda: len(kept(own.server)) == 1, "its bytes are gone", timeout=60)


def test_one_of_many_completions_wins(own):
    upload = begin(own, 200_000)
    only = add(own, upload, os.urandom(200_000))
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: try_complete(own.separate(), upload, only), range(6)))
    assert sorted(answer.status_code for answer in answers) == [
        200,
        400,
        400,
        400,
        400,
        400,
    ]
    assert len(own.get("/files")["data"]) == 1 and len(kept(own.server)) == 1


def test_projects_do_not_see_each_others_uploads(start_server):
    server = start_server(API_KEYS=f"{STATIC},{OTHER}:team-b:user")
    mine, other = Keyed(server, STATIC), Keyed(server, OTHER)
    upload = begin(mine, 2)
    only = add(mine, upload, b"ab")
    refused(try_add(other, upload, b"cd"), 404, param="id")
    refused(try_complete(other, upload, only), 404, param="id")
    refused(other.request("POST", f"/uploads/{upload['id']}/cancel"), 404, param="id")
    assert successful(try_complete(mine, upload, only))["status"] == "completed"


def test_repeats_with_a_key_add_one_part_and_make_one_file(own):
    key = {"idempotency-key": "again"}
    upload = begin(own, 4)
    first = successful(try_add(own, upload, b"abcd", headers=key))
    again = try_add(own, upload, b"abcd", headers=key)
    assert successful(again) == first and again.headers["idempotent-replayed"] == "true"
    refused(try_add(own, upload, b"abce", headers=key), 400, code="idempotency_key_reused")
    key = {"idempotency-key": "completion"}
    path, body = f"/uploads/{upload['id']}/complete", {"part_ids": [first["id"]]}
    done = successful(own.request("POST", path, json=body, headers=key))
    again = own.request("POST", path, json=body, headers=key)
    assert successful(again) == done and again.headers["idempotent-replayed"] == "true"


def test_kill_between_the_parts_loses_none(own):
    upload = begin(own, 300_000)
    pieces = [os.urandom(100_000) for _ in range(3)]
    ids = []
    for piece in pieces:
        ids.append(add(own, upload, piece))
        own.server.kill()
        own.server.restart()
    file = successful(try_complete(own, upload, *ids))["file"]
    own.server.kill()
    own.server.restart()
    assert content_of(own, file["id"]).content == b"".join(pieces)
    assert len(kept(own.server)) == 1
