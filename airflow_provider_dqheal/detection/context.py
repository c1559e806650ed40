"""What concerns a batch as a whole: its rows, what it repeats, how many columns move together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.compare import AT
from airflow_provider_dqheal.detection.scalars import angle
from airflow_provider_dqheal.detection.segments import sizes_of
from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView
from airflow_provider_dqheal.issues._base import SchemaReading

BATCH_FEATURES: tuple[str, ...] = (
    "columns", "history", "log_rows", "rows_own", "rows_excess", "repeat_share", "repeat_loo", "repeat_excess",
    "duplicate_share", "duplicate_excess", "added", "removed", "retyped", "reordered", "moved_3", "moved_6",
    "far_missing", "far_values",
)  # fmt: skip
BATCH_AT = {name: i for i, name in enumerate(BATCH_FEATURES)}


def context_of(
    view: BatchView, stack: Stack, index: np.ndarray, position: int, raw: np.ndarray, schema: SchemaReading
) -> np.ndarray:
    """The raw :data:`BATCH_FEATURES` of a batch at ``position`` in time, against the batches ``index`` of the stack."""
    out = np.zeros(len(BATCH_FEATURES))
    counts = _counts_of(stack, index)
    rows = max(view.row_count, 1)
    mine, root = math.log1p(view.row_count), math.sqrt(rows)
    apart = mine - (mine if counts.level is None else counts.level)
    repeat = float(_overlaps(view, stack)[index].max(initial=0.0))
    inside = view.duplicate_share
    out[:14] = (
        len(raw), len(index), mine, apart / (counts.spread * math.sqrt(1 + 1 / max(len(index), 1))),
        math.log((abs(apart) + 0.02) / (counts.record + 0.02)), repeat, counts.repeat,
        angle_gap(repeat, max(counts.repeat, 0.5 / rows)) * root, inside, angle_gap(inside, counts.duplicate) * root,
        len(schema.added), len(schema.removed), len(schema.retyped), float(schema.reordered),
    )  # fmt: skip
    if len(raw):
        strongest = np.abs(raw[:, _OWN]).max(axis=1)
        far = (strongest > 3, strongest > 6, raw[:, AT["missing_z"]] > 4, raw[:, AT["kolmogorov.excess"]] > 0.5)
        out[14:] = [np.count_nonzero(one) / len(raw) for one in far]
    return out


@dataclass(frozen=True, eq=False)
class _Counts:
    """What is usual over some batches.

    ``level``, ``spread`` and ``record`` of the log of their rows; ``repeat``: the largest share of a batch's rows that
    another one has; ``duplicate``: the largest share that repeats within a batch.
    """

    level: float | None
    spread: float
    record: float
    repeat: float
    duplicate: float


def _counts_of(stack: Stack, index: np.ndarray) -> _Counts:
    """The batches ``index``; all of a stack's are counted once."""
    whole = len(index) == len(stack.batches)
    held = stack.cache.get("counts") if whole else None
    if isinstance(held, _Counts):
        return held
    batches = [stack.batches[i] for i in index]
    counts = np.log1p(np.asarray([batch.row_count for batch in batches], dtype=float))
    some = len(counts) > 1
    found = _Counts(
        level=float(counts.mean()) if len(counts) else None,
        spread=math.sqrt(counts.var(ddof=1) + 1e-4) if some else 1.0,
        record=float(np.abs(counts - (counts.sum() - counts) / (len(counts) - 1)).max()) if some else 0.0,
        repeat=_repeats_within(stack, index),
        duplicate=max((batch.duplicate_share for batch in batches), default=0.0),
    )
    if whole:
        stack.cache["counts"] = found
    return found


_OWN = np.asarray([i for name, i in AT.items() if name.endswith(".own")])


def angle_gap(share: float, record: float) -> float:
    """How far a share lies above a record, on the arcsine scale; 0 when it does not."""
    return max(float(angle(share) - angle(record)), 0.0)


@dataclass(frozen=True, eq=False)
class _Rows:
    """The row hashes of all batches of a stack, ascending, and the batch that each is from."""

    hashes: np.ndarray
    batch: np.ndarray

    @classmethod
    def of(cls, stack: Stack) -> _Rows:
        held = stack.cache.get("rows")
        if isinstance(held, _Rows):
            return held
        hashes = [batch.row_hashes for batch in stack.batches]
        every = np.concatenate(hashes)
        order = np.argsort(every, kind="stable")
        rows = cls(every[order], np.repeat(np.arange(len(hashes)), sizes_of(hashes))[order])
        stack.cache["rows"] = rows
        return rows


def _overlaps(view: BatchView, stack: Stack) -> np.ndarray:
    """(batches,) share of the batch's sampled rows that each batch has too; 0 where rows are too simple to tell."""
    rows = _Rows.of(stack)
    first = rows.hashes.searchsorted(view.row_hashes)
    found = np.zeros(len(stack.batches))
    same = np.flatnonzero(rows.hashes.take(first, mode="clip") == view.row_hashes) if len(rows.hashes) else first[:0]
    if len(same):
        end = rows.hashes.searchsorted(view.row_hashes[same], side="right")
        for row, last in zip(same.tolist(), end.tolist(), strict=True):
            found[rows.batch[first[row] : last]] += view.row_weights[row]
    return found / max(float(view.row_weights.sum()), 1.0)


def _repeats_within(stack: Stack, index: np.ndarray) -> float:
    """The largest share of a batch's rows that another one of the batches ``index`` has."""
    if "overlap" not in stack.cache:
        table = np.stack([_overlaps(batch, stack) for batch in stack.batches])
        np.fill_diagonal(table, 0.0)
        stack.cache["overlap"] = table
    return float(np.asarray(stack.cache["overlap"])[np.ix_(index, index)].max(initial=0.0))
