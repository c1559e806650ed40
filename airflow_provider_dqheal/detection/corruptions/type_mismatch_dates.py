"""Dates and truth values that arrive in another literal form."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Severity
from airflow_provider_dqheal.detection.corruptions._cells import Rewritten, cell_family, texts
from airflow_provider_dqheal.detection.corruptions._dates import moment
from airflow_provider_dqheal.detection.corruptions._frame import Column
from airflow_provider_dqheal.detection.corruptions._where import pick

_ISSUE = "type_mismatch"
_FORMATS = "Great Expectations threads on strftime formats (397, 11603) and pandas threads on mixed date formats"
_SHEETS = "reports on spreadsheets and localised exports"
_TRUTH = "pandas and CSV reader threads on boolean spellings (pandas 1691)"
_ZONES = "Spark, Airbyte and Iceberg reports on timestamps against text (Airbyte 72484)"
Rows = np.ndarray
Rng = np.random.Generator

_MIXED = ("%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y", "%B %d, %Y", "%Y%m%d", "%d-%m-%y")
_MONTHS = {
    "de": ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"),
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}
_SCALES = {
    "us": (1e6, 0.0, 0),
    "ns": (1e9, 0.0, 0),
    "serial": (1 / 86_400, 25_569.0, 6),
    "float": (1.0, 0.0, 1),
    "years": (1 / 31_556_952, 1970.0, 3),
}
"""Factor and offset from seconds since 1970, and decimals."""
_TRUE = {"true", "yes", "y", "t", "1", "on", "ja", "oui"}
_SPELLED = (
    ("1", "0"),
    ("1.0", "0.0"),
    ("ja", "nein"),
    ("oui", "non"),
    ("si", "no"),
    ("wahr", "falsch"),
    ("VRAI", "FAUX"),
    ("x", ""),
    ("✓", "✗"),
    ("enabled", "disabled"),
    ("active", "inactive"),
    ("Yes", "No"),
    (".TRUE.", ".FALSE."),
    ("-1", "0"),
    ("b'\\x01'", "b'\\x00'"),
    ("J", "N"),
)


def _written(column: Column, rows: Rows, form: str) -> list[str]:
    return [
        moment(value).strftime(form) if np.isfinite(value) else text
        for value, text in zip(column.numbers[rows], texts(column, rows), strict=True)
    ]


def _clock(column: Column, rng: Rng) -> str:
    """The time part of the column's format, kept half of the time."""
    return column.clock if rng.random() < 0.5 else ""


@cell_family("date_mixed_formats", _ISSUE, "each date in another format", _FORMATS, ("date",), whole=0.6)
def _mixed(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    forms = [_MIXED[int(index)] for index in rng.permutation(len(_MIXED))[: int(rng.integers(2, 6))]]
    drawn = rng.integers(0, len(forms), len(rows)).tolist()
    return [
        moment(value).strftime(forms[form]) if np.isfinite(value) else text
        for value, form, text in zip(column.numbers[rows], drawn, texts(column, rows), strict=True)
    ]


@cell_family(
    "date_day_month_exchanged",
    _ISSUE,
    "day and month change places",
    _FORMATS,
    ("date",),
    "exchange day and month again",
    0.8,
    tolerated=("distribution_shift", "outliers"),
)
def _exchanged(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    form = (column.form or "").replace("%-d", "%d").replace("%-m", "%m")
    if column.typed or "%d" not in form:
        return None
    return _written(column, rows, form.replace("%d", "\x01").replace("%m", "%d").replace("\x01", "%m"))


@cell_family("date_two_digit_year", _ISSUE, "years lose their century", _SHEETS, ("date",), "add the century", 0.8)
def _short_year(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    form = column.form or ""
    return _written(column, rows, form.replace("%Y", "%y")) if "%Y" in form else None


@cell_family("date_month_name", _ISSUE, "months are written as names, in some language", _SHEETS, ("date",), None, 0.8)
def _named(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    names = _MONTHS[pick(rng, tuple(_MONTHS))]
    form = pick(rng, ("%d. {m} %Y", "%d {m} %Y", "{m} %d, %Y", "%d-{m}-%y", "{m} %Y")) + _clock(column, rng)
    return [
        moment(value).strftime(form.replace("{m}", names[moment(value).month - 1])) if np.isfinite(value) else text
        for value, text in zip(column.numbers[rows], texts(column, rows), strict=True)
    ]


@cell_family(
    "date_coarser",
    _ISSUE,
    "only the year, the month, the quarter or the week is given",
    _SHEETS,
    ("date",),
    None,
    0.8,
    tolerated=("missing_data",),
)
def _coarser(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    form = pick(rng, ("%Y", "%Y-%m", "%m/%Y", "%b %Y", "%G-W%V", "%GW%V-%u", "quarter", "%Y%m"))
    if form != "quarter":
        return _written(column, rows, form)
    return [
        f"{moment(value).year}Q{(moment(value).month + 2) // 3}" if np.isfinite(value) else text
        for value, text in zip(column.numbers[rows], texts(column, rows), strict=True)
    ]


@cell_family(
    "date_clock_style", _ISSUE, "the time is in another style (AM/PM, fractions)", _ZONES, ("date",), None, 0.8
)
def _style(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    day = (column.form or "").removesuffix(column.clock)
    style = pick(rng, ("%I:%M %p", "%I:%M:%S %p", "%Hh%M", "%H.%M.%S", "%H%M", "%H:%M:%S.000", "%H:%M:%S.000000Z"))
    return _written(column, rows, f"{day} {style}")


@cell_family(
    "date_zone_mixed",
    _ISSUE,
    "zones are written after some times, not always the same",
    _ZONES,
    ("date",),
    "strip the zone",
    0.5,
)
def _zones(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    if not column.has_clock:
        return None
    zones = ("+02:00", "+0000", " CET", " UTC", " America/New_York", "Z", " GMT", "-05:00", "[UTC]")
    chosen = [pick(rng, zones)] if rng.random() < 0.6 else list(zones)
    drawn = rng.integers(0, len(chosen), len(rows)).tolist()
    return [text.rstrip("Z") + chosen[at] for text, at in zip(texts(column, rows), drawn, strict=True)]


@cell_family(
    "date_number_scale",
    _ISSUE,
    "dates arrive as micro- or nanoseconds, day fractions or 20240131",
    _ZONES,
    ("date",),
    "read the number as a date",
    0.8,
)
def _scale(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    style = pick(rng, ("us", "ns", "serial", "float", "compact", "years"))
    if style == "compact":
        return _written(column, rows, "%Y%m%d" + ("%H%M%S" if column.has_clock else ""))
    factor, offset, decimals = _SCALES[style]
    return [
        f"{value * factor + offset:.{decimals}f}" if np.isfinite(value) else text
        for value, text in zip(column.numbers[rows].tolist(), texts(column, rows), strict=True)
    ]


@cell_family("boolean_as_code", _ISSUE, "truth values come as numbers, words or marks", _TRUTH, ("bool",), None, 0.9)
def _codes(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    known = {value.lower() for value in column.distinct()}
    options = [pair for pair in _SPELLED if not {pair[0].lower(), pair[1].lower()} <= known]
    yes, no = options[int(rng.integers(len(options)))]
    return [yes if text.lower() in _TRUE else no for text in texts(column, rows)]


@cell_family("boolean_mixed", _ISSUE, "truth values come in several spellings at once", _TRUTH, ("bool",), None, 0.6)
def _spellings(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    pairs = [_SPELLED[int(index)] for index in rng.permutation(len(_SPELLED))[: int(rng.integers(2, 6))]]
    drawn = rng.integers(0, len(pairs), len(rows)).tolist()
    return [pairs[at][text.lower() not in _TRUE] for text, at in zip(texts(column, rows), drawn, strict=True)]


@cell_family(
    "boolean_third_value",
    _ISSUE,
    "truth values that are neither",
    _TRUTH,
    ("bool",),
    None,
    0.1,
    tolerated=("missing_data", "outliers"),
)
def _third(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    return [pick(rng, ("maybe", "2", "9", "partial", "both", "U", "pending", "true/false", "Tru", "yess"))] * len(rows)


@cell_family(
    "boolean_case",
    _ISSUE,
    "truth values change case or gain blanks",
    _TRUTH,
    ("bool",),
    "restore the case",
    0.8,
)
def _case(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    style = int(rng.integers(4))
    return [(text.upper(), text.capitalize(), text.swapcase(), f"{text} ")[style] for text in texts(column, rows)]
