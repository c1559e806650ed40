"""Leave-one-out statistics of a column over reference batches: what is usual for this column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.closed import Closed, closed_of
from airflow_provider_dqheal.detection.scalars import INDEX, LOCATIONS, angle
from airflow_provider_dqheal.detection.spelling import Expected
from airflow_provider_dqheal.detection.stack import ColumnStack

LOCATION = np.asarray([INDEX[name] for name in LOCATIONS])
MEDIAN = INDEX["median"]


@dataclass(frozen=True, eq=False)
class Reference:
    """Leave-one-out statistics of a column over the batches ``index`` of its stack."""

    index: np.ndarray
    centred: np.ndarray
    mean: np.ndarray
    count: np.ndarray
    variance: np.ndarray
    sampling: np.ndarray
    record: np.ndarray
    nearest: np.ndarray
    average: np.ndarray
    peak: np.ndarray
    seen: np.ndarray
    average_share: np.ndarray
    spike: float
    unseen: float
    dropped: float
    form_seen: np.ndarray
    form: float
    fails: dict[str, float]
    missing_high: float
    missing_low: float
    near: float
    past: float
    context: np.ndarray
    dominant: str | None
    closed: Closed
    first: int
    usual: int
    spelling: Expected | None


def reference(stack: ColumnStack, index: np.ndarray) -> Reference:
    """The statistics of the batches ``index``; this is the part that is worth caching."""
    scalar = _located(stack, index)
    error = stack.error[index]
    known = np.isfinite(scalar)
    count = known.sum(axis=0)
    filled = np.where(known, scalar, 0.0)
    total = filled.sum(axis=0)
    mean = total / np.maximum(count, 1)
    variance = np.where(known, (scalar - mean) ** 2, 0.0).sum(axis=0) / np.maximum(count - 1, 1)
    sampling = np.where(known, error**2, 0.0).sum(axis=0) / np.maximum(count, 1)
    others = (total - filled) / np.maximum(count - 1, 1)
    record = np.where(known & (count > 1), np.abs(scalar - others), 0.0).max(axis=0, initial=0.0)
    block = stack.distance[:, index][:, :, index]
    nearest, average = _leave_one_out(block)
    shares = stack.shares[index]
    peak = shares.max(axis=0, initial=0.0)
    kept = np.maximum(stack.kept[index], 1e-9)
    appears = (shares > 0).sum(axis=0)
    alone = np.where(appears == 1, shares * stack.valued, 0.0).sum(axis=1) / kept
    second = np.sort(shares, axis=0)[-2] if len(index) > 1 else np.zeros_like(peak)
    rows = np.nan_to_num(stack.rows[index], nan=1.0)
    spike = 0.0
    if shares.size and len(index) > 1:
        rival = np.where(shares >= peak, second, peak)
        spike = float(((angle(shares) - angle(rival)) * np.sqrt(rows / 2)[:, None]).max(initial=0.0))
    average_share = shares.mean(axis=0) if len(index) else peak
    gone = np.where(shares == 0, average_share * len(index) / max(len(index) - 1, 1), 0.0).sum(axis=1)
    forms = stack.forms[index]
    form_alone = np.where((forms > 0).sum(axis=0) == 1, forms, 0.0).sum(axis=1)
    views = [stack.views[i] for i in index]
    there = [view for view in views if view is not None and view.present > 0]
    share = {kind: [view.kinds[kind] / view.present for view in there] for kind in ("int", "number", "date", "bool")}
    dominant = next(
        (k for k in ("number", "date", "bool") if there and np.mean(share[k]) > 0.9 and min(share[k]) > 0.6), None
    )
    fails = {kind: 1.0 - min(share[kind], default=0.0) for kind in share}
    missing = [(view.rows - view.present) / max(view.rows, 1.0) for view in views if view is not None]
    distinct = float(np.mean([len(view.values) for view in there])) if there else 0.0
    ratio = float(np.mean([len(view.values) / view.present for view in there])) if there else 0.0
    context = np.asarray(
        [
            np.mean(share["number"]) if there else 0.0,
            np.mean(share["date"]) if there else 0.0,
            np.mean(share["bool"]) if there else 0.0,
            float(stack.moving),
            float(bool(there) and all(len(view.values) == 1 for view in there)),
            float(ratio > 0.98),
            np.log1p(distinct),
            ratio,
            np.mean(missing) if missing else 0.0,
            np.log1p(np.mean([(v.lengths * v.counts).sum() / v.present for v in there])) if there else 0.0,
            np.log1p(len(index)),
            0.0,
            np.log1p(np.nanmean(rows)) if len(rows) else 0.0,
            float(bool(there) and there[-1].is_typed),
        ]
    )
    return Reference(
        index=index, centred=scalar, mean=mean, count=count, variance=variance, sampling=sampling,
        record=record, nearest=nearest, average=average, peak=peak, seen=peak > 0, average_share=average_share,
        spike=spike, unseen=float(alone.max(initial=0.0)), dropped=float(gone.max(initial=0.0)),
        form_seen=forms.max(axis=0, initial=0.0) > 0, form=float(form_alone.max(initial=0.0)), fails=fails,
        missing_high=max(missing, default=0.0), missing_low=min(missing, default=0.0),
        near=_near_alone(stack, shares, appears), past=float(stack.past[index].max(initial=0.0)), context=context,
        dominant=dominant, closed=closed_of(stack, index, shares), first=_first(stack, average_share),
        usual=int(np.argmax(average_share * stack.valued)) if average_share.size else -1,
        spelling=Expected.of([view and view.pairs for view in views], [stack.spelled[i] for i in index]),
    )  # fmt: skip


def _first(stack: ColumnStack, average_share: np.ndarray) -> int:
    """Place of the label that an ordered list of the values shows first."""
    known = {label: i for label, i in stack.labels.items() if average_share[i] > 0 and stack.valued[i] > 0}
    return known[min(known)] if known else -1


def _near_alone(stack: ColumnStack, shares: np.ndarray, appears: np.ndarray) -> float:
    """Largest share of a batch's rows whose value is in no other batch and nearly one that is frequent."""
    if not len(stack.near):
        return 0.0
    odd = (appears == 1) & (stack.near >= 0)
    return float(shares[:, odd].sum(axis=1).max(initial=0.0)) if odd.any() else 0.0


def _located(stack: ColumnStack, index: np.ndarray) -> np.ndarray:
    """Scalars of some batches; where the column moves, levels become steps and quantiles are centred."""
    scalar = stack.scalar[index].copy()
    if stack.moving:
        level = scalar[:, MEDIAN].copy()
        scalar[:, LOCATION] -= level[:, None]
        steps = np.diff(level) / np.maximum(np.diff(index), 1)
        scalar[1:, MEDIAN] = pace(steps / stack.step * stack.direction)
        scalar[0, MEDIAN] = np.nan
        scalar[:, INDEX["magnitude"]] = 0.0
    return scalar


def pace(ratio: np.ndarray | float) -> np.ndarray:
    """How a level goes on, in usual steps: 1 for one to three hundred of them, else log-scaled."""
    ratio = np.asarray(ratio, dtype=float)
    return np.where(ratio > 1, 1 + np.log(np.maximum(ratio, _SKIPPED) / _SKIPPED), np.arcsinh(ratio - 1) + 1)


_SKIPPED = 300.0


def _leave_one_out(block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(D, 2) largest and mean of each batch's nearest distance, and the same of its mean distance."""
    size = block.shape[1]
    if size < 2:
        return np.zeros((block.shape[0], 2)), np.zeros((block.shape[0], 2))
    known = np.isfinite(block)
    nearest = np.where(known, block, np.inf).min(axis=2)
    nearest = np.where(np.isfinite(nearest), nearest, 0.0)
    average = np.where(known, block, 0.0).sum(axis=2) / np.maximum(known.sum(axis=2), 1)
    return (
        np.stack([nearest.max(axis=1), nearest.mean(axis=1)], axis=1),
        np.stack([average.max(axis=1), average.mean(axis=1)], axis=1),
    )
