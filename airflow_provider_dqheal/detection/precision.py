"""How finely a column's numbers are written: more decimals than ever, or rounder than usual.

A factor, a mean that was filled in or a moved point leave decimals that the column never had; rounding takes them away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.scalars import surplus_z

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.stack import Stack
    from airflow_provider_dqheal.detection.view import BatchView, ColumnView

PRECISION: tuple[str, ...] = ("finer_z", "finer_share", "rounder_z", "rounder_share")
"""Cells with more decimals than any cell of the other batches; cells rounder than the column's middle, beyond the
largest share of a batch. In standard errors, and as a share."""

_MOST = 40


@dataclass(frozen=True, eq=False)
class Places:
    """The last places of a batch's numbers.

    ``finest``: the most decimals (-inf where there is no number); ``counts`` (2 * :data:`_MOST` + 1): cells with each
    number of decimals, from the most down to minus as many (trailing zeros); ``present`` cells of the column.
    """

    finest: float
    counts: np.ndarray
    present: float


def measure_precision(stack: Stack, batch: BatchView | int, index: np.ndarray, names: list[str]) -> np.ndarray:
    """(columns, 4) :data:`PRECISION` of ``names``; a batch of the stack by its place, or a new one."""
    out = np.zeros((len(names), len(PRECISION)))
    for row, name in enumerate(names):
        views = [stack.columns[name].views[i] for i in index.tolist()]
        mine = (stack.batches[batch] if isinstance(batch, int) else batch).columns[name].places
        others = [view.places for view in views if view is not None]
        numbers = [one for one in others if np.isfinite(one.finest)]
        if not np.isfinite(mine.finest) or len(numbers) < max(len(others), 2):
            continue
        finest = sorted(one.finest for one in numbers)
        finer = _above(mine, finest[-1])
        usual = max(_above(one, finest[-2]) for one in numbers) if finest[-1] > finest[-2] else 0.0
        middle = _middle(np.sum([one.counts for one in numbers], axis=0))
        rounder, record = _below(mine, middle), max(_below(one, middle) for one in numbers)
        out[row] = (
            max(surplus_z(finer, usual, mine.present), 0.0), max(finer - usual, 0.0),
            max(surplus_z(rounder, record, mine.present), 0.0), max(rounder - record, 0.0),
        )  # fmt: skip
    return out


def places_of(view: ColumnView) -> Places:
    """The last places of a column's numbers; dates, zeros and numbers with an exponent have none."""
    counts, present = np.zeros(2 * _MOST + 1), max(view.present, 1.0)
    there = np.flatnonzero(np.isfinite(view.numeric) & (view.numeric != 0))
    if view.temporal or not len(there):
        return Places(-np.inf, counts, present)
    texts = pa.array([view.values[i] for i in there.tolist()], pa.string())
    point = pc.find_substring(texts, ".").to_numpy(zero_copy_only=False)
    written = pc.utf8_length(texts).to_numpy(zero_copy_only=False)
    kept = pc.utf8_length(pc.utf8_rtrim(texts, "0")).to_numpy(zero_copy_only=False)
    whole = pc.utf8_length(pc.utf8_rtrim(pc.replace_substring_regex(texts, r"\.0*$", ""), "0"))
    zeros = np.where(point < 0, written, point) - whole.to_numpy(zero_copy_only=False)
    decimals = np.where((point >= 0) & (kept > point + 1), kept - point - 1, -zeros)
    plain = ~pc.match_substring(texts, "e", ignore_case=True).to_numpy(zero_copy_only=False).astype(bool)
    if not plain.any():
        return Places(-np.inf, counts, present)
    places = np.clip(decimals[plain], -_MOST, _MOST).astype(int)
    np.add.at(counts, _MOST - places, view.counts[there][plain])
    return Places(float(places.max()), counts, present)


def _above(places: Places, decimals: float) -> float:
    """Share of present cells with more decimals."""
    return float(places.counts[: int(_MOST - decimals)].sum() / places.present)


def _below(places: Places, decimals: float) -> float:
    """Share of present cells with fewer decimals."""
    return float(places.counts[int(_MOST - decimals) + 1 :].sum() / places.present)


def _middle(counts: np.ndarray) -> float:
    """The median number of decimals."""
    return float(_MOST - int(np.searchsorted(np.cumsum(counts), counts.sum() / 2)))
