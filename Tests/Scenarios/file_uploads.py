"""Files as clients send them: forms written by hand, so that every byte of them is the test's."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import requests

from assistants_server import successful
from v1_api import V1

BOUNDARY = "----a-boundary-of-ours"

#: The smallest image that there is: one transparent pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000"
    "000049454e44ae426082"
)


def part(name: str, content: bytes | str, disposition: str | None = None, *headers: str) -> bytes:
    """A part of a form; `disposition` is what follows the name."""
    lines = [
        f'Content-Disposition: form-data; name="{name}"' + (f"; {disposition}" if disposition else ""),
        *headers,
    ]
    head = "\r\n".join(lines).encode()
    return head + b"\r\n\r\n" + (content.encode() if isinstance(content, str) else content)


def form(*parts: bytes, boundary: str = BOUNDARY) -> bytes:
    mark = f"--{boundary}".encode()
    return b"".join(mark + b"\r\n" + each + b"\r\n" for each in parts) + mark + b"--\r\n"


def of_form(boundary: str = BOUNDARY) -> dict[str, str]:
    return {"content-type": f"multipart/form-data; boundary={boundary}"}


def post_form(v1: V1, *parts: bytes, path: str = "/files", headers: dict[str, str] | None = None) -> requests.Response:
    return v1.request("POST", path, data=form(*parts), headers=of_form() | (headers or {}))


def try_upload(
    v1: V1,
    content: bytes | str,
    filename: str = "a.txt",
    purpose: str = "assistants",
    **fields: Any,
) -> requests.Response:
    """An upload as `requests` writes it."""
    data = content.encode() if isinstance(content, str) else content
    headers = fields.pop("headers", {})
    return v1.request(
        "POST",
        "/files",
        files={"file": (filename, data)},
        data={"purpose": purpose} | {name: str(value) for name, value in fields.items()},
        headers=headers,
    )


def upload(
    v1: V1,
    content: bytes | str,
    filename: str = "a.txt",
    purpose: str = "assistants",
    **fields: Any,
) -> dict:
    return successful(try_upload(v1, content, filename, purpose, **fields))


def content_of(v1: V1, file: str) -> requests.Response:
    return v1.request("GET", f"/files/{file}/content")


def kept(server: Any) -> dict[str, int]:
    """The contents on the server's disk: their digests and sizes."""
    folder = Path(server.settings["DATA_DIR"]) / "files"
    return {path.name: path.stat().st_size for path in folder.glob("??/*")}


def incoming(server: Any) -> list[str]:
    """What is just being received."""
    return [path.name for path in (Path(server.settings["DATA_DIR"]) / "files/incoming").iterdir()]


def resident(server: Any) -> int:
    """Bytes of memory that the server holds now."""
    for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the process has no VmRSS")


class SlowUpload:
    """An upload in the making: the test decides when the next bytes go out."""

    def __init__(
        self,
        server: Any,
        path: str,
        length: int | None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.connection.putrequest("POST", "/v1" + path)
        for name, value in (of_form() | (headers or {})).items():
            self.connection.putheader(name, value)
        self.is_chunked = length is None
        if length is None:
            self.connection.putheader("transfer-encoding", "chunked")
        else:
            self.connection.putheader("content-length", str(length))
        self.connection.endheaders()

    def send(self, data: bytes) -> None:
        if self.is_chunked:
            data = f"{len(data):x}\r\n".encode() + data + b"\r\n"
        self.connection.send(data)

    def send_all(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self.send(piece)

    def answer(self) -> tuple[int, Any]:
        if self.is_chunked:
            self.connection.send(b"0\r\n\r\n")
        response = self.connection.getresponse()
        return response.status, json.loads(response.read())

    def break_off(self) -> None:
        self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.connection.close()


def large_form(size: int, purpose: str = "user_data") -> tuple[int, Iterator[bytes]]:
    """The length of a form with a file of so many bytes, and its pieces."""
    head = form(part("purpose", purpose), part("file", b"", 'filename="large.bin"'))
    mark = f"\r\n--{BOUNDARY}--\r\n".encode()
    assert head.endswith(mark)
    head = head[: -len(mark)]
    block = bytes(range(256)) * 1024

    def pieces() -> Iterator[bytes]:
        yield head
        left = size
        while left:
            piece = block[: min(left, len(block))]
            left -= len(piece)
            yield piece
        yield mark

    return len(head) + size + len(mark), pieces()
