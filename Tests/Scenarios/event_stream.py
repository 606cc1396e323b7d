"""Reads server-sent events as they arrive."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterator

import requests

# The events of a run that says one text, each row of deltas collapsed.
WHOLE_RUN = [
    "thread.run.created",
    "thread.run.queued",
    "thread.run.in_progress",
    "thread.run.step.created",
    "thread.run.step.in_progress",
    "thread.message.created",
    "thread.message.in_progress",
    "thread.message.delta",
    "thread.message.completed",
    "thread.run.step.completed",
    "thread.run.completed",
    "done",
]


@dataclass
class Event:
    name: str
    data: str

    @property
    def json(self) -> Any:
        return json.loads(self.data)


class EventStream:
    """The events of one answer, in order. Comments are left out and counted.

    Anything that is neither a comment nor `event:` and `data:` followed by an empty line is an error: clients of the
    Assistants API rely on that framing.
    """

    def __init__(self, response: requests.Response) -> None:
        self.response = response
        self.comments = 0
        self._events = self._read()

    def __iter__(self) -> Iterator[Event]:
        return self._events

    def __next__(self) -> Event:
        return next(self._events)

    def until(self, name: str) -> list[Event]:
        """The events up to and including the first of that name."""
        seen = []
        for event in self._events:
            seen.append(event)
            if event.name == name:
                return seen
        raise AssertionError(f"the stream ended without {name!r}: {[event.name for event in seen]}")

    def rest(self) -> list[Event]:
        return list(self._events)

    def close(self) -> None:
        self.response.close()

    def _read(self) -> Iterator[Event]:
        buffer = b""
        for chunk in self.response.iter_content(None):
            buffer += chunk
            while b"\n\n" in buffer:
                block, buffer = buffer.split(b"\n\n", 1)
                if block.startswith(b":"):
                    self.comments += 1
                    continue
                first, second = block.decode().split("\n")
                assert first.startswith("event: ") and second.startswith("data: "), block
                yield Event(first.removeprefix("event: "), second.removeprefix("data: "))
        assert not buffer, f"the stream ended inside an event: {buffer!r}"


def collapsed(events: list[Event]) -> list[str]:
    """The names in order, repeated ones once."""
    names: list[str] = []
    for event in events:
        if not names or names[-1] != event.name:
            names.append(event.name)
    return names
