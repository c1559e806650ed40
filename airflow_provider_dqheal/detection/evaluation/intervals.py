"""Intervals: bootstrap over tables for figures, an exact test for a promised rate on one table."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from airflow_provider_dqheal.detection.scalars import at_least

REDRAWS = 200
LEVEL = 0.95


def bootstrap(
    tables: np.ndarray, figures: Callable[[np.ndarray], Mapping[str, float | None]]
) -> dict[str, list[float]]:
    """95 % percentile intervals of figures, from tables drawn with replacement.

    Batches of one table are alike, so whole tables are drawn (Field and Welsh 2007, the cluster bootstrap).

    Args:
        tables: (N,) the table of each batch.
        figures: figures of the batches at the given places.
    """
    keys = np.unique(tables)
    places = [np.flatnonzero(tables == key) for key in keys]
    rng = np.random.default_rng(0)
    found: dict[str, list[float]] = {}
    for _ in range(REDRAWS if len(keys) > 1 else 0):
        drawn = np.concatenate([places[int(k)] for k in rng.integers(0, len(keys), len(keys))])
        for name, value in figures(drawn).items():
            if value is not None and math.isfinite(value):
                found.setdefault(name, []).append(value)
    outside = (1.0 - LEVEL) / 2.0
    return {
        name: [round(float(q), 4) for q in np.quantile(values, [outside, 1.0 - outside])]
        for name, values in found.items()
    }


def above(hits: int, total: int, rate: float) -> bool:
    """Whether the lower 95 % bound of a rate observed as ``hits`` of ``total`` lies above ``rate``.

    Source: Clopper and Pearson 1934: the bound exceeds the rate exactly when P(X >= hits | total, rate) < 2.5 %.

    >>> above(3, 30, 0.03), above(5, 30, 0.03), above(0, 0, 0.03)
    (False, True, False)
    """
    if hits == 0:
        return False
    return at_least(hits, total, rate) < (1.0 - LEVEL) / 2.0
