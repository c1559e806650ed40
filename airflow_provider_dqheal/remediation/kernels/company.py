"""What odd cells have in common with the rest of their rows: who flips signs by mistake does not choose the rows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from airflow_provider_dqheal.detection.scalars import at_least
from airflow_provider_dqheal.remediation.kernels.text import Cells

_LEAST = 3
"""Rows, without which nothing is told."""
_NEARLY_ALL = 0.8
_BY_CHANCE = 1e-4
_MOST_VALUES = 50


def have_in_common(rows: np.ndarray, others: Iterable[Cells]) -> bool:
    """Whether nearly all of some rows hold one value of another column that others hold far less often.

    >>> kind = Cells(("sale", "refund"), np.array([0] * 95 + [1] * 5), np.array([95, 5]))
    >>> have_in_common(np.array([95, 96, 97, 98]), [kind]), have_in_common(np.array([3, 14, 15, 92]), [kind])
    (True, False)
    """
    return len(rows) >= _LEAST and any(_share_one_value(rows, cells) for cells in others)


def _share_one_value(rows: np.ndarray, cells: Cells) -> bool:
    if not 1 < len(cells.values) <= _MOST_VALUES:
        return False
    own = np.bincount(cells.codes[rows], minlength=len(cells.values))
    value, tries = int(own.argmax()), len(rows)
    hits, rate = int(own[value]), float(cells.counts[value]) / len(cells.codes)
    return hits >= _NEARLY_ALL * tries and at_least(hits, tries, rate) < _BY_CHANCE
