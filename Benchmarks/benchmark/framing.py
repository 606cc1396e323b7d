"""Where one HTTP/1.1 message ends, for both ends of the wire.

Own code instead of a library: the generator and the model share the processors with the server under test, and a
library would take more of them than the server does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)


class MessageReader:
    """Cuts a stream of bytes into messages: the head (up to its last header) and the whole body."""

    def __init__(self) -> None:
        self._rest = bytearray()
        # Bytes below which looking again is in vain: without it a long body would be searched at each of its pieces.
        self._needed = 0

    @property
    def is_empty(self) -> bool:
        return not self._rest

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        if self._rest:
            self._rest += data
            if len(self._rest) < self._needed:
                return
            data = bytes(self._rest)
            self._rest = bytearray()
        while data:
            message = self._message(data)
            if message is None:
                self._rest = bytearray(data)
                return
            head, body, end = message
            self._needed = 0
            data = data[end:]
            yield head, body

    def _message(self, data: bytes) -> tuple[bytes, bytes, int] | None:
        end_of_head = data.find(b"\r\n\r\n")
        if end_of_head < 0:
            return None
        start = end_of_head + 4
        length = _LENGTH.search(data, 0, end_of_head)
        if length is not None:
            end = start + int(length[1])
            if len(data) < end:
                self._needed = end
                return None
            return data[:end_of_head], data[start:end], end
        if _CHUNKED.search(data, 0, end_of_head):
            chunks = _chunked_body(data, start)
            return None if chunks is None else (data[:end_of_head], *chunks)
        return data[:end_of_head], b"", start


def _chunked_body(data: bytes, position: int) -> tuple[bytes, int] | None:
    """The body that begins there and where it ends; None when it is not whole yet. Trailers are not expected."""
    pieces = []
    while True:
        end_of_size = data.find(b"\r\n", position)
        if end_of_size < 0:
            return None
        size = int(data[position:end_of_size].split(b";")[0], 16)
        position = end_of_size + 2
        if len(data) < position + size + 2:
            return None
        if size == 0:
            return b"".join(pieces), position + 2
        pieces.append(data[position : position + size])
        position += size + 2


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
