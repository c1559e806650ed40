"""How far two dates of a row lie from each other: hours from begin to end, two weeks from order to arrival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.scalars import at_least

_LEAST_ROWS, _LEAST_BATCHES = 200, 5
"""Rows of the history that have both dates, and batches."""
_BESIDE, _DAY, _MINUTE = 1.0, 86_400.0, 60.0
"""Times the span of all distances, and at least their unit, beyond which a distance is none of them."""
_SELDOM = 0.005
"""How seldom chance has so many rows, where one in as many rows as the history has is."""


@dataclass(frozen=True)
class GapFit:
    """The distances in ``known`` rows of the history, in seconds: the ``least``, the ``most``.

    ``unit``: a day where all of these are whole days, else a minute.
    """

    known: int
    least: float
    most: float
    unit: float

    @property
    def span(self) -> tuple[float, float]:
        """The least and the most, whichever of the two dates comes first."""
        near, far = sorted((abs(self.least), abs(self.most)))
        return (0.0 if self.least < 0 < self.most else near), far

    def at_odds(self, distances: np.ndarray) -> np.ndarray:
        """Positions of the rows (N,) of a batch whose distance is none of these; none where chance gives as many."""
        beside = max(_BESIDE * (self.most - self.least), self.unit)
        rows = np.flatnonzero((distances > self.most + beside) | (distances < self.least - beside))
        both = int(np.isfinite(distances).sum())
        seldom = len(rows) > 0 and at_least(len(rows), both, 1 / (self.known + 1)) <= _SELDOM
        return rows if seldom else np.zeros(0, np.int64)


def fit_gap(distances: Sequence[np.ndarray]) -> GapFit | None:
    """What the distances (rows,) of each batch of the history are; None where too few rows have both dates.

    Args:
        distances: per batch, in seconds, nan where a row lacks a date.
    """
    each = [found for one in distances if len(found := one[np.isfinite(one)])]
    known = sum(map(len, each))
    if len(each) < _LEAST_BATCHES or known < _LEAST_ROWS:
        return None
    every = np.concatenate(each)
    unit = _DAY if bool((every % _DAY == 0).all()) else _MINUTE
    return GapFit(known, float(every.min()), float(every.max()), unit)
