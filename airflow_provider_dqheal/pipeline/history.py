"""Which accepted batches a batch is judged by: not itself, and none that was produced after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from airflow_provider_dqheal.core.config import DetectionSettings
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.profile import Profile


def history_of(baseline: Baseline, ref: BatchRef, detection: DetectionSettings) -> Baseline | None:
    """The newest ``detection.history_size`` batches of the baseline that are history of ``ref``; None without any.

    ``baseline`` itself where it is just these.
    """
    others = tuple(p for p in baseline.profiles if p.batch is None or p.batch.batch_id != ref.batch_id)
    others = produced_before(others, ref, detection.min_history)[-detection.history_size :]
    if same_profiles(others, baseline.profiles):
        return baseline
    return Baseline.build(baseline.dataset, others, baseline.table_schema, baseline.feedback) if others else None


def same_profiles(one: Sequence[Profile], other: Sequence[Profile]) -> bool:
    """Whether both are the very same profiles in the same order."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def produced_before(profiles: tuple[Profile, ...], ref: BatchRef, least: int) -> tuple[Profile, ...]:
    """Those produced before the batch, in that order, where the moments are known and ``least`` of them remain.

    Batches that are worked on side by side are accepted in any order; a later one is no history of an earlier one.
    """
    moments = [_utc(profile.batch.produced_at if profile.batch else None) for profile in profiles]
    own = _utc(ref.produced_at)
    if own is None or any(moment is None for moment in moments):
        return profiles
    order = sorted(range(len(profiles)), key=lambda i: moments[i] or own)
    earlier = [i for i in order if (moments[i] or own) <= own]
    return tuple(profiles[i] for i in (earlier if len(earlier) >= least else order))


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
