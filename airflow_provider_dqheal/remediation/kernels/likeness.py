"""How alike two columns are by what they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from airflow_provider_dqheal.remediation.history import ColumnHistory, numbers_of
from airflow_provider_dqheal.remediation.kernels.dates import read_as
from airflow_provider_dqheal.remediation.kernels.frame import Frame
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word

_CLASSES = (
    (re.compile(r"[a-z]+"), "a"),
    (re.compile(r"[A-Z]+"), "A"),
    (re.compile(r"\d+"), "9"),
    (re.compile(r"\s+"), " "),
)


def shape_of(text: str) -> str:
    """The sequence of character classes, runs collapsed.

    >>> shape_of("AB-123 x")
    'A-9 a'
    """
    for pattern, mark in _CLASSES:
        text = pattern.sub(mark, text)
    return text[:40]


def shapes(counts: Mapping[Text, int]) -> dict[str, float]:
    """Share of rows per shape, missing values left out."""
    rows: dict[str, float] = {}
    for text, count in counts.items():
        if text is not None and not is_missing_word(text):
            shape = shape_of(text)
            rows[shape] = rows.get(shape, 0.0) + count
    total = sum(rows.values())
    return {shape: count / total for shape, count in rows.items()} if total else {}


def ks_distance(left: np.ndarray, right: np.ndarray) -> float:
    """Largest difference between two empirical distributions (both ascending), 0 to 1."""
    if not len(left) or not len(right):
        return 1.0
    points = np.concatenate([left, right])
    below_left = np.searchsorted(left, points, side="right") / len(left)
    below_right = np.searchsorted(right, points, side="right") / len(right)
    return float(np.abs(below_left - below_right).max())


def content_likeness(counts: Mapping[Text, int], history: ColumnHistory) -> float:
    """0 to 1: how well the values of a batch's column fit a column of the history."""
    present: dict[Text, int] = {text: count for text, count in counts.items() if not is_missing_word(text)}
    rows = sum(present.values())
    if not rows or not history.present_rows:
        return 0.5
    was, now = shapes(history.pooled), shapes(present)
    shape = sum(min(share, was.get(form, 0.0)) for form, share in now.items())
    known = sum(count for text, count in present.items() if text in history.present) / rows
    if history.is_numeric:
        values = numbers_of(present)
        if len(values) < 0.9 * rows:
            return 0.2 * shape
        unique_now = len(np.unique(values)) == len(values)
        if history.is_key:
            return 0.3 + 0.4 * shape + 0.3 * unique_now if unique_now else 0.1
        if unique_now and len(values) > 50 and len(history.different_numbers) < 0.5 * len(history.all_numbers):
            return 0.1
        return 0.35 * shape + 0.65 * (1.0 - ks_distance(values, history.all_numbers))
    if history.is_categorical:
        return 0.85 * known + 0.15 * shape
    return max(0.85 * known + 0.15 * shape, 0.8 * shape)


def form_likeness(counts: Mapping[Text, int], history: ColumnHistory) -> float:
    """0 to 1: share of a batch's rows that are written as values of the column, whatever their level."""
    present: dict[Text, int] = {text: count for text, count in counts.items() if not is_missing_word(text)}
    rows = sum(present.values())
    if not rows or not history.present_rows:
        return 0.0
    if history.is_numeric:
        good = sum(
            count
            for text, count in present.items()
            if is_number(text) and (history.type != "int" or float(str(text)).is_integer())
        )
        return good / rows
    if history.date_layout is not None:
        layout = history.date_layout
        return sum(count for text, count in present.items() if read_as(str(text), layout) is not None) / rows
    was, frame = shapes(history.pooled), Frame.of(history.present)
    alike = (text for text in present if text is not None and (shape_of(text) in was or (frame and frame.holds(text))))
    return sum(present[text] for text in alike) / rows
