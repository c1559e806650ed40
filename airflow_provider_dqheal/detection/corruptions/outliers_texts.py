"""Texts, contacts, codes and keys that cannot be right although their column holds text."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Severity
from airflow_provider_dqheal.detection.corruptions._cells import Rewritten, cell_family, texts
from airflow_provider_dqheal.detection.corruptions._frame import Column, Kind, format_numbers
from airflow_provider_dqheal.detection.corruptions._patterns import pattern_of
from airflow_provider_dqheal.detection.corruptions._where import pick

_ISSUE = "outliers"
_LENGTH = "Great Expectations reports: expect_column_value_lengths_to_be_between"
_REGEX = "Great Expectations and Deequ reports: values that do not match a pattern"
_KEYS = "reports on key ranges and wrong tenants"
_INJECTED = "reports on log lines, markup and test input in text fields"
_CODED: tuple[Kind, ...] = ("key", "category", "id", "text", "int")
Rows = np.ndarray
Rng = np.random.Generator


@cell_family(
    "text_too_long", _ISSUE, "texts many times longer than usual", _LENGTH, ("text", "category", "key"), rare=True
)
def _long(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    times = {"low": 6, "medium": 20, "high": 80}[severity]
    usual = max(3, int(np.quantile([len(text) for text in column.text[column.present][:200]], 0.95)))
    style = int(rng.integers(3))
    pad = (" lorem ipsum dolor sit amet", "x", " at com.example.Main.run(Main.java:42)")[style]
    return [(text + pad * (times * usual // len(pad) + 1))[: times * usual] for text in texts(column, rows)]


@cell_family(
    "text_too_short",
    _ISSUE,
    "texts of one or two signs among long ones",
    _LENGTH,
    ("text", "key"),
    rare=True,
    tolerated=("missing_data",),
)
def _short(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    keep = 1 if severity == "high" else 2
    return [text[:keep] for text in texts(column, rows)]


@cell_family(
    "text_gibberish",
    _ISSUE,
    "random keys were pressed",
    _INJECTED,
    ("text", "category", "key"),
    rare=True,
    tolerated=("type_mismatch", "missing_data"),
)
def _gibberish(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    pool = pick(rng, ("asdfghjkl", "qwertyuiop", "abcdefghijklmnopqrstuvwxyz", "1234567890", "aaaa", "!?#$%"))
    return ["".join(pool[int(at)] for at in rng.integers(0, len(pool), int(rng.integers(3, 20)))) for _ in rows]


@cell_family(
    "text_injected",
    _ISSUE,
    "markup, code or log lines in text",
    _INJECTED,
    ("text", "category", "key"),
    rare=True,
    tolerated=("type_mismatch",),
)
def _injected(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    forms = (
        "<script>alert(1)</script>", "'; DROP TABLE users; --", "{{ {} }}", "Traceback (most recent call last):",
        "ERROR 500: {}", "http://example.com/?q={}", "{}\\n{}", "<br/>{}", "select * from t", "=cmd|' /C calc'!A0",
    )  # fmt: skip
    form = pick(rng, forms)
    return [form.replace("{}", text) for text in texts(column, rows)]


@cell_family(
    "contact_malformed",
    _ISSUE,
    "addresses and numbers with typing errors",
    _REGEX,
    _CODED,
    rare=True,
    tolerated=("type_mismatch",),
)
def _contact(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    kind = pattern_of(column)
    if kind not in ("email", "phone", "uuid"):
        return None
    style = int(rng.integers(5))

    def spoil(text: str) -> str:
        half = len(text) // 2
        if kind == "email":
            return (
                text.replace("@", "@@"),
                text.replace("@", ""),
                text.rsplit(".", 1)[0],
                text.replace("@", "@."),
                text.replace(".", ",", 1),
            )[style]
        return (
            text[:half],
            text + text[-3:],
            text[:half] + text[half + 1 :],
            text[:half] + "l" + text[half + 1 :],
            text * 2,
        )[style]

    return [spoil(text) for text in texts(column, rows)]


@cell_family(
    "code_wrong_length",
    _ISSUE,
    "codes are a sign too short or too long",
    _REGEX,
    _CODED,
    rare=True,
    tolerated=("type_mismatch",),
)
def _length(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    written = texts(column, rows)
    if column.numeric or pattern_of(column) != "code" or len({len(value) for value in written}) > 2:
        return None
    style = int(rng.integers(4))
    return [(text[:-1], text + "0", text[1:], text[:-1] + "X")[style] or "0" for text in written]


@cell_family(
    "key_far_off", _ISSUE, "keys from another range: negative, zero or far too large", _KEYS, ("id",), rare=True
)
def _key(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    top = float(np.nanmax(column.numbers))
    style = int(rng.integers(4))
    values = (
        -column.numbers[rows] - 1,
        np.zeros(len(rows)),
        column.numbers[rows] + 10.0 ** np.ceil(np.log10(max(top, 1.0)) + {"low": 0, "medium": 1, "high": 3}[severity]),
        np.full(len(rows), float(rng.choice([9_999_999_999, 2_147_483_647, 999_999_999]))) + top,
    )[style]
    return format_numbers(column, values)


@cell_family(
    "category_of_other_column",
    _ISSUE,
    "a name from another list stands in the column",
    _KEYS,
    ("category",),
    rare=True,
    tolerated=("distribution_shift", "type_mismatch"),
)
def _other(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    lists = (
        ("Monday", "Tuesday", "Sunday"), ("red", "blue", "green"), ("EUR", "USD", "GBP"), ("Mr", "Ms", "Dr"),
        ("S", "M", "XL"), ("admin", "guest", "root"), ("Berlin", "Paris", "Oslo"), ("Q1", "Q2", "H2"),
    )  # fmt: skip
    chosen = [value for value in lists[int(rng.integers(len(lists)))] if value not in set(column.distinct())]
    return [pick(rng, chosen) for _ in rows] if chosen else None
