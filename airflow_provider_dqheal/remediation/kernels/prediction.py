"""Simple predictors of a column from one other, with the error they had on batches they were not made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.remediation.history import TableHistory
from airflow_provider_dqheal.remediation.kernels.dates import EPOCH, read_as
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, is_missing_word

_MIN_ROWS = 100
_GROUP = 5
Texts = np.ndarray
"""object array of texts, None where missing."""


@dataclass(frozen=True)
class Predictor:
    """Predicts one column of a batch from another.

    Attributes:
        left: the other column; "" for none.
        how: ``group`` (majority or median of equal rows), ``line`` (least squares), ``between`` (interpolation).
        confidence: share of right labels, or 1 minus the 90 % error in inner spreads, on batches left out.
        predict: from (left, target) of a batch to texts for every row, None where it abstains.
    """

    left: str
    how: str
    confidence: float
    predict: Callable[[Texts, Texts], list[Text]]


def texts(cells: Cells) -> Texts:
    """Every row's text, None where missing."""
    values = np.array([None if is_missing_word(value) else value for value in cells.values], object)
    return values[cells.codes] if len(values) else np.zeros(0, object)


def numbers(values: Texts, layout: str | None = None) -> np.ndarray:
    """float64, nan where a text is no number (with ``layout``: seconds since 1970)."""
    found = np.full(len(values), np.nan)
    for at, text in enumerate(values.tolist()):
        if text is None:
            continue
        if layout is not None:
            moment = read_as(text, layout)
            found[at] = np.nan if moment is None else (moment - EPOCH).total_seconds()
        elif is_number(text):
            found[at] = float(text)
    return found


def best(history: TableHistory, target: str) -> Predictor | None:
    """The predictor with the highest confidence, None when the history is too small."""
    column = history.columns[target]
    names = [name for name in history.samples[-1].column_names if name != target] if history.samples else []
    parts = [
        texts(history.cells(at, target)) for at, sample in enumerate(history.samples) if target in sample.column_names
    ]
    if len(parts) < 3 or sum(map(len, parts)) < _MIN_ROWS:
        return None
    found: list[Predictor] = []
    for name in names:
        if not all(name in sample.column_names for sample in history.samples):
            continue
        lefts = [texts(history.cells(at, name)) for at in range(len(history.samples))]
        layout = history.columns[name].date_layout if name in history.columns else None
        found += _grouped(name, lefts, parts, column.is_numeric)
        if column.is_numeric:
            found += _numeric(name, lefts, parts, layout, column.style.most_places)
    return max(found, key=lambda one: one.confidence, default=None)


def _grouped(name: str, lefts: list[Texts], parts: list[Texts], numeric: bool) -> list[Predictor]:
    if len(set(np.concatenate(lefts).tolist())) > 0.2 * sum(map(len, lefts)):
        return []

    def table(rows: list[int]) -> dict[Text, Text]:
        groups: dict[Text, list[str]] = {}
        for at in rows:
            for left, text in zip(lefts[at].tolist(), parts[at].tolist(), strict=True):
                if left is not None and text is not None:
                    groups.setdefault(left, []).append(text)
        made: dict[Text, Text] = {}
        for left, values in groups.items():
            if len(values) >= _GROUP:
                ordered = sorted(values, key=float) if numeric and all(map(is_number, values)) else None
                made[left] = ordered[len(ordered) // 2] if ordered else max(sorted(set(values)), key=values.count)
        return made

    told: list[Text] = []
    truth: list[Text] = []
    for index in range(len(parts)):
        made = table([at for at in range(len(parts)) if at != index])
        told += [made.get(left) for left in lefts[index].tolist()]
        truth += parts[index].tolist()
    whole = table(list(range(len(parts))))
    confidence = _confidence(np.array(told, object), np.array(truth, object), numeric)
    return [Predictor(name, "group", confidence, lambda left, _: [whole.get(text) for text in left.tolist()])]


def _numeric(name: str, lefts: list[Texts], parts: list[Texts], layout: str | None, places: int) -> list[Predictor]:
    xs = [numbers(left, layout) for left in lefts]
    ys = [numbers(part) for part in parts]

    def write(values: np.ndarray) -> list[Text]:
        digits = min(places, 12)
        return [None if not np.isfinite(value) else f"{value:.{digits}f}" for value in values.tolist()]

    found = []
    told, between = [], []
    for index, (x, y) in enumerate(zip(xs, ys, strict=True)):
        a = np.concatenate([one for at, one in enumerate(xs) if at != index])
        b = np.concatenate([one for at, one in enumerate(ys) if at != index])
        told.append(_line(a, b, x))
        between.append(_interpolated(x, y, leave_out=True))
    truth = np.concatenate(ys)
    every_x, every_y = np.concatenate(xs), truth
    for how, guesses in (("line", told), ("between", between)):
        confidence = _error_confidence(np.concatenate(guesses), truth)
        if how == "line":
            found.append(
                Predictor(name, how, confidence, lambda left, _: write(_line(every_x, every_y, numbers(left, layout))))
            )
        else:
            found.append(
                Predictor(
                    name,
                    how,
                    confidence,
                    lambda left, own: write(_interpolated(numbers(left, layout), numbers(own), leave_out=False)),
                )
            )
    return found


def _line(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Least squares of ``y`` on ``x``, at other places."""
    there = np.isfinite(x) & np.isfinite(y)
    if there.sum() < _MIN_ROWS or np.ptp(x[there]) == 0:
        return np.full(len(at), np.nan)
    middle = x[there].mean()
    slope = np.cov(x[there], y[there])[0, 1] / x[there].var(ddof=1)
    line: np.ndarray = y[there].mean() + slope * (at - middle)
    return line


def _interpolated(x: np.ndarray, y: np.ndarray, leave_out: bool) -> np.ndarray:
    """``y`` between its neighbours on the clock ``x``; nan where ``x`` is no clock or a neighbour is missing."""
    guessed = np.full(len(x), np.nan)
    if not np.isfinite(x).all() or len(np.unique(x)) < 0.95 * len(x) or len(x) < 5:
        return guessed
    order = np.argsort(x, kind="stable")
    clock, values = x[order], y[order]
    if leave_out:
        before, after = values[:-2], values[2:]
        step = np.maximum(clock[2:] - clock[:-2], 1e-12)
        guessed[order[1:-1]] = before + (after - before) * (clock[1:-1] - clock[:-2]) / step
        return guessed
    there = np.flatnonzero(np.isfinite(values))
    if len(there) < 5:
        return guessed
    inside = np.arange(there[0], there[-1] + 1)
    guessed[order[inside]] = np.interp(clock[inside], clock[there], values[there])
    return guessed


def _confidence(told: Texts, truth: Texts, numeric: bool) -> float:
    if numeric:
        return _error_confidence(numbers(told), numbers(truth))
    asked = np.array([a is not None and b is not None for a, b in zip(told, truth, strict=True)])
    return float((told[asked] == truth[asked]).mean()) if asked.sum() >= _MIN_ROWS else 0.0


def _error_confidence(told: np.ndarray, truth: np.ndarray) -> float:
    asked = np.isfinite(told) & np.isfinite(truth)
    if asked.sum() < _MIN_ROWS:
        return 0.0
    low, high = np.quantile(truth[asked], [0.05, 0.95])
    error = float(np.quantile(np.abs(told[asked] - truth[asked]), 0.9))
    return float(np.clip(1 - error / (high - low), 0, 1)) if high > low else 0.0
