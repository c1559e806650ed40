"""More ways in which a column of plausible numbers is not what came before, and combinations drawn at random."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._frame import Frame, format_numbers, put
from airflow_provider_dqheal.detection.corruptions._shifts import (
    AVH,
    ISSUE,
    LOUD,
    SENSOR,
    UNITS,
    graded,
    numeric_shift,
    some,
)
from airflow_provider_dqheal.detection.corruptions._where import one_of

_SOURCE = "composition: what every other family of this type does, in random combination"
_COUNTER = "reports on counters that overflow and on signed against unsigned numbers"
Rng = np.random.Generator
Changed = tuple[np.ndarray, str | None] | None


def _spread(values: np.ndarray) -> float:
    return float(np.std(values)) or abs(float(np.mean(values))) * 0.05 or 1.0


@numeric_shift("mixture_added", "part of the values comes from another population", LOUD)
def _mixture(values: np.ndarray, rng: Rng, severity: Severity) -> Changed:
    centre = float(np.median(values)) + one_of(rng, -1.0, 1.0) * graded(rng, severity, 1.0, 6.0) * _spread(values)
    other = centre + (values - np.median(values)) * rng.uniform(0.2, 0.8)
    return np.where(some(len(values), rng, severity), other, values), None


@numeric_shift("tails_removed", "the largest and smallest values are trimmed to a bound", AVH)
def _trimmed(values: np.ndarray, rng: Rng, severity: Severity) -> Changed:
    share = {"low": 0.05, "medium": 0.15, "high": 0.3}[severity]
    return np.clip(values, np.quantile(values, share), np.quantile(values, 1 - share)), None


@numeric_shift("tail_thickened", "a growing part of the values lies further out", LOUD)
def _tail(values: np.ndarray, rng: Rng, severity: Severity) -> Changed:
    hit = some(len(values), rng, severity)
    far = np.median(values) + (values - np.median(values)) * graded(rng, severity, 1.6, 6.0)
    return np.where(hit, far, values), None


@numeric_shift("sign_lost", "negative values come without their sign", UNITS)
def _sign(values: np.ndarray, rng: Rng, severity: Severity) -> Changed:
    return (np.abs(values), None) if np.any(values < 0) else None


@numeric_shift("log_scale", "values come as logarithms, or logarithms as values", AVH)
def _log(values: np.ndarray, rng: Rng, severity: Severity) -> Changed:
    if values.min() <= 0:
        return None
    base = one_of(rng, np.e, 10.0, 2.0)
    if values.max() < 20 and rng.random() < 0.5:
        return np.power(base, values), f"take the logarithm to base {base:g}"
    return np.log(values) / np.log(base), f"raise {base:g} to the value"


@numeric_shift("reciprocal", "the ratio is turned round (miles a gallon, litres a hundred kilometres)", UNITS)
def _reciprocal(values: np.ndarray, rng: Rng, severity: Severity) -> Changed:
    if values.min() <= 0:
        return None
    return float(one_of(rng, 1.0, 100.0, 235.2, 60.0)) / values, None


@numeric_shift("wrapped_counter", "values start again at a bound (an overflow)", _COUNTER)
def _wrapped(values: np.ndarray, rng: Rng, severity: Severity) -> Changed:
    if values.min() < 0:
        return None
    bound = float(np.quantile(values, {"low": 0.85, "medium": 0.6, "high": 0.3}[severity])) or 1.0
    return np.mod(values, bound), None


@numeric_shift("heaped", "values pile up at round numbers", AVH)
def _heaped(values: np.ndarray, rng: Rng, severity: Severity) -> Changed:
    step = 5.0 * 10.0 ** np.floor(np.log10(_spread(values)))
    step = step if severity == "high" else step / 5
    return np.where(some(len(values), rng, severity), np.round(values / step) * step, values), None


@numeric_shift("percent_or_share", "shares come as percentages or the other way", UNITS, whole=1.0)
def _percent(values: np.ndarray, rng: Rng, severity: Severity) -> Changed:
    if values.min() < 0 or values.max() > 100:
        return None
    return (values * 100, "divide by 100") if values.max() <= 1.5 else (values / 100, "multiply by 100")


@numeric_shift("detection_limit", "small values are set to the limit or to half of it", SENSOR)
def _limit(values: np.ndarray, rng: Rng, severity: Severity) -> Changed:
    limit = float(np.quantile(values, {"low": 0.15, "medium": 0.35, "high": 0.7}[severity]))
    return np.where(values <= limit, limit * one_of(rng, 1.0, 0.5, 0.7071), values), None


@numeric_shift("lagged_level", "values keep their noise and move to a slow wave of their own", SENSOR)
def _wave(values: np.ndarray, rng: Rng, severity: Severity) -> Changed:
    size = graded(rng, severity, 0.7, 5.0) * _spread(values)
    phase = rng.uniform(0, 2 * np.pi)
    return values + size * np.sin(np.linspace(0, rng.uniform(1, 20), len(values)) + phase), None


@numeric_shift("shift_composed", "one to three operations drawn at random move all values", _SOURCE)
def _composed(values: np.ndarray, rng: Rng, severity: Severity) -> Changed:
    result = values.astype(float)
    for _ in range(int(rng.integers(1, 4))):
        spread, middle = _spread(result), float(np.median(result))
        size = graded(rng, severity, 0.3, 4.0)
        kind = int(rng.integers(7))
        result = (
            result + one_of(rng, 1.0, -1.0) * size * spread,
            middle + (result - middle) * np.exp(one_of(rng, 1.0, -1.0) * size * 0.6),
            result * np.exp(one_of(rng, 1.0, -1.0) * size * 0.5),
            np.where(result > np.quantile(result, rng.uniform(0.2, 0.8)), result + size * spread, result),
            result + np.linspace(0, size * spread, len(result)),
            np.where(rng.random(len(result)) < min(0.9, 0.2 * size), np.quantile(result, rng.random()), result),
            middle + np.sign(result - middle) * np.abs(result - middle) ** rng.uniform(0.5, 1.5),
        )[kind]
    return np.clip(result, -1e15, 1e15), None


@corruption("numbers_move_together", ISSUE, "all numbers of the table are scaled or moved at once", UNITS)
def _together(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    found = frame.of_kind(rng, "int", "float", at_least=8)
    if len(found) < 2:
        return None
    factor = graded(rng, severity, 1.15, 12.0) ** one_of(rng, 1.0, -1.0)
    table, hit = frame.table, []
    for column in found:
        known = np.isfinite(column.numbers)
        values = column.text.copy()
        values[known] = format_numbers(column, column.numbers[known] * factor)
        moved = put(table, column.name, values)
        if not moved[column.name].equals(table[column.name]):
            table = moved
            hit.append(column.name)
    also = frozenset({"outliers"})
    return Draft(table, {ISSUE: tuple(hit)}, {"factor": round(factor, 4)}, tolerated=also) if hit else None


@corruption("column_copied", ISSUE, "a column holds the values of another one", AVH)
def _copied(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    found = frame.of_kind(rng, "int", "float", at_least=8)
    if len(found) < 2 or rng.random() < 0.3:
        named = frame.of_kind(rng, "category", at_least=8)
        found = named if len(named) >= 2 else found
    if len(found) < 2 or found[0].numeric != found[1].numeric:
        return None
    first, second = found[:2]
    rows = np.flatnonzero(rng.random(frame.row_count) < {"low": 0.3, "medium": 0.6, "high": 1.1}[severity])
    values = first.text.copy()
    values[rows] = second.text[rows]
    table = put(frame.table, first.name, values)
    if table.schema != frame.table.schema or table.equals(frame.table):
        return None
    also = frozenset({"outliers", "schema_drift"})
    return Draft(table, {ISSUE: (first.name,)}, {"copied": second.name}, tolerated=also)
