"""Untouched rows: what the baseline may learn of a batch in which some cells were healed or rows set aside.

A table in which a slip is repaired every day would otherwise never be learned again, and what is normal of it would be
as old as its last batch without one.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.detection.verdict import judge
from airflow_provider_dqheal.pipeline.detect import published_profile
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.remediation.working import Working

MOST_TOUCHED = 0.05
"""Share of a batch's rows that may have been changed or set aside: with more, what is left is not how the batch was."""


def untouched_rows(working: Working) -> pa.Table | None:
    """The published rows in which every cell is as it came; None where too few are, or a column was added.

    Names and order of the columns are those of the published batch.
    """
    if any(origin is None for _, origin in working.origins):
        return None
    touched = np.zeros(working.table.num_rows, dtype=bool)
    for mask in working.changed_cells.values():
        touched |= mask
    kept = working.table.num_rows - int(touched.sum())
    if not kept or kept < (1 - MOST_TOUCHED) * working.raw.num_rows:
        return None
    return working.table.filter(pa.array(~touched))


def lesson(services: Services, ref: BatchRef, working: Working, baseline: Baseline) -> Profile | None:
    """The profile of the untouched rows; None where too few are, or the detector finds something in them."""
    rows = untouched_rows(working)
    if rows is None:
        return None
    profile = published_profile(rows, ref, baseline)
    verdict = judge(profile, baseline, services.settings.detection)
    return profile if verdict.status == "scored" and not verdict.issues else None
