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
from typing import TypeAlias

import numpy as np

from airflow_provider_dqheal.detection.stack import ColumnStack, Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView

MOST_COLUMNS = 30
_VALUES = 4
_QUARTERS = 4
_LEAST_ROWS = 25
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
        gaps[i] = _gap(blocks[i], rows[i], blocks[others], rows[others], owner, len(names))
    known = Associations(tuple(names), tuple(kept), owner, blocks, rows, gaps)
    stack.cache["associations"] = known
    return known


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
    gap = _gap(block, rows, known.blocks[index], known.rows[index], known.owner, size)
    record = np.maximum(known.gaps[index].max(axis=0), 0.0)
    strength = np.sqrt(_squares(known.blocks[index].mean(axis=0), known.owner, size))
    lost = strength - np.sqrt(_squares(block, known.owner, size))
    there = [name in (batch.columns if not isinstance(batch, int) else known.columns) for name in known.columns]
    pairs = np.outer(there, there) & ~np.eye(size, dtype=bool)
    z = np.where(pairs, gap - record, -np.inf).max(axis=1)
    excess = np.where(pairs, np.log((np.maximum(gap, 0.0) + 3.0) / (record + 3.0)), -np.inf).max(axis=1)
    gone = np.where(pairs & (gap > record), lost, 0.0).max(axis=1, initial=0.0)
    place = {name: i for i, name in enumerate(known.columns)}
    for row, name in enumerate(names):
        at = place.get(name)
        if at is not None and np.isfinite(z[at]):
            out[row] = z[at], excess[at], gone[at]
    return out


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
    return (len(labels) + 1 if labels else _QUARTERS) + 1


def _block(batch: BatchView, names: Sequence[str], labels: Sequence[Labels], width: int) -> tuple[np.ndarray, float]:
    """Standardised residuals (B, B) of a batch's bins, and the number of rows they are from.

    Bins of one column with each other are of no use and not to be read.
    """
    rows = max((len(view.aligned) for view in batch.columns.values()), default=0)
    if rows == 0 or not names:
        return np.zeros((width, width)), 0.0
    codes = np.full((rows, len(names)), width)
    start = 0
    for i, (name, found) in enumerate(zip(names, labels, strict=True)):
        size = _width(found)
        view = batch.columns.get(name)
        if view is not None and len(view.aligned) == rows:
            codes[:, i] = start + _bin(view, found, size)
        start += size
    one, other = np.triu_indices(len(names), 1)
    joint = np.bincount((codes[:, one] * (width + 1) + codes[:, other]).ravel(), minlength=(width + 1) ** 2)
    both = joint.reshape(width + 1, width + 1)[:width, :width] / rows
    share = np.bincount(codes.ravel(), minlength=width + 1)[:width] / rows
    usual = np.outer(share, share)
    residual: np.ndarray = np.where(usual > 0, (both + both.T - usual) / np.sqrt(np.maximum(usual, 1e-12)), 0.0)
    usable = share > 2.0 / rows
    return np.where(np.outer(usable, usable), residual, 0.0), float(rows)


def _bin(view: ColumnView, labels: Labels, size: int) -> np.ndarray:
    """The bin of each row: of a number's rank, or of a value; the last one for missing cells."""
    of_value = np.full(len(view.values) + 1, size - 2)
    of_value[-1] = size - 1
    if not labels:
        number = np.append(view.numeric, np.nan)[view.aligned]
        known = np.flatnonzero(np.isfinite(number))
        result = np.where(view.aligned < 0, size - 1, 0)
        if len(known):
            _, place, count = np.unique(number[known], return_inverse=True, return_counts=True)
            middle = np.cumsum(count) - count / 2
            result[known] = np.minimum((middle[place] / len(known) * _QUARTERS).astype(int), _QUARTERS - 1)
        return result
    bins = {label: i for i, label in enumerate(labels)}
    for i, text in enumerate(view.values):
        at = bins.get(text)
        if at is not None:
            of_value[i] = at
    return of_value[view.aligned]


def _squares(block: np.ndarray, owner: np.ndarray, size: int) -> np.ndarray:
    """(C, C) sums of squares of the blocks of each pair of columns."""
    edges = np.searchsorted(owner, np.arange(size))
    found: np.ndarray = np.add.reduceat(np.add.reduceat(block**2, edges, axis=0), edges, axis=1)
    return found


def _gap(
    block: np.ndarray, rows: float, others: np.ndarray, counts: np.ndarray, owner: np.ndarray, size: int
) -> np.ndarray:
    """(C, C) deviation of a batch's blocks from the mean of others, in standard errors of chance; 0 when unknown."""
    total = float(counts.sum())
    if not len(others) or rows < _LEAST_ROWS or total < _LEAST_ROWS or size == 0:
        return np.zeros((size, size))
    mean = np.einsum("n,nij->ij", counts / total, others)
    width = np.bincount(owner, minlength=size) - 1.0
    freedom = np.maximum(np.outer(width, width), 1.0)
    expected = freedom * (1.0 / rows + 1.0 / total)
    return (_squares(block - mean, owner, size) - expected) / (expected * np.sqrt(2.0 / freedom))
