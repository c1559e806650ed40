"""What one column of labels says of another in the same row: the city of a postal code, the unit of an article.

Source: Huhtala et al. 1999, TANE: An Efficient Algorithm for Discovering Functional and Approximate Dependencies
(the share of rows that have to go for a dependency to hold).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.coded import CodedColumn, Labels
from airflow_provider_dqheal.detection.likeness import mistyped
from airflow_provider_dqheal.detection.scalars import at_least

_LEAST_TOLD, _BROKEN = 200, 0.005
"""Rows of the history that have to be told, and the share of them that may be told wrongly."""
_REPEATS, _VARIED = 0.5, 0.9
"""Different labels that tell, as a part of the rows; and share of the rows that the most frequent told one may have."""
_SELDOM, _LEAST_ODD = 1e-5, 4
"""How seldom chance has so many rows at odds, and how many there are at least."""
_MOSTLY = 0.5
"""Share of the told rows at odds, from which on all of them count: labels were not given anew to most."""


@dataclass(frozen=True, eq=False)
class LabelFit:
    """What goes with each of the ``known`` labels.

    ``told`` rows of the history, of which ``broken`` wrongly; ``worst``: the largest share of a batch that was;
    ``seen``: all labels that were told.
    """

    known: Mapping[str, str]
    told: int
    broken: int
    worst: float
    seen: frozenset[str]

    def expected(self, labels: Labels) -> list[str | None]:
        """What goes with the labels of a batch, by row; None where that is not told."""
        return [self.known.get(label) if label is not None else None for label in labels]

    def at_odds(self, labels: Labels, own: Labels) -> tuple[np.ndarray, int]:
        """Positions of the rows whose ``own`` label is not the one that goes with theirs, and how many were asked.

        A label that all rows of a batch give another, the same, may go with that from now on: they are not at odds,
        unless several labels came with what is a slip of the pen in what goes with them, and was never seen.
        There are none where chance may give as many, with one in as many rows as the history, or its worst batch, has.
        """
        by_label: dict[str, list[int]] = {}
        for row, (label, mine) in enumerate(zip(labels, own, strict=True)):
            if label is not None and mine is not None and label in self.known:
                by_label.setdefault(label, []).append(row)
        asked = sum(map(len, by_label.values()))
        every = [row for label, rows in by_label.items() for row in rows if own[row] != self.known[label]]
        odd = every if len(every) >= _MOSTLY * asked else []
        slips: dict[str, list[int]] = {}
        for label, rows in by_label.items() if not odd else ():
            if len({own[row] for row in rows}) > 1:
                odd += [row for row in rows if own[row] != self.known[label]]
            elif self._is_slip(own[rows[0]], self.known[label]):
                slips[label] = rows
        if len(slips) >= _LEAST_ODD:
            odd += [row for rows in slips.values() for row in rows]
        rate = max(self.worst, (self.broken + 1) / (self.told + 1))
        if len(odd) < _LEAST_ODD or at_least(len(odd), asked, rate) > _SELDOM:
            return np.zeros(0, np.int64), asked
        return np.array(sorted(odd), np.int64), asked

    def _is_slip(self, label: str | None, meant: str) -> bool:
        return label is not None and label not in self.seen and mistyped(label, meant)


def fit_labels(labels: CodedColumn, own: CodedColumn) -> LabelFit | None:
    """What goes with each label, if in nearly every row of the history the same does.

    Args:
        labels: the column that tells, over the batches of the history.
        own: the column that is told.
    """
    there = (labels.every >= 0) & (own.every >= 0)
    total = int(there.sum())
    if total < _LEAST_TOLD or min(len(labels.labels), len(own.labels)) < 2:
        return None
    pairs, counts = np.unique(labels.every[there] * len(own.labels) + own.every[there], return_counts=True)
    by, other = np.divmod(pairs, len(own.labels))
    different = len(np.unique(by))
    if len(pairs) > different + _BROKEN * total or different > _REPEATS * total:
        return None
    if np.bincount(other, counts).max() > _VARIED * total:
        return None
    rank = np.empty(len(own.labels), np.int64)
    rank[sorted(range(len(own.labels)), key=own.labels.__getitem__)] = np.arange(len(own.labels))
    order = np.lexsort((rank[other], counts, by))
    best = np.full(len(labels.labels) + 1, -1)
    best[by[order]] = other[order]  # the last of a label is the one that came most often
    best[:-1][~labels.recurs] = -1
    asked, broken, worst = 0, 0, 0.0
    for batch, mine in zip(labels.batches, own.batches, strict=True):
        told = (best[batch] >= 0) & (mine >= 0)
        here, wrong = int(told.sum()), int((best[batch] != mine)[told].sum())
        asked, broken, worst = asked + here, broken + wrong, max(worst, wrong / max(1, here))
    known = {labels.labels[at]: own.labels[best[at]] for at in np.flatnonzero(best >= 0).tolist()}
    if asked < _LEAST_TOLD or broken > _BROKEN * asked:
        return None
    return LabelFit(known, asked, broken, worst, frozenset(own.labels))
