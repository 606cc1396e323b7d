"""The questions, and which sections answer them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "questions"

TUNING, HELD_OUT = "tuning", "held out"
HALVES = (TUNING, HELD_OUT)

# 2 answers the question, 1 helps.
ANSWERS = 2


@dataclass(frozen=True)
class Question:
    id: str
    kind: str
    half: str
    text: str
    grades: dict[str, int]

    @property
    def answers(self) -> set[str]:
        return {section for section, grade in self.grades.items() if grade == ANSWERS}


def questions() -> list[Question]:
    """A line of a file may hold one question in several forms; each form is a question of a kind of its own."""
    return [question for path in sorted(FOLDER.glob("*.jsonl")) for question in _read(path)]


def _read(path: Path) -> list[Question]:
    found = []
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        for form, text in entry["forms"].items():
            kind = path.stem.replace("-", " ") + ("" if form == "plain" else f", {form}")
            found.append(Question(entry["id"], kind, entry["half"], text, entry["sections"]))
    return found
