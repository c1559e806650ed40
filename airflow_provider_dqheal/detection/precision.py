"""How finely a column's numbers are written: more decimals than ever, or rounder than usual.

A factor, a mean that was filled in or a moved point leave decimals that the column never had; rounding takes them away.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
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


@dataclass(frozen=True, eq=False)
class Usual:
    """How finely C columns' numbers are written in some batches.

    ``known``: whether all of them hold numbers; ``finest``: the most decimals; ``finer``: share of the cells of one
    batch with more decimals than all others; ``middle``: the median number of decimals; ``rounder``: the largest share
    of a batch that is below it.
    """

    known: np.ndarray
    finest: np.ndarray
    finer: np.ndarray
    middle: np.ndarray
    rounder: np.ndarray


def measure_precision(stack: Stack, batch: BatchView | int, index: np.ndarray, names: list[str]) -> np.ndarray:
    """(columns, 4) :data:`PRECISION` of ``names``; a batch of the stack by its place, or a new one."""
    columns = (stack.batches[batch] if isinstance(batch, int) else batch).side_by_side(names)
    usual = _usual_history(stack, names) if len(index) == len(stack.batches) else usual_of(stack, index, names)
    rows = np.flatnonzero(columns.decimal & usual.known)
    out = np.zeros((len(names), len(PRECISION)))
    if not len(rows):
        return out
    reach, present = columns.decimal_reach, np.maximum(columns.present, 1.0)[rows]
    finer = reach[rows, (_MOST - usual.finest[rows]).astype(int)]
    rounder = reach[rows, -1] - reach[rows, (_MOST - usual.middle[rows]).astype(int) + 1]
    shares, records = np.stack([finer, rounder]) / present, np.stack([usual.finer[rows], usual.rounder[rows]])
    out[rows, ::2] = np.maximum(surplus_z(shares, records, present), 0.0).T
    out[rows, 1::2] = np.maximum(shares - records, 0.0).T
    return out


def usual_of(stack: Stack, index: np.ndarray, names: list[str]) -> Usual:
    """The batches ``index`` of a stack."""
    found = np.zeros((len(names), 5))
    for row, name in enumerate(names):
        views = [stack.columns[name].views[i] for i in index.tolist()]
        others = [view.places for view in views if view is not None]
        numbers = [one for one in others if np.isfinite(one.finest)]
        if len(numbers) < max(len(others), 2):
            continue
        finest = sorted(one.finest for one in numbers)
        finer = max(_above(one, finest[-2]) for one in numbers) if finest[-1] > finest[-2] else 0.0
        middle = _middle(np.sum([one.counts for one in numbers], axis=0))
        found[row] = 1.0, finest[-1], finer, middle, max(_below(one, middle) for one in numbers)
    return Usual(found[:, 0] > 0, *found.T[1:])


def _usual_history(stack: Stack, names: list[str]) -> Usual:
    """All batches of a stack, computed once for all of its columns."""
    held = stack.cache.get("precision")
    if not isinstance(held, Usual):
        held = usual_of(stack, np.arange(len(stack.batches)), list(stack.columns))
        stack.cache["precision"] = held
    if names == list(stack.columns):
        return held
    place = {name: row for row, name in enumerate(stack.columns)}
    rows = [place[name] for name in names]
    return Usual(*(getattr(held, one.name)[rows] for one in fields(Usual)))


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
