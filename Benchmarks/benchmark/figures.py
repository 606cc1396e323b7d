"""Medians and spreads."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """What several rounds gave. The median is the figure; least and most say how far to trust it."""

    least: float
    median: float
    most: float

    @staticmethod
    def of(values: Iterable[float]) -> Spread | None:
        known = sorted(values)
        return Spread(known[0], statistics.median(known), known[-1]) if known else None

    def scaled(self, factor: float) -> Spread:
        return Spread(self.least * factor, self.median * factor, self.most * factor)


def ratios(ours: Iterable[float], others: Iterable[float]) -> Spread | None:
    """Round by round, since two rounds side by side share the machine's mood and two far apart do not."""
    return Spread.of(mine / other for mine, other in zip(ours, others) if other)
