"""Batches of one table side by side: statistics, pairwise distances and shared vocabularies as arrays.

A stack holds the history once; the batch under test is compared with it without touching what is cached.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from airflow_provider_dqheal.detection.likeness import near_labels
from airflow_provider_dqheal.detection.scalars import SCALARS, scalars, scale_of
from airflow_provider_dqheal.detection.spelling import Spelled, leave_one_out
from airflow_provider_dqheal.detection.texts import is_missing_word
from airflow_provider_dqheal.detection.view import GRID, BatchView, ColumnView

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
"""Pairwise distances (row: the batch judged, column: the batch it is compared with); higher = further."""

MAX_VALUES = 300
_MARGINS = (0.0, 0.5, 3.0)


@dataclass(frozen=True, eq=False)
class ColumnStack:
    """One column over N batches.

    ``scalar``/``error`` (N, K); ``distance`` (D, N, N) with nan where undefined; ``shares`` (N, V) of rows and
    ``labels`` (V); ``forms`` (N, P) of present values and ``form_labels``; ``present``/``rows`` (N).
    ``medians`` (N) of the batches; ``moving``: the level goes on from batch to batch (ids, clocks). ``near`` (V): the
    place of a frequent label that a label is a slip of the pen away from, or -1; ``past`` (N): :func:`past_share`;
    ``spelled`` (N): how the texts of each batch are spelled by the others.
    """

    name: str
    views: tuple[ColumnView | None, ...]
    centre: float
    scale: float
    moving: bool
    scalar: np.ndarray
    error: np.ndarray
    quantile: np.ndarray
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


@dataclass(frozen=True, eq=False)
class Stack:
    """The history of a table: ``columns`` by name, the batches, and where each stands in time."""

    batches: tuple[BatchView, ...]
    columns: dict[str, ColumnStack]
    cache: dict[str, object] = field(default_factory=dict)


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
    scalar = np.full((size, len(SCALARS)), np.nan)
    error = np.full((size, len(SCALARS)), np.nan)
    for i, view in enumerate(views):
        if view is not None:
            scalar[i], error[i] = scalars(view, centre, scale)
    labels: dict[str, int] = {}
    form_labels: dict[str, int] = {}
    for view in there:
        for label, _ in value_shares(view):
            labels.setdefault(label, len(labels))
        for form in view.shapes:
            form_labels.setdefault(form, len(form_labels))
    shares = np.zeros((size, len(labels)), dtype=np.float32)
    forms = np.zeros((size, len(form_labels)), dtype=np.float32)
    for i, view in enumerate(views):
        if view is not None:
            for label, share in value_shares(view):
                shares[i, labels[label]] = share
            for form, count in view.shapes.items():
                forms[i, form_labels[form]] = count / max(view.present, 1.0)
    rows = np.asarray([view.rows if view else np.nan for view in views])
    present = np.asarray([view.present if view else np.nan for view in views])
    quantile = np.stack([_quantile_row(view, moving) for view in views]) if views else np.empty((0, GRID))
    distance = np.full((len(DISTANCES), size, size), np.nan)
    valued = is_value(labels)
    for i, view in enumerate(views):
        if view is not None:
            distance[:, i, :] = distances(
                view, shares[i], forms[i], views, quantile, shares, forms, scale, moving, valued
            )
            distance[:, i, i] = np.nan
    return ColumnStack(
        name, tuple(views), centre, scale, moving, scalar, error, quantile, distance, labels, valued, shares,
        (shares * valued).sum(axis=1), form_labels, forms, rows, present, medians,
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


def is_moving(medians: np.ndarray, views: list[ColumnView | None]) -> bool:
    """Whether the level goes on from batch to batch: every median beyond the one before, by about a batch's width."""
    known = np.flatnonzero(np.isfinite(medians))
    if len(known) < 3 or len(known) < len(medians) - 1:
        return False
    steps = np.diff(medians[known])
    widths = []
    for i in known:
        view = views[i]
        q = view.quantiles(np.asarray([0.1, 0.9])) if view is not None else None
        widths.append(float(q[1] - q[0]) if q is not None else 0.0)
    return bool((np.all(steps > 0) or np.all(steps < 0)) and np.median(np.abs(steps)) > 0.4 * np.median(widths))


def value_shares(view: ColumnView) -> list[tuple[str, float]]:
    """The most frequent values with their share of the rows; missing cells take part under their own labels."""
    rows = max(view.rows, 1.0)
    found = [(text, float(count) / rows) for text, count in zip(view.values[:MAX_VALUES], view.counts, strict=False)]
    found.extend((word, count / rows) for word, count in view.words.items())
    if view.empty:
        found.append(("\0empty", view.empty / rows))
    if view.null:
        found.append(("\0null", view.null / rows))
    return found


def is_value(labels: Iterable[str]) -> np.ndarray:
    """1 for labels that are values, 0 for those that stand for missing cells."""
    return np.asarray([0.0 if stands_for_missing(label) else 1.0 for label in labels])


def stands_for_missing(label: str) -> bool:
    """Whether a label of :func:`value_shares` means a missing cell."""
    return label.startswith("\0") or is_missing_word(label)


def _quantile_row(view: ColumnView | None, moving: bool) -> np.ndarray:
    q = view.grid if view is not None else None
    if q is None:
        return np.full(GRID, np.nan)
    return q - q[GRID // 2] if moving else q


def distances(
    view: ColumnView,
    shares: np.ndarray,
    forms: np.ndarray,
    others: list[ColumnView | None] | tuple[ColumnView | None, ...],
    quantile: np.ndarray,
    other_shares: np.ndarray,
    other_forms: np.ndarray,
    scale: float,
    moving: bool,
    valued: np.ndarray,
) -> np.ndarray:
    """(D, N) distances of one batch's column from each of the N others (:data:`DISTANCES`)."""
    size = len(others)
    result = np.full((len(DISTANCES), size), np.nan)
    present = np.asarray([other.present if other else np.nan for other in others])
    effective = view.present * present / np.maximum(view.present + present, 1.0)
    if not moving and view.rows:
        mine, theirs = shares * valued, other_shares * valued[None, :]
        mine = mine * (view.rows / max(view.present, 1.0))
        rows = np.asarray([other.rows if other else np.nan for other in others])
        theirs = theirs * (rows / np.maximum(present, 1.0))[:, None]
        gap = np.abs(mine[None, :] - theirs)
        result[3] = 0.5 * gap.sum(axis=1)
        pooled = effective
        both = np.maximum(view.present + present, 1.0)[:, None]
        weight = (view.present * mine[None, :] + present[:, None] * theirs) / both
        used = (mine[None, :] + theirs) > 0
        chi = (
            np.where(used, gap**2 / np.maximum(weight * (1 - np.minimum(weight, 0.9)), 1e-9), 0.0).sum(axis=1) * pooled
        )
        freedom = np.maximum(used.sum(axis=1), 1)
        result[4] = np.maximum(chi - freedom, 0.0) / np.sqrt(2.0 * freedom)
    result[5] = 0.5 * np.abs(forms[None, :] - other_forms).sum(axis=1)
    if view.length_grid is not None:
        none = np.full(len(view.length_grid), np.nan)
        theirs = np.stack([none if o is None or o.length_grid is None else o.length_grid for o in others])
        result[6] = np.abs(view.length_grid[None, :] - theirs).mean(axis=1)
    own = _quantile_row(view, moving)
    if not np.isfinite(own[0]):
        return result
    limit = np.clip((own[None, :] - quantile) / scale, -50, 50)
    result[0] = np.abs(limit).mean(axis=1)
    shifted = limit - np.median(limit, axis=1, keepdims=True)
    result[1] = np.abs(shifted).mean(axis=1)
    numbers = view.numbers - (own_median(view) if moving else 0.0)
    weights = np.concatenate([[0.0], np.cumsum(view.weights)])
    total = weights[-1]
    there = np.flatnonzero(np.isfinite(quantile[:, 0]))
    if not len(there):
        return result
    q = quantile[there]
    edges = (np.arange(GRID)) / GRID
    right = weights[np.searchsorted(numbers, q.ravel(), side="right")].reshape(q.shape) / total
    left = weights[np.searchsorted(numbers, q.ravel(), side="left")].reshape(q.shape) / total
    between = np.maximum(left - edges - 1.0 / GRID, edges - right).max(axis=1)
    result[2, there] = np.maximum(between, 0.0) * np.sqrt(np.maximum(effective[there], 1.0))
    shift = np.asarray([own_median(o) if moving and o is not None else 0.0 for o in others])[there]
    low = np.asarray([o.numbers[0] if o is not None and len(o.numbers) else np.nan for o in others])[there] - shift
    high = np.asarray([o.numbers[-1] if o is not None and len(o.numbers) else np.nan for o in others])[there] - shift
    reach = max(scale, 1e-12)
    up, down = np.maximum(high - q[:, GRID // 2], reach), np.maximum(q[:, GRID // 2] - low, reach)
    for k, margin in enumerate(_MARGINS):
        result[7 + 2 * k, there] = 1.0 - weights[np.searchsorted(numbers, high + margin * up, side="right")] / total
        result[8 + 2 * k, there] = weights[np.searchsorted(numbers, low - margin * down, side="left")] / total
    result[13, there] = np.log1p(np.maximum(numbers[-1] - high, 0.0) / up)
    result[14, there] = np.log1p(np.maximum(low - numbers[0], 0.0) / down)
    if not moving and float(low.min()) > 0:
        result[15:19, there] = _log_tails(numbers, weights, low, high, q[:, GRID // 2])
    return result


def _log_tails(
    numbers: np.ndarray, reach: np.ndarray, low: np.ndarray, high: np.ndarray, middle: np.ndarray
) -> np.ndarray:
    """(4, N) shares far above and below each other batch's range, and how far, on the scale of factors.

    ``reach`` (M + 1) is the running weight of ``numbers`` (M), ascending; the others' numbers are all positive.
    """
    first = int(np.searchsorted(numbers, 0.0, side="right"))
    if first == len(numbers):
        return np.zeros((4, len(low)))
    up = np.maximum(np.log(high / middle), 0.1)
    down = np.maximum(np.log(middle / low), 0.1)
    margin = _MARGINS[1]
    above = 1.0 - reach[np.searchsorted(numbers, high * np.exp(margin * up), side="right")] / reach[-1]
    below = (reach[np.searchsorted(numbers, low * np.exp(-margin * down), side="left")] - reach[first]) / reach[-1]
    return np.stack(
        [
            above,
            np.maximum(below, 0.0),
            np.maximum(np.log(np.maximum(numbers[-1], low) / high), 0.0) / up,
            np.maximum(np.log(low / np.minimum(numbers[first], low)), 0.0) / down,
        ]
    )


def own_median(view: ColumnView) -> float:
    """The median as the quantile grid has it."""
    return float(view.grid[GRID // 2]) if view.grid is not None else 0.0
