"""Metrics that need more than one state: the flat metrics of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from airflow_provider_dqheal.profiling.states import Metrics, registry, share
from airflow_provider_dqheal.profiling.weighted import uses_dates

if TYPE_CHECKING:
    from airflow_provider_dqheal.profiling.profile import ColumnProfile

QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


def derive_metrics(column: ColumnProfile) -> Metrics:
    """All metrics of a column: those of its states, then those over states."""
    found: Metrics = {}
    rows = column.row_count
    for name in registry.names():
        found.update(column.state(name).metrics(rows))
    state, missing = column.state("rows"), column.state("missing")
    valid = state.rows - state.nulls
    gone = state.nulls + state.nans + missing.disguised
    there = state.rows - gone
    found["missing_fraction"] = share(gone, rows)
    found["number_fraction"] = share(found["number_count"] or 0.0, there)
    found["date_fraction"] = share(found["date_count"] or 0.0, there)
    boolean = sum(column.state("truths").spellings.values())
    found["boolean_fraction"] = share(boolean, there)
    found.update(_variety(column, valid))
    power = column.state("calendar").power if uses_dates(column) else column.state("moments").power
    found.update(power.metrics())
    points = column.quantiles(QUANTILES)
    for at, q in enumerate(QUANTILES):
        found[f"q{round(q * 100):02d}"] = float(points[at]) if points is not None else None
    middle = None if points is None else float(points[5] - points[3])
    found["iqr"] = middle
    found["mad"] = None
    if column.numbers is not None and points is not None:
        off = np.abs(column.numbers.values - points[4])
        order = np.argsort(off)
        cumulative = np.cumsum(column.numbers.weights[order])
        found["mad"] = float(off[order][np.searchsorted(cumulative, 0.5 * cumulative[-1] * (1 - 1e-12))])
    return found


def _variety(column: ColumnProfile, valid: int) -> Metrics:
    """How many different values there are and how often the frequent ones occur; empty and blank text left out."""
    kept = column.state("values").kept
    words = column.state("missing").words
    blank = words.get("", 0) + words.get(" ", 0)
    there = valid - blank
    names = ("distinct_count", "distinct_fraction", "top_fraction", "top5_fraction", "value_entropy")
    if there <= 0:
        return dict.fromkeys(names)
    hitters = [count for text, count in column.heavy_hitters if text.strip()]
    if kept.complete:
        distinct = float(len(hitters))
    elif (kept.counts == 1).all():
        distinct = float(there)
    else:
        distinct = min(column.state("distinct").estimate(), float(there))
    p = np.array(hitters, float) / there
    entropy = float(-(p * np.log(p)).sum()) + 0.0 if kept.complete else None
    return dict(
        zip(
            names,
            (distinct, distinct / there, *(min(sum(hitters[:n]) / there, 1.0) for n in (1, 5)), entropy),
            strict=True,
        )
    )
