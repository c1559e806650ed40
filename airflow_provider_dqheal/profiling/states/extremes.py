"""The smallest and largest numbers with their counts: what outliers are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from airflow_provider_dqheal.profiling.states._base import Metrics, registry
from airflow_provider_dqheal.profiling.view import ColumnView

KEPT = 16
Pairs = tuple[tuple[float, int], ...]


@registry.register("extremes")
@dataclass(frozen=True)
class Extremes:
    """The :data:`KEPT` smallest and largest distinct numbers, ascending, each with its exact row count."""

    low: Pairs = ()
    high: Pairs = ()

    @classmethod
    def empty(cls) -> Self:
        """No numbers."""
        return cls()

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        numbers = view.numbers
        values, counts = numbers.values, numbers.counts
        if not len(values):
            return self
        tails: list[Pairs] = []
        for known, sign in ((self.low, 1.0), (self.high, -1.0)):
            edge = known[-1 if sign > 0 else 0][0] if len(known) == KEPT else None
            if edge is None and len(values) > 4 * KEPT:
                edge = _edge(values, sign)
            mask = slice(None) if edge is None else np.flatnonzero(values * sign <= edge * sign)
            found, where = np.unique(values[mask], return_inverse=True)
            weights = np.ones(len(where), np.int64) if counts is None else counts[mask]
            totals = np.zeros(len(found), np.int64)
            np.add.at(totals, where, weights)
            pick = slice(None, KEPT) if sign > 0 else slice(-KEPT, None)
            tails.append(tuple(zip(found[pick].tolist(), totals[pick].tolist(), strict=True)))
        return self + type(self)(tails[0], tails[1])

    def __add__(self, other: Self) -> Self:
        return type(self)(_merge(self.low, other.low)[:KEPT], _merge(self.high, other.high)[-KEPT:])

    def to_json(self) -> Any:
        """[low pairs, high pairs]."""
        return [[list(p) for p in self.low], [list(p) for p in self.high]] if self.low else None

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        if not value:
            return cls()
        low, high = (tuple((float(v), int(c)) for v, c in side) for side in value)
        return cls(low, high)

    def metrics(self, row_count: int) -> Metrics:
        """None of its own: the pairs are evidence, read through ``ColumnProfile.extremes``."""
        return {}


def _edge(values: np.ndarray[Any, np.dtype[np.float64]], sign: float) -> float | None:
    """A bound beyond which at least KEPT distinct values of the batch lie, or None when that is not certain."""
    place = 4 * KEPT
    part = np.partition(values, place - 1 if sign > 0 else len(values) - place)
    tail = part[:place] if sign > 0 else part[-place:]
    return float(tail.max() if sign > 0 else tail.min()) if len(np.unique(tail)) >= KEPT else None


def _merge(left: Pairs, right: Pairs) -> Pairs:
    total = dict(left)
    for value, count in right:
        total[value] = total.get(value, 0) + count
    return tuple(sorted(total.items()))
