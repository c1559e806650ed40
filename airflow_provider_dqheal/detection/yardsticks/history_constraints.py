"""Constraints programmed from the history: as tight as a false-positive budget allows, chosen to catch likely faults.

Per column: metrics of every batch (statistics, and distances between successive batches) make candidate constraints
``mean - width <= metric <= mean + width``. The expected false-positive rate of a width follows from the central limit
theorem for means and shares, from Chebyshev's inequality for other statistics and from Cantelli's for distances.
A metric that is not stationary is differenced first. Constraints are taken greedily by the synthetic faults that they
newly catch for each part of the budget they cost.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView
from airflow_provider_dqheal.detection.yardsticks._base import Opinion, Yardstick, collect, schema_hits
from airflow_provider_dqheal.detection.yardsticks._columns import Column, Past, kolmogorov, past_of, shared
from airflow_provider_dqheal.detection.yardsticks._statistics import ISSUE_OF, series, summary

BUDGET = 0.01
"""Expected false-positive rate of all constraints of one column together."""

_LEVELS = tuple(BUDGET / part for part in (1, 2, 4, 8, 16))
_BY_LIMIT = frozenset(("mean", "completeness", "parsed", "top_share"))
_STEP = "step"
_MOST = 1e6


@dataclass(frozen=True)
class Constraint:
    """``metric`` must stay within ``width`` of ``centre``; ``cost`` is its expected false-positive rate."""

    metric: str
    centre: float
    width: float
    cost: float
    one_sided: bool

    def excess(self, value: float) -> float:
        """Distance from the centre in widths: above 1 the constraint is broken."""
        if not math.isfinite(value):
            return _MOST
        gap = value - self.centre if self.one_sided else abs(value - self.centre)
        if gap <= 1e-9 * max(abs(self.centre), 1.0):
            return 0.0
        return min(gap / self.width, _MOST) if self.width > 0 else _MOST


def judge(history: Stack, batch: BatchView) -> Opinion:
    """Flags every broken constraint; the score is the largest excess."""
    if "yardstick programmes" not in history.cache:
        history.cache["yardstick programmes"] = {name: programme(past) for name, past in past_of(history).items()}
    programmes: dict[str, list[Constraint]] = history.cache["yardstick programmes"]  # type: ignore[assignment]
    found: list[tuple[float, str, str | None]] = []
    for past, column in shared(history, batch):
        now = metrics(column, past)
        for constraint in programmes[past.name]:
            excess = constraint.excess(now[constraint.metric])
            found.append((excess, ISSUE_OF.get(constraint.metric, "distribution_shift"), past.name))
    sizes = np.asarray([float(one.row_count) for one in history.batches])
    rows = candidates("rows", sizes)
    if rows:
        issue = "missing_data" if batch.row_count < rows[0].centre else "distribution_shift"
        found.append((rows[0].excess(float(batch.row_count)), issue, None))
    hits = schema_hits(history, batch)
    flagged = hits + [(issue, name) for excess, issue, name in sorted(found, key=lambda f: -f[0]) if excess > 1.0]
    score = max((excess for excess, _, _ in found), default=0.0) + (_MOST if hits else 0.0)
    return Opinion(score, bool(flagged), collect(flagged))


def metrics(column: Column, past: Past) -> dict[str, float]:
    """All metrics of a batch: its statistics, and its distance from the last batch of the history."""
    last = past.batches[-1]
    return {**summary(column), _STEP: distance(last, column, past.kind)}


def distance(before: Column, after: Column, kind: str) -> float:
    """Kolmogorov-Smirnov distance of numbers, total variation of categories; 0 where neither applies."""
    if kind == "number" and len(before.numbers) and len(after.numbers):
        return kolmogorov((before.numbers, before.weights), (after.numbers, after.weights))
    if kind == "category":
        mine, theirs = max(sum(after.values.values()), 1.0), max(sum(before.values.values()), 1.0)
        keys = {*before.values, *after.values}
        return 0.5 * sum(abs(after.values.get(k, 0.0) / mine - before.values.get(k, 0.0) / theirs) for k in keys)
    return 0.0


def candidates(metric: str, values: np.ndarray) -> list[Constraint]:
    """The constraints of one metric over its history, one for each level of cost."""
    known = values[np.isfinite(values)]
    if len(known) < 3:
        return []
    one_sided = metric == _STEP
    if not one_sided and not is_stationary(known):
        steps = np.diff(known)
        centre, spread = float(known[-1] + steps.mean()), float(steps.std(ddof=1))
    else:
        centre, spread = float(known.mean()), float(known.std(ddof=1))
    found = []
    for cost in _LEVELS:
        if one_sided:
            width = spread * math.sqrt((1.0 - cost) / cost)
        elif metric in _BY_LIMIT:
            width = spread * NormalDist().inv_cdf(1.0 - cost / 2.0)
        else:
            width = spread / math.sqrt(cost)
        found.append(Constraint(metric, centre, width, cost, one_sided))
    return found


def is_stationary(values: np.ndarray) -> bool:
    """Whether the Dickey-Fuller test with a constant rejects a unit root at 5 %.

    Source: Dickey and Fuller 1979; finite-sample critical value of MacKinnon 2010, table 2 (constant, 5 %).
    """
    if np.ptp(values) <= 1e-12 * max(abs(float(values[0])), 1.0):
        return True
    before, steps = values[:-1] - values[:-1].mean(), np.diff(values)
    count, power = len(steps), float(before @ before)
    if count < 4 or power <= 0:
        return True
    slope = float(before @ steps) / power
    rest = steps - steps.mean() - slope * before
    error = math.sqrt(max(float(rest @ rest) / (count - 2), 1e-300) / power)
    critical = -2.86154 - 2.8903 / count - 4.234 / count**2 - 40.04 / count**3
    return slope / error < critical


def programme(past: Past) -> list[Constraint]:
    """The constraints of one column: greedy by newly caught synthetic faults for each part of the budget."""
    known = series(past)
    known[_STEP] = np.asarray([distance(a, b, past.kind) for a, b in pairwise(past.batches)] or [np.nan])
    pool = [constraint for name, values in known.items() for constraint in candidates(name, values)]
    faults = [metrics(column, past) for column in synthetic_faults(past)]
    caught = {id(one): {i for i, now in enumerate(faults) if one.excess(now[one.metric]) > 1.0} for one in pool}
    chosen: list[Constraint] = []
    covered: set[int] = set()
    left = BUDGET
    while True:
        fitting = [one for one in pool if one.cost <= left * (1 + 1e-9) and caught[id(one)] - covered]
        if not fitting:
            return chosen
        best = max(fitting, key=lambda one: len(caught[id(one)] - covered) / one.cost)
        chosen.append(best)
        covered |= caught[id(best)]
        left -= best.cost


def synthetic_faults(past: Past) -> list[Column]:
    """Versions of the last batch with what usually goes wrong, as section 4 of the paper asks for."""
    last = past.batches[-1]
    if last.present <= 0:
        return []
    kinds: list[Callable[[Column], Column]] = [_emptied, _spiked]
    kinds += [_rescaled, _shifted, _with_outliers, _unparsed] if past.kind == "number" else [_unseen, _without_top]
    return [make(last) for make in kinds]


def _emptied(column: Column) -> Column:
    lost = 0.2
    return replace(
        column,
        missing=column.missing + lost * column.present,
        values={value: count * (1 - lost) for value, count in column.values.items()},
        weights=column.weights * (1 - lost),
    )


def _spiked(column: Column) -> Column:
    top = max(column.values, key=lambda value: column.values[value], default="")
    kept = {value: count * 0.7 for value, count in column.values.items()}
    return replace(column, values={**kept, top: kept.get(top, 0.0) + 0.3 * column.present})


def _rescaled(column: Column) -> Column:
    return replace(column, numbers=column.numbers * 10.0)


def _shifted(column: Column) -> Column:
    spread = summary(column)["deviation"]
    return replace(column, numbers=column.numbers + (2.0 * spread if math.isfinite(spread) else 1.0))


def _with_outliers(column: Column) -> Column:
    if not len(column.numbers):
        return column
    far = column.numbers[-1] + 10.0 * max(float(np.ptp(column.numbers)), 1.0)
    return replace(
        column,
        numbers=np.append(column.numbers, far),
        weights=np.append(column.weights * 0.99, 0.01 * column.weights.sum()),
    )


def _unparsed(column: Column) -> Column:
    return replace(column, weights=column.weights * 0.9)


def _unseen(column: Column) -> Column:
    kept = {value: count * 0.8 for value, count in column.values.items()}
    return replace(column, values={**kept, "\0unseen": 0.2 * column.present})


def _without_top(column: Column) -> Column:
    top = max(column.values, key=lambda value: column.values[value], default="")
    return replace(column, values={value: count for value, count in column.values.items() if value != top})


HISTORY_CONSTRAINTS = Yardstick(
    name="history_constraints",
    title="history-based constraints",
    source="Tu et al. 2023, Auto-Validate by-History, KDD, sections 3 and 4",
    names_issues=True,
    judge=judge,
)
