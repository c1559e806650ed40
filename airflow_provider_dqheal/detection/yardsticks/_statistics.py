"""Descriptive statistics of a column, as tools that monitor metrics over time compute them."""

from __future__ import annotations

import math

import numpy as np

from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.yardsticks._columns import Column, Past, past_of

ISSUE_OF: dict[str, str] = {
    "completeness": "missing_data",
    "parsed": "type_mismatch",
    "distinctness": "distribution_shift",
    "top_share": "distribution_shift",
    "mean": "distribution_shift",
    "deviation": "distribution_shift",
    "length": "distribution_shift",
    "minimum": "outliers",
    "maximum": "outliers",
}
"""Which issue type a statistic out of its range stands for."""

OF_ALL: tuple[str, ...] = ("completeness", "distinctness", "top_share")
OF_NUMBERS: tuple[str, ...] = ("parsed", "mean", "deviation", "minimum", "maximum")
OF_TEXTS: tuple[str, ...] = ("parsed", "length")


def statistics_for(kind: str) -> tuple[str, ...]:
    """The statistics that are computed of a column of that kind; of dates only those that need no order."""
    if kind == "number":
        return (*OF_ALL, *OF_NUMBERS)
    return OF_ALL if kind == "date" else (*OF_ALL, *OF_TEXTS)


def summary(column: Column) -> dict[str, float]:
    """All statistics of a column; nan where undefined."""
    present = column.present
    total = float(column.weights.sum())
    mean = float((column.numbers * column.weights).sum() / total) if total else math.nan
    spread = float(((column.numbers - mean) ** 2 * column.weights).sum() / total) if total else math.nan
    return {
        "completeness": 1.0 - column.missing / column.rows if column.rows else math.nan,
        "parsed": column.parsed,
        "distinctness": len(column.values) / present if present else math.nan,
        "top_share": max(column.values.values(), default=0.0) / present if present else math.nan,
        "mean": mean,
        "deviation": math.sqrt(max(spread, 0.0)) if total else math.nan,
        "minimum": float(column.numbers[0]) if total else math.nan,
        "maximum": float(column.numbers[-1]) if total else math.nan,
        "length": column.length,
    }


def summaries_of(history: Stack) -> dict[str, dict[str, np.ndarray]]:
    """Per column and statistic its values over the history (those batches that have the column), computed once."""
    if "yardstick statistics" in history.cache:
        return history.cache["yardstick statistics"]  # type: ignore[return-value]
    found = {name: series(past) for name, past in past_of(history).items()}
    history.cache["yardstick statistics"] = found
    return found


def series(past: Past) -> dict[str, np.ndarray]:
    """Per statistic its values over the batches of one column."""
    rows = [summary(batch) for batch in past.batches]
    return {name: np.asarray([row[name] for row in rows]) for name in statistics_for(past.kind)}
