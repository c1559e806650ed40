"""Batches of one table side by side: statistics, pairwise distances and shared vocabularies as arrays.

A stack holds the history once; the batch under test is compared with it without touching what is cached.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar, cast

import numpy as np

from airflow_provider_dqheal.detection.distances import DISTANCES, Batches, Placed, Rivals, distances
from airflow_provider_dqheal.detection.likeness import near_labels, slip_index
from airflow_provider_dqheal.detection.scalars import INDEX, SCALARS, scalars, scale_of
from airflow_provider_dqheal.detection.spelling import Spelled, leave_one_out
from airflow_provider_dqheal.detection.texts import stands_for_missing
from airflow_provider_dqheal.detection.view import BatchView, ColumnView

T = TypeVar("T")

_NEARLY_ALL = 0.9
_MOST_ALIGNED = 40


@dataclass(frozen=True, eq=False)
class ColumnStack:
    """One column over N batches.

    ``placed`` (N): each batch in the terms of all; ``batches``: them as others are compared with them.
    ``scalar``/``error`` (N, K); ``distance`` (D, N, N) with nan where undefined; ``shares`` (N, V) of rows and
    ``labels`` (V); ``forms`` (N, P) of present values and ``form_labels``; ``present``/``rows`` (N).
    ``medians`` (N) of the batches; ``moving``: the level goes on from batch to batch (ids, clocks). ``near`` (V): the
    place of a frequent label that a label is a slip of the pen away from, or -1; ``past`` (N): :func:`past_share`;
    ``spelled`` (N): how the texts of each batch are spelled by the others.
    """

    name: str
    views: tuple[ColumnView | None, ...]
    placed: tuple[Placed | None, ...]
    batches: Batches
    centre: float
    scale: float
    moving: bool
    scalar: np.ndarray
    error: np.ndarray
    distance: np.ndarray
    labels: dict[str, int]
    valued: np.ndarray
    shares: np.ndarray
    kept: np.ndarray
    form_labels: dict[str, int]
    forms: np.ndarray
    rows: np.ndarray
    present: np.ndarray
    medians: np.ndarray
    low: float
    high: float
    near: np.ndarray
    past: np.ndarray
    spelled: tuple[Spelled, ...]

    def is_all(self, temporal: bool) -> bool:
        """Whether nearly all values of each batch that has any are dates (``temporal``), or numbers."""
        views = [view for view in self.views if view is not None and view.present > 0]
        return bool(views) and all(
            view.temporal == temporal and view.weights.sum() > _NEARLY_ALL * view.present for view in views
        )

    @cached_property
    def direction(self) -> float:
        """1 where the level of a moving column rises, -1 where it falls."""
        return -1.0 if np.nansum(np.diff(self.scalar[:, INDEX["median"]])) < 0 else 1.0

    @cached_property
    def step(self) -> float:
        """The median step of the level from batch to batch, at least a positive number."""
        steps = np.abs(np.diff(self.scalar[:, INDEX["median"]]))
        steps = steps[np.isfinite(steps)]
        return float(np.median(steps)) if len(steps) and np.median(steps) > 0 else 1.0

    @cached_property
    def levels(self) -> np.ndarray:
        """The medians of the batches that hold numbers."""
        return self.medians[np.isfinite(self.medians)]

    @cached_property
    def never_fell(self) -> bool:
        """Whether the level fell from no batch to the next."""
        return bool(np.all(np.diff(self.levels) >= 0))

    @cached_property
    def goes_on(self) -> bool:
        """Whether the level rose over the history and never fell from batch to batch, by however little."""
        return len(self.levels) >= 3 and bool(self.levels[-1] > self.levels[0]) and self.never_fell

    @cached_property
    def width(self) -> float:
        """How far the middle four fifths of a batch reach, usually."""
        widths = [width for view in self.views if (width := width_of(view)) is not None]
        return float(np.median(widths)) if widths else 0.0

    @cached_property
    def slips(self) -> dict[str, int]:
        """From a word, or one that lost a letter, to the place of the frequent label it stands for."""
        return slip_index(list(self.labels), self.shares.mean(axis=0))


@dataclass(frozen=True, eq=False)
class Stack:
    """The history of a table: ``columns`` by name, the batches, and where each stands in time."""

    batches: tuple[BatchView, ...]
    columns: dict[str, ColumnStack]
    cache: dict[str, object] = field(default_factory=dict)

    def all_of(self, temporal: bool) -> tuple[str, ...]:
        """The columns of dates (``temporal``), or of numbers, whose rows are set against each other."""
        return tuple(name for name, column in self.columns.items() if column.is_all(temporal))[:_MOST_ALIGNED]

    def once(self, make: Callable[[Stack], T]) -> T:
        """What ``make`` makes of the history, made when it is first asked for and kept under the function's name."""
        key = f"{make.__module__}.{make.__qualname__}"
        if key not in self.cache:
            self.cache[key] = make(self)
        return cast(T, self.cache[key])

    def changed(self, names: Collection[str], change: Callable[[ColumnView], ColumnView]) -> Stack:
        """The history with some of its columns changed, made once for the same names and function (by its name)."""
        if not names:
            return self
        key = f"{change.__module__}.{change.__qualname__}({sorted(names)})"
        if key not in self.cache:
            self.cache[key] = build_stack([batch.changed(names, change) for batch in self.batches])
        return cast(Stack, self.cache[key])


def build_stack(batches: list[BatchView]) -> Stack:
    """The stack of a history, oldest first; a column takes part when at least half of the batches have it."""
    names: dict[str, int] = {}
    for batch in batches:
        for name, _ in batch.schema:
            names[name] = names.get(name, 0) + 1
    columns = {
        name: _column(name, [batch.columns.get(name) for batch in batches])
        for name, count in names.items()
        if count * 2 >= len(batches)
    }
    return Stack(tuple(batches), columns)


def _column(name: str, views: list[ColumnView | None]) -> ColumnStack:
    there = [view for view in views if view is not None]
    centre, scale = scale_of(there)
    size = len(views)
    medians = np.asarray([_median(view) for view in views])
    moving = is_moving(medians, views)
    labels: dict[str, int] = {}
    form_labels: dict[str, int] = {}
    for view in there:
        for label in view.labels:
            labels.setdefault(label, len(labels))
        for form in view.shapes:
            form_labels.setdefault(form, len(form_labels))
    placed = [Placed.of(view, labels, form_labels) if view is not None else None for view in views]
    shares = np.zeros((size, len(labels)), dtype=np.float32)
    forms = np.zeros((size, len(form_labels)), dtype=np.float32)
    mix = np.zeros((size, len(labels)))
    for i, one in enumerate(placed):
        if one is not None:
            shares[i, one.at], mix[i, one.at] = one.columns.shares, one.columns.mix
            forms[i, one.form_at] = one.columns.form_shares
    known = [i for i, view in enumerate(views) if view is not None]
    scalar = np.full((size, len(SCALARS)), np.nan)
    error = np.full((size, len(SCALARS)), np.nan)
    together = Placed.joined([one for one in placed if one is not None])
    scalar[known], error[known] = scalars(together.columns, centre, scale)
    batches = Batches(tuple(views), scale, moving, mix, forms)
    distance = np.full((len(DISTANCES), size, size), np.nan)
    distance[:, known] = distances(together, Rivals([batches] * len(known))).swapaxes(0, 1)
    distance[:, range(size), range(size)] = np.nan
    valued = np.asarray([0.0 if stands_for_missing(label) else 1.0 for label in labels])
    return ColumnStack(
        name, tuple(views), tuple(placed), batches, centre, scale, moving, scalar, error, distance, labels, valued,
        shares, (shares * valued).sum(axis=1), form_labels, forms,
        np.asarray([view.rows if view else np.nan for view in views]), batches.present, medians,
        min((float(view.numbers[0]) for view in there if len(view.numbers)), default=0.0),
        max((float(view.numbers[-1]) for view in there if len(view.numbers)), default=0.0),
        near_labels(list(labels), shares.mean(axis=0) if size else np.zeros(0)),
        np.asarray([past_share(view, medians, i) if moving else 0.0 for i, view in enumerate(views)]),
        leave_one_out([view.pairs if view is not None else None for view in views]),
    )  # fmt: skip


def past_share(view: ColumnView | None, medians: np.ndarray, position: int) -> float:
    """Share of a batch's numbers on the wrong side of the median of the batch before, in a column that moves on."""
    before = medians[:position][np.isfinite(medians[:position])]
    if view is None or not len(view.numbers) or len(before) < 2:
        return 0.0
    forward = before[-1] >= before[0]
    behind = view.numbers < before[-1] if forward else view.numbers > before[-1]
    return float(view.weights[behind].sum() / view.weights.sum())


def _median(view: ColumnView | None) -> float:
    q = view.quantiles(np.asarray([0.5])) if view is not None else None
    return float(q[0]) if q is not None else np.nan


def width_of(view: ColumnView | None) -> float | None:
    """How far the middle four fifths of a batch's numbers reach; None without numbers."""
    q = view.quantiles(np.asarray([0.1, 0.9])) if view is not None else None
    return float(q[1] - q[0]) if q is not None else None


def is_moving(medians: np.ndarray, views: list[ColumnView | None]) -> bool:
    """Whether the level goes on from batch to batch: every median beyond the one before, by about a batch's width."""
    known = np.flatnonzero(np.isfinite(medians))
    if len(known) < 3 or len(known) < len(medians) - 1:
        return False
    steps = np.diff(medians[known])
    widths = [width_of(views[i]) or 0.0 for i in known]
    return bool((np.all(steps > 0) or np.all(steps < 0)) and np.median(np.abs(steps)) > 0.4 * np.median(widths))
