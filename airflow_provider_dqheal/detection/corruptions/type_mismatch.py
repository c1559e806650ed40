"""Values of the wrong type or written in another literal form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Severity
from airflow_provider_dqheal.detection.corruptions._cells import cell_family, texts
from airflow_provider_dqheal.detection.corruptions._dates import moment
from airflow_provider_dqheal.detection.corruptions._frame import Column

_ISSUE = "type_mismatch"
_GE = "Great Expectations and pandera user reports: expect_column_values_to_be_of_type"
_JENGA = "Schelter, Rukat, Biessmann 2021 (Jenga), broken values and encodings"
_REDYUK = "Redyuk et al. 2021, error types: literal formats"
_CSV = "reports on CSV exports from spreadsheets and localised systems"

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


def _pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]


@cell_family(
    "currency_sign", _ISSUE, "numbers carry a currency sign or code", _CSV, ("int", "float"), "strip the currency", 0.6
)
def _currency(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    form = _pick(rng, ("${}", "€{}", "£{}", "{} €", "USD {}", "{} EUR", "{}$", "Rs. {}", "¥{}", "{} CHF"))
    return [form.format(text) for text in texts(column, rows)]


@cell_family("unit_suffix", _ISSUE, "numbers carry a unit", _GE, ("int", "float"), "strip the unit", 0.6)
def _unit(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    unit = _pick(
        rng, ("kg", " kg", "km", " km", "lbs", "cm", "ms", " s", " h", "pcs", " min", "°C", "mg/dL", " units", "kWh")
    )
    return [text + unit for text in texts(column, rows)]


@cell_family(
    "percent_sign", _ISSUE, "numbers are written as percentages", _CSV, ("int", "float"), "strip the sign", 0.6
)
def _percent(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    return [text + _pick(rng, ("%", " %")) for text in texts(column, rows)]


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
    sign = _pick(rng, (",", ".", " ", "'", "_"))
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
    form = _pick(rng, ("{:.2E}", "{:.5E}", "{:.3e}"))
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
    return [text + _pick(rng, (".0",)) for text in texts(column, rows)]


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
    form = _pick(rng, ('"{}"', "'{}'", "[{}]", '="{}"', "({})", "b'{}'"))
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
    form = _pick(rng, ('{{"value": {}}}', '{{"{n}": "{}"}}', "[{}]", '{{"amount":{},"unit":""}}'))
    return [form.format(text, n=column.name) for text in texts(column, rows)]


@cell_family(
    "trailing_junk", _ISSUE, "stray characters cling to numbers", _JENGA, ("int", "float", "id"), "strip the junk", 0.3
)
def _junk(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    form = _pick(rng, ("{}*", "{}?", "~{}", "{};", "{}†", "<{}", ">{}", "ca. {}", "{}#", "{}\\", "{} (est.)", "x{}"))
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
    form = _pick(rng, (" {}", "{} ", "  {}  ", "\t{}", "{}\u00a0"))
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
        phrases = (_pick(rng, phrases),)
    return [
        _WORDS[int(text)] if text.isdigit() and int(text) < len(_WORDS) else _pick(rng, phrases).format(text)
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
    form = _pick(rng, ("0x{:x}", "0x{:X}", "0x{:08X}"))
    return [
        form.format(int(value)) if np.isfinite(value) and abs(value) < 2**53 else text
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
    form = _pick(rng, ("({})", "{}-", "+{}", "{} CR", "{} DR"))
    return [form.format(text.lstrip("-+")) for text in texts(column, rows)]


@cell_family("date_other_format", _ISSUE, "dates arrive in another format", _REDYUK, ("date",), None, 0.8)
def _date_form(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    forms = [form for form in _OTHER_DATES if form != (column.form or "")[:8]]
    several = bool(rng.random() < 0.2)
    chosen = _pick(rng, forms)
    tail = (column.form or "")[8:] if bool(rng.random() < 0.5) else ""
    return [
        moment(value).strftime((_pick(rng, forms) if several else chosen) + tail) if np.isfinite(value) else text
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
    kind = _pick(rng, ("s", "ms", "excel", "days"))
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
    form = column.form or ""
    written = texts(column, rows)
    if "%H" not in form:
        return [text + _pick(rng, (" 00:00:00", "T00:00:00Z", "T00:00:00+00:00")) for text in written]
    style = _pick(rng, ("date", "swap", "zone"))
    if style == "date":
        return [text.replace("T", " ").split(" ")[0] for text in written]
    if style == "swap":
        return [text.replace("T", " ").rstrip("Z") if "T" in text else text.replace(" ", "T") + "Z" for text in written]
    return [text.rstrip("Z") + _pick(rng, ("+01:00", "+00:00", " UTC")) for text in written]


@cell_family("date_in_words", _ISSUE, "dates become words or are impossible", _GE, ("date",), None, 0.2)
def _date_words(
    column: Column, rows: np.ndarray, rng: np.random.Generator, severity: Severity
) -> Sequence[str | None] | None:
    options = ("yesterday", "today", "last week", "2023-13-45", "00/00/0000", "0000-00-00", "31-Feb", "Q1", "soon")
    one = _pick(rng, options)
    return [one] * len(rows) if rng.random() < 0.6 else [_pick(rng, options) for _ in rows]


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
    offset, style = int(rng.integers(0, 5)), _pick(rng, ("{}", "{}.0", "{:03d}"))
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
    form = _pick(rng, ("\ufeff{}", "{}\ufffd", "&nbsp;{}", "{}\\n", "%20{}", "Ã©{}", "<b>{}</b>"))
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
    sign = _pick(rng, ("|", ";", ", ", "/", " - "))
    other = rng.permutation(np.flatnonzero(column.present))
    return [f"{text}{sign}{column.text[other[index % len(other)]]}" for index, text in enumerate(texts(column, rows))]
