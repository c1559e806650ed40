"""Labels beside which a column is never missing: every flight that is not cancelled has a time of departure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.coded import CodedColumn, Labels
from airflow_provider_dqheal.detection.scalars import at_least

_LEAST_TOLD, _BATCHES = 200, 3
"""Rows of the history beside such labels, and batches in which the column lacks a cell elsewhere."""
_BY_CHANCE = 1e-6
"""How seldom a label has no missing cell beside it where the column lacks cells whatever the label."""
_SELDOM, _LEAST_ODD = 1e-5, 4
"""How seldom chance has so many missing cells beside these labels, and how many there are at least."""
_MOSTLY = 0.5
"""Share of the rows beside these labels that those without any value have, from which on the column is lost."""


@dataclass(frozen=True, eq=False)
class PresenceFit:
    """The labels beside which the column was missing in no row of the history, and in how many it was there."""

    told: Mapping[str, int]

    def lacking(self, labels: Labels, there: np.ndarray) -> tuple[np.ndarray, int]:
        """Positions of the rows that should hold a value and hold none, and how many should.

        None where chance may give as many, with one in as many rows beside each label as the history has. A label
        beside which a batch has no value at all may have none from now on, unless that are most of them.

        Args:
            labels: (rows,) of the column that tells.
            there: (rows,) bool, where the told column holds a value.
        """
        rows: dict[str, list[int]] = {}
        for row, label in enumerate(labels):
            if label is not None and label in self.told:
                rows.setdefault(label, []).append(row)
        asked = sum(map(len, rows.values()))
        odd = {label: [row for row in own if not there[row]] for label, own in rows.items()}
        gone = {label for label, own in rows.items() if len(odd[label]) == len(own)}
        if sum(len(rows[label]) for label in gone) < _MOSTLY * asked:
            odd = {label: own for label, own in odd.items() if label not in gone}
        found = np.array(sorted(row for own in odd.values() for row in own), np.int64)
        expected = sum(len(own) / (self.told[label] + 1) for label, own in rows.items())
        if len(found) < _LEAST_ODD or at_least(len(found), asked, expected / asked) > _SELDOM:
            return np.zeros(0, np.int64), asked
        return found, asked


def fit_presence(labels: CodedColumn, there: Sequence[np.ndarray]) -> PresenceFit | None:
    """The labels beside which a column is never missing, if it is missing beside others and that is no chance.

    Args:
        labels: the column that tells, over the batches of the history.
        there: (rows,) bool of each batch, where the told column holds a value.
    """
    lacks = [batch for batch in there if not batch.all()]
    if len(lacks) < _BATCHES or not len(labels.labels):
        return None
    present = np.concatenate(list(there))
    known = labels.every >= 0
    rows = np.bincount(labels.every[known], minlength=len(labels.labels))
    missing = np.bincount(labels.every[known & ~present], minlength=len(labels.labels))
    rate = 1 - float(present.mean())
    if not 0 < rate < 1:
        return None
    always = labels.recurs & (missing == 0) & (rows * np.log1p(-rate) <= np.log(_BY_CHANCE))
    if rows[always].sum() < _LEAST_TOLD:
        return None
    return PresenceFit({labels.labels[at]: int(rows[at]) for at in np.flatnonzero(always).tolist()})
