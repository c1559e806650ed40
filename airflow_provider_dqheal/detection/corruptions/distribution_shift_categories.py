"""Categories and texts that together are not what came before."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Severity
from airflow_provider_dqheal.detection.corruptions._frame import Column
from airflow_provider_dqheal.detection.corruptions._shifts import AVH, LOAD, LOUD, some, worded_shift


@worded_shift("category_mix", "known categories come in other proportions", LOUD, tolerated=("missing_data",))
def _mix(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    values = column.distinct()
    weights = rng.dirichlet(np.full(len(values), 0.5)) if len(values) > 1 else None
    if weights is None:
        return None
    return np.where(
        some(len(text), rng, severity),
        np.asarray(values, dtype=object)[rng.choice(len(values), len(text), p=weights)],
        text,
    )


@worded_shift("category_dominates", "one known category takes over", AVH, tolerated=("missing_data",))
def _dominates(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    values = column.distinct()
    return (
        np.where(some(len(text), rng, severity), values[int(rng.integers(1, len(values)))], text)
        if len(values) > 1
        else None
    )


@worded_shift("new_category", "a category never seen takes a large share", AVH, ("category",))
def _new(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    first = column.distinct()[0]
    name = ("Other", "default", first + "_v2", first[:1] + "X", "INTL", "group_b", "beta")[int(rng.integers(7))]
    return np.where(some(len(text), rng, severity), name, text)


@worded_shift("category_dropped", "a frequent category is gone, its rows carry another", AVH)
def _dropped(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    values = column.distinct()
    if len(values) < 2:
        return None
    gone = values[0] if severity == "high" else values[min(len(values) - 1, {"low": 2, "medium": 1}[severity])]
    rest = [value for value in values if value != gone]
    return np.where(text == gone, np.asarray(rest, dtype=object)[rng.integers(0, len(rest), len(text))], text)


@worded_shift(
    "relabelled", "labels are exchanged one for one", "reports on changed code lists", inverse="map the labels back"
)
def _relabelled(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    values = column.distinct()[: {"low": 2, "medium": 4, "high": 40}[severity]]
    if len(values) < 2:
        return None
    mapping = dict(zip(values, values[1:] + values[:1], strict=True))
    return np.asarray([mapping.get(str(value), value) for value in text], dtype=object)


@worded_shift(
    "granularity_change", "labels are coarser or finer than before", "reports on changed code lists", ("category",)
)
def _granularity(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    if rng.random() < 0.5:
        return np.asarray([str(value)[: {"low": 4, "medium": 2, "high": 1}[severity]] for value in text], dtype=object)
    marks = [
        f"{value}{sign}"
        for value, sign in zip(text, np.asarray(list("ABCD"))[rng.integers(0, 4, len(text))], strict=True)
    ]
    return np.where(some(len(text), rng, severity), np.asarray(marks, dtype=object), text)


@worded_shift(
    "text_truncated", "texts are cut to a fixed length", LOAD, ("text", "category", "key"), tolerated=("type_mismatch",)
)
def _truncated(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    lengths = [len(str(value)) for value in text]
    keep = int(np.quantile(lengths, {"low": 0.8, "medium": 0.4, "high": 0.05}[severity]))
    return np.asarray([str(value)[: max(1, keep - 1)] for value in text], dtype=object)
