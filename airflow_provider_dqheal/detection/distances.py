"""How far batches of a column are from each other: their numbers, mixes of values, literal forms and lengths.

Many batches are compared at once, each with as many others: the columns of a new batch with their histories, or the
batches of one column with each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

import numpy as np

from airflow_provider_dqheal.detection.mixture import Mix, Tallies, mix_distances
from airflow_provider_dqheal.detection.segments import segment_sums, sizes_of
from airflow_provider_dqheal.detection.view import GRID, LENGTHS, ColumnView

DISTANCES: tuple[str, ...] = (
    "wasserstein",
    "centred",
    "kolmogorov",
    "values",
    "value_chi",
    "shapes",
    "lengths",
    "above",
    "below",
    "far_above",
    "far_below",
    "gross_above",
    "gross_below",
    "reach_above",
    "reach_below",
    "log_above",
    "log_below",
    "reach_log_above",
    "reach_log_below",
)
"""Distances of a batch (the one that is judged) from another one; higher = further."""

AT = {name: i for i, name in enumerate(DISTANCES)}
_MARGINS = (0.0, 0.5, 3.0)
_LOG_MARGIN = _MARGINS[1]
_MIDDLE = GRID // 2
_FARTHEST = 50.0
"""Bound on a difference of quantiles, in units of the column's spread."""


@dataclass(frozen=True, eq=False)
class Placed:
    """A batch's column in the terms of a history.

    ``at`` (labels) is the place of each of the batch's labels among the history's, or -1; ``form_at`` (forms) likewise
    of its literal forms, with ``form_share`` of the present cells.
    """

    view: ColumnView
    at: np.ndarray
    form_at: np.ndarray
    form_share: np.ndarray

    @classmethod
    def of(cls, view: ColumnView, labels: dict[str, int], forms: dict[str, int]) -> Placed:
        """Looks up a column's labels and forms."""
        at, form_at = (
            np.fromiter(map(known.get, own, repeat(-1)), dtype=int, count=len(own))
            for known, own in ((labels, view.labels), (forms, view.shapes))
        )
        return cls(view, at, form_at, np.asarray(list(view.shapes.values()), dtype=float) / max(view.present, 1.0))


@dataclass(frozen=True, eq=False)
class Batches:
    """N batches of one column, as others are compared with them.

    ``scale``: the spread of the column; ``moving``: its level goes on from batch to batch, so numbers are compared by
    their distance from the median. ``mix`` (N, V) share of the present cells of each value, ``forms`` (N, P) of each
    form.
    """

    views: tuple[ColumnView | None, ...]
    scale: float
    moving: bool
    mix: np.ndarray
    forms: np.ndarray

    @cached_property
    def present(self) -> np.ndarray:
        """(N,) present cells; nan where a batch lacks the column."""
        return np.asarray([np.nan if view is None else view.present for view in self.views])

    @cached_property
    def tallies(self) -> Tallies:
        """How many values of each batch have which share."""
        return Tallies.joined([Tallies.of(np.zeros(0)) if view is None else view.tally for view in self.views])

    @cached_property
    def quantile(self) -> np.ndarray:
        """(N, GRID) quantiles of the numbers; nan without numbers."""
        return np.stack([_quantiles(view, self.moving) for view in self.views])

    @cached_property
    def lengths(self) -> np.ndarray:
        """(N, ...) log quantiles of the lengths; nan without values."""
        return np.stack([_lengths(view) for view in self.views])

    @cached_property
    def ends(self) -> np.ndarray:
        """(2, N) the smallest and the largest number; nan without numbers."""
        ends = [
            (np.nan, np.nan) if view is None or not len(view.numbers) else (view.numbers[0], view.numbers[-1])
            for view in self.views
        ]
        return np.asarray(ends).T - [_level(view, self.moving) for view in self.views]


class Rivals:
    """The N batches that each of M batches is compared with, side by side."""

    def __init__(self, each: Sequence[Batches]) -> None:
        self.each = tuple(each)
        self.present = np.stack([one.present for one in each])
        self.quantile = np.stack([one.quantile for one in each])
        self.lengths = np.stack([one.lengths for one in each])
        self.moving = np.asarray([one.moving for one in each])
        self.scale = np.asarray([one.scale for one in each])[:, None]
        self.forms = np.concatenate([one.forms for one in each], axis=1)
        self.form_sizes = sizes_of([one.forms for one in each])
        self.low, self.high = np.stack([one.ends for one in each], axis=1)
        middle = self.quantile[:, :, _MIDDLE]
        reach = np.maximum(self.scale, 1e-12)
        self.up = np.maximum(self.high - middle, reach)
        self.down = np.maximum(middle - self.low, reach)
        # Factors are looked at where all numbers of all batches are positive.
        known = np.isfinite(self.low)
        self.positive = ~self.moving & known.any(axis=1) & (np.where(known, self.low, np.inf).min(axis=1) > 0)
        factors = self.positive[:, None] & known
        high, low, middle = (np.where(factors, one, np.nan) for one in (self.high, self.low, middle))
        self.log_up, self.log_down = np.maximum(np.log(high / middle), 0.1), np.maximum(np.log(middle / low), 0.1)
        above = [self.high + margin * self.up for margin in _MARGINS]
        below = [self.low - margin * self.down for margin in _MARGINS]
        above.append(high * np.exp(_LOG_MARGIN * self.log_up))
        below.append(low * np.exp(-_LOG_MARGIN * self.log_down))
        self.above = np.concatenate([self.quantile, np.stack(above, axis=2)], axis=2)
        """(M, N, GRID + 4) quantiles, and the bounds above which numbers are far."""
        self.below = np.concatenate([self.quantile, np.stack(below, axis=2)], axis=2)
        """(M, N, GRID + 4) quantiles, and the bounds below which numbers are far."""


def distances(judged: Sequence[Placed], rivals: Rivals) -> np.ndarray:
    """(M, distances, N) distances of M batches from N others each (:data:`DISTANCES`); nan where undefined."""
    result = np.full((len(judged), len(DISTANCES), rivals.present.shape[1]), np.nan)
    if not len(judged):
        return result
    views = [one.view for one in judged]
    present = np.asarray([view.present for view in views])
    still = [i for i, view in enumerate(views) if view.rows and not rivals.moving[i]]
    if still:
        mixes = [_mix(judged[i], rivals.each[i]) for i in still]
        result[still, AT["values"] : AT["value_chi"] + 1] = mix_distances(mixes, present[still], rivals.present[still])
    result[:, AT["shapes"]] = _form_distances(judged, rivals)
    lengths = np.stack([_lengths(view) for view in views])
    result[:, AT["lengths"]] = np.abs(lengths[:, None] - rivals.lengths).mean(axis=2)
    numeric = [i for i, view in enumerate(views) if len(view.numbers)]
    if numeric:
        result[numeric, : AT["kolmogorov"]] = _quantile_distances(views, numeric, rivals)
        _number_distances(views, numeric, present, rivals, result)
    return result


def _mix(judged: Placed, batches: Batches) -> Mix:
    known = judged.at >= 0
    return Mix(judged.view.mix[known], batches.mix[:, judged.at[known]], judged.view.tally, batches.tallies)


def _form_distances(judged: Sequence[Placed], rivals: Rivals) -> np.ndarray:
    """(M, N) total variation of the literal forms."""
    own = np.zeros(rivals.forms.shape[1], dtype=np.float32)
    starts = np.cumsum(rivals.form_sizes) - rivals.form_sizes
    known = [one.form_at >= 0 for one in judged]
    places = [start + one.form_at[there] for start, one, there in zip(starts, judged, known, strict=True)]
    own[np.concatenate(places)] = np.concatenate(
        [one.form_share[there] for one, there in zip(judged, known, strict=True)]
    )
    new = np.asarray([float(one.form_share[~there].sum()) for one, there in zip(judged, known, strict=True)])
    return 0.5 * (segment_sums(np.abs(own - rivals.forms), rivals.form_sizes).T + new[:, None])


def _quantile_distances(views: Sequence[ColumnView], numeric: list[int], rivals: Rivals) -> np.ndarray:
    """(numeric, 2, N) mean differences of the quantiles, in units of the spread, and those around their own middle."""
    own = np.stack([_quantiles(views[i], bool(rivals.moving[i])) for i in numeric])
    gap = (own[:, None] - rivals.quantile[numeric]) / rivals.scale[numeric, :, None]
    gap = np.clip(gap, -_FARTHEST, _FARTHEST)
    centred = gap - np.median(gap, axis=2, keepdims=True)
    return np.stack([np.abs(gap).mean(axis=2), np.abs(centred).mean(axis=2)], axis=1)


def _number_distances(
    views: Sequence[ColumnView], numeric: list[int], present: np.ndarray, rivals: Rivals, result: np.ndarray
) -> None:
    """Fills in what is read from where a batch's numbers lie among the others' quantiles, ends and bounds."""
    up_to, before = np.empty_like(rivals.above[numeric]), np.empty_like(rivals.below[numeric])
    first, last, least = np.empty((3, len(numeric), 1))
    for row, i in enumerate(numeric):
        view = views[i]
        numbers = view.numbers - _level(view, bool(rivals.moving[i]))
        up_to[row] = view.reach[np.searchsorted(numbers, rivals.above[i], side="right")] / view.reach[-1]
        under = view.reach[np.searchsorted(numbers, rivals.below[i], side="left")]
        first[row], last[row] = numbers[0], numbers[-1]
        start = int(np.searchsorted(numbers, 0.0, side="right")) if rivals.positive[i] else 0
        under[:, -1] = np.maximum(under[:, -1] - view.reach[start], 0.0)
        before[row] = under / view.reach[-1]
        least[row] = numbers[start] if start < len(numbers) else np.inf
    there = np.isfinite(rivals.quantile[numeric, :, 0])

    def put(name: str, values: np.ndarray) -> None:
        result[numeric, AT[name]] = np.where(there, values, np.nan)

    edges = np.arange(GRID) / GRID
    between = np.maximum(before[:, :, :GRID] - edges - 1.0 / GRID, edges - up_to[:, :, :GRID]).max(axis=2)
    mine, theirs = present[numeric, None], rivals.present[numeric]
    effective = mine * theirs / np.maximum(mine + theirs, 1.0)
    put("kolmogorov", np.maximum(between, 0.0) * np.sqrt(np.maximum(effective, 1.0)))
    for k, margin in enumerate(("", "far_", "gross_")):
        put(f"{margin}above", 1.0 - up_to[:, :, GRID + k])
        put(f"{margin}below", before[:, :, GRID + k])
    low, high = rivals.low[numeric], rivals.high[numeric]
    put("reach_above", np.log1p(np.maximum(last - high, 0.0) / rivals.up[numeric]))
    put("reach_below", np.log1p(np.maximum(low - first, 0.0) / rivals.down[numeric]))
    there &= rivals.positive[numeric, None]
    least = np.where(rivals.positive[numeric, None], least, np.inf)
    known = np.isfinite(least)
    low, high = np.where(there, low, 1.0), np.where(there, high, 1.0)
    put("log_above", np.where(known, 1.0 - up_to[:, :, -1], 0.0))
    put("log_below", np.where(known, before[:, :, -1], 0.0))
    beyond = np.log(np.maximum(last, low) / high) / rivals.log_up[numeric]
    under = np.log(low / np.minimum(least, low)) / rivals.log_down[numeric]
    put("reach_log_above", np.where(known, np.maximum(beyond, 0.0), 0.0))
    put("reach_log_below", np.where(known, np.maximum(under, 0.0), 0.0))


def _quantiles(view: ColumnView | None, moving: bool) -> np.ndarray:
    """(GRID,) of the numbers, from their level; nan without numbers."""
    if view is None or view.grid is None:
        return np.full(GRID, np.nan)
    return view.grid - _level(view, moving)


def _level(view: ColumnView | None, moving: bool) -> float:
    """The median as the quantile grid has it, where numbers are compared by their distance from it."""
    return float(view.grid[_MIDDLE]) if moving and view is not None and view.grid is not None else 0.0


def _lengths(view: ColumnView | None) -> np.ndarray:
    known = view.length_grid if view is not None else None
    return np.full(LENGTHS, np.nan) if known is None else known
