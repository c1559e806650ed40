"""Two columns of which some rows do not go together: which of the two is the wrong one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.view import BatchView

_APART = 1.5
"""Times as far from the other rows, from which on one of the two columns is the wrong one."""
SHOWN = 3


@dataclass(frozen=True, eq=False)
class Broken:
    """Places of the lower and of the upper column, the ``rows`` that do not go together, and how many have ``both``."""

    low: int
    high: int
    rows: np.ndarray
    both: int


def wrong_ones(now: np.ndarray, names: Sequence[str], broken: Sequence[Broken]) -> Iterator[tuple[str, str, Broken]]:
    """Of each broken pair the column that is the wrong one and the other, each wrong one once; both where none is told.

    The wrong one is in more broken pairs, or farther from the rows that go together.

    Args:
        now: (rows, columns) the numbers of a batch.
        names: its C columns.
        broken: the pairs.
    """
    counts: Counter[int] = Counter()
    for one in broken:
        counts.update({one.low: len(one.rows), one.high: len(one.rows)})
    told = set[int]()
    for one in sorted(broken, key=lambda one: -len(one.rows)):
        for at, other in _wrong(now, one, counts):
            if at not in told:
                told.add(at)
                yield names[at], names[other], one


def seen_in(batch: BatchView, column: str, beside: str, rows: np.ndarray) -> tuple[str, ...]:
    """Some of the rows: what a column holds beside another."""
    own, other = (batch.columns[name].texts_at(rows[:SHOWN]) for name in (column, beside))
    return tuple(f"{one} beside {another}" for one, another in zip(own, other, strict=True))


def _wrong(now: np.ndarray, broken: Broken, counts: Counter[int]) -> Iterator[tuple[int, int]]:
    """The wrong column and the other: the one in more broken pairs, or the one farther from the rows that keep it."""
    low, high, rows = broken.low, broken.high, broken.rows
    kept = np.setdiff1d(np.arange(len(now)), rows)
    weight = [float(counts[at]) for at in (low, high)]
    if weight[0] == weight[1] and len(kept) >= len(rows):
        weight = [_far(now[:, at], rows, kept) for at in (low, high)]
    if weight[0] >= weight[1] / _APART:
        yield low, high
    if weight[1] >= weight[0] / _APART:
        yield high, low


def _far(column: np.ndarray, rows: np.ndarray, kept: np.ndarray) -> float:
    """How far the column is from its usual in some rows, in quartile ranges of the others."""
    usual = column[kept][np.isfinite(column[kept])]
    if not len(usual):
        return 0.0
    low, middle, high = np.quantile(usual, [0.25, 0.5, 0.75]).tolist()
    return float(np.median(np.abs(column[rows] - middle))) / max(high - low, 1e-9 * max(abs(middle), 1.0))
