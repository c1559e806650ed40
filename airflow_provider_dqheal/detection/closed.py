"""How closed the list of a column's values has been, which of its values are gone, and how often values repeat.

Where every value occurred in every batch, often, a new one is a surprise, and so is one that stays away. In the
training corpus a column like that (no value in one batch only, the rarest seen at least 30 times) meets a new value in
more than 1 % of the rows of 0.15 % of the clean batches; a column that is merely without news so far, in 2 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.scalars import angle, surplus_z
from airflow_provider_dqheal.detection.stack import MAX_VALUES, ColumnStack
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


def measure_closed(
    usual: Closed, shares: np.ndarray, unseen_z: float, root: float, present: float, repeat: float
) -> list[float]:
    """The measurements :data:`CLOSED` of one batch.

    Args:
        usual: what is usual over the reference batches.
        shares: (V,) the batch's share of rows for each known value.
        unseen_z: how many values are new, in standard errors.
        root: square root of the effective number of rows.
        present: the batch's present cells.
        repeat: share of them that repeat another one.
    """
    sink_z, sink_share = 0.0, 0.0
    if len(shares):
        fall = (angle(usual.trough) - angle(shares)) * root
        at = int(np.argmax(fall))
        sink_z, sink_share = max(float(fall[at]), 0.0), max(float(usual.trough[at] - shares[at]), 0.0)
    lost = float(usual.trough[shares <= 0].sum())
    several = int((usual.trough > 0).sum()) > 1
    closedness = usual.presence * (1.0 - usual.once) * min(usual.rarest / _OFTEN, 1.0) if several else 0.0
    return [
        usual.presence,
        usual.once,
        usual.rarest,
        max(unseen_z, 0.0) * closedness**2,
        sink_z,
        sink_share,
        usual.sink,
        lost,
        float(angle(lost)) * root,
        repeat,
        usual.repeat,
        max(surplus_z(repeat, usual.repeat, present), 0.0),
    ]


def repeat_share(view: ColumnView) -> float:
    """Share of a batch's present cells whose value is in an earlier cell of it."""
    return max(1.0 - len(view.values) / view.present, 0.0) if view.present > 0 else 0.0
