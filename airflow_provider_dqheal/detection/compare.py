"""Compares one batch with reference batches, column by column, on the references' own noise scale.

Every difference is set against leave-one-out differences within the references: what is usual for this column
decides what is odd. Squashing is left to the caller; here are raw measurements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.association import ASSOCIATION
from airflow_provider_dqheal.detection.closed import CLOSED, measure_closed
from airflow_provider_dqheal.detection.reference import LOCATION, MEDIAN, Reference, direction, pace, usual_step
from airflow_provider_dqheal.detection.scalars import INDEX, SCALARS, angle, surplus_z
from airflow_provider_dqheal.detection.spelling import SPELLING, Pairs, measure_spelling
from airflow_provider_dqheal.detection.stack import DISTANCES, ColumnStack, stands_for_missing

PER_SCALAR = ("own", "sampling", "excess", "near")
PER_DISTANCE = ("nearest", "excess", "mean_excess")
SPIKES = ("any", "missing", "unseen", "zero", "sentinel", "extreme", "central", "first", "usual")
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
FEATURES: tuple[str, ...] = (
    *(f"{scalar}.{what}" for scalar in SCALARS for what in PER_SCALAR),
    *(f"{distance}.{what}" for distance in DISTANCES for what in PER_DISTANCE),
    *LABELS,
    *CLOSED,
    *SPELLING,
    *CONTEXT,
    *ASSOCIATION,
)
AT = {name: i for i, name in enumerate(FEATURES)}
_MEASURED = len(LABELS) + len(CLOSED) + len(SPELLING)
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


@dataclass(frozen=True, eq=False)
class Judged:
    """One batch's column in the terms of a stack: ``position`` is its place in time (N for the batch after)."""

    position: int
    scalar: np.ndarray
    error: np.ndarray
    distance: np.ndarray
    shares: np.ndarray
    extra: tuple[tuple[str, float], ...]
    forms: np.ndarray
    new_forms: tuple[tuple[str, float], ...]
    rows: float
    present: float
    whole_decimal: float = 0.0
    near: float = 0.0
    past: float = 0.0
    repeat: float = 0.0
    pairs: Pairs | None = None


def measure(stack: ColumnStack, judged: Judged, against: Reference) -> np.ndarray:
    """The raw measurements :data:`FEATURES` of one column, but its associations; unknown ones are 0 (no evidence)."""
    out = np.zeros(len(FEATURES))
    scalar, error = judged.scalar.copy(), judged.error
    if stack.moving:
        level = scalar[MEDIAN]
        scalar[LOCATION] -= level
        before = against.index[against.index < judged.position]
        origin = int(before[-1]) if len(before) else int(against.index[0])
        gap = max(abs(judged.position - origin), 1)
        step = (level - stack.scalar[origin, MEDIAN]) / gap
        scalar[MEDIAN] = float(
            pace((step if judged.position > origin else -step) / usual_step(stack) * direction(stack))
        )
        error = error.copy()
        error[MEDIAN] = 1.0
        scalar[INDEX["magnitude"]] = 0.0
    count = against.count
    known = np.isfinite(scalar) & (count > 1)
    delta = np.where(known, scalar - against.mean, 0.0)
    own_error = np.where(np.isfinite(error), error, 0.0) ** 2
    floor = 1e-8
    between = np.maximum((against.variance * (count - 1) + 2.0 * against.sampling) / (count + 1.0), against.sampling)
    extra = np.maximum(between - against.sampling, 0.0) * (1 + 1 / np.maximum(count, 1))
    usual = own_error + against.sampling / np.maximum(count, 1)
    own = delta / np.sqrt(extra + usual + floor)
    freedom = count + 1.0
    own = np.sign(own) * np.sqrt(freedom * np.log1p(own**2 / freedom))
    sampling = delta / np.sqrt(usual + floor)
    root = np.sqrt(own_error + against.sampling + floor)
    excess = np.log((np.abs(delta) + root) / (against.record + root))
    gaps = np.where(np.isfinite(against.centred), np.abs(against.centred - scalar), np.inf).min(axis=0, initial=np.inf)
    near = np.where(known & np.isfinite(gaps), gaps, 0.0) / root
    out[: 4 * len(SCALARS)] = np.stack(
        [np.where(known, part, 0.0) for part in (own, sampling, excess, near)], axis=1
    ).ravel()
    base = 4 * len(SCALARS)
    block = judged.distance[:, against.index]
    there = np.isfinite(block)
    some = there.any(axis=1)
    nearest = np.where(some, np.where(there, block, np.inf).min(axis=1, initial=np.inf), 0.0)
    average = np.where(there, block, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    soft = _SOFT
    part = np.stack(
        [
            nearest,
            np.where(some, np.log((nearest + soft) / (against.nearest[:, 0] + soft)), 0.0),
            np.where(some, np.log((average + soft) / (against.average[:, 0] + soft)), 0.0),
        ],
        axis=1,
    )
    out[base : base + part.size] = part.ravel()
    out[base + part.size : base + part.size + _MEASURED] = _label_part(stack, judged, against)
    context = against.context.copy()
    context[11] = np.log1p(judged.rows)
    end = len(FEATURES) - len(ASSOCIATION)
    out[end - len(CONTEXT) : end] = context
    return out


_SOFT = np.asarray([0.03, 0.03, 0.5, 0.03, 1.0, 0.01, 0.02, *[0.002] * 6, 0.1, 0.1, 0.002, 0.002, 0.1, 0.1])


def _label_part(stack: ColumnStack, judged: Judged, against: Reference) -> list[float]:
    rows = max(judged.rows, 1.0)
    present = max(judged.present, 1.0)
    usual_rows = float(np.nanmean(stack.rows[against.index])) if len(against.index) else 1.0
    root = float(np.sqrt(rows * usual_rows / (rows + usual_rows)))
    peak = against.peak
    floor = 0.5 / max(usual_rows, 1.0)
    gain = (angle(judged.shares) - angle(np.maximum(peak, floor))) * root if len(peak) else np.zeros(0)
    spikes = dict.fromkeys(SPIKES, (0.0, 0.0))

    def offer(kind: str, z: float, share: float) -> None:
        if z > spikes[kind][0]:
            spikes[kind] = (z, share)

    names = list(stack.labels)
    for i in np.flatnonzero(gain > 1.0).tolist():
        share = float(judged.shares[i] - peak[i])
        for kind in (*kinds_of(names[i], stack, bool(peak[i] > 0)), *against.place_of(i)):
            offer(kind, float(gain[i]), share)
    fresh_gain = (angle(np.asarray([share for _, share in judged.extra])) - angle(floor)) * root
    for i in np.flatnonzero(fresh_gain > 1.0).tolist():
        label, share = judged.extra[i]
        for kind in kinds_of(label, stack, False):
            offer(kind, float(fresh_gain[i]), share)
    fresh = sum(share for label, share in judged.extra if not stands_for_missing(label))
    kept = max(float((judged.shares * stack.valued).sum()) + fresh, 1e-9)
    unseen = fresh + float((judged.shares * stack.valued)[~against.seen].sum() if len(peak) else 0.0)
    unseen /= kept
    dropped = float(against.average_share[judged.shares <= 0].sum()) if len(peak) else 0.0
    form = sum(share for _, share in judged.new_forms)
    form += float(judged.forms[~against.form_seen].sum()) if len(judged.forms) else 0.0
    if stack.moving:
        unseen, dropped = 0.0, 0.0
        spikes = {kind: (value if kind in ("missing", "sentinel") else (0.0, 0.0)) for kind, value in spikes.items()}
    fail, fail_loo, fail_z, decimal, decimal_z = 0.0, 0.0, 0.0, 0.0, 0.0
    if against.dominant is not None and judged.present > 0:
        fail = 1.0 - _share(judged, against.dominant)
        fail_loo = against.fails[against.dominant]
        fail_z = surplus_z(fail, fail_loo, present)
        if against.dominant == "number" and against.fails["int"] < 0.02:
            decimal = max(_share(judged, "number") - _share(judged, "int"), 0.0)
            decimal_z = surplus_z(decimal, against.fails["int"], present)
    odd = sum(share for text, share in judged.new_forms if not _familiar(text, stack.form_labels))
    odd_z = max(surplus_z(odd, against.form, present), 0.0)
    missing = 1.0 - judged.present / rows
    missing_z = float(angle(missing) - angle(max(against.missing_high, 0.25 / rows))) * root
    less_z = float(angle(against.missing_low) - angle(missing)) * root
    unseen_z = surplus_z(unseen, against.unseen, rows)
    return [
        *(value for kind in SPIKES for value in spikes[kind]),
        against.spike,
        unseen,
        against.unseen,
        unseen_z,
        dropped,
        against.dropped,
        form,
        against.form,
        surplus_z(form, against.form, present),
        fail,
        fail_loo,
        max(fail_z, 0.0),
        decimal,
        max(decimal_z, 0.0),
        judged.whole_decimal,
        odd,
        odd_z,
        missing,
        against.missing_high,
        max(missing_z, 0.0),
        max(less_z, 0.0),
        judged.near,
        against.near,
        max(surplus_z(judged.near, against.near, rows), 0.0),
        judged.past,
        against.past,
        max(surplus_z(judged.past, against.past, present), 0.0),
        *measure_closed(against.closed, judged.shares, unseen_z, root, present, judged.repeat),
        *measure_spelling(judged.pairs, against.pairs, against.spelled),
    ]


def _familiar(form: str, known: dict[str, int]) -> bool:
    """Whether a shape differs from a known one by its sign only, or by decimals where both are numbers."""
    bare = form.lstrip("-")
    return bare in known or "-" + bare in known or (bare in ("9", "9.9") and ("9" in known or "9.9" in known))


def _share(judged: Judged, kind: str) -> float:
    """Share of present values that parse as ``kind``, back from the arcsine scale."""
    value = judged.scalar[INDEX[kind]]
    return float(np.sin(value / 2.0) ** 2) if np.isfinite(value) else 1.0


def kinds_of(label: str, stack: ColumnStack, seen: bool) -> tuple[str, ...]:
    """Which spikes a value may be: missing, or any, unseen, zero, a usual sentinel, extreme, or new in the middle."""
    if stands_for_missing(label):
        return ("missing",)
    kinds = ["any"] if seen else ["any", "unseen"]
    try:
        number = float(label)
    except ValueError:
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
