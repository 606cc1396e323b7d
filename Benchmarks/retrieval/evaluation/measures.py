"""How good a ranking is: nDCG, hits, recall and the reciprocal rank of the first answer."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from evaluation.questions import Question


@dataclass(frozen=True)
class Quality:
    """Of one question, or the mean of several. Each lies between 0 and 1."""

    ndcg: float
    hit: float
    recall: float
    mrr: float

    @staticmethod
    def of(question: Question, ranking: list[list[str]]) -> Quality:
        """`ranking`: the sections that each result shows, best result first. A section counts where it first shows."""
        first: dict[str, int] = {}
        for rank, shown in enumerate(ranking, start=1):
            for section in shown:
                first.setdefault(section, rank)
        gained = sum(
            _gain(grade) / math.log2(1 + first[section])
            for section, grade in question.grades.items()
            if first.get(section, 11) <= 10
        )
        best = sorted(question.grades.values(), reverse=True)[:10]
        possible = sum(_gain(grade) / math.log2(1 + rank) for rank, grade in enumerate(best, start=1))
        ranks = [first[section] for section in question.answers if section in first]
        early = sum(rank <= 5 for rank in ranks)
        return Quality(
            # One result may show two answers, and so more than is possible with one each.
            ndcg=min(1.0, gained / possible),
            hit=float(early > 0),
            recall=early / len(question.answers),
            mrr=1 / min(ranks) if ranks and min(ranks) <= 10 else 0.0,
        )

    @staticmethod
    def mean(qualities: Iterable[Quality]) -> Quality:
        each = list(qualities)
        return Quality(*(statistics.fmean(getattr(one, name) for one in each) for name in FIGURES))


FIGURES = {"ndcg": "nDCG@10", "hit": "hit@5", "recall": "recall@5", "mrr": "MRR@10"}


def _gain(grade: int) -> int:
    return 2**grade - 1
