"""Public pairs of a dirty and a clean CSV file: the same rows, the same columns, cells that differ are errors."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import pyarrow as pa

from airflow_provider_dqheal.core.errors import BatchUnreadable
from airflow_provider_dqheal.core.policy import Policy
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.remediation.bench.episodes import HISTORY, write_csv
from airflow_provider_dqheal.remediation.bench.run import Learn
from airflow_provider_dqheal.remediation.bench.score import Published
from airflow_provider_dqheal.remediation.runner import apply_steps
from airflow_provider_dqheal.remediation.working import Working


class HealUnder(Protocol):
    """Heals a batch after its history, under a policy."""

    def __call__(self, batch: Any, baseline: Baseline, *, policy: Policy) -> Published:
        """As :func:`airflow_provider_dqheal.api.heal`."""
        ...


def read_pair(dirty: Path, clean: Path) -> tuple[pa.Table, pa.Table]:
    """Both files as text.

    Raises:
        BatchUnreadable: when a file cannot be read, or the two differ in rows or columns.
    """
    tables = []
    for path in (dirty, clean):
        try:
            with path.open(encoding="utf-8-sig", newline="") as source:
                header, *rows = list(csv.reader(source))
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise BatchUnreadable(f"{path}: cannot be read as CSV ({type(error).__name__})") from error
        columns = [[row[at] if at < len(row) else "" for row in rows] for at in range(len(header))]
        tables.append(pa.table({name: pa.array(cells) for name, cells in zip(header, columns, strict=True)}))
    left, right = tables
    if left.num_rows != right.num_rows or left.num_columns != right.num_columns:
        raise BatchUnreadable(
            f"{dirty} and {clean}: {left.num_rows} x {left.num_columns} and {right.num_rows} x {right.num_columns};"
            " a pair has the same rows and columns"
        )
    return left.rename_columns(right.column_names), right


def bench_pair(learn: Learn, heal: HealUnder, dirty: Path, clean: Path, dirty_history: bool) -> dict[str, Any]:
    """Cell precision, recall and F1 when the rows are cut into nine batches and each is healed after the eight others.

    A history with the same errors is said to be dirty by the policy (``history: dirty``).

    Args:
        learn: makes the baseline of CSV files.
        heal: heals one CSV file.
        dirty: the file with errors.
        clean: the same rows without.
        dirty_history: the other batches come from the dirty file, else from the clean one.
    """
    left, right = read_pair(dirty, clean)
    edges = [round(left.num_rows * part / (HISTORY + 1)) for part in range(HISTORY + 2)]
    parts = [(left.slice(a, b - a), right.slice(a, b - a)) for a, b in pairwise(edges)]
    counts = {"errors": 0, "changed": 0, "right": 0, "harmed": 0, "clean": 0, "rows_set_aside": 0, "held": 0}
    policy = Policy(history="dirty" if dirty_history else "trusted")
    for number, (faulty, truth) in enumerate(parts):
        with TemporaryDirectory(prefix="dqheal-bench-") as folder:
            others = [pair[0 if dirty_history else 1] for at, pair in enumerate(parts) if at != number]
            history = [write_csv(table, Path(folder) / f"{at}.csv") for at, table in enumerate(others)]
            baseline = learn(history)
            healed: Any = heal(write_csv(faulty, Path(folder) / "batch.csv"), baseline, policy=policy)
            _count(counts, faulty, truth, healed, baseline)
    precision = counts["right"] / counts["changed"] if counts["changed"] else None
    recall = counts["right"] / counts["errors"] if counts["errors"] else None
    f1 = 2 * precision * recall / (precision + recall) if precision and recall else 0.0
    return {
        "pair": dirty.parent.name,
        "history": "dirty" if dirty_history else "clean",
        "precision": None if precision is None else round(precision, 4),
        "recall": None if recall is None else round(recall, 4),
        "f1": round(f1, 4),
        "harm_per_10000": round(10_000 * counts["harmed"] / max(1, counts["clean"]), 2),
        **counts,
    }


def _count(counts: dict[str, int], faulty: pa.Table, truth: pa.Table, healed: Any, baseline: Any) -> None:
    """Adds one batch; what is judged are the planned cell changes, also of a batch that is then held."""
    ledger, quarantine = healed.ledger, healed.quarantine
    if healed.held:
        planned = apply_steps(Working.start(healed.table), healed.plan.steps, Policy(), baseline)
        ledger, quarantine = planned.ledger, planned.quarantine
    counts["held"] += int(healed.held)
    counts["rows_set_aside"] += quarantine.num_rows
    changes = {
        (line["row_id"], line["column"]): line["after"]
        for line in ledger.to_pylist()
        if line["row_id"] is not None and line["column"] in truth.column_names
    }
    gone = set(quarantine["row_id"].to_pylist())
    for name in truth.column_names:
        pairs = zip(faulty[name].to_pylist(), truth[name].to_pylist(), strict=True)
        for row, (came, wanted) in enumerate(pairs):
            counts["errors" if came != wanted else "clean"] += 1
            if (row, name) in changes and row not in gone:
                after = changes[row, name] or ""
                counts["changed"] += 1
                counts["right"] += after == wanted
                counts["harmed"] += came == wanted and after != wanted
