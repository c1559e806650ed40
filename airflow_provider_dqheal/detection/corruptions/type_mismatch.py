"""Numbers of the wrong type or written in another literal form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Severity
from airflow_provider_dqheal.detection.corruptions._cells import cell_family, texts
from airflow_provider_dqheal.detection.corruptions._frame import Column
from airflow_provider_dqheal.detection.corruptions._where import pick
from airflow_provider_dqheal.profiling.parsing import EXACT

_ISSUE = "type_mismatch"
_GE = "Great Expectations and pandera user reports: expect_column_values_to_be_of_type"
_JENGA = "Schelter, Rukat, Biessmann 2021 (Jenga), broken values and encodings"
_CSV = "reports on CSV exports from spreadsheets and localised systems"

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
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


@cell_family(
    "currency_sign", _ISSUE, "numbers carry a currency sign or code", _CSV, ("int", "float"), "strip the currency", 0.6
)
def _currency(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    form = pick(rng, ("${}", "€{}", "£{}", "{} €", "USD {}", "{} EUR", "{}$", "Rs. {}", "¥{}", "{} CHF"))
    return [form.format(text) for text in texts(column, rows)]


@cell_family("unit_suffix", _ISSUE, "numbers carry a unit", _GE, ("int", "float"), "strip the unit", 0.6)
def _unit(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    unit = pick(
        rng, ("kg", " kg", "km", " km", "lbs", "cm", "ms", " s", " h", "pcs", " min", "°C", "mg/dL", " units", "kWh")
    )
    return [text + unit for text in texts(column, rows)]


@cell_family(
    "percent_sign", _ISSUE, "numbers are written as percentages", _CSV, ("int", "float"), "strip the sign", 0.6
)
def _percent(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    return [text + pick(rng, ("%", " %")) for text in texts(column, rows)]


@cell_family(
    "thousands_separator",
    _ISSUE,
    "large numbers are grouped by thousands",
    _CSV,
    ("int", "float", "id"),
    "remove the separators",
    0.6,
)
def _thousands(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    if np.nanmax(np.abs(column.numbers)) < 1_000:
        return None
    sign = pick(rng, (",", ".", " ", "'", "_"))
    if sign == "." and column.kind == "float":
        sign = ","
    return [_grouped(text, sign) for text in texts(column, rows)]


def _grouped(text: str, sign: str) -> str:
    whole, dot, rest = text.partition(".")
    minus = "-" if whole.startswith("-") else ""
    digits = whole.lstrip("-")
    return minus + f"{int(digits):,}".replace(",", sign) + dot + rest if digits.isdigit() else text


@cell_family("decimal_comma", _ISSUE, "a comma stands for the decimal point", _CSV, ("float",), "comma to point", 0.7)
def _comma(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    return [text.replace(".", ",") for text in texts(column, rows)]


@cell_family("scientific_notation", _ISSUE, "numbers become 1.23E+05", _CSV, ("int", "float", "id"), None, 0.5)
def _scientific(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    form = pick(rng, ("{:.2E}", "{:.5E}", "{:.3e}"))
    return [
        form.format(value) if np.isfinite(value) else text
        for value, text in zip(column.numbers[rows], texts(column, rows), strict=True)
    ]


@cell_family(
    "int_as_float",
    _ISSUE,
    "whole numbers gain .0 (nulls upstream made the column float)",
    "pandas user reports",
    ("int", "id"),
    "drop .0",
    0.8,
)
def _int_float(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    return [text + pick(rng, (".0",)) for text in texts(column, rows)]


@cell_family(
    "quoted_values",
    _ISSUE,
    "values carry literal quotes or brackets",
    _CSV,
    ("int", "float", "date", "category"),
    "strip the quotes",
    0.6,
)
def _quoted(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    form = pick(rng, ('"{}"', "'{}'", "[{}]", '="{}"', "({})", "b'{}'"))
    return [form.format(text) for text in texts(column, rows)]


@cell_family(
    "json_wrapped",
    _ISSUE,
    "a scalar arrives wrapped in JSON",
    "reports on change-data-capture feeds",
    ("int", "float", "category", "date", "bool"),
    "take the value out",
    0.6,
)
def _json(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    form = pick(rng, ('{{"value": {}}}', '{{"{n}": "{}"}}', "[{}]", '{{"amount":{},"unit":""}}'))
    return [form.format(text, n=column.name) for text in texts(column, rows)]


@cell_family(
    "trailing_junk", _ISSUE, "stray characters cling to numbers", _JENGA, ("int", "float", "id"), "strip the junk", 0.3
)
def _junk(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    form = pick(rng, ("{}*", "{}?", "~{}", "{};", "{}†", "<{}", ">{}", "ca. {}", "{}#", "{}\\", "{} (est.)", "x{}"))
    return [form.format(text) for text in texts(column, rows)]


@cell_family(
    "whitespace_padding",
    _ISSUE,
    "values are padded with blanks, tabs or no-break spaces",
    _GE,
    ("int", "float", "date", "bool"),
    "strip blanks",
    0.6,
)
def _blanks(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    form = pick(rng, (" {}", "{} ", "  {}  ", "\t{}", "{}\u00a0"))
    return [form.format(text) for text in texts(column, rows)]


@cell_family(
    "words_in_numbers", _ISSUE, "numbers are replaced by words or free text", _JENGA, ("int", "float"), None, 0.2
)
def _words(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    phrases: Sequence[str] = (
        "see note",
        "tbd",
        "pending",
        "about {}",
        "approx {}",
        "ERROR",
        "#REF!",
        "#VALUE!",
        "overflow",
        "free",
        "{} or more",
        "low",
    )
    if rng.random() < 0.5:
        phrases = (pick(rng, phrases),)
    return [
        _WORDS[int(text)] if text.isdigit() and int(text) < len(_WORDS) else pick(rng, phrases).format(text)
        for text in texts(column, rows)
    ]


@cell_family(
    "hexadecimal",
    _ISSUE,
    "whole numbers are written in base 16",
    "reports on device exports",
    ("int", "id"),
    "read base 16",
    0.6,
)
def _hex(column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity) -> Sequence[str | None] | None:
    form = pick(rng, ("0x{:x}", "0x{:X}", "0x{:08X}"))
    return [
        form.format(int(value)) if np.isfinite(value) and abs(value) < EXACT else text
        for value, text in zip(column.numbers[rows], texts(column, rows), strict=True)
    ]


@cell_family("zero_padded", _ISSUE, "whole numbers gain leading zeros", _CSV, ("int", "id"), "strip leading zeros", 0.6)
def _padded(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    width = max(len(text) for text in texts(column, rows)) + int(rng.integers(2, 6))
    return [text.zfill(width) for text in texts(column, rows)]


@cell_family(
    "leading_zeros_lost",
    _ISSUE,
    "codes such as 01234 lose their zeros",
    "spreadsheet user reports: zip codes",
    ("category", "id"),
    None,
    0.8,
)
def _zeros_lost(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    written = texts(column, rows)
    if not any(text.startswith("0") and text.isdigit() and len(text) > 1 for text in written):
        return None
    return [text.lstrip("0") or "0" if text.isdigit() else text for text in written]


@cell_family(
    "sign_style",
    _ISSUE,
    "signs are written the accounting way",
    "reports on ledger exports",
    ("int", "float"),
    "read the sign style",
    0.5,
)
def _signs(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    form = pick(rng, ("({})", "{}-", "+{}", "{} CR", "{} DR"))
    return [form.format(text.lstrip("-+")) for text in texts(column, rows)]
