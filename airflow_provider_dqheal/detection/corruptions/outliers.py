"""Single numbers that cannot be right although their type is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Severity
from airflow_provider_dqheal.detection.corruptions._cells import cell_family, texts
from airflow_provider_dqheal.detection.corruptions._frame import Column, Kind, format_numbers

_ISSUE = "outliers"
_REDYUK = "Redyuk et al. 2021, error types: numeric anomalies"
_JENGA = "Schelter, Rukat, Biessmann 2021 (Jenga): scaling, noise, swapped values"
_RAHA = "Mahdavi et al. 2019 (Raha): typos, outliers, rule violations"
_USERS = "Great Expectations and Deequ user reports: values out of range"
_NUMBERS: tuple[Kind, ...] = ("int", "float")
Rows = np.ndarray


def _scaled(name: str, description: str, source: str, factors: tuple[float, ...], inverse: str | None = None) -> None:
    @cell_family(name, _ISSUE, description, source, _NUMBERS, inverse=inverse, rare=True)
    def _scale(column: Column, rows: Rows, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
        factor = factors[int(rng.integers(len(factors)))]
        values = column.numbers[rows] * factor
        if column.kind == "int" and abs(factor) < 1:
            values = np.round(values)
        return format_numbers(column, values)


_scaled("decimal_shift_up", "the decimal point slipped to the right", _RAHA, (10.0, 100.0, 1_000.0))
_scaled("decimal_shift_down", "the decimal point slipped to the left", _RAHA, (0.1, 0.01, 0.001))
_scaled("sign_flip", "single values change sign", _REDYUK, (-1.0,), "flip the sign back")
_scaled(
    "unit_slip",
    "single values are in another unit",
    _JENGA,
    (2.54, 1 / 2.54, 1.609, 0.4536, 2.2046, 60.0, 3_600.0, 0.3048, 24.0),
)
_scaled(
    "overflow_scale",
    "values are larger by powers of two or a million",
    "reports on fixed-point and byte units",
    (1_024.0, 1e6, 65_536.0),
)


@cell_family("extreme_value", _ISSUE, "a few values lie many spreads away", _REDYUK, _NUMBERS, rare=True)
def _extreme(column: Column, rows: Rows, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
    known = column.numbers[np.isfinite(column.numbers)]
    far = {"low": (5, 9), "medium": (8, 20), "high": (15, 80)}[severity]
    spread = max(
        float(np.std(known)), abs(float(np.mean(known))) * 0.05, 1.0 if column.kind == "int" else 10.0**-column.decimals
    )
    side = 1.0 if rng.random() < 0.7 else -1.0
    return format_numbers(column, float(np.median(known)) + side * spread * rng.uniform(*far, len(rows)))


@cell_family("heavy_tail_noise", _ISSUE, "noise with heavy tails is added to some values", _JENGA, _NUMBERS, rare=True)
def _noise(column: Column, rows: Rows, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
    spread = max(float(np.nanstd(column.numbers)), 1e-9)
    scale = {"low": 2.0, "medium": 3.0, "high": 5.0}[severity]
    return format_numbers(column, column.numbers[rows] + scale * spread * rng.standard_t(1.5, len(rows)))


@cell_family(
    "stuck_extreme",
    _ISSUE,
    "one extreme value repeats (an error code of a device)",
    "sensor fault taxonomies (Ni et al. 2009)",
    _NUMBERS,
    rare=True,
    tolerated=("missing_data", "distribution_shift"),
)
def _stuck(column: Column, rows: Rows, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
    high = float(np.nanmax(np.abs(column.numbers)))
    value = (
        float(rng.choice([65_535, 32_767, 4_294_967_295, 127, 255, 1e9]))
        if rng.random() < 0.5
        else round(high * rng.uniform(2, 20) + 1)
    )
    return format_numbers(column, np.full(len(rows), value))


@cell_family(
    "digit_transposed", _ISSUE, "two neighbouring digits are exchanged", _RAHA, ("int", "float", "id", "key"), rare=True
)
def _transposed(
    column: Column, rows: Rows, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    def swap(text: str) -> str:
        places = [
            at
            for at in range(len(text) - 1)
            if text[at].isdigit() and text[at + 1].isdigit() and text[at] != text[at + 1]
        ]
        if not places:
            return text
        at = places[0] if rng.random() < 0.5 else places[int(rng.integers(len(places)))]
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]

    return [swap(text) for text in texts(column, rows)]


@cell_family(
    "digit_added",
    _ISSUE,
    "a digit is typed twice or a stray one is added",
    _RAHA,
    ("int", "float", "id", "key"),
    rare=True,
)
def _digit(column: Column, rows: Rows, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
    extra = str(int(rng.integers(1, 10)))
    double = rng.random() < 0.5
    return [
        text[:1] + (text[:1] if double and text[:1].isdigit() else extra) + text[1:]
        if text[:1].isdigit()
        else text + extra
        for text in texts(column, rows)
    ]


@cell_family("digit_lost", _ISSUE, "a digit is missing", _RAHA, _NUMBERS, rare=True)
def _lost(column: Column, rows: Rows, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
    return [
        text[:-1] if len(text) > 2 and text[-1].isdigit() and text[-2].isdigit() else text
        for text in texts(column, rows)
    ]


@cell_family("negative_values", _ISSUE, "counts and amounts below zero", _USERS, _NUMBERS, rare=True)
def _negative(column: Column, rows: Rows, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
    if np.nanmin(column.numbers) < 0:
        return None
    return format_numbers(column, -np.abs(column.numbers[rows]) - (1 if column.kind == "int" else 0))
