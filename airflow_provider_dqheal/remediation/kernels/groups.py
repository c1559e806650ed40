"""Columns that are alike within the groups of another, batch by batch: all rows of one hospital in one city.

Unlike a dependency (:mod:`dependencies`) this needs no value to come again in a later batch.
"""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.remediation.history import TableHistory
from airflow_provider_dqheal.remediation.kernels.spelling import SELDOM, is_mistyped
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, is_missing_word

_MIN_TESTS = 60
_MOST_BROKEN = 0.002
_GROUP, _MAJORITY = 4, 0.7
_SLIPS = 0.1
"""A history may hold slips of its own: in so many of its rows."""


def lefts_of(history: TableHistory, target: str) -> list[str]:
    """Columns in whose groups ``target`` is always alike (99.8 % of at least 60 rows), and not alike throughout.

    Cells of the history that are slips themselves (:func:`is_slip`) do not count as unlike, up to a tenth of the rows.
    """
    usable = [
        index
        for index, table in enumerate(history.samples)
        if target in table.column_names and table.num_rows >= _GROUP
    ]
    if len(usable) < 2:
        return []
    found = []
    for left in history.samples[usable[-1]].column_names:
        if left == target or not all(left in history.samples[index].column_names for index in usable):
            continue
        tests = broken = slips = varied = 0
        for index in usable:
            ours, theirs = history.cells(index, left), history.cells(index, target)
            if len(ours.values) > len(ours.codes) / 2:
                continue
            top, rows, _ = majorities(ours.codes, theirs.codes)
            large = rows >= _GROUP
            tests += int(rows[large].sum())
            unlike = np.flatnonzero(large[ours.codes] & (theirs.codes != top[ours.codes]))
            if len(unlike) <= _SLIPS * len(ours.codes):
                pairs = ((theirs.text(row), theirs.values[top[ours.codes[row]]]) for row in unlike.tolist())
                slips += sum(is_slip(history, target, text, meant) for text, meant in pairs)
            broken += len(unlike)
            varied += len(set(top[large].tolist())) > 1
            if broken - slips > _MOST_BROKEN * max(tests, 10 * _MIN_TESTS):
                break
        few = broken - slips <= _MOST_BROKEN * tests and slips <= _SLIPS * tests
        if tests >= _MIN_TESTS and few and varied >= 0.5 * len(usable):
            found.append(left)
    return found


def is_slip(history: TableHistory, column: str, text: Text, meant: Text) -> bool:
    """Whether a cell of the history is a typing error itself: mistyped, and its text is hardly ever there."""
    return meant is not None and is_mistyped(text, meant) and history.columns[column].pooled.get(text, 0) <= SELDOM


def majorities(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per code of ``left``: the most frequent code of ``right``, the group's rows, and the rows with that code."""
    size, width = int(left.max(initial=0)) + 1, int(right.max(initial=0)) + 1
    joint, rows = np.unique(left * width + right, return_counts=True)
    top, most = np.zeros(size, np.int64), np.zeros(size, np.int64)
    order = np.argsort(rows, kind="stable")
    top[joint[order] // width], most[joint[order] // width] = joint[order] % width, rows[order]
    return top, np.bincount(left, minlength=size), most


def odd_ones(left: Cells, right: Cells) -> dict[int, str]:
    """Row -> what its group holds, for rows that differ from a clear majority of their group (4 rows, 70 %)."""
    if not len(left.codes):
        return {}
    top, rows, most = majorities(left.codes, right.codes)
    clear = (rows >= _GROUP) & (most >= _MAJORITY * rows) & (most >= 3)
    odd = np.flatnonzero(clear[left.codes] & (right.codes != top[left.codes]))
    return {int(row): str(text) for row in odd if not is_missing_word(text := right.values[top[left.codes[row]]])}
