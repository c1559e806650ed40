"""What one column of labels says of another in the same row: the city of a postal code, the unit of an article.

Source: Huhtala et al. 1999, TANE: An Efficient Algorithm for Discovering Functional and Approximate Dependencies
(the share of rows that have to go for a dependency to hold).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.scalars import at_least

_LEAST_TOLD, _BROKEN = 200, 0.005
"""Rows of the history that have to be told, and the share of them that may be told wrongly."""
_REPEATS, _VARIED = 0.5, 0.9
"""Different labels that tell, as a part of the rows; and share of the rows that the most frequent told one may have."""
_LEAST = 3
"""Batches of the history that have a label, from which on it tells another: periods come and go."""
_SELDOM, _LEAST_ODD = 1e-5, 4
"""How seldom chance has so many rows at odds, and how many there are at least."""
_MOSTLY = 0.5
"""Share of the told rows at odds, from which on all of them count: labels were not given anew to most."""

Labels = Sequence[str | None]
"""What a column holds in each row; None where it is missing."""


@dataclass(frozen=True, eq=False)
class LabelFit:
    """What goes with each of the ``known`` labels.

    ``told`` rows of the history, of which ``broken`` wrongly; ``worst``: the largest share of a batch that was.
    """

    known: Mapping[str, str]
    told: int
    broken: int
    worst: float

    def expected(self, labels: Labels) -> list[str | None]:
        """What goes with the labels of a batch, by row; None where that is not told."""
        return [self.known.get(label) if label is not None else None for label in labels]

    def at_odds(self, labels: Labels, own: Labels) -> tuple[np.ndarray, int]:
        """Positions of the rows whose ``own`` label is not the one that goes with theirs, and how many were asked.

        A label that all rows of a batch give another, the same, may go with that from now on: they are not at odds.
        There are none where chance may give as many, with one in as many rows as the history, or its worst batch, has.
        """
        by_label: dict[str, list[int]] = {}
        for row, (label, mine) in enumerate(zip(labels, own, strict=True)):
            if label is not None and mine is not None and label in self.known:
                by_label.setdefault(label, []).append(row)
        asked = sum(map(len, by_label.values()))
        every = [row for label, rows in by_label.items() for row in rows if own[row] != self.known[label]]
        odd = every if len(every) >= _MOSTLY * asked else []
        for label, rows in by_label.items() if not odd else ():
            if len({own[row] for row in rows}) > 1:
                odd += [row for row in rows if own[row] != self.known[label]]
        rate = max(self.worst, (self.broken + 1) / (self.told + 1))
        if len(odd) < _LEAST_ODD or at_least(len(odd), asked, rate) > _SELDOM:
            return np.zeros(0, np.int64), asked
        return np.array(sorted(odd), np.int64), asked


def encoded(labels: Sequence[Labels]) -> np.ndarray:
    """All rows (N,) of a history as the places of their labels; -1 where there is none."""
    places: dict[str, int] = {}
    every = (label for batch in labels for label in batch)
    return np.array([-1 if label is None else places.setdefault(label, len(places)) for label in every], np.int64)


def may_tell(codes: np.ndarray, own: np.ndarray) -> bool:
    """Whether labels (N,) may tell others (N,), by how many pairs of them there are; both are :func:`encoded`."""
    there = (codes >= 0) & (own >= 0)
    codes, own = codes[there], own[there]
    pairs = np.unique(codes * (own.max(initial=0) + 1) + own)
    return len(pairs) <= len(np.unique(codes)) + _BROKEN * len(codes)


def fit_labels(labels: Sequence[Labels], own: Sequence[Labels]) -> LabelFit | None:
    """What goes with each label, if in nearly every row of the history the same does.

    Args:
        labels: per batch of the history the column that tells, by row.
        own: per batch the column that is told.
    """
    pairs = Counter(
        (one, other)
        for batch, mine in zip(labels, own, strict=True)
        for one, other in zip(batch, mine, strict=True)
        if one is not None and other is not None
    )
    rows: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for (one, other), count in pairs.items():
        rows[one] += count
        told[other] += count
    total = rows.total()
    if total < _LEAST_TOLD or len(rows) > _REPEATS * total or max(told.values()) > _VARIED * total:
        return None
    if len(pairs) > len(rows) + _BROKEN * total:
        return None
    best: dict[str, tuple[int, str]] = {}
    for (one, other), count in pairs.items():
        best[one] = max(best.get(one, (0, "")), (count, other))
    came = Counter(one for batch in labels for one in set(batch) if one is not None)
    known = {one: other for one, (_, other) in best.items() if came[one] >= _LEAST}
    asked, broken, worst = 0, 0, 0.0
    for batch, mine in zip(labels, own, strict=True):
        told_here = [(known[one], other) for one, other in zip(batch, mine, strict=True) if one in known and other]
        wrong = sum(one != other for one, other in told_here)
        asked, broken, worst = asked + len(told_here), broken + wrong, max(worst, wrong / max(1, len(told_here)))
    return LabelFit(known, asked, broken, worst) if asked >= _LEAST_TOLD and broken <= _BROKEN * asked else None
