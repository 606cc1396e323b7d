"""The mark that the model leaves in each of its answers.

It says when the model had the first byte of the request, when it wrote the answer, and how many messages it was sent.
The clock is one for all processes of a machine. So the time that the server took is the time before the first mark
and after the second, with no subtraction of averages, and each answer proves what it was made from.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

_STAMP = re.compile(rb"@(\d{16,}),(\d{16,}),(\d+)@")

now = time.monotonic_ns


def stamped(received: int, messages: int) -> bytes:
    return b"@%016d,%016d,%d@ " % (received, now(), messages)


@dataclass(frozen=True)
class Stamp:
    """Times in nanoseconds of the monotonic clock."""

    received: int
    answered: int
    messages: int

    @staticmethod
    def of(answer: bytes) -> Stamp | None:
        found = _STAMP.search(answer)
        return None if found is None else Stamp(*map(int, found.groups()))

    def is_newer_than(self, sent: int) -> bool:
        """Whether the model made this answer after the question was sent: otherwise it is one of an older turn."""
        return self.received >= sent

    def added(self, sent: int, received: int) -> int:
        """Nanoseconds between question and answer that were not the model's."""
        return (self.received - sent) + (received - self.answered)
