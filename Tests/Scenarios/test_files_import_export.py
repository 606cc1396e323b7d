"""Files leave a server by `export` and come into another by `import`: their ids, their times and their bytes."""

import hashlib
import json
import os

import pytest

from assistants_server import wait_until
from documents import Document
from file_uploads import content_of, kept, upload
from v1_api import V1
from vector_stores import Stores

RECORDED = {
    "object": "file",
    "id": "file-FfZ1PFuD5rC4VKXMTRhyRX",
    "purpose": "assistants",
    "filename": "foods.txt",
    "bytes": 5,
    "created_at": 1761861555,
    "expires_at": None,
    "status": "processed",
    "status_details": None,
}


def stopped(v1):
    v1.server.terminate()
    assert v1.server.wait_for_end(10) == 0
    return v1.server


def imported(make_server, dump, expected=0):
    """A new server that has taken in a dump, not started yet, and what the import said."""
    server = make_server(FILE_DOWNLOADS="true")
    ended = server.run("import", str(dump))
    assert ended.returncode == expected, ended.stdout + ended.stderr
    return server, ended.stdout


def test_files_go_from_server_to_server(server, make_server, tmp_path):
    old = V1(make_server(FILE_DOWNLOADS="true").start())
    large = os.urandom(700_000)
    given = [("보고서.txt", b"hello", "assistants"), ("b.bin", large, "vision"), ("same.txt", b"hello", "batch")]
    files = [upload(old, content, name, purpose) for name, content, purpose in given]
    lists = old.get("/files")
    assistant = old.assistant(
        tools=[{"type": "code_interpreter"}], tool_resources={"code_interpreter": {"file_ids": [files[0]["id"]]}}
    )
    dump = tmp_path / "dump"
    ended = stopped(old).run("export", "--output", str(dump))
    assert ended.returncode == 0, ended.stderr
    contents = {hashlib.sha256(content).hexdigest() for _, content, _ in given}
    assert {path.name for path in (dump / "files").iterdir()} == contents
    lines = [json.loads(line) for line in (dump / "default.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines if line["object"] == "file"] == [file["id"] for file in files[::-1]]

    new, report = imported(make_server, dump)
    assert "files: 3 new" in report and "refused: nothing" in report
    again = new.run("import", str(dump))
    assert "files: 0 new, 3 there already" in again.stdout and "nothing has changed" in again.stdout
    v1 = V1(new.start())
    assert v1.get("/files") == lists
    assert v1.get(f"/assistants/{assistant['id']}") == assistant
    for file, (_, content, _) in zip(files, given, strict=True):
        assert content_of(v1, file["id"]).content == content
    assert set(kept(new)) == contents


def test_without_a_directory_the_objects_alone_are_written(make_server):
    v1 = V1(make_server().start())
    file = upload(v1, "hello")
    ended = stopped(v1).run("export")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [line for line in lines if line["object"] == "file"] == [
        file | {"sha256": hashlib.sha256(b"hello").hexdigest()}
    ]


@pytest.mark.parametrize("name", ["file-FfZ1PFuD5rC4VKXMTRhyRX", "file-FfZ1PFuD5rC4VKXMTRhyRX.txt"])
def test_a_dump_of_openai_brings_its_files_under_their_ids(server, make_server, tmp_path, name):
    (tmp_path / "dump/files").mkdir(parents=True)
    (tmp_path / "dump/files.jsonl").write_text(json.dumps({"object": "list", "data": [RECORDED]}))
    (tmp_path / "dump/files" / name).write_bytes(b"pizza")
    new, report = imported(make_server, tmp_path / "dump")
    assert "files: 1 new" in report
    v1 = V1(new.start())
    assert v1.get(f"/files/{RECORDED['id']}") == RECORDED
    assert content_of(v1, RECORDED["id"]).content == b"pizza"


def test_older_files_come_behind_the_newer_ones_in_lists(server, make_server, tmp_path):
    old = V1(make_server().start())
    newer = upload(old, "newer")["id"]
    (tmp_path / "dump/files").mkdir(parents=True)
    objects = [RECORDED | {"id": f"file-{number}", "created_at": 1_700_000_000 + number} for number in (3, 2, 1)]
    (tmp_path / "dump/a.jsonl").write_text("\n".join(map(json.dumps, objects)))
    for value in objects:
        (tmp_path / "dump/files" / value["id"]).write_bytes(b"12345")
    ended = stopped(old).run("import", str(tmp_path / "dump"))
    assert ended.returncode == 0, ended.stdout
    old.server.restart()
    assert [file["id"] for file in old.get("/files")["data"]] == [newer, "file-3", "file-2", "file-1"]


@pytest.mark.parametrize(
    ("change", "content", "reason"),
    [
        ({}, None, "its bytes are not beside the dump"),
        ({"bytes": 6}, b"pizza", "its bytes are 5, not 6"),
        ({"sha256": "0" * 64}, b"pizza", "its bytes do not have the SHA-256 that the dump names"),
        ({"purpose": "anything"}, b"pizza", "its purpose is not known"),
        ({"id": "../../../etc/passwd"}, b"pizza", "its bytes are not beside the dump"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(server, make_server, tmp_path, change, content, reason):
    (tmp_path / "dump/files").mkdir(parents=True)
    (tmp_path / "dump/a.jsonl").write_text(json.dumps(RECORDED | change))
    if content:
        (tmp_path / "dump/files" / RECORDED["id"]).write_bytes(content)
    new, report = imported(make_server, tmp_path / "dump", expected=1)
    assert reason in report
    new.start()
    assert V1(new).get("/files")["data"] == []
    wait_until(lambda: kept(new) == {}, "nothing is left behind")


def test_vector_stores_go_from_server_to_server(make_server, tmp_path):
    """With their files, which are read anew there, since an index is no part of a dump."""
    old = Stores(V1(make_server().start()))
    store = old.create("mark0001 of the lobby", "mark0002 of the roof", name="안내", metadata={"k": "v"})["id"]
    files = old.files(store)
    old.v1.post(f"/vector_stores/{store}/files/{files[0]['id']}", attributes={"floor": 3})
    broken = old.attach(store, old.upload(Document("broken.pdf", b"%PDF-1.4 nothing", "failed")))["id"]
    assert old.settled(store)["file_counts"] == counts(completed=2, failed=1)
    assistant = old.v1.assistant(
        tools=[{"type": "file_search"}], tool_resources={"file_search": {"vector_store_ids": [store]}}
    )
    files = old.files(store)
    given = old.v1.get(f"/vector_stores/{store}")
    found = {mark: old.found(store, [mark]) for mark in ("mark0001", "mark0002")}
    assert all(len(ids) == 1 for ids in found.values())
    dump = tmp_path / "dump"
    assert stopped(old.v1).run("export", "--output", str(dump)).returncode == 0

    server, report = imported(make_server, dump)
    assert "refused: nothing" in report
    again = server.run("import", str(dump))
    assert again.returncode == 0 and "nothing has changed" in again.stdout
    new = Stores(V1(server.start()))
    whole = new.settled(store)
    for name in ("id", "created_at", "name", "metadata", "expires_after", "file_counts"):
        assert whole[name] == given[name], name
    for file in files:
        there = new.settled_file(store, file["id"])
        assert {name: there[name] for name in there if name != "usage_bytes"} == {
            name: file[name] for name in file if name != "usage_bytes"
        }
    assert new.file(store, broken)["last_error"]["code"] == "invalid_file"
    assert new.v1.get(f"/assistants/{assistant['id']}") == assistant
    for mark in found:
        assert new.found(store, [mark]) == found[mark]


def counts(**some):
    rest = {"in_progress": 0, "completed": 0, "failed": 0, "cancelled": 0}
    return rest | some | {"total": sum(some.values())}
