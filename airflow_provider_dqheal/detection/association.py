"""How columns go with each other, batch by batch: joint tables of bins, and how far one batch's differ.

Each column is cut into a few bins that do not depend on its level: quarters of the batch's own ranks for numbers, the
history's most frequent values for the rest, one bin for missing cells. Two columns' standardised residuals from
independence make a block; a batch's blocks are set against the mean blocks of its history, and that difference
against the differences of the history's batches from the others.

Source: Greenacre 1984, Theory and Applications of Correspondence Analysis (standardised residuals; their sum of
squares is chi-square over n).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from airflow_provider_dqheal.detection.stack import ColumnStack, Stack
from airflow_provider_dqheal.detection.view import QUARTERS, BatchView, ColumnView

MOST_COLUMNS = 30
_VALUES = 4
_LEAST_ROWS = 25
_BINS = np.arange(max(_VALUES + 1, QUARTERS) + 1, dtype=np.int8)[:, None]
Labels: TypeAlias = tuple[str, ...]
ASSOCIATION: tuple[str, ...] = ("association_z", "association_excess", "association_lost")
"""Per column, over its partners: largest deviation in standard errors, over the record (log), strength lost."""


@dataclass(frozen=True, eq=False)
class Associations:
    """The joint tables of a history.

    ``columns`` (C) names, ``labels`` per column the values with a bin of their own (none: numbers), ``owner`` (B) the
    column of each bin, ``blocks`` (N, B, B), ``rows`` (N), ``gaps`` (N, C, C) deviation of each batch from the others.
    """

    columns: tuple[str, ...]
    labels: tuple[Labels, ...]
    owner: np.ndarray
    blocks: np.ndarray
    rows: np.ndarray
    gaps: np.ndarray

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each column."""
        return {name: at for at, name in enumerate(self.columns)}

    @cached_property
    def pairs(self) -> np.ndarray:
        """(C, C) bool: whether two columns are different ones."""
        return ~np.eye(len(self.columns), dtype=bool)


def associations_of(stack: Stack) -> Associations:
    """The joint tables of a stack's batches, computed once."""
    held = stack.cache.get("associations")
    if isinstance(held, Associations):
        return held
    labels = {name: found for name, column in stack.columns.items() if (found := _bins(column)) is not None}
    names = list(labels)[:MOST_COLUMNS]
    kept = [labels[name] for name in names]
    owner = np.concatenate([np.full(_width(found), i) for i, found in enumerate(kept)] or [np.empty(0, dtype=int)])
    tables = [_block(batch, names, kept, len(owner)) for batch in stack.batches]
    blocks = np.stack([block for block, _ in tables]) if tables else np.zeros((0, len(owner), len(owner)))
    rows = np.asarray([count for _, count in tables], dtype=float)
    gaps = np.zeros((len(tables), len(names), len(names)))
    for i in range(len(tables)):
        others = np.delete(np.arange(len(tables)), i)
        mean = _mean(blocks[others], rows[others])
        gaps[i] = _gap(blocks[i], rows[i], mean, float(rows[others].sum()), owner, len(names))
    known = Associations(tuple(names), tuple(kept), owner, blocks, rows, gaps)
    stack.cache["associations"] = known
    return known


@dataclass(frozen=True, eq=False)
class Usual:
    """The joint tables of some batches together.

    ``mean`` (B, B) of their blocks, ``rows`` in all; ``record`` (C, C) the largest deviation of one from the others;
    ``strength`` (C, C) of each pair of columns.
    """

    mean: np.ndarray
    rows: float
    record: np.ndarray
    strength: np.ndarray


def usual_of(known: Associations, index: np.ndarray) -> Usual:
    """The batches ``index`` of a history, at least one."""
    blocks, size = known.blocks[index], len(known.columns)
    return Usual(
        _mean(blocks, known.rows[index]),
        float(known.rows[index].sum()),
        np.maximum(known.gaps[index].max(axis=0), 0.0),
        np.sqrt(_squares(blocks.mean(axis=0), known.owner, size)),
    )


def associated(stack: Stack, batch: BatchView | int, index: np.ndarray, names: list[str]) -> np.ndarray:
    """(columns, 3) :data:`ASSOCIATION` of ``names``; a batch of the stack by its place, or a new one."""
    out = np.zeros((len(names), len(ASSOCIATION)))
    known = associations_of(stack)
    size = len(known.columns)
    if size < 2 or len(index) < 3:
        return out
    if isinstance(batch, int):
        block, rows = known.blocks[batch], known.rows[batch]
    else:
        block, rows = _block(batch, known.columns, known.labels, len(known.owner))
    if rows < _LEAST_ROWS:
        return out
    usual = usual_of(known, index) if isinstance(batch, int) else _usual_history(stack, known)
    gap = _gap(block, rows, usual.mean, usual.rows, known.owner, size)
    record = usual.record
    lost = usual.strength - np.sqrt(_squares(block, known.owner, size))
    pairs = known.pairs
    if not isinstance(batch, int) and not all(name in batch.columns for name in known.columns):
        there = np.asarray([name in batch.columns for name in known.columns])
        pairs = pairs & there & there[:, None]
    z = np.where(pairs, gap - record, -np.inf).max(axis=1)
    excess = np.where(pairs, np.log((np.maximum(gap, 0.0) + 3.0) / (record + 3.0)), -np.inf).max(axis=1)
    gone = np.where(pairs & (gap > record), lost, 0.0).max(axis=1, initial=0.0)
    at = np.asarray([known.place.get(name, size) for name in names])
    finite = np.append(np.isfinite(z), False)[at]
    out[finite] = np.stack([z, excess, gone], axis=1)[at[finite]]
    return out


def _usual_history(stack: Stack, known: Associations) -> Usual:
    """All batches of a stack, computed once."""
    held = stack.cache.get("usual associations")
    if isinstance(held, Usual):
        return held
    usual = usual_of(known, np.arange(len(stack.batches)))
    stack.cache["usual associations"] = usual
    return usual


def _bins(column: ColumnStack) -> Labels | None:
    """The values with a bin of their own; none for numbers, None where a column cannot be set against others."""
    views = [view for view in column.views if view is not None and view.present > 0]
    if not views:
        return None
    numeric = np.mean([view.weights.sum() / view.present for view in views])
    distinct = np.median([len(view.values) for view in views])
    if numeric > 0.9 and distinct > _VALUES + 2:
        return ()
    shares = np.where(column.valued > 0, column.shares.mean(axis=0), 0.0)
    top = np.argsort(-shares, kind="stable")[:_VALUES]
    covered = float(shares[top].sum())
    if covered < 0.2 or (len(top) and float(shares[top[0]]) > 0.98):
        return None
    texts = list(column.labels)
    return tuple(texts[i] for i in top if shares[i] > 0.01)


def _width(labels: Labels) -> int:
    """Bins of a column: its quarters or values, the rest, and missing."""
    return (len(labels) + 1 if labels else QUARTERS) + 1


def _block(batch: BatchView, names: Sequence[str], labels: Sequence[Labels], width: int) -> tuple[np.ndarray, float]:
    """Standardised residuals (B, B) of a batch's bins, and the number of rows they are from.

    Bins of one column with each other are of no use and not to be read.
    """
    rows = max((len(view.aligned) for view in batch.columns.values()), default=0)
    if rows == 0 or not names:
        return np.zeros((width, width)), 0.0
    # Counts up to the number of rows are exact in single precision.
    one_hot = np.zeros((width, rows), dtype=np.float32)
    start = 0
    for name, found in zip(names, labels, strict=True):
        size = _width(found)
        view = batch.columns.get(name)
        if view is not None and len(view.aligned) == rows:
            np.equal(_bin(view, found, size), _BINS[:size], out=one_hot[start : start + size], casting="unsafe")
        start += size
    joint = (one_hot @ one_hot.T).astype(float) / rows
    share = joint.diagonal()
    usable = share > 2.0 / rows
    usual = share * share[:, None]
    joint -= usual
    joint /= np.sqrt(np.maximum(usual, 1e-12))
    joint *= usable & usable[:, None]
    return joint, float(rows)


def _bin(view: ColumnView, labels: Labels, size: int) -> np.ndarray:
    """The bin of each row: of a number's rank, or of a value; the last one for missing cells."""
    if not labels:
        return view.quarters
    of_value = np.full(len(view.values) + 1, size - 2, np.int8)
    of_value[-1] = size - 1
    for i, label in enumerate(labels):
        at = view.place.get(label)
        if at is not None:
            of_value[at] = i
    return of_value[view.aligned]


def _squares(block: np.ndarray, owner: np.ndarray, size: int) -> np.ndarray:
    """(C, C) sums of squares of the blocks of each pair of columns."""
    edges = np.searchsorted(owner, np.arange(size))
    found: np.ndarray = np.add.reduceat(np.add.reduceat(block**2, edges, axis=0), edges, axis=1)
    return found


def _mean(blocks: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(B, B) mean of blocks (N, B, B), weighted by the rows (N) that they are from."""
    mean: np.ndarray = np.einsum("n,nij->ij", rows / max(float(rows.sum()), 1.0), blocks)
    return mean


def _gap(block: np.ndarray, rows: float, mean: np.ndarray, total: float, owner: np.ndarray, size: int) -> np.ndarray:
    """(C, C) deviation of a batch's blocks from a mean of ``total`` rows, in standard errors; 0 when unknown."""
    if rows < _LEAST_ROWS or total < _LEAST_ROWS or size == 0:
        return np.zeros((size, size))
    width = np.bincount(owner, minlength=size) - 1.0
    freedom = np.maximum(np.outer(width, width), 1.0)
    expected = freedom * (1.0 / rows + 1.0 / total)
    return (_squares(block - mean, owner, size) - expected) / (expected * np.sqrt(2.0 / freedom))
