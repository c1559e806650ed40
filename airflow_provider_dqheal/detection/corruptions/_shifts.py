"""Shifts of distributions: one way to move values, applied to drawn rows (or all) of drawn columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._frame import Column, Frame, Kind, format_numbers, put
from airflow_provider_dqheal.detection.corruptions._where import Where, columns_wanted, rows_where

ISSUE = "distribution_shift"
LOUD = "Rabanser et al. 2019 (Failing Loudly): shifts of covariates"
AVH = "Auto-Validate-by-History (Tu et al. 2023): unit change, distribution change"
LOAD = "reports on repeated and reprocessed loads (dbt, Airflow)"
SENSOR = "sensor fault taxonomies (Ni et al. 2009): stuck-at, drift, clipping"
UNITS = "reports on changed units and currencies upstream"
PART: dict[Severity, tuple[float, float]] = {"low": (0.08, 0.2), "medium": (0.2, 0.5), "high": (0.5, 1.0)}
"""Share of rows that take part in a change of mix."""

Change = Callable[[np.ndarray, "np.random.Generator", Severity], tuple[np.ndarray, str | None] | None]
"""From the known numbers of the rows hit to the new ones and how to undo it; None where it does not suit."""
Rewording = Callable[[Column, np.ndarray, "np.random.Generator", Severity], np.ndarray | None]
"""From a column and the text of the rows hit to their new text; None where it does not suit."""


def _rows(
    frame: Frame, rng: np.random.Generator, eligible: np.ndarray, whole: float, fixed: Where | None
) -> tuple[np.ndarray, Where]:
    """All rows mostly; else a segment, a stretch, the tail or a mixture, of at least a fifth of the rows."""
    if fixed is None and rng.random() < whole:
        return np.flatnonzero(eligible), "column"
    options: tuple[Where, ...] = ("segment", "segment", "block", "tail", "scattered", "period")
    where = fixed or options[int(rng.integers(len(options)))]
    return rows_where(frame, rng, eligible, float(rng.uniform(0.2, 0.75)), where)


def numeric_shift(
    name: str,
    description: str,
    source: str,
    where: Where | None = None,
    whole: float = 0.75,
    tolerated: Sequence[str] = ("outliers",),
) -> Callable[[Change], Change]:
    """Registers a change of numbers as a corruption family.

    Args:
        name: of the family.
        description: one line.
        source: where such faults were reported.
        where: a fixed pattern of rows; drawn when None.
        whole: chance that all rows are hit when no pattern is fixed.
        tolerated: other issue types that also describe it.
    """

    def add(change: Change) -> Change:
        @corruption(name, ISSUE, description, source)
        def _make(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
            table, undo = frame.table, None
            hit: list[str] = []
            wanted = columns_wanted(rng)
            shared: tuple[np.ndarray, Where] | None = None
            for column in islice(frame.each_of_kind(rng, "int", "float", at_least=8), 12):
                if len(hit) == wanted:
                    break
                known = np.isfinite(column.numbers)
                shared = shared or _rows(frame, rng, known, whole, where)
                rows = shared[0][known[shared[0]]] if shared[1] != "column" else np.flatnonzero(known)
                if len(rows) < 3:
                    continue
                changed = change(column.numbers[rows], rng, severity)
                if changed is None or not np.all(np.isfinite(changed[0])):
                    continue
                values = column.text.copy()
                moving = changed[0] != column.numbers[rows]
                values[rows[moving]] = format_numbers(column, changed[0][moving])
                moved = put(table, column.name, values)
                if moved[column.name].equals(table[column.name]):
                    continue
                table, undo = moved, changed[1]
                hit.append(column.name)
            if not hit or shared is None:
                return None
            return Draft(
                table,
                {ISSUE: tuple(hit)},
                {"where": shared[1], "undo": undo},
                inverse=undo if shared[1] == "column" and len(hit) == 1 else None,
                tolerated=frozenset(tolerated),
            )

        return change

    return add


def worded_shift(
    name: str,
    description: str,
    source: str,
    kinds: Sequence[Kind] = ("category", "bool"),
    inverse: str | None = None,
    whole: float = 0.8,
    tolerated: Sequence[str] = (),
) -> Callable[[Rewording], Rewording]:
    """Registers a change of categories or texts as a corruption family.

    Args:
        name: of the family.
        description: one line.
        source: where such faults were reported.
        kinds: kinds of columns it can hit.
        inverse: how to undo it exactly where one whole column was hit.
        whole: chance that all rows are hit.
        tolerated: other issue types that also describe it.
    """

    def add(change: Rewording) -> Rewording:
        @corruption(name, ISSUE, description, source)
        def _make(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
            table = frame.table
            hit: list[str] = []
            wanted = min(columns_wanted(rng), 3)
            pattern: Where = "column"
            for column in islice(frame.each_of_kind(rng, *kinds, at_least=8), 6):
                if len(hit) == wanted:
                    break
                rows, pattern = _rows(frame, rng, column.present, whole, None)
                if len(rows) < 3:
                    continue
                changed = change(column, column.text[rows], rng, severity)
                if changed is None:
                    continue
                values = column.text.copy()
                values[rows] = changed
                moved = put(table, column.name, values)
                if moved[column.name].equals(table[column.name]):
                    continue
                table = moved
                hit.append(column.name)
            if not hit:
                return None
            return Draft(
                table,
                {ISSUE: tuple(hit)},
                {"where": pattern},
                inverse=inverse if pattern == "column" and len(hit) == 1 else None,
                tolerated=frozenset(tolerated),
            )

        return change

    return add


def graded(rng: np.random.Generator, severity: Severity, low: float, high: float) -> float:
    """A size, log-uniform in a third of [low, high] by severity."""
    place = {"low": 0, "medium": 1, "high": 2}[severity]
    edges = np.exp(np.linspace(np.log(low), np.log(high), 4))
    return float(np.exp(rng.uniform(np.log(edges[place]), np.log(edges[place + 1]))))


def some(count: int, rng: np.random.Generator, severity: Severity) -> np.ndarray:
    """A bool mask of the rows that take part, by :data:`PART`."""
    return np.asarray(rng.random(count) < rng.uniform(*PART[severity]))
