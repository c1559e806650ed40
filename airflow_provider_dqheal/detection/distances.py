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
_EDGES = np.arange(GRID) / GRID
_ABOVE, _BELOW, _REACH, _FACTORS = (
    [AT[name] - AT["above"] for name in names]
    for names in (
        ("above", "far_above", "gross_above"),
        ("below", "far_below", "gross_below"),
        ("reach_above", "reach_below"),
        ("log_above", "log_below", "reach_log_above", "reach_log_below"),
    )
)
"""Places among those from ``above`` on."""

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
        self.mix = np.ascontiguousarray(np.concatenate([one.mix for one in once.values()], axis=1).T)
        """(values, N) shares of the present cells, column after column."""
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
        with np.errstate(over="ignore"):  # beyond the largest number there is none
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
        self._numbers: Numbers | None = None

    def numbers(self, rows: np.ndarray) -> Numbers:
        """Those of ``rows`` (R), the batches that hold numbers; the last ones are kept."""
        if self._numbers is None or not np.array_equal(rows, self._numbers.rows):
            self._numbers = Numbers.of(self, rows)
        return self._numbers


@dataclass(frozen=True, eq=False)
class Numbers:
    """What the R batches ``rows`` that hold numbers are compared with, as :class:`Rivals` has it of all.

    ``rank`` (R, bounds) are places among the bounds of all of them. ``there`` (R, N): whether the other batch has
    numbers, ``factors`` (R, N) whether factors are looked at, ``known`` (R, distances, N) which distances from
    ``above`` on are defined.
    """

    rows: np.ndarray
    moving: np.ndarray
    scale: np.ndarray
    present: np.ndarray
    quantile: np.ndarray
    bounds: np.ndarray
    rank: np.ndarray
    positive: np.ndarray
    low: np.ndarray
    high: np.ndarray
    up: np.ndarray
    down: np.ndarray
    log_up: np.ndarray
    log_down: np.ndarray
    there: np.ndarray
    factors: np.ndarray
    known: np.ndarray

    @classmethod
    def of(cls, rivals: Rivals, rows: np.ndarray) -> Numbers:
        """Some rows of all."""
        rank, there = rivals.rank[rows], np.isfinite(rivals.quantile[rows, :, 0])
        factors = there & rivals.positive[rows, None]
        known = there[:, None].repeat(len(DISTANCES) - AT["above"], axis=1)
        known[:, _FACTORS] = factors[:, None]
        return cls(
            rows=rows,
            moving=rivals.moving[rows],
            scale=rivals.scale[rows],
            present=rivals.present[rows],
            quantile=rivals.quantile[rows],
            bounds=rivals.bounds[rows],
            rank=rank + np.arange(0, rank.size, max(rank.shape[1], 1))[:, None],
            positive=rivals.positive[rows],
            low=rivals.low[rows],
            high=rivals.high[rows],
            up=rivals.up[rows],
            down=rivals.down[rows],
            log_up=rivals.log_up[rows],
            log_down=rivals.log_down[rows],
            there=there,
            factors=factors,
            known=known,
        )


def distances(judged: Placed, rivals: Rivals) -> np.ndarray:
    """(M, distances, N) distances of M batches from N others each (:data:`DISTANCES`); nan where undefined."""
    columns = judged.columns
    result = np.full((len(columns), len(DISTANCES), rivals.present.shape[1]), np.nan)
    still = (columns.rows > 0) & ~rivals.moving
    if still.any():
        found = mix_distances(_mixes(judged, rivals), columns.present, rivals.present)
        result[:, AT["values"] : AT["shapes"]] = np.where(still[:, None, None], found, np.nan)
    result[:, AT["shapes"]] = _form_distances(judged, rivals)
    result[:, AT["lengths"]] = np.abs(columns.lengths[:, None] - rivals.lengths).mean(axis=2)
    numeric = np.flatnonzero(np.isfinite(columns.ends[0]))
    if len(numeric):
        numbers = rivals.numbers(numeric)
        own = columns.grid[numeric]
        levels = np.where(numbers.moving, own[:, _MIDDLE], 0.0)
        result[numeric, : AT["kolmogorov"]] = _quantile_distances(own - levels[:, None], numbers)
        result[numeric, AT["kolmogorov"]], result[numeric, AT["above"] :] = _number_distances(columns, levels, numbers)
    return result


def _mixes(judged: Placed, rivals: Rivals) -> Mixes:
    columns = judged.columns
    known = np.flatnonzero(judged.at >= 0)
    owner = columns.owner[known]
    place = judged.at[known] + rivals.mix_starts[owner]
    sizes = np.bincount(owner, minlength=len(columns))
    theirs = np.ascontiguousarray(rivals.mix.take(place, axis=0).T)
    return Mixes(columns.mix[known], sizes, theirs, columns.tally, rivals.tallies)


def _form_distances(judged: Placed, rivals: Rivals) -> np.ndarray:
    """(M, N) total variation of the literal forms."""
    columns = judged.columns
    known = judged.form_at >= 0
    starts = np.repeat(np.cumsum(rivals.form_sizes) - rivals.form_sizes, columns.form_sizes)
    own = np.zeros(rivals.forms.shape[1], dtype=np.float32)
    own[(starts + judged.form_at)[known]] = columns.form_shares[known]
    new = segment_sums(np.where(known, 0.0, columns.form_shares), columns.form_sizes)
    return 0.5 * (segment_sums(np.abs(own - rivals.forms), rivals.form_sizes).T + new[:, None])


def _quantile_distances(own: np.ndarray, numbers: Numbers) -> np.ndarray:
    """(R, 2, N) mean differences of the quantiles ``own`` (R, GRID), and those around their own middle.

    In units of the spread.
    """
    with np.errstate(over="ignore"):
        gap = (own[:, None] - numbers.quantile) / numbers.scale[:, :, None]
    gap = np.minimum(np.maximum(gap, -_FARTHEST), _FARTHEST)
    # The median of an odd number of differences.
    centred = gap - np.partition(gap, _MIDDLE, axis=2)[:, :, _MIDDLE : _MIDDLE + 1]
    return np.abs(np.stack([gap, centred], axis=1)).mean(axis=3)


def _number_distances(columns: Columns, levels: np.ndarray, numbers: Numbers) -> tuple[np.ndarray, np.ndarray]:
    """(R, N) Kolmogorov distances, and (R, distances, N) all that follow ``above``.

    They are read from where a batch's numbers, from their ``levels`` (R), lie among the others' quantiles and bounds.
    """
    rows = numbers.rows
    first, last = (columns.ends[:, rows] - levels)[:, :, None]
    least, reached = np.full((len(rows), 1), np.inf), np.zeros((len(rows), 1))
    reach = np.empty(numbers.bounds.shape)
    views = [columns.views[i] for i in rows.tolist()]
    each = zip(views, levels.tolist(), numbers.positive.tolist(), strict=True)
    for row, (view, level, positive) in enumerate(each):
        own = view.numbers - level if level else view.numbers
        view.reach.take(own.searchsorted(numbers.bounds[row]), out=reach[row], mode="clip")
        if positive:
            start = int(own.searchsorted(0.0, side="right"))
            reached[row] = view.reach[start]
            least[row] = own[start] if start < len(own) else np.inf
    reach = reach.take(numbers.rank)
    up_to, before = reach.reshape(len(rows), 2, -1, GRID + len(_MARGINS) + 1).swapaxes(0, 1)
    before[:, :, -1] = np.maximum(before[:, :, -1] - reached, 0.0)
    reach /= np.asarray([view.reach[-1] for view in views])[:, None]
    between = np.maximum(before[:, :, :GRID] - _EDGES - 1.0 / GRID, _EDGES - up_to[:, :, :GRID]).max(axis=2)
    mine, theirs = columns.present[rows, None], numbers.present
    effective = mine * theirs / np.maximum(mine + theirs, 1.0)
    apart = np.maximum(between, 0.0) * np.sqrt(np.maximum(effective, 1.0))
    found = np.empty((len(rows), len(DISTANCES) - AT["above"], theirs.shape[1]))
    found[:, _ABOVE] = (1.0 - up_to[:, :, GRID : GRID + len(_MARGINS)]).swapaxes(1, 2)
    found[:, _BELOW] = before[:, :, GRID : GRID + len(_MARGINS)].swapaxes(1, 2)
    low, high, factors = numbers.low, numbers.high, numbers.factors
    found[:, _REACH[0]] = np.log1p(np.maximum(last - high, 0.0) / numbers.up)
    found[:, _REACH[1]] = np.log1p(np.maximum(low - first, 0.0) / numbers.down)
    low, high = np.where(factors, low, 1.0), np.where(factors, high, 1.0)
    beyond = np.log(np.maximum(last, low) / high) / numbers.log_up
    under = np.log(low / np.minimum(least, low)) / numbers.log_down
    by_factor = [1.0 - up_to[:, :, -1], before[:, :, -1], np.maximum(beyond, 0.0), np.maximum(under, 0.0)]
    found[:, _FACTORS] = np.where(np.isfinite(least), by_factor, 0.0).swapaxes(0, 1)
    return np.where(numbers.there, apart, np.nan), np.where(numbers.known, found, np.nan)


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
