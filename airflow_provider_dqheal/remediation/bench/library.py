"""The detector's corruption library as faults of the bench: more ways to be wrong, less of the truth known."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.corruptions import SEVERITIES, Corruption, CorruptionRefused, inject
from airflow_provider_dqheal.detection.corruptions import families as corruptions
from airflow_provider_dqheal.remediation.bench.fault import Fault, FaultFamily, FaultKind
from airflow_provider_dqheal.remediation.bench.view import View


def library() -> list[FaultFamily]:
    """Every corruption as a family of open faults: a changed cell must be right, an unchanged one is no miss."""
    return [_family(one) for one in corruptions()]


def _family(one: Corruption) -> FaultFamily:
    def make(view: View, rng: np.random.Generator) -> Fault:
        severity = SEVERITIES[int(rng.integers(len(SEVERITIES)))]
        try:
            done = inject(view.table, one.name, severity, int(rng.integers(2**31)), view.history)
        except CorruptionRefused as error:
            raise LookupError(str(error)) from error
        wanted = done.original if done.rows is None else done.original.take(pa.array(done.rows))
        if wanted.num_rows != done.table.num_rows:
            raise LookupError("rows cannot be told apart")
        return Fault(done.table, wanted=wanted)

    kind: FaultKind = "open"
    return FaultFamily(f"library {one.name}", kind, make)
