"""The documents and their sections: what a question may ask for."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "documents"

# Characters of a part of a section that a result either has or has not.
_PART = 24


@dataclass(frozen=True)
class Section:
    """What stands under one heading, or one row of a table."""

    path: str
    name: str
    parts: tuple[str, ...]
    is_row: bool = False

    @property
    def id(self) -> str:
        return f"{self.path}#{self.name}"

    def is_in(self, text: str) -> bool:
        """Whether a result shows the section, or the larger half of it where a chunk ends within. `text` is folded."""
        if self.is_row and self.parts[0] not in text:
            return False
        found = sum(part in text for part in self.parts)
        return found >= len(self.parts) * (0.75 if self.is_row else 0.5)


@dataclass(frozen=True)
class Document:
    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(FOLDER))

    @cached_property
    def sections(self) -> list[Section]:
        text = self.path.read_text()
        if self.path.suffix == ".csv":
            rows = list(csv.reader(text.splitlines()))[1:]
            return [Section(self.name, row[0], tuple(folded(cell) for cell in row if cell), True) for row in rows]
        found = _html(text) if self.path.suffix == ".html" else _markdown(text)
        return [Section(self.name, heading, tuple(_parts(folded(body)))) for heading, body in found if body.strip()]

    @cached_property
    def _shown(self) -> dict[str, list[Section]]:
        return {}

    def shown_in(self, text: str) -> list[Section]:
        """The sections that a chunk shows. The same chunks are found again and again."""
        if text not in self._shown:
            shown = folded(text)
            self._shown[text] = [section for section in self.sections if section.is_in(shown)]
        return self._shown[text]


def documents() -> list[Document]:
    return [Document(path) for path in sorted(FOLDER.glob("*/*"))]


def folded(text: str) -> str:
    """What remains of a text whatever an extractor does to its marks, line ends and spaces."""
    return re.sub(r"[\W_]+", "", text).lower()


def _parts(body: str) -> Iterator[str]:
    for start in range(0, len(body), _PART):
        yield body[start : start + _PART]


def _markdown(text: str) -> Iterable[tuple[str, str]]:
    pieces = re.split(r"(?m)^#+ (.*)$", text)
    return zip(pieces[1::2], pieces[2::2])


def _html(text: str) -> Iterable[tuple[str, str]]:
    reader = _Reader()
    reader.feed(text)
    return reader.found


class _Reader(HTMLParser):
    """Headings of the second level and the paragraphs behind them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open = ""

    def handle_starttag(self, tag: str, attributes: object) -> None:
        if tag == "h2":
            self.found.append(("", ""))
        if tag in ("h1", "h2", "p"):
            self._open = tag

    def handle_data(self, data: str) -> None:
        if not self.found or self._open not in ("h2", "p"):
            return
        heading, body = self.found[-1]
        self.found[-1] = (heading + data.strip("\n"), body) if self._open == "h2" else (heading, body + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._open:
            self._open = ""
