"""Dates, booleans, categories and lists of the wrong type or in another literal form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Severity
from airflow_provider_dqheal.detection.corruptions._cells import cell_family, texts
from airflow_provider_dqheal.detection.corruptions._dates import moment
from airflow_provider_dqheal.detection.corruptions._frame import Column
from airflow_provider_dqheal.detection.corruptions._where import pick

_ISSUE = "type_mismatch"
_GE = "Great Expectations and pandera user reports: expect_column_values_to_be_of_type"
_JENGA = "Schelter, Rukat, Biessmann 2021 (Jenga), broken values and encodings"
_REDYUK = "Redyuk et al. 2021, error types: literal formats"

_SPELLINGS = (
    ("true", "false"),
    ("True", "False"),
    ("TRUE", "FALSE"),
    ("yes", "no"),
    ("Y", "N"),
    ("1", "0"),
    ("t", "f"),
    ("on", "off"),
)
_OTHER_DATES = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%Y%m%d",
    "%d %B %Y",
    "%m-%d-%y",
)


@cell_family("date_other_format", _ISSUE, "dates arrive in another format", _REDYUK, ("date",), None, 0.8)
def _date_form(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    forms = [form for form in _OTHER_DATES if form != (column.form or "").removesuffix(column.clock)]
    several = bool(rng.random() < 0.2)
    chosen = pick(rng, forms)
    tail = column.clock if bool(rng.random() < 0.5) else ""
    return [
        moment(value).strftime((pick(rng, forms) if several else chosen) + tail) if np.isfinite(value) else text
        for value, text in zip(column.numbers[rows], texts(column, rows), strict=True)
    ]


@cell_family(
    "date_as_epoch",
    _ISSUE,
    "dates arrive as seconds, milliseconds or spreadsheet serials",
    _REDYUK,
    ("date",),
    "read the number as a date",
    0.8,
)
def _epoch(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    kind = pick(rng, ("s", "ms", "excel", "days"))
    scale = {"s": (1.0, 0.0), "ms": (1e-3, 0.0), "excel": (86_400.0, 25_569.0), "days": (86_400.0, 0.0)}[kind]
    return [
        f"{value / scale[0] + scale[1]:.0f}" if np.isfinite(value) else text
        for value, text in zip(column.numbers[rows], texts(column, rows), strict=True)
    ]


@cell_family(
    "date_time_style",
    _ISSUE,
    "the time part appears, vanishes or gains a zone",
    "Spark and Airbyte user reports",
    ("date",),
    None,
    0.8,
)
def _date_time(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    written = texts(column, rows)
    if not column.has_clock:
        return [text + pick(rng, (" 00:00:00", "T00:00:00Z", "T00:00:00+00:00")) for text in written]
    style = pick(rng, ("date", "swap", "zone"))
    if style == "date":
        return [text.replace("T", " ").split(" ")[0] for text in written]
    if style == "swap":
        return [text.replace("T", " ").rstrip("Z") if "T" in text else text.replace(" ", "T") + "Z" for text in written]
    return [text.rstrip("Z") + pick(rng, ("+01:00", "+00:00", " UTC")) for text in written]


@cell_family("date_in_words", _ISSUE, "dates become words or are impossible", _GE, ("date",), None, 0.2)
def _date_words(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    options = ("yesterday", "today", "last week", "2023-13-45", "00/00/0000", "0000-00-00", "31-Feb", "Q1", "soon")
    one = pick(rng, options)
    return [one] * len(rows) if rng.random() < 0.6 else [pick(rng, options) for _ in rows]


@cell_family("boolean_spelling", _ISSUE, "booleans are spelled differently", _GE, ("bool",), "map the spellings", 0.9)
def _boolean(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    present = {value.lower() for value in column.distinct()}
    for index in rng.permutation(len(_SPELLINGS)):
        yes, no = _SPELLINGS[int(index)]
        if not {yes, no} & set(column.distinct()):
            break
    truthy = {"true", "yes", "y", "t", "1", "on", "ja", "oui"}
    return [yes if text.lower() in truthy else no for text in texts(column, rows)] if present else None


@cell_family("number_in_category", _ISSUE, "codes or numbers appear where names were", _JENGA, ("category",), None, 0.5)
def _codes(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    values = column.distinct()
    if any(any(sign.isdigit() for sign in value) for value in values[:20]):
        return None
    offset, style = int(rng.integers(0, 5)), pick(rng, ("{}", "{}.0", "{:03d}"))
    if style == "{}.0":
        return [f"{values.index(text) + offset}.0" for text in texts(column, rows)]
    return [style.format(values.index(text) + offset) for text in texts(column, rows)]


@cell_family(
    "broken_encoding",
    _ISSUE,
    "text is decoded in the wrong encoding",
    _JENGA,
    ("category", "text"),
    "encode and decode again",
    0.5,
)
def _encoding(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    written = texts(column, rows)
    if any(not text.isascii() for text in written):
        return [text.encode("utf-8").decode("latin-1") for text in written]
    form = pick(rng, ("\ufeff{}", "{}\ufffd", "&nbsp;{}", "{}\\n", "%20{}", "Ã©{}", "<b>{}</b>"))
    return [form.format(text) for text in written]


@cell_family(
    "list_valued",
    _ISSUE,
    "several values are joined in one cell",
    "reports on denormalised exports",
    ("int", "float", "category", "date"),
    None,
    0.4,
)
def _lists(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    sign = pick(rng, ("|", ";", ", ", "/", " - "))
    other = rng.permutation(np.flatnonzero(column.present))
    return [f"{text}{sign}{column.text[other[index % len(other)]]}" for index, text in enumerate(texts(column, rows))]
