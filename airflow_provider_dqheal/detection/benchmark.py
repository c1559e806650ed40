"""What judging costs: one batch at a time, and many at once."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from airflow_provider_dqheal.detection.detector import default_detector
from airflow_provider_dqheal.detection.features import featurize
from airflow_provider_dqheal.detection.fused import one_thread
from airflow_provider_dqheal.detection.verdict import judge
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.profiling.mixed_table import mixed_table

HISTORY = 8
_MANY = 1_000


def bench_detect(columns: int = 20, rows: int = 2_000, repeats: int = 20) -> dict[str, float | int]:
    """Judges ``repeats`` batches after eight others; medians.

    Returns:
        columns, rows, profile_ms (making one profile, the reference), first_check_ms (a profile that was not seen
        before), check_ms (one whose texts were read already), first_check_ratio (to making the profile), score_ms (the
        networks alone), profiles_per_s (the networks on many profiles at once, on all cores).
    """
    random = np.random.default_rng(0)
    tables = [mixed_table(random, at * rows, rows, columns) for at in range(HISTORY + repeats)]
    profiles = [profile_table(table) for table in tables]
    baseline, new = Baseline.build("bench", profiles[:HISTORY]), profiles[HISTORY:]
    judge(profile_table(tables[-1]), baseline)  # the weights and the history's own statistics
    detector = default_detector(None)
    features = [featurize(profile, baseline) for profile in new]
    with one_thread():
        first = _median([profile_table(table) for table in tables[HISTORY:]], lambda one: judge(one, baseline))
        again = _median(new, lambda one: judge(one, baseline))
        alone = _median(features, detector.score)
    made = _median(tables[HISTORY:], profile_table)
    many = [features[at % repeats] for at in range(_MANY)]
    started = time.perf_counter()
    detector.score_many(many)
    return {
        "columns": columns,
        "rows": rows,
        "profile_ms": round(1000 * made, 2),
        "first_check_ms": round(1000 * first, 2),
        "check_ms": round(1000 * again, 2),
        "first_check_ratio": round(first / made, 2),
        "score_ms": round(1000 * alone, 2),
        "profiles_per_s": round(_MANY / (time.perf_counter() - started)),
    }


def _median(items: list[Any], run: Callable[[Any], object]) -> float:
    seconds = []
    for item in items:
        started = time.perf_counter()
        run(item)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)
