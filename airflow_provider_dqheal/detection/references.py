"""What is usual over some batches of a table: the statistics of its columns side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from airflow_provider_dqheal.detection.closed import Lists
from airflow_provider_dqheal.detection.distances import Rivals
from airflow_provider_dqheal.detection.reference import Reference, reference
from airflow_provider_dqheal.detection.scalars import INDEX, angle
from airflow_provider_dqheal.detection.segments import segment_sums, sizes_of
from airflow_provider_dqheal.detection.stack import ColumnStack, Stack


class References:
    """The statistics of C columns over the batches ``index``; one row a column.

    Statistics of labels and of literal forms are one array each, column after column: those of column c begin at
    ``label_starts[c]`` and ``form_starts[c]``.
    """

    def __init__(self, columns: Sequence[ColumnStack], every: Sequence[Reference], index: np.ndarray) -> None:
        self.each = tuple(every)
        self.index = index
        self.centred = np.stack([one.centred for one in every])
        self.mean = np.stack([one.mean for one in every])
        self.count = np.stack([one.count for one in every])
        self.sampling = np.stack([one.sampling for one in every])
        self.record = np.stack([one.record for one in every])
        variance = np.stack([one.variance for one in every])
        between = (variance * (self.count - 1) + 2.0 * self.sampling) / (self.count + 1.0)
        self.known = np.maximum(self.count, 1)
        self.shared = self.sampling / self.known
        """(C, scalars) variance of the mean by sampling alone."""
        self.beyond = np.maximum(between - self.sampling, 0.0) * (1 + 1 / self.known)
        """(C, scalars) variance between batches beyond that of sampling, of one more batch from the mean."""
        self.nearest = np.stack([one.nearest[:, 0] for one in every])
        self.average = np.stack([one.average[:, 0] for one in every])
        self.context = np.stack([one.context for one in every])
        rows = [np.nanmean(column.rows[index]) if len(index) else 1.0 for column in columns]
        self.usual_rows = np.asarray(rows)
        self.rare = 0.5 / np.maximum(self.usual_rows, 1.0)
        """(C,) the share of half a row."""
        self.label_sizes = sizes_of([one.peak for one in every])
        self.label_starts = np.cumsum(self.label_sizes) - self.label_sizes
        self.peak = np.concatenate([one.peak for one in every])
        self.peak_or_none = np.append(self.peak, np.float32(0.0))
        """Likewise, with one more that no batch has."""
        self.ceiling = np.concatenate(
            [angle(np.maximum(one.peak, rare)) for one, rare in zip(every, self.rare.tolist(), strict=True)]
        )
        self.average_share = np.concatenate([one.average_share for one in every]).astype(float)
        self.usual_share = segment_sums(self.average_share, self.label_sizes)
        """(C,) of the rows that the labels take together."""
        form_sizes = sizes_of([one.form_seen for one in every])
        self.form_starts = np.cumsum(form_sizes) - form_sizes
        self.form_seen = np.concatenate([one.form_seen for one in every])
        self.spike = np.asarray([one.spike for one in every])
        self.unseen = np.asarray([one.unseen for one in every])
        self.dropped = np.asarray([one.dropped for one in every])
        self.form = np.asarray([one.form for one in every])
        self.missing_high = np.asarray([one.missing_high for one in every])
        self.missing_low = np.asarray([one.missing_low for one in every])
        self.near = np.asarray([one.near for one in every])
        self.past = np.asarray([one.past for one in every])
        self.kinds = tuple(one.dominant or "text" for one in every)
        """(C,) number, date, bool or text: what the values are."""
        self.typed = np.asarray([one.dominant is not None for one in every])
        self.kind = np.asarray([INDEX[one.dominant or "number"] for one in every])
        """(C,) place among the scalars of the share that reads as what the column holds."""
        self.fails = np.asarray([one.fails[one.dominant] if one.dominant else 0.0 for one in every])
        self.decimals = np.asarray([one.fails["int"] for one in every])
        self.whole = np.asarray([one.dominant == "number" and one.fails["int"] < 0.02 for one in every])
        self.first = np.asarray([one.first for one in every])
        self.usual = np.asarray([one.usual for one in every])
        self.centre = np.asarray([column.centre for column in columns])
        self.scale = np.asarray([column.scale for column in columns])
        self.low = np.asarray([column.low for column in columns])
        self.high = np.asarray([column.high for column in columns])
        self.moving = np.asarray([column.moving for column in columns])
        self.lists = Lists([one.closed for one in every], self.label_starts)


def each_of(stack: Stack) -> dict[str, Reference]:
    """The statistics of every column over the whole history, computed once."""
    if "each" not in stack.cache:
        everything = np.arange(len(stack.batches))
        stack.cache["each"] = {name: reference(column, everything) for name, column in stack.columns.items()}
    return stack.cache["each"]  # type: ignore[return-value]


def references_of(stack: Stack, names: Sequence[str], index: np.ndarray) -> References:
    """The statistics of some columns over the batches ``index`` alone."""
    columns = [stack.columns[name] for name in names]
    return References(columns, [reference(column, index) for column in columns], index)


def history_of(stack: Stack, names: Sequence[str]) -> tuple[References, Rivals]:
    """What a new batch with these columns is compared with: the whole history; for all columns put together once."""
    if tuple(names) != tuple(stack.columns):
        return _history(stack, names)
    if "history" not in stack.cache:
        stack.cache["history"] = _history(stack, names)
    return stack.cache["history"]  # type: ignore[return-value]


def _history(stack: Stack, names: Sequence[str]) -> tuple[References, Rivals]:
    columns, each = [stack.columns[name] for name in names], each_of(stack)
    references = References(columns, [each[name] for name in names], np.arange(len(stack.batches)))
    return references, Rivals([column.batches for column in columns])
