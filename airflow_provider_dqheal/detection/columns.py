"""Columns of batches side by side: what is known of each by itself, as arrays over all of them.

Lists of different lengths, such as the labels, are one array each, column after column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from airflow_provider_dqheal.detection.mixture import Tallies
from airflow_provider_dqheal.detection.segments import sizes_of

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.view import ColumnView

MAX_VALUES = 300
"""Most frequent values of a column that are compared one by one."""

GRID = 41
"""Quantiles kept of a numeric view."""

LENGTHS = 9
"""Quantiles kept of the lengths of texts."""


class Columns:
    """M columns of one batch, or one column of M batches, in the terms of :class:`view.ColumnView`.

    L labels and F literal forms in all; everything is computed on first use.
    """

    def __init__(self, views: Sequence[ColumnView]) -> None:
        self.views = tuple(views)

    def __len__(self) -> int:
        return len(self.views)

    @cached_property
    def rows(self) -> np.ndarray:
        """(M,) rows."""
        return np.asarray([view.rows for view in self.views], dtype=float)

    @cached_property
    def present(self) -> np.ndarray:
        """(M,) cells that hold a value."""
        return np.asarray([view.present for view in self.views], dtype=float)

    @cached_property
    def repeats(self) -> np.ndarray:
        """(M,) share of the present cells whose value is in an earlier cell."""
        distinct = np.asarray([len(view.values) for view in self.views], dtype=float)
        return np.where(self.present > 0, np.maximum(1.0 - distinct / np.maximum(self.present, 1e-9), 0.0), 0.0)

    @cached_property
    def whole_decimals(self) -> np.ndarray:
        """(M,) share of present values written as a whole number with a decimal point (12.0)."""
        some = [view.kinds["number"] > view.kinds["int"] and view.present > 0 for view in self.views]
        whole = np.asarray([view.whole_decimals for view in self.views], dtype=float)
        return np.where(some, whole / np.maximum(self.present, 1e-9), 0.0)

    @cached_property
    def label_sizes(self) -> np.ndarray:
        """(M,) labels of each."""
        return sizes_of([view.shares for view in self.views])

    @cached_property
    def label_starts(self) -> np.ndarray:
        """(M,) where the labels of each begin."""
        return np.cumsum(self.label_sizes) - self.label_sizes

    @cached_property
    def owner(self) -> np.ndarray:
        """(L,) the column of each label."""
        return np.repeat(np.arange(len(self.views)), self.label_sizes)

    @cached_property
    def shares(self) -> np.ndarray:
        """(L,) share of the rows that has each label."""
        return np.concatenate([view.shares for view in self.views])

    @cached_property
    def valued(self) -> np.ndarray:
        """(L,) bool: whether a label is a value, and does not stand for a missing cell."""
        return np.concatenate([view.valued for view in self.views])

    @cached_property
    def mix(self) -> np.ndarray:
        """(L,) share of the present cells that has each label, 0 for those that stand for missing."""
        return np.concatenate([view.mix for view in self.views])

    @cached_property
    def tally(self) -> Tallies:
        """How many values of each column have which share of its present cells."""
        return Tallies.joined([view.tally for view in self.views])

    @cached_property
    def numbers(self) -> np.ndarray:
        """(L,) the number that a label is written as; nan for others, and in columns of dates."""
        found = np.full(len(self.shares), np.nan)
        for view, start in zip(self.views, self.label_starts.tolist(), strict=True):
            if not view.temporal:
                known = view.numeric[:MAX_VALUES]
                found[start : start + len(known)] = known
        return found

    @cached_property
    def label_hashes(self) -> np.ndarray:
        """(L,) uint64."""
        return hashes_of(label for view in self.views for label in view.labels)

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """(F,) literal forms."""
        return tuple(form for view in self.views for form in view.shapes)

    @cached_property
    def form_sizes(self) -> np.ndarray:
        """(M,) literal forms of each."""
        return np.asarray([len(view.shapes) for view in self.views], dtype=int)

    @cached_property
    def form_shares(self) -> np.ndarray:
        """(F,) share of the present cells in each form."""
        counts = np.asarray([count for view in self.views for count in view.shapes.values()], dtype=float)
        return counts / np.repeat(np.maximum(self.present, 1.0), self.form_sizes)

    @cached_property
    def form_hashes(self) -> np.ndarray:
        """(F,) uint64."""
        return hashes_of(self.forms)

    @cached_property
    def grid(self) -> np.ndarray:
        """(M, GRID) quantiles of the numbers; nan without numbers."""
        unknown = np.full(GRID, np.nan)
        return np.asarray([unknown if view.grid is None else view.grid for view in self.views])

    @cached_property
    def ends(self) -> np.ndarray:
        """(2, M) the smallest and the largest number; nan without numbers."""
        ends = [(view.numbers[0], view.numbers[-1]) if len(view.numbers) else (np.nan, np.nan) for view in self.views]
        return np.asarray(ends, dtype=float).reshape(-1, 2).T

    @cached_property
    def lengths(self) -> np.ndarray:
        """(M, LENGTHS) log quantiles of the lengths of the texts; nan without values."""
        unknown = np.full(LENGTHS, np.nan)
        return np.asarray([unknown if view.length_grid is None else view.length_grid for view in self.views])

    @cached_property
    def summaries(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Values, errors (M, scalars), quantiles (M, 5), deviation and numbers (M) of each :class:`scalars.Summary`."""
        every = [view.summary for view in self.views]
        return (
            np.asarray([one.values for one in every]),
            np.asarray([one.errors for one in every]),
            np.asarray([one.quantiles for one in every]),
            np.asarray([one.deviation for one in every]),
            np.asarray([one.numbers for one in every]),
        )


def hashes_of(texts: Iterable[str]) -> np.ndarray:
    """(texts,) uint64 hashes of texts, good within one process."""
    return np.fromiter(map(hash, texts), dtype=np.int64).view(np.uint64)
