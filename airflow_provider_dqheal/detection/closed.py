"""How closed the list of a column's values has been, which of its values are gone, and how often values repeat.

Where every value occurred in every batch, often, a new one is a surprise, and so is one that stays away. In the
training corpus a column like that (no value in one batch only, the rarest seen at least 30 times) meets a new value in
more than 1 % of the rows of 0.15 % of the clean batches; a column that is merely without news so far, in 2 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.columns import MAX_VALUES
from airflow_provider_dqheal.detection.scalars import angle, surplus_z
from airflow_provider_dqheal.detection.segments import segment_sums, sizes_of
from airflow_provider_dqheal.detection.stack import ColumnStack
from airflow_provider_dqheal.detection.view import ColumnView

CLOSED = (
    "closed_presence",
    "closed_once",
    "closed_rarest",
    "closed_z",
    "sink_z",
    "sink_share",
    "sink_loo",
    "lost_share",
    "lost_z",
    "repeat_share",
    "repeat_loo",
    "repeat_z",
)
_OFTEN = np.log1p(100.0)


@dataclass(frozen=True, eq=False)
class Closed:
    """What is usual over some batches of a column.

    ``presence``: share of the batches that hold the value which is in the fewest; ``once``: share of the values that
    are in one batch only; ``rarest``: log(1 + cells) of the rarest value. ``trough`` (V): smallest share of each
    value; ``sink``: how far a value fell below its other batches, in standard errors; ``repeat``: largest share of
    present cells that repeat another one of their batch.
    """

    presence: float
    once: float
    rarest: float
    trough: np.ndarray
    sink: float
    repeat: float


def closed_of(stack: ColumnStack, index: np.ndarray, shares: np.ndarray) -> Closed:
    """The statistics of the batches ``index``; ``shares`` (N, V) are theirs."""
    views = [view for view in (stack.views[i] for i in index) if view is not None]
    repeat = max((repeat_share(view) for view in views), default=0.0)
    trough = shares.min(axis=0, initial=1.0) * stack.valued if len(index) else np.zeros(shares.shape[1])
    appears = (shares > 0).sum(axis=0) * stack.valued
    there = appears > 0
    if stack.moving or len(index) < 2 or not there.any() or any(len(v.values) >= MAX_VALUES for v in views):
        return Closed(0.0, 1.0, 0.0, np.zeros_like(trough), 0.0, repeat)
    rows = np.nan_to_num(stack.rows[index], nan=0.0)
    cells = (shares * rows[:, None]).sum(axis=0)[there]
    second = np.sort(shares, axis=0)[1]
    lowest = shares <= trough[None, :]
    falls = np.where(lowest, angle(second)[None, :] - angle(shares), 0.0) * np.sqrt(rows / 2)[:, None]
    sink = float(falls[:, there].max(initial=0.0))
    return Closed(
        presence=float(appears[there].min() / len(index)),
        once=float((appears[there] == 1).mean()),
        rarest=float(np.log1p(cells.min())),
        trough=trough,
        sink=sink,
        repeat=repeat,
    )


class Lists:
    """The lists of values of C columns side by side, so that a batch is set against all of them at once."""

    def __init__(self, each: Sequence[Closed], starts: np.ndarray) -> None:
        """``starts`` (C): where the labels of each column begin when those of all follow each other."""
        held = [np.flatnonzero(one.trough > 0) for one in each]
        self.sizes = sizes_of(held)
        self.starts = np.cumsum(self.sizes) - self.sizes
        self.at = np.concatenate([start + at for start, at in zip(starts, held, strict=True)])
        """Places of the values that were in every batch."""
        self.trough = np.concatenate([one.trough[at] for one, at in zip(each, held, strict=True)])
        self.depth = angle(self.trough)
        self.presence = np.asarray([one.presence for one in each])
        self.once = np.asarray([one.once for one in each])
        self.rarest = np.asarray([one.rarest for one in each])
        self.sink = np.asarray([one.sink for one in each])
        self.repeat = np.asarray([one.repeat for one in each])
        closedness = self.presence * (1.0 - self.once) * np.minimum(self.rarest / _OFTEN, 1.0)
        self.closedness = np.where(self.sizes > 1, closedness, 0.0)


def measure_closed(
    usual: Lists, shares: np.ndarray, unseen_z: np.ndarray, root: np.ndarray, present: np.ndarray, repeat: np.ndarray
) -> np.ndarray:
    """(C, measurements) :data:`CLOSED` of a batch.

    Args:
        usual: what is usual over the reference batches.
        shares: the batch's share of rows for each label, column after column.
        unseen_z: (C) how many values are new, in standard errors.
        root: (C) square root of the effective number of rows.
        present: (C) the batch's present cells, at least 1.
        repeat: (C) share of them that repeat another one.
    """
    mine = shares[usual.at]
    falls = (usual.depth - angle(mine)) * np.repeat(root, usual.sizes)
    sink_z, sink_share = np.zeros((2, len(usual.sizes)))
    there = usual.sizes > 0
    if there.any():
        deepest = np.maximum.reduceat(falls, usual.starts[there])
        places = np.where(falls == np.repeat(deepest, usual.sizes[there]), np.arange(len(falls)), len(falls))
        at = np.minimum.reduceat(places, usual.starts[there])
        sink_z[there], sink_share[there] = deepest, usual.trough[at] - mine[at]
    lost = segment_sums(np.where(mine <= 0, usual.trough, 0.0), usual.sizes)
    measured = [
        usual.presence,
        usual.once,
        usual.rarest,
        np.maximum(unseen_z, 0.0) * usual.closedness**2,
        np.maximum(sink_z, 0.0),
        np.maximum(sink_share, 0.0),
        usual.sink,
        lost,
        angle(lost) * root,
        repeat,
        usual.repeat,
        np.maximum(surplus_z(repeat, usual.repeat, present), 0.0),
    ]
    return np.asarray(measured).T


def repeat_share(view: ColumnView) -> float:
    """Share of a batch's present cells whose value is in an earlier cell of it."""
    return max(1.0 - len(view.values) / view.present, 0.0) if view.present > 0 else 0.0
