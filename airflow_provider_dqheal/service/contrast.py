"""A blamed column in the history, in the batch and as published: histogram bars and statistics, from profiles."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from airflow_provider_dqheal.core.types import Issue
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.profile import ColumnProfile, Profile
from airflow_provider_dqheal.service.answers import Bar, ColumnDetail, MetricRow

COLUMNS_SHOWN = 12
METRICS_SHOWN = 6
BINS = 18
CATEGORIES = 8
_PROBS = np.linspace(0.0, 1.0, 201)
_MOSTLY_DISTINCT = 0.5
"""Above it, single values say little and may name a person: their character patterns are shown instead."""


def column_details(
    issues: Sequence[Issue], profile: Profile | None, baseline: Baseline | None, after: Profile | None
) -> tuple[ColumnDetail, ...]:
    """The blamed columns, the strongest evidence first."""
    weight: dict[str, float] = {}
    named: dict[str, list[str]] = {}
    metrics: dict[str, list[str]] = {}
    for issue in issues:
        for rank, column in enumerate(issue.columns):
            named.setdefault(column, []).append(issue.type)
            weight[column] = max(weight.get(column, 0.0), issue.score / (rank + 1) * 1e-3)
        for evidence in issue.evidence:
            if evidence.column is not None:
                weight[evidence.column] = max(weight.get(evidence.column, 0.0), evidence.score)
                metrics.setdefault(evidence.column, []).append(evidence.metric)
                if issue.type not in named.setdefault(evidence.column, []):
                    named[evidence.column].append(issue.type)
    ordered = sorted(weight, key=lambda name: -weight[name])[:COLUMNS_SHOWN]
    return tuple(
        _column(name, weight[name], named[name], metrics.get(name, []), profile, baseline, after) for name in ordered
    )


def _column(
    name: str,
    weight: float,
    issues: Sequence[str],
    wanted: Sequence[str],
    profile: Profile | None,
    baseline: Baseline | None,
    after: Profile | None,
) -> ColumnDetail:
    batch = profile.columns.get(name) if profile else None
    history = baseline.merged.columns.get(name) if baseline and baseline.profiles else None
    healed = after.columns.get(name) if after else None
    kind, bars = histogram(history, batch, healed, profile, baseline, after)
    return ColumnDetail(
        name=name,
        physical_type=batch.physical_type if batch else history.physical_type if history else None,
        issues=tuple(dict.fromkeys(issues)),
        contribution=weight,
        histogram_kind=kind,
        histogram=bars,
        metrics=tuple(_metrics(name, wanted, batch, baseline, healed)),
    )


def _metrics(
    name: str,
    wanted: Sequence[str],
    batch: ColumnProfile | None,
    baseline: Baseline | None,
    healed: ColumnProfile | None,
) -> list[MetricRow]:
    observed = dict(batch.metrics) if batch else {}
    published = dict(healed.metrics) if healed else {}
    usual = [metric for metric in COMMON if metric in observed or metric in published]
    rows = []
    for metric in dict.fromkeys([*wanted, *usual]):
        past = _known(baseline.history(name, metric)) if baseline and baseline.profiles else np.empty(0)
        value = _finite(observed.get(metric))
        if value is None and past.size == 0:
            continue
        low, high = (float(past.min()), float(past.max())) if past.size else (None, None)
        outside = value is not None and low is not None and high is not None and not low <= value <= high
        rows.append(
            MetricRow(
                metric=metric,
                label=metric_label(metric),
                expected_low=low,
                expected_high=high,
                observed=value,
                after=_finite(published.get(metric)),
                outside=outside,
            )
        )
    rows.sort(key=lambda row: (row.metric not in wanted, not row.outside))
    return rows[:METRICS_SHOWN]


COMMON: tuple[str, ...] = ("missing_fraction", "q50", "mean", "std", "min", "max", "distinct_fraction", "top_fraction")
_QUANTILE = re.compile(r"q(\d\d)")


def metric_label(metric: str) -> str:
    """A metric's name in words.

    >>> metric_label("q50"), metric_label("q05"), metric_label("missing_fraction")
    ('median', '5th percentile', 'missing fraction')
    """
    quantile = _QUANTILE.fullmatch(metric)
    if quantile is None:
        return _LABELS.get(metric) or metric.replace("_", " ")
    number = int(quantile.group(1))
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number // 10 != 1 else 0, "th")
    return "median" if number == 50 else f"{number}{ending} percentile"


_LABELS = {"std": "standard deviation", "top_fraction": "most frequent value, share"}


def _known(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return values[np.isfinite(values)]


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def histogram(
    history: ColumnProfile | None,
    batch: ColumnProfile | None,
    healed: ColumnProfile | None,
    profile: Profile | None,
    baseline: Baseline | None,
    after: Profile | None,
) -> tuple[Literal["numeric", "values", "patterns"] | None, tuple[Bar, ...]]:
    """Shares of rows: numeric bins where history and batch are numbers, else the most frequent values or patterns."""
    sources = [column for column in (history, batch) if column is not None]
    if not sources:
        return None, ()
    cdfs = [_quantiles(column) for column in (history, batch, healed)]
    if all(_quantiles(column) is not None for column in sources) and not _few_values(sources):
        return "numeric", _numeric_bars(cdfs)
    rows = [
        baseline.merged.row_count if baseline and baseline.profiles else 0,
        profile.row_count if profile else 0,
        after.row_count if after else 0,
    ]
    kind: Literal["values", "patterns"] = "patterns" if _mostly_distinct(sources) else "values"
    bars = _category_bars([history, batch, healed], rows, kind)
    return (kind, bars) if bars else (None, ())


def _quantiles(column: ColumnProfile | None) -> npt.NDArray[np.float64] | None:
    if column is None:
        return None
    found = column.quantiles(_PROBS)
    if found is None:
        return None
    values = np.asarray(found, dtype=np.float64)
    return values if values.size == _PROBS.size and np.isfinite(values).all() else None


def _few_values(columns: Sequence[ColumnProfile]) -> bool:
    return all((_finite(column.metrics.get("distinct_count")) or math.inf) <= CATEGORIES for column in columns)


def _mostly_distinct(columns: Sequence[ColumnProfile]) -> bool:
    return any((_finite(column.metrics.get("distinct_fraction")) or 0.0) > _MOSTLY_DISTINCT for column in columns)


def _numeric_bars(quantiles: Sequence[npt.NDArray[np.float64] | None]) -> tuple[Bar, ...]:
    known = [values for values in quantiles[:2] if values is not None]
    low = min(float(values[2]) for values in known)
    high = max(float(values[-3]) for values in known)
    if not high > low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, BINS + 1)
    shares = [None if values is None else _shares(values, edges) for values in quantiles]
    return tuple(
        Bar(
            label=_label((edges[i] + edges[i + 1]) / 2),
            baseline=_share(shares[0], i),
            batch=_share(shares[1], i),
            after=_share(shares[2], i),
        )
        for i in range(BINS)
    )


def _shares(quantiles: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mass between the edges, from the inverse of the quantile function; the tails fall into the outer bins."""
    below = np.searchsorted(quantiles, edges, side="right") / quantiles.size
    smooth = np.interp(edges, np.maximum.accumulate(quantiles), _PROBS)
    distinct = np.unique(quantiles).size
    cumulative = smooth if distinct > BINS else below
    cumulative[0], cumulative[-1] = 0.0, 1.0
    return np.diff(cumulative)


def _share(shares: npt.NDArray[np.float64] | None, index: int) -> float | None:
    return None if shares is None else round(float(max(0.0, shares[index])), 6)


def _label(value: float) -> str:
    return f"{value:.4g}"


def _category_bars(
    columns: Sequence[ColumnProfile | None], rows: Sequence[int], kind: Literal["values", "patterns"]
) -> tuple[Bar, ...]:
    tables: list[dict[str, float] | None] = []
    for column, count in zip(columns, rows, strict=True):
        if column is None or count <= 0:
            tables.append(None)
            continue
        pairs: list[Any] = list(column.patterns if kind == "patterns" else column.heavy_hitters)
        tables.append({str(value): number / count for value, number in pairs})
    weight: dict[str, float] = {}
    for table in tables[:2]:
        for value, share in (table or {}).items():
            weight[value] = max(weight.get(value, 0.0), share)
    shown = sorted(weight, key=lambda value: -weight[value])[:CATEGORIES]
    return tuple(
        Bar(
            label=value[:60] or "(empty)",
            **{
                side: None if table is None else round(table.get(value, 0.0), 6)
                for side, table in zip(("baseline", "batch", "after"), tables, strict=True)
            },
        )
        for value in shown
    )
