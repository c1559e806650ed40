"""Numbers that are plausible one by one and together not what came before."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._frame import Frame, Kind, format_numbers, put
from airflow_provider_dqheal.detection.corruptions._where import columns_wanted, one_of, rows_where

_ISSUE = "distribution_shift"
_LOUD = "Rabanser et al. 2019 (Failing Loudly): shifts of covariates"
_AVH = "Auto-Validate-by-History (Tu et al. 2023): unit change, distribution change"
_UNITS = "reports on changed units and currencies upstream"
_SENSOR = "sensor fault taxonomies (Ni et al. 2009): stuck-at, drift, clipping"
_NUMBERS: tuple[Kind, ...] = ("int", "float")
Change = Callable[[np.ndarray, "np.random.Generator", Severity], tuple[np.ndarray, str | None] | None]
"""From the known numbers of a column to the new ones and how to undo it."""


def _numeric(name: str, description: str, source: str, where: str = "column") -> Callable[[Change], Change]:
    """Registers a change of a numeric column (``segment``: only of the rows of one category)."""

    def add(change: Change) -> Change:
        @corruption(name, _ISSUE, description, source)
        def _make(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
            table, undo = frame.table, None
            hit: list[str] = []
            wanted = columns_wanted(rng)
            for column in islice(frame.each_of_kind(rng, *_NUMBERS, at_least=8), 12):
                if len(hit) == wanted:
                    break
                rows = np.flatnonzero(np.isfinite(column.numbers))
                if where == "segment":
                    rows, _ = rows_where(frame, rng, np.isfinite(column.numbers), 0.2 + 0.5 * rng.random(), "segment")
                changed = change(column.numbers[rows], rng, severity)
                if changed is None:
                    continue
                values = column.text.copy()
                values[rows] = format_numbers(column, changed[0])
                if not np.any(values != column.text):
                    continue
                undo = changed[1]
                table = put(table, column.name, values)
                hit.append(column.name)
            if not hit:
                return None
            return Draft(
                table,
                {_ISSUE: tuple(hit)},
                {"where": where, "undo": undo},
                inverse=undo if where == "column" and len(hit) == 1 else None,
                tolerated=frozenset({"outliers"}),
            )

        return change

    return add


def _graded(rng: np.random.Generator, severity: Severity, low: float, high: float) -> float:
    """A size, log-uniform in a third of [low, high] by severity."""
    place = {"low": 0, "medium": 1, "high": 2}[severity]
    edges = np.exp(np.linspace(np.log(low), np.log(high), 4))
    return float(np.exp(rng.uniform(np.log(edges[place]), np.log(edges[place + 1]))))


@_numeric("scale_power_of_ten", "a whole column is times or by 10, 100 or 1000 (cents for euros)", _UNITS)
def _tens(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    factor = {"low": 10.0, "medium": 100.0, "high": 1_000.0}[severity]
    if rng.random() < 0.4 and np.median(np.abs(values)) > 10:
        return values / factor, f"multiply by {factor:g}"
    return values * factor, f"divide by {factor:g}"


@_numeric("unit_change", "a whole column is in another unit (inch, miles, pounds, Fahrenheit, hours)", _UNITS)
def _unit(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    if rng.random() < 0.2:
        return values * 1.8 + 32.0, "from Fahrenheit to Celsius"
    factor = one_of(
        rng,
        *{
            "low": (0.9144, 1.0936, 1.609, 0.6214),
            "medium": (2.2046, 0.4536, 2.54, 0.3937, 3.6),
            "high": (60.0, 0.3048, 3.2808, 24.0, 28.35),
        }[severity],
    )
    return values * factor, f"divide by {factor:g}"


@_numeric("currency_rate", "amounts come in another currency", _UNITS)
def _rate(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    factor = one_of(
        rng,
        *{"low": (1.08, 0.92, 1.17, 0.86), "medium": (1.35, 0.74, 1.5, 7.1), "high": (20.1, 83.2, 150.5, 1_330.0)}[
            severity
        ],
    )
    return values * factor, f"divide by {factor:g}"


@_numeric("mean_shift", "all values move by part of their spread", _LOUD)
def _mean(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    offset = _graded(rng, severity, 0.3, 4.0) * (np.std(values) or 1.0) * one_of(rng, 1.0, -1.0)
    return values + offset, None


@_numeric("offset_constant", "a constant is added to every value (a tare, a base index)", _AVH)
def _offset(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    offset = float(max(1, round(_graded(rng, severity, 0.5, 10.0) * float(np.median(np.abs(values)) or 1.0)))) * one_of(
        rng, 1.0, -1.0
    )
    return values + offset, f"subtract {offset:g}"


@_numeric("variance_change", "values spread wider or narrower", _LOUD)
def _variance(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    factor = _graded(rng, severity, 1.4, 6.0)
    centre = float(np.median(values))
    return centre + (values - centre) * (factor if rng.random() < 0.5 else 1 / factor), None


@_numeric("noise_added", "noise is added to a whole column", _LOUD)
def _noise(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    return values + rng.normal(0.0, _graded(rng, severity, 0.5, 5.0) * (np.std(values) or 1.0), len(values)), None


@_numeric("skewed", "large values grow, small ones stay (a power is taken)", _AVH)
def _skew(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None] | None:
    if values.min() < 0 or values.max() <= 0:
        return None
    power = _graded(rng, severity, 1.15, 2.5)
    return np.power(values / values.max(), power if rng.random() < 0.5 else 1 / power) * values.max(), None


@_numeric("clipped", "values are cut off at a bound", _SENSOR)
def _clip(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    share = {"low": 0.1, "medium": 0.25, "high": 0.5}[severity]
    if rng.random() < 0.7:
        return np.minimum(values, np.quantile(values, 1 - share)), None
    return np.maximum(values, np.quantile(values, share)), None


@_numeric("rounded", "values are rounded more coarsely", _AVH)
def _round(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None] | None:
    spread = float(np.std(values))
    if spread == 0:
        return None
    step = 10.0 ** np.floor(np.log10(spread) + {"low": -1.0, "medium": 0.0, "high": 0.7}[severity])
    return (np.round if rng.random() < 0.5 else np.floor)(values / step) * step, None


@_numeric("stuck_value", "a column holds one value throughout or for a long run", _SENSOR)
def _stuck(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    length = max(2, round(len(values) * {"low": 0.2, "medium": 0.5, "high": 1.0}[severity]))
    start = int(rng.integers(0, len(values) - length + 1))
    result = values.copy()
    result[start : start + length] = values[start]
    return result, None


@_numeric("slow_drift", "values drift away over the rows", _SENSOR)
def _drift(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    slope = _graded(rng, severity, 0.6, 6.0) * (np.std(values) or 1.0) * one_of(rng, 1.0, -1.0)
    return values + slope * np.linspace(0.0, 1.0, len(values)), None


@_numeric("inverted", "the scale is turned round (a rank, a sign convention)", _AVH)
def _inverted(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    return (-values, "flip the sign") if rng.random() < 0.5 else (values.max() + values.min() - values, None)


@_numeric("segment_scaled", "one segment is in another unit or grows by itself", _UNITS, "segment")
def _segment(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    return values * {"low": 1.5, "medium": 10.0, "high": 1_000.0}[severity] ** one_of(rng, 1.0, -1.0), None


@_numeric("zero_inflated", "many values drop to zero although something was measured", _SENSOR)
def _zeros(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    return np.where(
        rng.random(len(values)) < {"low": 0.15, "medium": 0.35, "high": 0.7}[severity], np.floor(values * 0), values
    ), None
