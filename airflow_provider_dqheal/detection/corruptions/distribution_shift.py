"""Numbers that are plausible one by one and together not what came before."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Severity
from airflow_provider_dqheal.detection.corruptions._shifts import AVH, LOUD, SENSOR, UNITS, graded, numeric_shift
from airflow_provider_dqheal.detection.corruptions._where import one_of


@numeric_shift(
    "scale_power_of_ten", "a whole column is times or by 10, 100 or 1000 (cents for euros)", UNITS, whole=1.0
)
def _tens(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    factor = {"low": 10.0, "medium": 100.0, "high": 1_000.0}[severity]
    if rng.random() < 0.4 and np.median(np.abs(values)) > 10:
        return values / factor, f"multiply by {factor:g}"
    return values * factor, f"divide by {factor:g}"


@numeric_shift(
    "unit_change", "a whole column is in another unit (inch, miles, pounds, Fahrenheit, hours)", UNITS, whole=1.0
)
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


@numeric_shift("currency_rate", "amounts come in another currency", UNITS, whole=1.0)
def _rate(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    factor = one_of(
        rng,
        *{"low": (1.08, 0.92, 1.17, 0.86), "medium": (1.35, 0.74, 1.5, 7.1), "high": (20.1, 83.2, 150.5, 1_330.0)}[
            severity
        ],
    )
    return values * factor, f"divide by {factor:g}"


@numeric_shift("mean_shift", "all values move by part of their spread", LOUD)
def _mean(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    offset = graded(rng, severity, 0.3, 4.0) * (np.std(values) or 1.0) * one_of(rng, 1.0, -1.0)
    return values + offset, None


@numeric_shift("offset_constant", "a constant is added to every value (a tare, a base index)", AVH, whole=1.0)
def _offset(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    offset = float(max(1, round(graded(rng, severity, 0.5, 10.0) * float(np.median(np.abs(values)) or 1.0)))) * one_of(
        rng, 1.0, -1.0
    )
    return values + offset, f"subtract {offset:g}"


@numeric_shift("variance_change", "values spread wider or narrower", LOUD)
def _variance(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    factor = graded(rng, severity, 1.4, 6.0)
    centre = float(np.median(values))
    return centre + (values - centre) * (factor if rng.random() < 0.5 else 1 / factor), None


@numeric_shift("noise_added", "noise is added to a whole column", LOUD)
def _noise(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    return values + rng.normal(0.0, graded(rng, severity, 0.5, 5.0) * (np.std(values) or 1.0), len(values)), None


@numeric_shift("skewed", "large values grow, small ones stay (a power is taken)", AVH)
def _skew(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None] | None:
    if values.min() < 0 or values.max() <= 0:
        return None
    power = graded(rng, severity, 1.15, 2.5)
    return np.power(values / values.max(), power if rng.random() < 0.5 else 1 / power) * values.max(), None


@numeric_shift("clipped", "values are cut off at a bound", SENSOR)
def _clip(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    share = {"low": 0.1, "medium": 0.25, "high": 0.5}[severity]
    if rng.random() < 0.7:
        return np.minimum(values, np.quantile(values, 1 - share)), None
    return np.maximum(values, np.quantile(values, share)), None


@numeric_shift("rounded", "values are rounded more coarsely", AVH)
def _round(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None] | None:
    spread = float(np.std(values))
    if spread == 0:
        return None
    step = 10.0 ** np.floor(np.log10(spread) + {"low": -1.0, "medium": 0.0, "high": 0.7}[severity])
    return (np.round if rng.random() < 0.5 else np.floor)(values / step) * step, None


@numeric_shift(
    "stuck_value",
    "a column holds one value throughout or for a long run",
    SENSOR,
    whole=1.0,
    tolerated=("outliers", "missing_data"),
)
def _stuck(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    length = max(2, round(len(values) * {"low": 0.2, "medium": 0.5, "high": 1.0}[severity]))
    start = int(rng.integers(0, len(values) - length + 1))
    result = values.copy()
    result[start : start + length] = values[start]
    return result, None


@numeric_shift("slow_drift", "values drift away over the rows", SENSOR)
def _drift(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    slope = graded(rng, severity, 0.6, 6.0) * (np.std(values) or 1.0) * one_of(rng, 1.0, -1.0)
    return values + slope * np.linspace(0.0, 1.0, len(values)), None


@numeric_shift("inverted", "the scale is turned round (a rank, a sign convention)", AVH)
def _inverted(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    return (-values, "flip the sign") if rng.random() < 0.5 else (values.max() + values.min() - values, None)


@numeric_shift("segment_scaled", "one segment is in another unit or grows by itself", UNITS, "segment")
def _segment(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    return values * {"low": 1.5, "medium": 10.0, "high": 1_000.0}[severity] ** one_of(rng, 1.0, -1.0), None


@numeric_shift(
    "zero_inflated",
    "many values drop to zero although something was measured",
    SENSOR,
    tolerated=("outliers", "missing_data"),
)
def _zeros(values: np.ndarray, rng: np.random.Generator, severity: Severity) -> tuple[np.ndarray, str | None]:
    return np.where(
        rng.random(len(values)) < {"low": 0.15, "medium": 0.35, "high": 0.7}[severity], np.floor(values * 0), values
    ), None
