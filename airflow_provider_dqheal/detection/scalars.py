"""The scalar statistics of a column that are compared with their own history, each with its sampling error.

Shares are on the arcsine scale (variance 1/n whatever the share; Anscombe 1948), locations in units of the
column's own spread, sizes on a log scale: differences do not depend on the table's scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.columns import Columns
    from airflow_provider_dqheal.detection.view import ColumnView

SHARES_OF_ROWS = ("null", "empty", "word", "missing")
SHARES_OF_PRESENT = ("int", "number", "bool", "date", "unit", "separated", "edges", "broken", "top", "zero", "negative")
SIZES = ("distinct", "entropy", "length", "length_spread", "length_max")
LOCATIONS = ("median", "lower", "upper", "low", "high")
"""Quantiles .5, .25, .75, .05 and .95: differenced where the column moves from batch to batch."""
SHAPE = ("spread", "tail_spread", "skew", "deviation", "magnitude")

SCALARS: tuple[str, ...] = (*SHARES_OF_ROWS, *SHARES_OF_PRESENT, *SIZES, *LOCATIONS, *SHAPE)
INDEX = {name: i for i, name in enumerate(SCALARS)}
_QUANTILES = np.asarray([0.5, 0.25, 0.75, 0.05, 0.95])
_QUANTILE_ERROR = np.asarray([0.93, 1.01, 1.01, 1.6, 1.6])


def angle(share: Any) -> Any:
    """Arcsine transform of a share in [0, 1] (a float or an array): its sampling error is 1/sqrt(n)."""
    if isinstance(share, float | int):
        return 2.0 * math.asin(math.sqrt(min(max(share, 0.0), 1.0)))
    return 2.0 * np.arcsin(np.sqrt(np.minimum(np.maximum(share, 0.0), 1.0)))


def surplus_z(share: Any, usual: Any, cells: Any) -> Any:
    """How far a share of ``cells`` lies above the usual one (at least a quarter of a cell), in standard errors."""
    return (angle(share) - angle(np.maximum(usual, 0.25 / cells))) * np.sqrt(cells)


def at_least(hits: int, tries: int, rate: float) -> float:
    """The chance of ``hits`` or more in so many independent tries, each of chance ``rate``.

    >>> round(at_least(1, 2, 0.5), 12), at_least(0, 5, 0.1), at_least(2000, 4000, 0.001)
    (0.75, 1.0, 0.0)
    """
    if hits <= 0 or rate >= 1.0:
        return 1.0
    if hits > tries or rate <= 0.0:
        return 0.0
    of = np.arange(1, tries + 1)
    ways = np.concatenate([[0.0], np.cumsum(np.log((tries - of + 1) / of))])[hits:]
    counts = np.arange(hits, tries + 1)
    return min(1.0, float(np.exp(ways + counts * math.log(rate) + (tries - counts) * math.log1p(-rate)).sum()))


def scale_of(views: list[ColumnView]) -> tuple[float, float]:
    """Typical centre and spread of a column over some batches: (median, interquartile range or a stand-in)."""
    centres, spreads, wides = [], [], []
    for view in views:
        q = view.quantiles(_QUANTILES)
        if q is not None:
            centres.append(q[0])
            spreads.append(q[2] - q[1])
            wides.append((q[4] - q[3]) / 2.44)
    if not centres:
        return 0.0, 1.0
    centre = float(np.median(centres))
    for candidate in (np.median(spreads), np.median(wides), np.ptp(centres) / 3.0, abs(centre) * 0.1):
        if candidate > 0 and math.isfinite(candidate):
            return centre, float(candidate)
    return centre, 1.0


@dataclass(frozen=True, eq=False)
class Summary:
    """The scalars of a batch's column that need no history, and what the others are made of.

    ``values``/``errors`` (:data:`SCALARS`) are nan for locations and shape. ``quantiles`` (.5, .25, .75, .05, .95) and
    ``deviation`` of the numbers are in their own units; nan where numbers are too few. ``numbers``: cells with one.
    """

    values: np.ndarray
    errors: np.ndarray
    quantiles: np.ndarray
    deviation: float
    numbers: float


def summary_of(view: ColumnView) -> Summary:
    """Summarises a batch's column."""
    values = np.full(len(SCALARS), np.nan)
    errors = np.full(len(SCALARS), np.nan)
    unknown = Summary(values, errors, np.full(len(_QUANTILES), np.nan), np.nan, np.nan)
    rows, present = max(view.rows, 1.0), max(view.present, 0.0)
    for i, count in enumerate((view.null, view.empty, view.word, view.null + view.empty + view.word)):
        values[i] = angle(count / rows)
        errors[i] = 1.0 / math.sqrt(rows)
    if present <= 0:
        return unknown
    start = len(SHARES_OF_ROWS)
    top = float(view.counts[0]) if len(view.counts) else 0.0
    total = float(view.weights.sum())
    zero = float(view.weights[view.numbers == 0].sum()) if total else 0.0
    negative = float(view.weights[view.numbers < 0].sum()) if total and not view.temporal else 0.0
    kinds = view.kinds
    counts = (*(kinds[k] for k in SHARES_OF_PRESENT[:6]), view.edges, view.broken, top, zero, negative)
    for i, count in enumerate(counts):
        values[start + i] = angle(count / present)
        errors[start + i] = 1.0 / math.sqrt(present)
    p = view.counts / present
    singles = float((view.counts <= 1).sum())
    weights = view.counts
    mean_length = float((view.lengths * weights).sum() / present)
    spread_length = math.sqrt(max(float((view.lengths**2 * weights).sum() / present) - mean_length**2, 0.0))
    start += len(SHARES_OF_PRESENT)
    values[start : start + 5] = (
        math.log1p(len(p)),
        float(-(p * np.log(np.maximum(p, 1e-12))).sum()),
        math.log1p(mean_length),
        math.log1p(spread_length),
        math.log1p(float(view.lengths.max(initial=0.0))),
    )
    root = math.sqrt(present)
    errors[start : start + 5] = (
        math.sqrt(singles + 1.0) / (len(p) + 1.0),
        (0.3 + float(values[start + 1]) * 0.2) / root,
        spread_length / (1.0 + mean_length) / root + 1e-4,
        0.7 / root,
        0.1,
    )
    q = view.quantiles(_QUANTILES)
    if q is None or total < 0.5 * present:
        return unknown
    mean = float((view.numbers * view.weights).sum() / total)
    deviation = math.sqrt(max(float(((view.numbers - mean) ** 2 * view.weights).sum() / total), 0.0))
    return Summary(values, errors, q, deviation, total)


def scalars(columns: Columns, centre: np.ndarray | float, scale: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """(M, scalars) values and sampling errors of :data:`SCALARS` (nan where unknown).

    Args:
        columns: M batches' columns.
        centre: of each column's history, or of all.
        scale: likewise, in the units of the column.
    """
    known, noise, quantiles, deviation, numbers = columns.summaries
    values, errors, root = known.copy(), noise.copy(), np.sqrt(numbers)
    middle, lower, upper, low, high = quantiles.T
    start = len(SCALARS) - len(LOCATIONS) - len(SHAPE)
    values[:, start : start + len(LOCATIONS)] = ((quantiles.T - centre) / scale).T
    own = np.maximum((upper - lower) / scale, 0.05)
    errors[:, start : start + len(LOCATIONS)] = _QUANTILE_ERROR * (own / root)[:, None] + 1e-6
    wide = high - low
    skew = np.where(wide == 0, 0.0, (low + high - 2 * middle) / np.where(wide == 0, 1.0, wide))
    size = np.abs(middle) + 1e-3 * scale
    start += len(LOCATIONS)
    values[:, start:] = np.stack(
        [
            np.log((upper - lower) / scale + 0.02),
            np.log(wide / scale + 0.02),
            skew,
            np.log(deviation / scale + 0.02),
            np.log10(size + 1e-12),
        ],
        axis=1,
    )
    errors[:, start:] = np.stack(
        [1.2 / root, 1.6 / root, 2.0 / root, 1.5 / root, 0.43 * own * scale / size / root], axis=1
    )
    return values, errors
