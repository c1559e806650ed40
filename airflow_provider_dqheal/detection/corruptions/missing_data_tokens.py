"""Cells that hold something which means nothing: placeholders, redactions, defaults, copies of a neighbour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Severity
from airflow_provider_dqheal.detection.corruptions._cells import Rewritten, cell_family, texts
from airflow_provider_dqheal.detection.corruptions._dates import write_dates
from airflow_provider_dqheal.detection.corruptions._frame import Column, Kind, format_numbers
from airflow_provider_dqheal.detection.corruptions._patterns import pattern_of
from airflow_provider_dqheal.detection.corruptions._where import pick

_ISSUE = "missing_data"
_DISGUISED = "Pearson 2006, disguised missing data; FAHES (Qahtan et al. 2018)"
_USERS = "Deequ user reports on nulls and zeroes (python-deequ 206), Great Expectations on missingness"
_FORMS = "reports on required form fields filled with anything"
_PRIVACY = "reports on redaction and deletion requests"
_FILLED = "reports on imputation and forward fill that run upstream"
_ANY: tuple[Kind, ...] = ("int", "float", "bool", "date", "category", "text", "id", "key")
_WORDED: tuple[Kind, ...] = ("category", "text", "key")
_NOTHING = (
    "null", "none", "missing", "unknown", "na", "empty", "void", "nil", "not set", "no data", "nodata", "inconnu",
    "unbekannt", "desconocido", "leer", "not found", "unavailable", "error", "no value",
)  # fmt: skip
Rows = np.ndarray
Rng = np.random.Generator


def _tokens(
    name: str,
    description: str,
    source: str,
    kinds: Sequence[Kind],
    tokens: tuple[str, ...],
    tolerated: tuple[str, ...] = (),
) -> None:
    @cell_family(name, _ISSUE, description, source, kinds, whole=0.15, tolerated=tolerated)
    def _put(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
        return [pick(rng, tokens)] * len(rows)


_tokens(
    "empty_literals",
    "empty lists, objects or quotes",
    _USERS,
    _ANY,
    ("[]", "{}", '""', "''", "()", "<NA>", "<null>", "undefined", "[null]", '{"value": null}', "#N/D", "NaT", "NONE"),
    ("type_mismatch",),
)
_tokens(
    "not_a_number",
    "NaN, infinity or the error value of a spreadsheet",
    _USERS,
    ("float", "int"),
    ("NaN", "nan", "inf", "-inf", "Infinity", "#DIV/0!", "#NUM!", "1.#QNAN", "#VALUE!", "#N/A", "-nan(ind)", "NA()"),
    ("type_mismatch", "outliers"),
)
_tokens(
    "invisible_blanks",
    "signs that show nothing: no-break or zero-width blanks, tabs, line ends",
    _USERS,
    _ANY,
    ("\u00a0", "\u200b", "\t", "\r", "\n", "\u3000", " \u00a0", "\u2003", "\ufeff"),
    ("type_mismatch",),
)
_tokens(
    "redacted",
    "the value is removed and says so",
    _PRIVACY,
    (*_WORDED, "id", "date", "float", "int"),
    ("[REDACTED]", "****", "<removed>", "XXXX", "[deleted]", "anonymous", "confidential", "GDPR", "(hidden)", "••••"),
    ("type_mismatch",),
)
_tokens(
    "text_placeholder",
    "texts that say that there is none",
    _FORMS,
    ("text", "category"),
    (
        "no comment", "none given", "see above", "n.a.", "keine Angabe", "sans objet", "to be completed", "nothing",
        "Lorem ipsum dolor", "no answer", "not applicable", "...", "ok", "same", "default text",
    ),
    ("distribution_shift",),
)  # fmt: skip


@cell_family("contact_placeholder", _ISSUE, "made-up addresses and numbers", _FORMS, (*_WORDED, "int", "id"), whole=0.1)
def _contact(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    options = {
        "email": ("none@none.com", "noreply@example.com", "test@test.de", "a@a.a", "x@y.z", "no@mail"),
        "phone": ("0000000000", "+00 000 0000000", "1234567890", "(000) 0000000", "999-9999999", "+1"),
        "uuid": ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
        "code": ("000000", "999999", "XXX-000", "ID0", "0", "TEMP", "99999999"),
    }.get(pattern_of(column))
    return [pick(rng, options)] * len(rows) if options else None


@cell_family("json_emptied", _ISSUE, "JSON objects without content or with null values", _USERS, _WORDED, whole=0.3)
def _json(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    if pattern_of(column) != "json":
        return None
    written = texts(column, rows)
    if rng.random() < 0.5:
        return [pick(rng, ("{}", "[]", "null", '{"error": "timeout"}'))] * len(rows)
    return [
        "{" + ", ".join(f"{part.split(':')[0]}: null" for part in text.strip("{}").split(",")) + "}" for text in written
    ]


@cell_family(
    "sentinel_composed",
    _ISSUE,
    "a number drawn from the habits of sentinels (repeated digits, signs, bounds) means no value",
    _DISGUISED,
    ("int", "float"),
    whole=0.1,
    tolerated=("outliers", "distribution_shift"),
)
def _sentinel(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    digit, width = pick(rng, ("9", "8", "7", "1", "6")), int(rng.integers(1, 8))
    text = digit * width
    style = int(rng.integers(5))
    text = (text, f"-{text}", f"-{text}", "1" + "0" * width, f"{text}.{digit * 2}" if column.kind == "float" else text)[
        style
    ]
    if text in set(column.text[column.present][:500].tolist()):
        return None
    return [text] * len(rows)


@cell_family(
    "token_composed",
    _ISSUE,
    "a word for nothing in a spelling drawn at random",
    _DISGUISED,
    _ANY,
    whole=0.15,
    tolerated=("type_mismatch",),
)
def _word(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    word = pick(rng, _NOTHING)
    word = (word, word.upper(), word.title(), word.capitalize())[int(rng.integers(4))]
    form = pick(
        rng, ("{}", "{}", "<{}>", "[{}]", "({})", "#{}", "_{}_", "-{}-", "{}.", "'{}'", "*{}*", "${{{}}}", "%{}%")
    )
    return [form.format(word.replace(" ", pick(rng, (" ", "_", "-"))))] * len(rows)


@cell_family(
    "mean_fill",
    _ISSUE,
    "gaps are filled with a mean, a median or a constant no one measured",
    _FILLED,
    ("int", "float"),
    tolerated=("distribution_shift",),
)
def _mean(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    if severity == "low":
        return None
    known = column.numbers[np.isfinite(column.numbers)]
    value = float(rng.choice([np.mean(known), np.median(known), np.quantile(known, 0.25), 0.0]))
    if column.kind == "float" and not column.typed and rng.random() < 0.5:
        return [repr(value)] * len(rows)
    return format_numbers(column, np.full(len(rows), value))


@cell_family(
    "filled_forward",
    _ISSUE,
    "gaps repeat the last value before them",
    _FILLED,
    _ANY,
    where="block",
    tolerated=("distribution_shift",),
)
def _forward(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    if len(rows) < 5 or severity == "low":
        return None
    return [str(column.text[rows[0]])] * len(rows)


@cell_family(
    "default_date",
    _ISSUE,
    "dates that were not given are the day of the load, the first of a year or the epoch",
    _DISGUISED,
    ("date",),
    whole=0.2,
    tolerated=("distribution_shift", "outliers"),
)
def _date(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    known = column.numbers[np.isfinite(column.numbers)]
    if len(known) == 0:
        return None
    year = float(np.floor(np.median(known) / 31_556_952) * 31_556_952)
    day = float(np.floor(known.max() / 86_400) * 86_400)
    seconds = float(rng.choice([day, day, year, 0.0, -2_208_988_800.0, 946_684_800.0]))
    return write_dates(np.full(len(rows), seconds), column.form or "%Y-%m-%d")


@cell_family(
    "default_flag",
    _ISSUE,
    "flags that were not set come as false (or true)",
    _DISGUISED,
    ("bool",),
    whole=0.4,
    tolerated=("distribution_shift",),
)
def _flag(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    values = column.distinct()
    if len(values) < 2 or severity == "low":
        return None
    falsy = [value for value in values if value.lower() in ("false", "no", "n", "f", "0", "off", "nein", "non")]
    return [falsy[0] if falsy and rng.random() < 0.8 else values[-1]] * len(rows)


@cell_family(
    "first_option",
    _ISSUE,
    "a list of choices is left at its first entry",
    _FORMS,
    ("category",),
    whole=0.2,
    tolerated=("distribution_shift",),
)
def _option(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    values = sorted(column.distinct())
    if severity == "low" or len(values) < 2:
        return None
    return [pick(rng, (values[0], "please choose", "--select--", "Other", "other"))] * len(rows)
