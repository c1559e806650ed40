"""Random fault plans: whatever is wrong with a batch, nothing is lost and every change can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.corpus import Episode, rng_for
from airflow_provider_dqheal.remediation.bench.episodes import episodes
from airflow_provider_dqheal.remediation.bench.run import Heal, Learn, families
from airflow_provider_dqheal.remediation.bench.score import same, typed
from airflow_provider_dqheal.remediation.bench.view import View
from airflow_provider_dqheal.remediation.kernels.text import text_of

_MOVING = ("rename", "swapped_columns")
PER_EPISODE = 25


def random_plan(one: Episode, rng: np.random.Generator, most: int = 4) -> tuple[tuple[str, ...], pa.Table]:
    """Names of one to ``most`` faults, one on top of the other, and the batch that they make."""
    names = list(families())
    wanted, table, done = int(rng.integers(1, most + 1)), one.batch, list[str]()
    for index in rng.permutation(len(names)):
        if len(done) == wanted:
            break
        try:
            table = families()[names[int(index)]].make(View(table, one.history), rng).table
        except (LookupError, ValueError, ArithmeticError, KeyError, TypeError):
            continue  # a fault that has no place in what the earlier ones left
        done.append(names[int(index)])
    return tuple(done), table


def plans(learn: Learn, heal: Heal, count: int, seed: int) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """(faults, violations) of ``count`` random plans, many to an episode."""
    done = 0
    for number, one in enumerate(episodes(-(-count // PER_EPISODE), seed, rows=200, columns=16)):
        baseline = learn(list(one.history), dataset=one.family)
        for turn in range(min(PER_EPISODE, count - done)):
            names, table = random_plan(one, rng_for("plans", seed, number, turn))
            healed = heal(table, baseline)
            done += 1
            yield names, violations(table, healed, baseline)


def violations(raw: pa.Table, healed: Any, baseline: Any) -> list[str]:
    """Laws that a healed batch breaks, in words; empty when it keeps them all.

    Rows are conserved; quarantined rows are raw; held batches are untouched; a cell without a ledger line reads as it
    came; lines of a cell start at the raw text, follow on each other and end at what is published, so that undoing
    them in reverse gives back the raw cell.
    """
    broken = []
    ids, gone = healed.row_ids.to_numpy(), healed.quarantine["row_id"].to_numpy()
    if not np.array_equal(np.sort(np.concatenate([ids, gone])), np.arange(raw.num_rows)):
        broken.append("rows are lost or twice")
    kept = healed.quarantine.select(list(range(2, healed.quarantine.num_columns)))
    if not _untouched(kept.cast(raw.schema), raw.take(pa.array(gone, pa.int64()))):
        broken.append("quarantined rows are not as they came")
    if healed.held:
        if not _untouched(healed.table, raw) or healed.ledger.num_rows or len(gone):
            broken.append("a held batch was touched")
        return broken
    lines = healed.ledger.to_pylist()
    was, now = typed(raw, baseline.table_schema), healed.table
    for name in now.column_names:
        origin = _origin(name, lines)
        own = [line for line in lines if line["column"] == name]
        wide = any(line["row_id"] is None and line["strategy"] not in (*_MOVING, "reorder") for line in own)
        if origin not in raw.column_names or wide:
            continue
        cells: dict[int, list[dict[str, Any]]] = {}
        for line in own:
            if line["row_id"] is not None:
                cells.setdefault(line["row_id"], []).append(line)
        if origin == name:
            equal = same(now[name], was[name].take(pa.array(ids)))
            silent = {int(ids[at]) for at in np.flatnonzero(~equal)} - set(cells)
            if silent:
                broken.append(f"{len(silent)} cells of {name!r} changed without a line")
        texts = text_of(raw[origin]).to_pylist()
        broken += [
            f"the lines of a cell of {name!r} do not lead back to the raw one"
            for row, chain in cells.items()
            if chain[0]["before"] != texts[row] or any(a["after"] != b["before"] for a, b in pairwise(chain))
        ]
    return broken


def _untouched(left: pa.Table, right: pa.Table) -> bool:
    """Whether two tables hold the same; unlike pyarrow's ``equals``, NaN is NaN."""
    return left.schema.equals(right.schema) and all(same(left[name], right[name]).all() for name in left.column_names)


def _origin(name: str, lines: list[dict[str, Any]]) -> str:
    """The raw name of a published column."""
    moved = ""
    for line in reversed(lines):
        if (
            line["row_id"] is None
            and line["strategy"] in _MOVING
            and line["column"] == name
            and moved != line["step_id"]
        ):
            name, moved = line["before"], line["step_id"]
    return name
