"""Two-sample tests of the batch against the pooled history, with Bonferroni's correction.

Kolmogorov-Smirnov for numbers, chi-square for categories, a test of proportions for missing cells and for cells that
do not read as numbers, Rosenbaum's test for records beyond the range of the history.
"""

from __future__ import annotations

import math

from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView
from airflow_provider_dqheal.detection.yardsticks._base import Opinion, Yardstick, collect, schema_hits
from airflow_provider_dqheal.detection.yardsticks._columns import Column, Past, kolmogorov, merged, shared
from airflow_provider_dqheal.detection.yardsticks._tests import (
    chi_square_p,
    exceedance_p,
    kolmogorov_p,
    proportions_p,
)

LEVEL = 0.05
"""The family-wise error rate, as alibi-detect's TabularDrift and most tools have it by default."""

_SCHEMA_SCORE = 400.0


def judge(history: Stack, batch: BatchView) -> Opinion:
    """Flags what is significant at :data:`LEVEL` after Bonferroni; the score is minus log10 of the smallest p."""
    tests: list[tuple[float, str, str]] = []
    for past, column in shared(history, batch):
        tests.extend((p, issue, past.name) for p, issue in column_tests(past, column))
    count = max(len(tests), 1)
    hits = schema_hits(history, batch)
    found = hits + [(issue, name) for p, issue, name in sorted(tests) if p * count < LEVEL]
    smallest = min((p for p, _, _ in tests), default=1.0)
    score = -math.log10(min(smallest * count, 1.0)) + (_SCHEMA_SCORE if hits else 0.0)
    return Opinion(score, bool(found), collect(found))


def column_tests(past: Past, column: Column) -> list[tuple[float, str]]:
    """The p-values of one column, each with the issue type it stands for."""
    rows = sum(batch.rows for batch in past.batches)
    missing = sum(batch.missing for batch in past.batches)
    found = [(proportions_p(column.missing, column.rows, missing, rows), "missing_data")]
    present = rows - missing
    if column.present <= 0 or present <= 0:
        return found
    if past.kind == "number":
        strange = column.present * (1.0 - column.parsed)
        known = sum(batch.present * (1.0 - batch.parsed) for batch in past.batches)
        found.append((proportions_p(strange, column.present, known, present), "type_mismatch"))
        if len(column.numbers) and not column.temporal:
            numbers, weights = merged(past.batches)
            size, usual = float(column.weights.sum()), float(weights.sum())
            distance = kolmogorov((column.numbers, column.weights), (numbers, weights))
            found.append((kolmogorov_p(distance, size, usual), "distribution_shift"))
            above = float(column.weights[column.numbers > numbers[-1]].sum())
            below = float(column.weights[column.numbers < numbers[0]].sum())
            extreme = min(exceedance_p(above, size, usual), exceedance_p(below, size, usual))
            found.append((min(2.0 * extreme, 1.0), "outliers"))
    elif past.kind == "category":
        found.append((_categories(past, column), "distribution_shift"))
    return found


def _categories(past: Past, column: Column) -> float:
    """Pearson's chi-square test of homogeneity; categories below five expected cells are put together."""
    pooled: dict[str, float] = {}
    for batch in past.batches:
        for value, count in batch.values.items():
            pooled[value] = pooled.get(value, 0.0) + count
    mine, theirs = sum(column.values.values()), sum(pooled.values())
    if not mine or not theirs:
        return 1.0
    pairs, rest = [], [0.0, 0.0]
    for value in {*pooled, *column.values}:
        pair = (column.values.get(value, 0.0), pooled.get(value, 0.0))
        if sum(pair) * min(mine, theirs) / (mine + theirs) < 5.0:
            rest = [rest[0] + pair[0], rest[1] + pair[1]]
        else:
            pairs.append(pair)
    if sum(rest):
        pairs.append((rest[0], rest[1]))
    statistic = 0.0
    for first, second in pairs:
        expected = (first + second) * mine / (mine + theirs)
        statistic += (first - expected) ** 2 / expected
        other = first + second - expected
        statistic += (second - other) ** 2 / other
    return chi_square_p(statistic, len(pairs) - 1)


TWO_SAMPLE = Yardstick(
    name="two_sample",
    title="two-sample tests, Bonferroni",
    source="Rabanser et al. 2019, Failing Loudly, section 3 (univariate, Bonferroni); alibi-detect TabularDrift",
    names_issues=True,
    judge=judge,
)
