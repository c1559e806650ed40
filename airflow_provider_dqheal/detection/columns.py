"""Columns of batches side by side: what is known of each by itself, as arrays over all of them.

Lists of different lengths, such as the labels, are one array each, column after column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from airflow_provider_dqheal.detection.mixture import Tallies
from airflow_provider_dqheal.detection.scalars import angle
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
    def rounded(self) -> np.ndarray:
        """(L,) the shares in single precision, as the history's are kept."""
        return self.shares.astype(np.float32)

    @cached_property
    def angles(self) -> tuple[np.ndarray, np.ndarray]:
        """(L,) the shares on the arcsine scale, and the rounded ones."""
        return angle(self.shares), angle(self.rounded)

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
    def form_owner(self) -> np.ndarray:
        """(F,) the column of each form."""
        return np.repeat(np.arange(len(self.views)), self.form_sizes)

    @cached_property
    def literal_hashes(self) -> np.ndarray:
        """(L + F,) uint64 of the labels, and behind them the literal forms."""
        return hashes_of([*(label for view in self.views for label in view.labels), *self.forms])

    @cached_property
    def decimal(self) -> np.ndarray:
        """(M,) bool: whether each holds numbers that have last places."""
        return np.isfinite([view.places.finest for view in self.views])

    @cached_property
    def decimal_reach(self) -> np.ndarray:
        """(M, decimals + 1) the running sum of the cells with each number of decimals, from 0."""
        return np.cumsum([np.append(0.0, view.places.counts) for view in self.views], axis=1)

    @cached_property
    def text_sizes(self) -> np.ndarray:
        """(M,) texts of each that are neither numbers nor dates; T in all."""
        return sizes_of([view.texts.weights for view in self.views])

    @cached_property
    def text_owner(self) -> np.ndarray:
        """(T,) the column of each text."""
        return np.repeat(np.arange(len(self.views)), self.text_sizes)

    @cached_property
    def text_hashes(self) -> np.ndarray:
        """(T,) uint64."""
        return np.concatenate([view.texts.hashes for view in self.views])

    @cached_property
    def text_folds(self) -> np.ndarray:
        """(T,) uint64 of the texts however they are spelled."""
        return np.concatenate([view.texts.folds for view in self.views])

    @cached_property
    def text_kinds(self) -> np.ndarray:
        """(T,) uint64 the kinds of characters in each text as bits."""
        return np.concatenate([view.texts.kinds for view in self.views])

    @cached_property
    def text_weights(self) -> np.ndarray:
        """(T,) cells of each text."""
        return np.concatenate([view.texts.weights for view in self.views])

    @cached_property
    def text_signs(self) -> np.ndarray:
        """(M, signs) share of the present cells with each sign that a text has by itself."""
        return np.asarray([view.texts.shares for view in self.views])

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
