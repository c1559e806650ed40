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

from airflow_provider_dqheal.detection.columns import GRID, LENGTHS, Columns
from airflow_provider_dqheal.detection.mixture import Mixes, Tallies, mix_distances
from airflow_provider_dqheal.detection.segments import segment_sums, sizes_of
from airflow_provider_dqheal.detection.view import ColumnView

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
_ABOVE, _BELOW = ([AT[f"{margin}{side}"] for margin in ("", "far_", "gross_")] for side in ("above", "below"))
_FACTORS = [AT[name] for name in ("log_above", "log_below", "reach_log_above", "reach_log_below")]
_NUMERIC = [AT["kolmogorov"], *range(AT["above"], len(DISTANCES))]
_FARTHEST = 50.0
"""Bound on a difference of quantiles, in units of the column's spread."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Columns of batches in the terms of their histories.

    ``at`` (labels) is the place of each of their labels among its history's, or -1; ``form_at`` (forms) likewise of
    their literal forms.
    """

    columns: Columns
    at: np.ndarray
    form_at: np.ndarray

    @classmethod
    def of(cls, view: ColumnView, labels: dict[str, int], forms: dict[str, int]) -> Placed:
        """Looks up the labels and forms of one column."""
        at, form_at = (
            np.fromiter(map(known.get, own, repeat(-1)), dtype=int, count=len(own))
            for known, own in ((labels, view.labels), (forms, view.shapes))
        )
        return cls(Columns([view]), at, form_at)

    @classmethod
    def joined(cls, parts: Sequence[Placed]) -> Placed:
        """All columns of several, at least one."""
        views = [view for part in parts for view in part.columns.views]
        at, form_at = (np.concatenate(each) for each in zip(*((one.at, one.form_at) for one in parts), strict=True))
        return cls(Columns(views), at, form_at)


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
        # One column that is there many times, in the comparison of its own batches, is held once.
        once = {id(one): one for one in each}
        sizes = sizes_of([one.mix for one in once.values()])
        starts = dict(zip(once, (np.cumsum(sizes) - sizes).tolist(), strict=True))
        self.mix = np.concatenate([one.mix for one in once.values()], axis=1)
        """(N, values) shares of the present cells, column after column."""
        self.mix_starts = np.asarray([starts[id(one)] for one in each])
        """(M,) where the values of each begin."""
        self.tallies = Tallies.joined([one.tallies for one in each])
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
        # (M, N, GRID + 4) quantiles, and the bounds above or below which numbers are far.
        upper, lower = (np.concatenate([self.quantile, np.stack(ends, axis=2)], axis=2) for ends in (above, below))
        # Numbers up to a bound are those before the next number that there is.
        bounds = np.concatenate([np.nextafter(upper, np.inf), lower], axis=1).reshape(len(each), -1)
        order = np.argsort(bounds, axis=1)
        self.bounds = np.take_along_axis(bounds, order, axis=1)
        """(M, 2 * N * (GRID + 4)) in ascending order, so that all are looked up in one pass."""
        self.rank = np.argsort(order, axis=1)
        """Likewise: where those of the upper bounds stand, batch by batch, and then of the lower ones."""


def distances(judged: Placed, rivals: Rivals) -> np.ndarray:
    """(M, distances, N) distances of M batches from N others each (:data:`DISTANCES`); nan where undefined."""
    columns = judged.columns
    result = np.full((len(columns), len(DISTANCES), rivals.present.shape[1]), np.nan)
    still = (columns.rows > 0) & ~rivals.moving
    if still.any():
        found = mix_distances(_mixes(judged, rivals), columns.present, rivals.present)
        result[:, AT["values"] : AT["value_chi"] + 1] = np.where(still[:, None, None], found, np.nan)
    result[:, AT["shapes"]] = _form_distances(judged, rivals)
    result[:, AT["lengths"]] = np.abs(columns.lengths[:, None] - rivals.lengths).mean(axis=2)
    numeric = np.flatnonzero(np.isfinite(columns.ends[0]))
    if len(numeric):
        result[numeric, : AT["kolmogorov"]] = _quantile_distances(columns, numeric, rivals)
        _number_distances(columns, numeric, rivals, result)
    return result


def _mixes(judged: Placed, rivals: Rivals) -> Mixes:
    columns = judged.columns
    known = np.flatnonzero(judged.at >= 0)
    owner = columns.owner[known]
    place = judged.at[known] + rivals.mix_starts[owner]
    sizes = np.bincount(owner, minlength=len(columns))
    return Mixes(columns.mix[known], sizes, np.take(rivals.mix, place, axis=1), columns.tally, rivals.tallies)


def _form_distances(judged: Placed, rivals: Rivals) -> np.ndarray:
    """(M, N) total variation of the literal forms."""
    columns = judged.columns
    known = judged.form_at >= 0
    starts = np.repeat(np.cumsum(rivals.form_sizes) - rivals.form_sizes, columns.form_sizes)
    own = np.zeros(rivals.forms.shape[1], dtype=np.float32)
    own[(starts + judged.form_at)[known]] = columns.form_shares[known]
    new = segment_sums(np.where(known, 0.0, columns.form_shares), columns.form_sizes)
    return 0.5 * (segment_sums(np.abs(own - rivals.forms), rivals.form_sizes).T + new[:, None])


def _quantile_distances(columns: Columns, numeric: np.ndarray, rivals: Rivals) -> np.ndarray:
    """(numeric, 2, N) mean differences of the quantiles, in units of the spread, and those around their own middle."""
    own = columns.grid[numeric] - _levels(columns, numeric, rivals)[:, None]
    gap = (own[:, None] - rivals.quantile[numeric]) / rivals.scale[numeric, :, None]
    gap = np.clip(gap, -_FARTHEST, _FARTHEST)
    # The median of an odd number of differences.
    centred = gap - np.partition(gap, _MIDDLE, axis=2)[:, :, _MIDDLE : _MIDDLE + 1]
    return np.stack([np.abs(gap).mean(axis=2), np.abs(centred).mean(axis=2)], axis=1)


def _levels(columns: Columns, numeric: np.ndarray, rivals: Rivals) -> np.ndarray:
    """(numeric,) the medians of moving columns, as the quantile grid has them; 0 for others."""
    return np.where(rivals.moving[numeric], columns.grid[numeric, _MIDDLE], 0.0)


def _number_distances(columns: Columns, numeric: np.ndarray, rivals: Rivals, result: np.ndarray) -> None:
    """Fills in what is read from where a batch's numbers lie among the others' quantiles, ends and bounds."""
    levels = _levels(columns, numeric, rivals)
    first, last = (columns.ends[:, numeric] - levels)[:, :, None]
    least, reached = np.full((len(numeric), 1), np.inf), np.zeros((len(numeric), 1))
    reach = np.empty((len(numeric), rivals.bounds.shape[1]))
    for row, (i, level) in enumerate(zip(numeric.tolist(), levels.tolist(), strict=True)):
        view = columns.views[i]
        numbers = view.numbers - level if level else view.numbers
        view.reach.take(numbers.searchsorted(rivals.bounds[i]), out=reach[row], mode="clip")
        if rivals.positive[i]:
            start = int(numbers.searchsorted(0.0, side="right"))
            reached[row] = view.reach[start]
            least[row] = numbers[start] if start < len(numbers) else np.inf
    reach = np.take_along_axis(reach, rivals.rank[numeric], axis=1)
    up_to, before = reach.reshape(len(numeric), 2, -1, GRID + len(_MARGINS) + 1).swapaxes(0, 1)
    before[:, :, -1] = np.maximum(before[:, :, -1] - reached, 0.0)
    reach /= np.asarray([columns.views[i].reach[-1] for i in numeric.tolist()])[:, None]
    there = np.isfinite(rivals.quantile[numeric, :, 0])
    found = result[numeric]
    edges = np.arange(GRID) / GRID
    between = np.maximum(before[:, :, :GRID] - edges - 1.0 / GRID, edges - up_to[:, :, :GRID]).max(axis=2)
    mine, theirs = columns.present[numeric, None], rivals.present[numeric]
    effective = mine * theirs / np.maximum(mine + theirs, 1.0)
    found[:, AT["kolmogorov"]] = np.maximum(between, 0.0) * np.sqrt(np.maximum(effective, 1.0))
    found[:, _ABOVE] = (1.0 - up_to[:, :, GRID : GRID + len(_MARGINS)]).swapaxes(1, 2)
    found[:, _BELOW] = before[:, :, GRID : GRID + len(_MARGINS)].swapaxes(1, 2)
    low, high = rivals.low[numeric], rivals.high[numeric]
    found[:, AT["reach_above"]] = np.log1p(np.maximum(last - high, 0.0) / rivals.up[numeric])
    found[:, AT["reach_below"]] = np.log1p(np.maximum(low - first, 0.0) / rivals.down[numeric])
    factors = there & rivals.positive[numeric, None]
    known = np.isfinite(least)
    low, high = np.where(factors, low, 1.0), np.where(factors, high, 1.0)
    beyond = np.log(np.maximum(last, low) / high) / rivals.log_up[numeric]
    under = np.log(low / np.minimum(least, low)) / rivals.log_down[numeric]
    by_factor = [1.0 - up_to[:, :, -1], before[:, :, -1], np.maximum(beyond, 0.0), np.maximum(under, 0.0)]
    numbers_known = there[:, None].repeat(len(DISTANCES), axis=1)
    numbers_known[:, _FACTORS] = factors[:, None]
    found[:, _FACTORS] = np.where(known[:, None], np.stack(by_factor, axis=1), 0.0)
    keep = np.ones(len(DISTANCES), dtype=bool)
    keep[_NUMERIC] = False
    result[numeric] = np.where(numbers_known | keep[:, None], found, np.nan)


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
