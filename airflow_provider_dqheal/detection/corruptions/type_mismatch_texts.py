"""E-mail addresses, telephone numbers, JSON, codes and texts in another literal form."""

from __future__ import annotations

import hashlib
import html
import json
import unicodedata
from base64 import b64encode
from urllib.parse import quote

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Severity
from airflow_provider_dqheal.detection.corruptions._cells import Rewritten, cell_family, texts
from airflow_provider_dqheal.detection.corruptions._frame import Column, Kind
from airflow_provider_dqheal.detection.corruptions._patterns import pattern_of
from airflow_provider_dqheal.detection.corruptions._where import pick

_ISSUE = "type_mismatch"
_CONTACT = "reports on contact data (CRM imports): Great Expectations expect_column_values_to_match_regex"
_JSON = "reports on JSON columns and change-data-capture feeds (Airbyte 12089)"
_KEYS = "reports on keys that change form between systems"
_PRIVACY = "reports on pseudonymisation switched on upstream"
_ENCODED = "reports on double escaping and normalisation of text"
_WORDED: tuple[Kind, ...] = ("text", "key", "category")
_CODED: tuple[Kind, ...] = ("key", "category", "id", "text", "int")
Rows = np.ndarray
Rng = np.random.Generator


@cell_family("email_form", _ISSUE, "addresses are wrapped, obscured or carry a name", _CONTACT, _WORDED, None, 0.5)
def _email(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    if pattern_of(column) != "email":
        return None
    style = int(rng.integers(7))
    forms = ("mailto:{}", "<{}>", "{0};{0}", "Customer <{}>")
    written = texts(column, rows)
    if style < 4:
        return [forms[style].format(text) for text in written]
    if style == 4:
        return [text.replace("@", pick(rng, (" at ", "[at]", "(a)", "%40"))) for text in written]
    return [text.upper() if style == 5 else text.split("@")[0] for text in written]


@cell_family("phone_form", _ISSUE, "telephone numbers in another writing", _CONTACT, _CODED, None, 0.7)
def _phone(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    if pattern_of(column) != "phone":
        return None
    style = int(rng.integers(6))

    def write(text: str) -> str:
        digits = "".join(sign for sign in text if sign.isdigit())
        if style == 1 and len(digits) < 16:
            return f"{float(digits or 0):.5E}"
        return (
            digits,
            digits + ".0",
            "+00 " + digits,
            " ".join(digits[at : at + 2] for at in range(0, len(digits), 2)),
            f"tel:{text}",
            f"{text} ext. {digits[-2:]}",
        )[style]

    return [write(text) for text in texts(column, rows)]


@cell_family("json_unreadable", _ISSUE, "JSON is cut, escaped twice or printed as code", _JSON, _WORDED, None, 0.5)
def _unreadable(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    if pattern_of(column) != "json":
        return None
    style = int(rng.integers(5))
    return [
        (
            text[: max(1, int(len(text) * 0.7))],
            json.dumps(text),
            text.replace('"', "'"),
            text.replace('"', '""'),
            "[object Object]",
        )[style]
        for text in texts(column, rows)
    ]


@cell_family(
    "json_restructured",
    _ISSUE,
    "keys of JSON objects are renamed, nested, dropped or of another type",
    _JSON,
    _WORDED,
    None,
    0.7,
    tolerated=("schema_drift", "distribution_shift"),
)
def _restructured(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    if pattern_of(column) != "json":
        return None
    style = int(rng.integers(5))
    result: list[str | None] = []
    for text in texts(column, rows):
        try:
            value = json.loads(text)
        except ValueError:
            return None
        if not isinstance(value, dict) or not value:
            return None
        keys = list(value)
        result.append(
            json.dumps(
                (
                    {f"{key}_v2": item for key, item in value.items()},
                    {"data": value},
                    {key: value[key] for key in keys[1:]},
                    {key: str(item) for key, item in value.items()},
                    [value],
                )[style]
            )
        )
    return result


@cell_family("uuid_form", _ISSUE, "identifiers lose dashes, change case or gain braces", _KEYS, _CODED, None, 0.8)
def _uuid(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    if pattern_of(column) != "uuid":
        return None
    style = int(rng.integers(4))
    return [
        (text.replace("-", ""), text.upper(), f"{{{text}}}", f"urn:uuid:{text}")[style] for text in texts(column, rows)
    ]


@cell_family("code_reformatted", _ISSUE, "codes gain or lose prefix, dash or padding", _KEYS, _CODED, None, 0.7)
def _code(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    if pattern_of(column) != "code":
        return None
    style = int(rng.integers(7))
    prefix = pick(rng, ("ID-", "SKU", "v2:", "A", "#", "N°", "/"))

    def write(text: str) -> str:
        bare = text.lstrip("".join(sign for sign in text[:6] if not sign.isdigit()))
        half = len(text) // 2
        return (
            prefix + text,
            bare or text,
            text.replace("-", "").replace("_", "").replace("/", ""),
            f"{text[:half]}-{text[half:]}",
            text.lower() if text != text.lower() else text.upper(),
            f"{text}-{sum(map(ord, text)) % 97:02d}",
            text.zfill(len(text) + 3),
        )[style]

    return [write(text) for text in texts(column, rows)]


@cell_family(
    "values_hashed", _ISSUE, "values come hashed or as tokens", _PRIVACY, ("text", "key", "category", "id"), None, 0.8
)
def _hashed(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    style = int(rng.integers(4))

    def write(text: str) -> str:
        digest = hashlib.sha256(text.encode()).hexdigest()
        return (digest, digest[:16], f"tok_{digest[:10]}", b64encode(text.encode()).decode())[style]

    return [write(text) for text in texts(column, rows)]


@cell_family(
    "values_masked",
    _ISSUE,
    "all but some characters are masked",
    _PRIVACY,
    ("text", "key", "category", "id"),
    None,
    0.8,
    tolerated=("missing_data",),
)
def _masked(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    sign, keep = pick(rng, ("*", "X", "#", "•")), int(rng.integers(1, 4))
    last = rng.random() < 0.5
    return [
        sign * max(3, len(text) - keep) + text[-keep:] if last else text[:keep] + sign * max(3, len(text) - keep)
        for text in texts(column, rows)
    ]


@cell_family("text_escaped", _ISSUE, "text is escaped for HTML, URLs, SQL or JSON", _ENCODED, _WORDED, "unescape", 0.6)
def _escaped(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    style = int(rng.integers(5))
    return [
        (
            html.escape(text).replace(" ", "&nbsp;"),
            quote(text),
            text.replace(" ", "\\u0020"),
            f"<p>{html.escape(text)}</p>",
            f"'{text}'".replace("'", "''"),
        )[style]
        for text in texts(column, rows)
    ]


@cell_family(
    "text_other_letters",
    _ISSUE,
    "letters of another width, decomposed accents, look-alikes or control signs",
    _ENCODED,
    ("text", "key", "category", "int", "id"),
    "normalise",
    0.6,
)
def _letters(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    style = int(rng.integers(5))
    wide = {ord(sign): ord(sign) + 0xFEE0 for sign in map(chr, range(33, 127))}
    alike = str.maketrans("aeocpxAEOCTHKMBP0123456789", "аеосрхАЕОСТНКМВР٠١٢٣٤٥٦٧٨٩")
    return [
        (
            text.translate(wide),
            text.translate(alike),
            unicodedata.normalize("NFD", text) + "\u200b",
            "\x00".join(text),
            f"\u200e{text}\u200f",
        )[style]
        for text in texts(column, rows)
    ]
