"""Single values that are far more frequent than ever: what kinds of spike they may be, and the largest of each kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from airflow_provider_dqheal.detection.distances import Placed
from airflow_provider_dqheal.detection.references import References
from airflow_provider_dqheal.detection.scalars import angle
from airflow_provider_dqheal.detection.segments import sizes_of
from airflow_provider_dqheal.detection.stack import ColumnStack
from airflow_provider_dqheal.detection.texts import stands_for_missing

SPIKES = ("any", "missing", "unseen", "zero", "sentinel", "extreme", "central", "first", "usual")
_OF_MOVING = ("missing", "sentinel")
"""What can be said of single values where values go on from batch to batch."""

_LEAST = 1.0
"""Standard errors above the record from which on a value is a spike."""

_SENTINEL = re.compile(r"-?(9{2,}|8{2,}|7{2,}|6{3,}|1{3,}|10{3,})(\.\d*)?\Z|-1(\.0*)?\Z")
_NINES = re.compile(r"-?9{2,}(\.\d*)?\Z")
_BOUNDS = frozenset((32767.0, -32768.0, 65535.0, 2147483647.0, -2147483648.0, 4294967295.0))
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


def largest_spikes(
    columns: Sequence[ColumnStack], placed: Sequence[Placed], root: np.ndarray, against: References
) -> np.ndarray:
    """(C, kinds * 2) of each kind of :data:`SPIKES` the largest in standard errors, and its share above the record.

    Args:
        columns: C columns.
        placed: the batch's values in each of them.
        root: (C) square root of the effective number of rows.
        against: what is usual for the columns.
    """
    found = [dict.fromkeys(SPIKES, (0.0, 0.0)) for _ in placed]
    # The history's labels first, in their order: of equal spikes the first one counts.
    for row, label, z, share, at in (*_known(placed, root, against), *_new(placed, root, against)):
        column, usual, best = columns[row], against.each[row], found[row]
        seen = at >= 0 and bool(usual.peak[at] > 0)
        for kind in (*kinds_of(label, column, seen), *(usual.place_of(at) if at >= 0 else ())):
            if z > best[kind][0] and (not column.moving or kind in _OF_MOVING):
                best[kind] = z, share
    return np.asarray([list(best.values()) for best in found]).reshape(len(placed), -1)


Spike: TypeAlias = tuple[int, str, float, float, int]
"""A column, a label, how far it is above its record in standard errors and in share, its place in the history or -1."""


def _known(placed: Sequence[Placed], root: np.ndarray, against: References) -> Iterator[Spike]:
    """Spikes of labels that the history has, in its order."""
    local = [np.flatnonzero(one.at >= 0) for one in placed]
    owner = np.repeat(np.arange(len(placed)), sizes_of(local))
    at = np.concatenate([one.at[there] for one, there in zip(placed, local, strict=True)])
    share = np.concatenate([one.view.shares[there] for one, there in zip(placed, local, strict=True)])
    share = share.astype(np.float32)
    place = at + against.label_starts[owner]
    gain = (angle(share) - against.ceiling[place]) * root.astype(np.float32)[owner]
    above, label = share - against.peak[place], np.concatenate(local)
    hits = np.flatnonzero(gain > _LEAST)
    for i in hits[np.argsort(place[hits])].tolist():
        yield int(owner[i]), placed[owner[i]].view.labels[label[i]], float(gain[i]), float(above[i]), int(at[i])


def _new(placed: Sequence[Placed], root: np.ndarray, against: References) -> Iterator[Spike]:
    """Spikes of labels that the history does not have."""
    local = [np.flatnonzero(one.at < 0) for one in placed]
    owner = np.repeat(np.arange(len(placed)), sizes_of(local))
    share = np.concatenate([one.view.shares[there] for one, there in zip(placed, local, strict=True)])
    gain = (angle(share) - angle(against.rare)[owner]) * root[owner]
    label = np.concatenate(local)
    for i in np.flatnonzero(gain > _LEAST).tolist():
        yield int(owner[i]), placed[owner[i]].view.labels[label[i]], float(gain[i]), float(share[i]), -1
