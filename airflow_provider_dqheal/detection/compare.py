"""Compares one batch with reference batches, column by column, on the references' own noise scale.

Every difference is set against leave-one-out differences within the references: what is usual for this column
decides what is odd. Squashing is left to the caller; here are raw measurements.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.association import ASSOCIATION
from airflow_provider_dqheal.detection.closed import CLOSED, measure_closed
from airflow_provider_dqheal.detection.distances import DISTANCES, Placed
from airflow_provider_dqheal.detection.precision import PRECISION
from airflow_provider_dqheal.detection.reference import LOCATION, MEDIAN, pace
from airflow_provider_dqheal.detection.references import References
from airflow_provider_dqheal.detection.scalars import INDEX, SCALARS, angle, surplus_z
from airflow_provider_dqheal.detection.segments import segment_sums
from airflow_provider_dqheal.detection.signs import SIGNS
from airflow_provider_dqheal.detection.spelling import SPELLING, measure_spelling
from airflow_provider_dqheal.detection.spikes import SPIKES, largest_spikes
from airflow_provider_dqheal.detection.stack import ColumnStack

PER_SCALAR = ("own", "sampling", "excess", "near")
PER_DISTANCE = ("nearest", "excess", "mean_excess")
LABELS: tuple[str, ...] = (
    *(f"spike_{kind}_{what}" for kind in SPIKES for what in ("z", "share")),
    "spike_loo",
    "unseen_share",
    "unseen_loo",
    "unseen_z",
    "dropped_share",
    "dropped_loo",
    "form_share",
    "form_loo",
    "form_z",
    "parse_fail",
    "parse_loo",
    "parse_z",
    "decimal_fail",
    "decimal_z",
    "whole_decimal",
    "odd_form",
    "odd_form_z",
    "missing_share",
    "missing_max",
    "missing_z",
    "missing_less_z",
    "near_share",
    "near_loo",
    "near_z",
    "past_share",
    "past_loo",
    "past_z",
)
CONTEXT: tuple[str, ...] = (
    "is_number",
    "is_date",
    "is_bool",
    "is_moving",
    "is_constant",
    "is_unique",
    "log_distinct",
    "distinct_ratio",
    "usual_missing",
    "usual_length",
    "history",
    "log_rows",
    "log_usual_rows",
    "typed",
)
BY_TABLE: tuple[str, ...] = (*SIGNS, *PRECISION, *ASSOCIATION)
"""Measurements of a column that are made for all columns of a table together, see ``features``."""

FEATURES: tuple[str, ...] = (
    *(f"{scalar}.{what}" for scalar in SCALARS for what in PER_SCALAR),
    *(f"{distance}.{what}" for distance in DISTANCES for what in PER_DISTANCE),
    *LABELS,
    *CLOSED,
    *SPELLING,
    *CONTEXT,
    *BY_TABLE,
)
AT = {name: i for i, name in enumerate(FEATURES)}
_SOFT = np.asarray([0.03, 0.03, 0.5, 0.03, 1.0, 0.01, 0.02, *[0.002] * 6, 0.1, 0.1, 0.002, 0.002, 0.1, 0.1])
"""Per distance, what is added before a ratio is taken: differences below it are no news."""

_FLOOR = 1e-8
_LOG_ROWS = CONTEXT.index("log_rows")
_NUMBER, _INT = INDEX["number"], INDEX["int"]


@dataclass(frozen=True, eq=False)
class Judged:
    """C columns of one batch in the terms of a stack; ``position`` is its place in time (N for the batch after).

    ``scalar``/``error`` (C, scalars), ``distance`` (C, distances, n) from the reference batches. Shares (C): ``near``
    of the rows that are a slip of the pen away from a frequent value, ``past`` behind the batch before,
    ``whole_decimal`` of the present cells that are a whole number with a decimal point.
    """

    position: int
    columns: tuple[ColumnStack, ...]
    placed: Placed
    scalar: np.ndarray
    error: np.ndarray
    distance: np.ndarray
    near: np.ndarray
    past: np.ndarray
    whole_decimal: np.ndarray


def measure(judged: Judged, against: References) -> np.ndarray:
    """(C, features) raw measurements of columns, but :data:`BY_TABLE`; unknown ones are 0 (no evidence)."""
    scalar, error = judged.scalar.copy(), judged.error.copy()
    _go_on(judged, against, scalar, error)
    context = against.context.copy()
    context[:, _LOG_ROWS] = np.log1p(judged.placed.columns.rows)
    parts = [
        _scalar_part(scalar, error, against),
        _distance_part(judged.distance, against),
        _label_part(judged, scalar, against),
        context,
        np.zeros((len(context), len(BY_TABLE))),
    ]
    return np.concatenate(parts, axis=1)


def _go_on(judged: Judged, against: References, scalar: np.ndarray, error: np.ndarray) -> None:
    """Turns levels of moving columns into their steps from the reference batch before, and centres their quantiles."""
    rows = np.flatnonzero(against.moving)
    if not len(rows):
        return
    index, position = against.index, judged.position
    before = index[index < position]
    origin = int(before[-1]) if len(before) else int(index[0])
    columns = [judged.columns[row] for row in rows.tolist()]
    pace_of = np.asarray([column.step * column.direction for column in columns])
    level = scalar[rows, MEDIAN]
    step = (level - [column.scalar[origin, MEDIAN] for column in columns]) / (position - origin)
    scalar[rows[:, None], LOCATION] -= level[:, None]
    scalar[rows, MEDIAN] = pace(step / pace_of)
    error[rows, MEDIAN] = 1.0
    scalar[rows, INDEX["magnitude"]] = 0.0


def _scalar_part(scalar: np.ndarray, error: np.ndarray, against: References) -> np.ndarray:
    """(C, scalars * 4) how far each scalar is from its history, by :data:`PER_SCALAR`."""
    count = against.count
    known = np.isfinite(scalar) & (count > 1)
    delta = np.where(known, scalar - against.mean, 0.0)
    own_error = np.where(np.isfinite(error), error, 0.0) ** 2
    usual = own_error + against.shared
    own = delta / np.sqrt(against.beyond + usual + _FLOOR)
    freedom = count + 1.0
    own = np.sign(own) * np.sqrt(freedom * np.log1p(own**2 / freedom))
    sampling = delta / np.sqrt(usual + _FLOOR)
    root = np.sqrt(own_error + against.sampling + _FLOOR)
    excess = np.log((np.abs(delta) + root) / (against.record + root))
    gaps = np.fmin.reduce(np.abs(against.centred - scalar[:, None]), axis=1, initial=np.inf)
    near = np.where(np.isfinite(gaps), gaps, 0.0) / root
    parts = np.where(known[:, :, None], np.stack([own, sampling, excess, near], axis=2), 0.0)
    return parts.reshape(len(parts), -1)


def _distance_part(distance: np.ndarray, against: References) -> np.ndarray:
    """(C, distances * 3) how far the reference batches are, by :data:`PER_DISTANCE`."""
    there = np.isfinite(distance)
    counts = there.sum(axis=2)
    some = counts > 0
    nearest = np.where(some, np.where(there, distance, np.inf).min(axis=2, initial=np.inf), 0.0)
    average = np.where(there, distance, 0.0).sum(axis=2) / np.maximum(counts, 1)
    excess = np.where(some, np.log((nearest + _SOFT) / (against.nearest + _SOFT)), 0.0)
    mean_excess = np.where(some, np.log((average + _SOFT) / (against.average + _SOFT)), 0.0)
    return np.stack([nearest, excess, mean_excess], axis=2).reshape(len(distance), -1)


def _label_part(judged: Judged, scalar: np.ndarray, against: References) -> np.ndarray:
    """(C, measurements) :data:`LABELS`, :data:`CLOSED` and :data:`SPELLING`."""
    placed, columns = judged.placed, judged.placed.columns
    rows, cells = np.maximum(columns.rows, 1.0), columns.present
    present = np.maximum(cells, 1.0)
    root = np.sqrt(rows * against.usual_rows / (rows + against.usual_rows))
    unseen, dropped, shares = _moved_values(placed, against)
    form, odd = _new_forms(judged, against)
    judgeable = against.typed & (cells > 0)
    fail = np.where(judgeable, 1.0 - _share_of(scalar[np.arange(len(scalar)), against.kind]), 0.0)
    fail_loo = np.where(judgeable, against.fails, 0.0)
    as_whole = judgeable & against.whole
    decimal = np.where(as_whole, np.maximum(_share_of(scalar[:, _NUMBER]) - _share_of(scalar[:, _INT]), 0.0), 0.0)
    missing = 1.0 - cells / rows
    usual_missing = np.maximum(against.missing_high, 0.25 / rows)
    now, high, low = angle(np.stack([missing, usual_missing, against.missing_low]))
    unseen_z, near_z, form_z, odd_z, fail_z, decimal_z, past_z = surplus_z(
        np.stack([unseen, judged.near, form, odd, fail, decimal, judged.past]),
        np.stack([against.unseen, against.near, against.form, against.form, fail_loo, against.decimals, against.past]),
        np.stack([rows, rows, present, present, present, present, present]),
    )
    measured = [
        against.spike,
        unseen,
        against.unseen,
        unseen_z,
        dropped,
        against.dropped,
        form,
        against.form,
        form_z,
        fail,
        fail_loo,
        np.where(judgeable, np.maximum(fail_z, 0.0), 0.0),
        decimal,
        np.where(as_whole, np.maximum(decimal_z, 0.0), 0.0),
        judged.whole_decimal,
        odd,
        np.maximum(odd_z, 0.0),
        missing,
        against.missing_high,
        np.maximum((now - high) * root, 0.0),
        np.maximum((low - now) * root, 0.0),
        judged.near,
        against.near,
        np.maximum(near_z, 0.0),
        judged.past,
        against.past,
        np.maximum(past_z, 0.0),
    ]
    both = zip(columns.views, against.each, strict=True)
    parts = [
        largest_spikes(judged.columns, placed, root, against),
        np.asarray(measured).T,
        measure_closed(against.lists, shares, unseen_z, root, present, columns.repeats),
        np.asarray([measure_spelling(view.pairs, one.spelling) for view, one in both]),
    ]
    return np.concatenate(parts, axis=1)


def _moved_values(placed: Placed, against: References) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(C,) shares of rows with values that no reference batch has, and of usual ones that this batch lacks.

    Also (labels,) the share of rows of each label of the history, column after column.
    """
    columns = placed.columns
    known = placed.at >= 0
    owner = columns.owner[known]
    at = placed.at[known] + against.label_starts[owner]
    found = columns.rounded[known]
    shares = np.zeros(len(against.peak), dtype=np.float32)
    shares[at] = found
    fresh = segment_sums(np.where(columns.valued & ~known, columns.shares, 0.0), columns.label_sizes)
    valued = found * columns.valued[known].astype(float)
    kept, gone, there = segment_sums(
        np.stack([valued, np.where(against.peak[at] > 0, 0.0, valued), against.average_share[at]]),
        np.bincount(owner, minlength=len(columns)),
    )
    unseen = (fresh + gone) / np.maximum(kept + fresh, 1e-9)
    dropped = np.maximum(against.usual_share - there, 0.0)
    return np.where(against.moving, 0.0, unseen), np.where(against.moving, 0.0, dropped), shares


def _new_forms(judged: Judged, against: References) -> tuple[np.ndarray, np.ndarray]:
    """(C,) shares of present cells in a form that no reference batch has, and in one unlike all of the history."""
    placed, columns = judged.placed, judged.placed.columns
    known = placed.form_at >= 0
    seen = known.copy()
    owner = columns.form_owner
    seen[known] = against.form_seen[(placed.form_at + against.form_starts[owner])[known]]
    form = segment_sums(np.where(known, 0.0, columns.form_shares), columns.form_sizes)
    gone = known & ~seen
    for row in np.unique(owner[gone]).tolist() if gone.any() else ():
        # Summed as the record of the history is, in single precision: equal shares are to be equal.
        form[row] += columns.form_shares[gone & (owner == row)].astype(np.float32).sum()
    odd = np.zeros(len(columns))
    for place in np.flatnonzero(~known).tolist():
        row = int(owner[place])
        if not _familiar(columns.forms[place], judged.columns[row].form_labels):
            odd[row] += columns.form_shares[place]
    return form, odd


def _familiar(form: str, known: dict[str, int]) -> bool:
    """Whether a shape differs from a known one by its sign only, or by decimals where both are numbers."""
    bare = form.lstrip("-")
    return bare in known or "-" + bare in known or (bare in ("9", "9.9") and ("9" in known or "9.9" in known))


def _share_of(scalar: np.ndarray) -> np.ndarray:
    """(C,) shares back from the arcsine scale; 1 where unknown."""
    return np.where(np.isfinite(scalar), np.sin(scalar / 2.0) ** 2, 1.0)
