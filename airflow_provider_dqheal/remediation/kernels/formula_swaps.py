"""Columns or single cells under each other's name, told by the sums and products that rows keep once exchanged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from airflow_provider_dqheal.detection.formula import Formula
from airflow_provider_dqheal.remediation.history import TableHistory
from airflow_provider_dqheal.remediation.kernels.formula_told import numbers_of_formulas
from airflow_provider_dqheal.remediation.kernels.text import Cells
from airflow_provider_dqheal.remediation.kernels.token_factor import is_inside

_LEAST, _KEPT, _BROKEN = 20, 0.99, 0.5
"""Rows that are asked, at least; share of them that keeps a formula, and that breaks one which is plainly wrong."""
_CHANCE, _ROLLED = 0.001, (1, 2, 3, 5)
"""Share of rows with any wrong number that an exchange may put right by chance; by how many rows numbers are moved."""
_SELDOM = 0.001
"""Share of the accepted rows that may miss a formula by which single rows are told."""


def exchanged_by_formula(
    history: TableHistory, columns: Sequence[str], cells: Callable[[str], Cells]
) -> list[tuple[str, str]]:
    """Pairs of columns with whose exchange every formula of the accepted rows holds again, where one is broken.

    Args:
        history: the accepted batches.
        columns: the names of the batch's columns.
        cells: a column of the batch, by name.
    """
    names, formulas, now = numbers_of_formulas(history, columns, cells)
    broken = [one for one in formulas if (share := _kept(one, now)) is not None and share < 1 - _BROKEN]
    found = []
    for left, right in combinations(sorted({at for one in broken for at in one.columns}), 2):
        touched = [one for one in formulas if left in one.columns or right in one.columns]
        swapped = _exchanged(now, left, right)
        if all(one in touched for one in broken) and all((_kept(one, swapped) or 0) >= _KEPT for one in touched):
            found.append((names[left], names[right]))
    return found


def rows_exchanged_by_formula(
    history: TableHistory, columns: Sequence[str], cells: Callable[[str], Cells]
) -> dict[tuple[str, str], np.ndarray]:
    """Positions of the rows that keep every formula again once two of their cells are exchanged, by these two columns.

    In each row it is the one pair that does, both numbers are such as their columns hold, and it is no chance.
    """
    names, formulas, now = numbers_of_formulas(history, columns, cells)
    formulas = [one for one in formulas if one.broken <= _SELDOM * one.told]
    odd = _off(formulas, now)
    if not odd.any():
        return {}
    usual = {at: history.columns[names[at]].all_numbers for one in formulas for at in one.columns}
    ways = np.zeros(len(now), int)
    found: dict[tuple[str, str], np.ndarray] = {}
    for left, right in combinations(sorted(usual), 2):
        touched = [one for one in formulas if left in one.columns or right in one.columns]
        swapped = _exchanged(now, left, right)
        told = np.any([np.isfinite(one.off(swapped)) for one in touched], axis=0)
        home = is_inside(swapped[:, left], usual[left]) & is_inside(swapped[:, right], usual[right])
        rows = odd & told & home & ~_off(formulas, swapped) & (now[:, left] != now[:, right])
        ways += rows
        if rows.any() and _by_chance(formulas, touched, now[~odd], left, right) <= _CHANCE:
            found[names[left], names[right]] = rows
    return {pair: np.flatnonzero(rows & (ways == 1)) for pair, rows in found.items() if (rows & (ways == 1)).any()}


def _by_chance(
    formulas: Sequence[Formula], touched: Sequence[Formula], numbers: np.ndarray, left: int, right: int
) -> float:
    """How often rows in which another number than one of these two is wrong are kept by their exchange.

    Small whole numbers often are: 1 and 2 make no 1, but 1 and 1 make 2.
    """
    broken = kept = 0
    for column in {at for one in touched for at in one.columns}:
        for by in _ROLLED:
            moved = numbers.copy()
            moved[:, column] = np.roll(numbers[:, column], by)
            odd = _off(touched, moved)
            broken += int(odd.sum())
            kept += int((odd & ~_off(formulas, _exchanged(moved, left, right))).sum())
    return kept / broken if broken else 1.0


def _exchanged(numbers: np.ndarray, left: int, right: int) -> np.ndarray:
    swapped = numbers.copy()
    swapped[:, [left, right]] = numbers[:, [right, left]]
    return swapped


def _off(formulas: Sequence[Formula], numbers: np.ndarray) -> np.ndarray:
    """(rows,) bool, which rows break a formula."""
    found = np.zeros(len(numbers), bool)
    for one in formulas:
        found |= np.abs(one.off(numbers)) > one.within
    return found


def _kept(formula: Formula, numbers: np.ndarray) -> float | None:
    """Share of the rows that keep a formula; None where too few have its numbers."""
    off = np.abs(formula.off(numbers))
    asked = int(np.isfinite(off).sum())
    return float((off <= formula.within).sum() / asked) if asked >= _LEAST else None
