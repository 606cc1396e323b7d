"""The table: what was measured, the goal, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchmark.figures import Spread


@dataclass(frozen=True)
class Goal:
    """A bound that must hold, and the value where we want to be."""

    bound: float
    wanted: float | None = None
    is_least: bool = False

    def holds(self, value: float) -> bool:
        return value >= self.bound if self.is_least else value <= self.bound

    def text(self, unit: str) -> str:
        wanted = f" (wanted {_number(self.wanted)})" if self.wanted is not None else ""
        return f"{'≥' if self.is_least else '≤'} {_number(self.bound)}{unit}{wanted}"


@dataclass(frozen=True)
class Row:
    """A row without a goal informs. `measured` is None for what could not be measured; the note says why."""

    what: str
    measured: Spread | None
    unit: str = ""
    goal: Goal | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.goal is None or self.measured is None:
            return "–"
        return "yes" if self.goal.holds(self.measured.median) else "NO"

    def cells(self) -> list[str]:
        unit = f" {self.unit}" if self.unit else ""
        measured, spread = "–", ""
        if self.measured is not None:
            measured = _number(self.measured.median) + unit
            spread = f"{_number(self.measured.least)} to {_number(self.measured.most)}"
        goal = self.goal.text(unit) if self.goal else ""
        return [self.what, measured, spread, goal, self.verdict, self.note]

    def json(self) -> dict[str, object]:
        return {
            "row": self.what,
            "unit": self.unit,
            "measured": self.measured.median if self.measured else None,
            "least": self.measured.least if self.measured else None,
            "most": self.measured.most if self.measured else None,
            "goal": self.goal.text("") if self.goal else None,
            "holds": self.verdict,
            "note": self.note,
        }


def table(rows: Iterable[Row]) -> str:
    """Markdown, so that it can be pasted where it is discussed."""
    lines = [["what", "measured", "spread", "goal", "holds", ""], *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines)


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if value < 10 else f"{value:.1f}".rstrip("0").rstrip(".")
