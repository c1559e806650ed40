"""A blamed column in the history, in the batch and as published: histogram bars and statistics, from profiles."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

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
    healed = after.columns.get(name) if after else None
    history = Side.of(name, baseline.profiles if baseline else ())
    kind, bars = histogram(history, Side.of(name, [profile]), Side.of(name, [after]))
    accepted = baseline.table_schema.column(name) if baseline else None
    found = accepted.type if accepted else batch.physical_type if batch else None
    return ColumnDetail(
        name=name,
        type=found,
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


@dataclass(frozen=True)
class Side:
    """One column in one or several batches, each with its rows: what a histogram compares."""

    columns: tuple[ColumnProfile, ...]
    rows: tuple[int, ...]

    @classmethod
    def of(cls, name: str, profiles: Iterable[Profile | None]) -> Side:
        """The column in those profiles that have it and hold rows."""
        found = [
            (p.columns[name], p.row_count) for p in profiles if p is not None and name in p.columns and p.row_count
        ]
        return cls(tuple(column for column, _ in found), tuple(rows for _, rows in found))

    @cached_property
    def quantiles(self) -> list[npt.NDArray[np.float64]] | None:
        """Quantiles of each batch at 201 even steps; None when the column is not numeric in one of them."""
        found = []
        for column in self.columns:
            points = column.quantiles(_PROBS)
            if points is None or not np.isfinite(points).all():
                return None
            found.append(points)
        return found or None

    def shares(self, edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
        """Mass between the edges, batches weighted by their rows; what lies outside falls into the outer bins."""
        if self.quantiles is None:
            return None
        parts = [_mass(points, edges) for points in self.quantiles]
        return np.average(parts, axis=0, weights=self.rows)

    def table(self, kind: Literal["values", "patterns"]) -> dict[str, float] | None:
        """Share of rows of each value or pattern."""
        if not self.columns:
            return None
        total = sum(self.rows)
        counts: Counter[str] = Counter()
        for column in self.columns:
            counts.update(dict(column.patterns if kind == "patterns" else column.heavy_hitters))
        return {value: count / total for value, count in counts.items()}

    def metric(self, name: str) -> float | None:
        """The largest value of a metric over the batches."""
        known = [value for column in self.columns if (value := _finite(column.metrics.get(name))) is not None]
        return max(known, default=None)


def histogram(
    history: Side, batch: Side, healed: Side
) -> tuple[Literal["numeric", "values", "patterns"] | None, tuple[Bar, ...]]:
    """Shares of rows: numeric bins where history and batch are numbers, else the most frequent values or patterns."""
    sources = [side for side in (history, batch) if side.columns]
    if not sources:
        return None, ()
    few = all((side.metric("distinct_count") or math.inf) <= CATEGORIES for side in sources)
    if not few and all(side.quantiles is not None for side in sources):
        return "numeric", _numeric_bars(history, batch, healed)
    distinct = any((side.metric("distinct_fraction") or 0.0) > _MOSTLY_DISTINCT for side in sources)
    kind: Literal["values", "patterns"] = "patterns" if distinct else "values"
    bars = _category_bars((history, batch, healed), kind)
    return (kind, bars) if bars else (None, ())


def _numeric_bars(history: Side, batch: Side, healed: Side) -> tuple[Bar, ...]:
    known = [points for side in (history, batch) for points in side.quantiles or ()]
    low = min(float(points[2]) for points in known)
    high = max(float(points[-3]) for points in known)
    if not high > low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, BINS + 1)
    sides = {"baseline": history.shares(edges), "batch": batch.shares(edges), "after": healed.shares(edges)}
    return tuple(
        Bar(
            label=f"{(edges[i] + edges[i + 1]) / 2:.4g}",
            **{side: None if shares is None else _rounded(shares[i]) for side, shares in sides.items()},
        )
        for i in range(BINS)
    )


def _mass(quantiles: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The quantile function turned round: few distinct values are counted, many are interpolated between."""
    if np.unique(quantiles).size > BINS:
        cumulative = np.interp(edges, np.maximum.accumulate(quantiles), _PROBS)
    else:
        cumulative = np.searchsorted(quantiles, edges, side="right") / quantiles.size
    cumulative[0], cumulative[-1] = 0.0, 1.0
    return np.diff(cumulative)


def _rounded(share: float) -> float:
    return round(max(0.0, float(share)), 6)


def _category_bars(sides: Sequence[Side], kind: Literal["values", "patterns"]) -> tuple[Bar, ...]:
    tables = [side.table(kind) for side in sides]
    weight: dict[str, float] = {}
    for table in tables[:2]:
        for value, share in (table or {}).items():
            weight[value] = max(weight.get(value, 0.0), share)
    shown = sorted(weight, key=lambda value: -weight[value])[:CATEGORIES]
    return tuple(
        Bar(
            label=value[:60] or "(empty)",
            **{
                side: None if table is None else _rounded(table.get(value, 0.0))
                for side, table in zip(("baseline", "batch", "after"), tables, strict=True)
            },
        )
        for value in shown
    )
