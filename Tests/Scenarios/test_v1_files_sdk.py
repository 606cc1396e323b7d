"""Files and uploads through the official SDK, nothing changed but its base URL."""

import io
import os
from pathlib import Path

import openai
import pytest

from sdk import client_of


@pytest.fixture
def client(one_chat_server):
    return client_of(one_chat_server)


def test_files_in_every_form_that_the_sdk_takes(client, tmp_path):
    path = tmp_path / "보고서.txt"
    path.write_text("from a path")
    for given, filename, size in [
        (path, "보고서.txt", 11),
        (path.open("rb"), "보고서.txt", 11),
        (("named.txt", b"bytes"), "named.txt", 5),
        (("named.txt", io.BytesIO(b"a stream"), "text/plain"), "named.txt", 8),
        (b"nothing but bytes", "upload", 17),
    ]:
        file = client.files.create(file=given, purpose="assistants")
        assert (file.filename, file.bytes, file.purpose, file.status) == (
            filename,
            size,
            "assistants",
            "processed",
        )
        assert file.expires_at is None
        assert client.files.retrieve(file.id) == file
        assert client.files.delete(file.id).deleted


def test_expiry_and_waiting(client):
    file = client.files.create(
        file=b"x",
        purpose="user_data",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    assert file.expires_at == file.created_at + 3600
    assert client.files.wait_for_processing(file.id).id == file.id


def test_lists_and_contents(client):
    made = [client.files.create(file=(f"{number}.jsonl", b"{}\n"), purpose="batch") for number in range(5)]
    listed = [file.id for file in client.files.list(purpose="batch", limit=2, order="asc")]
    assert listed[-5:] == [file.id for file in made]
    assert client.files.content(made[0].id).read() == b"{}\n"
    assert client.files.content(made[0].id).text == "{}\n"
    assistant = client.files.create(file=b"x", purpose="assistants")
    with pytest.raises(openai.BadRequestError) as refusal:
        client.files.content(assistant.id)
    assert "Not allowed to download files of purpose: assistants" in str(refusal.value)
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve("file-none")
    for file in (*made, assistant):
        client.files.delete(file.id)


def test_wrong_purposes(client):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.files.create(file=b"x", purpose="world_domination")
    assert refusal.value.param == "purpose"


@pytest.mark.parametrize("size", [1, 1000, 2_500_000])
def test_chunked_uploads(client, tmp_path, size):
    path = Path(tmp_path / "large.bin")
    path.write_bytes(os.urandom(size))
    done = client.uploads.upload_file_chunked(
        file=path,
        mime_type="application/octet-stream",
        purpose="vision",
        part_size=1_000_000,
    )
    assert done.status == "completed" and done.file.bytes == size and done.file.filename == "large.bin"
    assert client.files.content(done.file.id).read() == path.read_bytes()


def test_uploads_by_hand(client):
    upload = client.uploads.create(filename="a.txt", purpose="assistants", bytes=4, mime_type="text/plain")
    assert upload.status == "pending" and upload.file is None
    parts = [client.uploads.parts.create(upload.id, data=data) for data in (b"cd", b"ab")]
    assert all(part.upload_id == upload.id for part in parts)
    done = client.uploads.complete(upload.id, part_ids=[parts[1].id, parts[0].id])
    assert done.file.bytes == 4
    other = client.uploads.create(filename="a.txt", purpose="assistants", bytes=4, mime_type="text/plain")
    assert client.uploads.cancel(other.id).status == "cancelled"
    with pytest.raises(openai.BadRequestError):
        client.uploads.parts.create(other.id, data=b"ab")
