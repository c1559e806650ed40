"""Single values that are far more frequent than ever: what kinds of spike they may be, and the largest of each kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from airflow_provider_dqheal.detection.distances import Placed
from airflow_provider_dqheal.detection.references import References
from airflow_provider_dqheal.detection.scalars import angle
from airflow_provider_dqheal.detection.stack import ColumnStack
from airflow_provider_dqheal.detection.texts import stands_for_missing

SPIKES = ("any", "missing", "unseen", "zero", "sentinel", "extreme", "central", "first", "usual")
_OF_MOVING = ("missing", "sentinel")
"""What can be said of single values where values go on from batch to batch."""

_AT = {kind: i for i, kind in enumerate(SPIKES)}
_OF_STILL = [i for kind, i in _AT.items() if kind not in _OF_MOVING]
_ROUNDING = 1e-6
_LEAST = 1.0
"""Standard errors above the record from which on a value is a spike."""

_SENTINEL = re.compile(r"-?(9{2,}|8{2,}|7{2,}|6{3,}|1{3,}|10{3,})(\.\d*)?\Z|-1(\.0*)?\Z")
_NINES = re.compile(r"-?9{2,}(\.\d*)?\Z")
_BOUNDS = frozenset((32767.0, -32768.0, 65535.0, 2147483647.0, -2147483648.0, 4294967295.0))
_EXACT_BOUNDS = np.asarray(sorted(_BOUNDS))
_SENTINEL_DATES = frozenset(
    (
        "0000-00-00", "0001-01-01", "1001-01-01", "1111-11-11", "1582-10-15", "1601-01-01", "1753-01-01", "1800-01-01",
        "1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01", "1904-01-01", "1970-01-01", "1980-01-01", "2099-12-31",
        "2100-01-01", "2262-04-11", "2999-12-31", "3000-01-01", "9999-01-01", "9999-12-31",
    )
)  # fmt: skip


def kinds_of(label: str, stack: ColumnStack, seen: bool) -> tuple[str, ...]:
    """Which spikes a value may be: missing, or any, unseen, zero, a usual sentinel, extreme, or new in the middle."""
    if stands_for_missing(label):
        return ("missing",)
    kinds = ["any"] if seen else ["any", "unseen"]
    number = _number(label)
    if number is None:
        if not seen and label[:10] in _SENTINEL_DATES:
            kinds.append("sentinel")
        return tuple(kinds)
    if number == 0:
        kinds.append("zero")
    outside = not stack.low <= number <= stack.high
    if not seen and (number in _BOUNDS or _NINES.match(label) or (outside and _SENTINEL.match(label))):
        kinds.append("sentinel")
    elif not seen and outside:
        kinds.append("extreme")
    elif not seen and abs(number - stack.centre) < 0.5 * stack.scale:
        kinds.append("central")
    return tuple(kinds)


@lru_cache(maxsize=100_000)
def _number(label: str) -> float | None:
    """The number that a label reads as; None for a text."""
    try:
        return float(label)
    except ValueError:
        return None


def largest_spikes(columns: Sequence[ColumnStack], placed: Placed, root: np.ndarray, against: References) -> np.ndarray:
    """(C, kinds * 2) of each kind of :data:`SPIKES` the largest in standard errors, and its share above the record.

    Args:
        columns: C columns.
        placed: the batch's values in each of them.
        root: (C) square root of the effective number of rows.
        against: what is usual for the columns.
    """
    found = _spikes(placed, root, against)
    best = np.zeros((len(columns), len(SPIKES), 2))
    if not len(found.owner):
        return best.reshape(len(columns), -1)
    kinds = _kinds(found, columns, placed, against)
    kinds[_OF_STILL] &= ~against.moving[found.owner]
    counts = np.bincount(found.owner, minlength=len(columns))
    own = np.flatnonzero(counts)
    sizes = counts[own]
    starts = np.cumsum(sizes) - sizes
    z = np.where(kinds, found.z, 0.0)
    most = np.maximum.reduceat(z, starts, axis=1)
    # Of equal spikes the first one counts.
    largest = np.where(kinds & (z == np.repeat(most, sizes, axis=1)), np.arange(len(found.owner)), len(found.owner))
    share = np.append(found.above, 0.0)[np.minimum.reduceat(largest, starts, axis=1)]
    best[own] = np.stack([most, share], axis=2).swapaxes(0, 1)
    return best.reshape(len(columns), -1)


@dataclass(frozen=True, eq=False)
class _Spikes:
    """S labels far above their record, column by column, the history's labels first, in its order.

    ``owner``: the column; ``label``: the place among the batch's labels; ``at``: the place in the history or -1; ``z``
    and ``above``: how far above the record, in standard errors and in share; ``seen``: whether the history has it.
    """

    owner: np.ndarray
    label: np.ndarray
    at: np.ndarray
    z: np.ndarray
    above: np.ndarray
    seen: np.ndarray


def _spikes(placed: Placed, root: np.ndarray, against: References) -> _Spikes:
    owner = placed.columns.owner
    shares, (angles, rounded_angles) = placed.columns.rounded, placed.columns.angles
    known = placed.at >= 0
    place = np.where(known, placed.at + against.label_starts[owner], len(against.peak))
    gain = np.empty(len(shares))
    old, new = np.flatnonzero(known), np.flatnonzero(~known)
    gain[old] = (rounded_angles[old] - against.ceiling[place[old]]) * root.astype(np.float32)[owner[old]]
    gain[new] = (angles[new] - angle(against.rare)[owner[new]]) * root[owner[new]]
    hits = np.flatnonzero(gain > _LEAST)
    hits = hits[np.lexsort((place[hits], owner[hits]))]
    known, peak = known[hits], against.peak_or_none[place[hits]]
    above = np.where(known, shares[hits] - peak, placed.columns.shares[hits])
    return _Spikes(owner[hits], hits, placed.at[hits], gain[hits], above, known & (peak > 0))


def _kinds(found: _Spikes, columns: Sequence[ColumnStack], placed: Placed, against: References) -> np.ndarray:
    """(kinds, spikes) bool: :func:`kinds_of` each, and which are the first or the usual value of their column."""
    owner = found.owner
    result = np.zeros((len(SPIKES), len(owner)), dtype=bool)
    valued = placed.columns.valued[found.label]
    number = placed.columns.numbers[found.label]
    plain = np.isfinite(number) & valued
    outside = plain & ~((against.low[owner] <= number) & (number <= against.high[owner]))
    new = plain & ~found.seen
    result[_AT["missing"]] = ~valued
    result[_AT["any"]] = valued
    result[_AT["unseen"]] = valued & ~found.seen
    result[_AT["zero"]] = plain & (number == 0)
    result[_AT["extreme"]] = new & outside
    near = np.abs(number - against.centre[owner]) < 0.5 * against.scale[owner]
    result[_AT["central"]] = new & ~outside & near
    whole = np.log10(np.floor(np.abs(np.where(new, number, 0.0))) + 1.0)
    nines = (whole > 1.5) & (np.abs(whole - np.rint(whole)) < _ROUNDING)
    bound = (number[:, None] == _EXACT_BOUNDS).any(axis=1)
    by_text = np.flatnonzero(valued & (~plain | (new & (outside | nines | bound))))
    rows, seen = owner[by_text].tolist(), found.seen[by_text].tolist()
    places = (found.label[by_text] - placed.columns.label_starts[owner[by_text]]).tolist()
    for i, row, place, is_seen in zip(by_text.tolist(), rows, places, seen, strict=True):
        label = placed.columns.views[row].labels[place]
        if _number(label) is None:
            result[_AT["sentinel"], i] = not is_seen and label[:10] in _SENTINEL_DATES
        else:
            result[:, i] = False
            result[[_AT[kind] for kind in kinds_of(label, columns[row], is_seen)], i] = True
    known = found.at >= 0
    result[_AT["first"]] = known & (found.at == against.first[owner])
    result[_AT["usual"]] = known & (found.at == against.usual[owner])
    return result
