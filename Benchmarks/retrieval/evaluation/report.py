"""What is printed: a table of qualities, and one of the goals."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from evaluation.measures import FIGURES, Quality
from evaluation.questions import HALVES, HELD_OUT, TUNING, Question

KEYWORDS, VECTORS, HYBRID = "keywords", "vectors", "hybrid"

# Kind of question, side, measure and the least that is wanted; with a model the side is always the hybrid one.
GOALS = [
    ("korean keywords", KEYWORDS, "recall", 0.9),
    ("korean keywords, with particles", KEYWORDS, "recall", 0.9),
    ("korean keywords, without spaces", KEYWORDS, "recall", 0.9),
    ("english questions", HYBRID, "hit", 0.95),
    ("identifiers", HYBRID, "hit", 0.98),
]


@dataclass(frozen=True)
class Measured:
    """The qualities of all questions on one side, in the order of the questions."""

    setting: str
    side: str
    questions: list[Question]
    qualities: list[Quality]

    def of(self, kind: str, half: str) -> list[Quality]:
        return [
            quality
            for question, quality in zip(self.questions, self.qualities)
            if (question.kind, question.half) == (kind, half)
        ]

    @property
    def kinds(self) -> list[str]:
        return sorted({question.kind for question in self.questions})

    def figures(self) -> list[dict[str, object]]:
        """For each kind and half, as lines of results."""
        found = []
        for kind in self.kinds:
            for half in HALVES:
                each = self.of(kind, half)
                mean = Quality.mean(each)
                figures = {name: round(getattr(mean, name), 4) for name in FIGURES}
                named = {"setting": self.setting, "side": self.side, "kind": kind, "half": half}
                found.append({**named, "questions": len(each), **figures})
        return found


def qualities(measured: list[Measured]) -> str:
    """Of each kind: both halves side by side, the tuning half first."""
    lines = [["questions", "n", "by", *FIGURES.values()]]
    for kind in measured[0].kinds:
        for number, side in enumerate(measured):
            halves = [side.of(kind, half) for half in (TUNING, HELD_OUT)]
            means = [Quality.mean(half) for half in halves]
            count = " + ".join(str(len(half)) for half in halves)
            cells = [" / ".join(f"{getattr(mean, figure):.3f}" for mean in means) for figure in FIGURES]
            lines.append([*((kind, count) if number == 0 else ("", "")), side.side, *cells])
    return table(lines)


def goals(settings: dict[str, list[Measured]]) -> str:
    """Only the half that nothing was tuned on counts."""
    lines = [["goal, on the held-out half", "setting", "measured", "holds"]]
    for setting, measured in settings.items():
        sides = {side.side: side for side in measured}
        for kind, wanted_side, figure, least in GOALS:
            side = sides.get(wanted_side)
            # What needs a model that knows the language is not asked of keywords alone.
            if side is None and kind == "identifiers":
                side = sides[KEYWORDS]
            if side is None:
                continue
            value = getattr(Quality.mean(side.of(kind, HELD_OUT)), figure)
            what = f"{kind}: {FIGURES[figure]} by {side.side} ≥ {least}"
            lines.append([what, setting, f"{value:.3f}", "yes" if value >= least else "NO"])
        if HYBRID in sides:
            lines += _comparison(setting, sides)
    return table(lines)


def _comparison(setting: str, sides: dict[str, Measured]) -> list[list[str]]:
    """Whether hybrid is as good as the better side alone. Noise is twice the standard error of the difference."""
    lines = []
    for kind in sides[HYBRID].kinds:
        hybrid = sides[HYBRID].of(kind, HELD_OUT)
        others = [sides[name].of(kind, HELD_OUT) for name in (KEYWORDS, VECTORS)]
        better = max(others, key=lambda other: Quality.mean(other).ndcg)
        differences = [ours.ndcg - theirs.ndcg for ours, theirs in zip(hybrid, better)]
        mean = statistics.fmean(differences)
        noise = 2 * statistics.stdev(differences) / len(differences) ** 0.5
        what = f"{kind}: nDCG@10 of hybrid not below the better side's"
        lines.append([what, setting, f"{mean:+.3f} ± {noise:.3f}", "yes" if mean + noise >= 0 else "NO"])
    return lines


def table(lines: list[list[str]]) -> str:
    """Markdown, so that it can be pasted where it is discussed."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    rows = [lines[0], ["-" * width for width in widths], *lines[1:]]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows)


