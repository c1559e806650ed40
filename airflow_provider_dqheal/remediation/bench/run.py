"""Runs the bench: injects faults into batches after eight clean ones, heals, and counts."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.corpus import Episode, rng_for
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.remediation.bench.episodes import episodes, write_csv
from airflow_provider_dqheal.remediation.bench.fault import FAMILIES, Fault, FaultFamily
from airflow_provider_dqheal.remediation.bench.score import Published, Score, score
from airflow_provider_dqheal.remediation.bench.view import View

Heal = Callable[[Any, Baseline], Published]


class Learn(Protocol):
    """Makes the baseline of a data set."""

    def __call__(self, history: Sequence[Any], /, *, dataset: str = ...) -> Baseline:
        """From its accepted batches, oldest first: tables or CSV paths."""
        ...


@dataclass(frozen=True)
class Case:
    """One batch that was healed: where it is from, what was wrong with it, and the counts."""

    source: str
    text: bool
    fault: str
    kind: str
    score: Score
    seconds: float
    seed: tuple[int, ...] = ()


def families() -> Mapping[str, FaultFamily]:
    """Every fault of the bench by name."""
    for module in ("cells", "slips", "columns", "tables", "person"):
        importlib.import_module(f"airflow_provider_dqheal.remediation.bench.faults_{module}")
    return FAMILIES


def library_families() -> Mapping[str, FaultFamily]:
    """The corruption library as faults, by name."""
    from airflow_provider_dqheal.remediation.bench.library import library

    return {family.name: family for family in library()}


def run(
    learn: Learn,
    heal: Heal,
    count: int,
    seed: int,
    faults: int = 8,
    only: Iterable[str] = (),
    seen: Callable[[Case, Fault, Episode, Baseline, Published], None] | None = None,
) -> Iterator[Case]:
    """Heals the clean batch and some faulty versions of it for each of ``count`` episodes.

    Args:
        learn: makes the baseline of history batches; the data set is the family of the table.
        heal: heals one batch.
        count: episodes.
        seed: decides everything.
        faults: faulty versions an episode, of different families, those seen least first.
        only: names of families; all when empty, ``library`` for those of the corruption library.
        seen: called with every case and what it was counted from.
    """
    wanted = set(only)
    every = library_families() if wanted == {"library"} else families()
    chosen = [family for name, family in every.items() if not wanted - {"library"} or name in wanted]
    used = dict.fromkeys((family.name for family in chosen), 0)
    for number, one in enumerate(episodes(count, seed)):
        with TemporaryDirectory(prefix="dqheal-bench-") as folder:
            place = Path(folder)
            baseline = learn(_given(one.history, one.text, place, "history"), dataset=one.family)
            yield _case(one, baseline, Fault(one.batch), "clean", "clean", heal, place, (seed, number), seen)
            rng = rng_for("bench repair faults", seed, number)
            view, done = View(one.batch, one.history), 0
            order = sorted(chosen, key=lambda family: (used[family.name], rng.random()))
            for family in order:
                if done == faults:
                    break
                try:
                    made = family.make(view, rng_for("fault", seed, number, family.name))
                except LookupError:
                    continue
                done += 1
                used[family.name] += 1
                yield _case(one, baseline, made, family.name, family.kind, heal, place, (seed, number), seen)


def _given(batches: Sequence[pa.Table], text: bool, folder: Path, name: str) -> list[Any]:
    if not text:
        return list(batches)
    return [write_csv(batch, folder / f"{name}-{index}.csv") for index, batch in enumerate(batches)]


def _case(
    one: Episode,
    baseline: Baseline,
    made: Fault,
    name: str,
    kind: str,
    heal: Heal,
    folder: Path,
    seed: tuple[int, ...],
    seen: Callable[[Case, Fault, Episode, Baseline, Published], None] | None,
) -> Case:
    batch = _given([made.table], one.text, folder, "batch")[0]
    started = perf_counter()
    healed = heal(batch, baseline)
    seconds = perf_counter() - started
    case = Case(
        one.table_key, one.text, name, kind, score(made, one.batch, healed, baseline.table_schema), seconds, seed
    )
    if seen is not None:
        seen(case, made, one, baseline, healed)
    return case


REPAIRABLE = ("cells", "column", "schema", "rows")


def figures(cases: Sequence[Case]) -> dict[str, Any]:
    """The figures of healing.md's rule 14 over cases."""
    faulty = [case.score for case in cases if case.kind != "clean"]
    clean = [case.score for case in cases if case.kind == "clean"]
    every = [case.score for case in cases]
    repairing = [one for one in faulty if one.changed]
    cells = [case.score for case in cases if case.kind in ("cells", "column")]
    stopped = {case.seed for case in cases if case.kind == "clean" and case.score.held}
    return {
        "batches": len(cases),
        "precision_mean": _share(sum(one.right / one.changed for one in repairing), len(repairing)),
        "precision_pooled": _share(sum(one.right for one in every), sum(one.changed for one in every)),
        "recall_pooled": _share(sum(one.fixed for one in cells), sum(one.repairable for one in cells)),
        "recall_mean": _mean([one.fixed / one.repairable for one in cells if one.repairable]),
        "whole_column_exact": _of(cases, lambda case: case.kind == "column", lambda one: one.exact),
        "schema_exact": _of(cases, lambda case: case.kind in ("schema", "rows"), lambda one: one.exact),
        "harm_per_10000": _share(10_000 * sum(one.harmed for one in every), sum(one.clean for one in every)),
        "clean_touched": _mean([one.touched for one in clean]),
        "clean_held": _mean([one.held for one in clean]),
        "held_person": _of(cases, lambda case: case.kind == "person", lambda one: one.held),
        "changed_person": _of(cases, lambda case: case.kind == "person", lambda one: one.changed > one.right),
        "held_repairable_where_clean_passes": _of(
            [case for case in cases if (case.seed not in stopped)],
            lambda case: case.kind in REPAIRABLE,
            lambda one: one.held,
        ),
        "held_repairable": _of(cases, lambda case: case.kind in REPAIRABLE, lambda one: one.held),
        "abstained": _share(
            sum(one.repairable - one.fixed for one in cells if one.held or not one.changed),
            sum(one.repairable for one in cells),
        ),
        "rows_set_aside_wrongly": _share(sum(one.wrongly for one in every), sum(one.set_aside for one in every)),
        "rows_missed": sum(case.score.missed_rows for case in cases if not case.score.held),
    }


def by_fault(cases: Sequence[Case]) -> dict[str, dict[str, Any]]:
    """Per family: batches, precision, recall, share restored exactly, share held, harmed cells."""
    table: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(case.fault for case in cases):
        own = [case for case in cases if case.fault == name]
        scores = [case.score for case in own]
        table[name] = {
            "kind": own[0].kind,
            "batches": len(own),
            "precision": _share(sum(one.right for one in scores), sum(one.changed for one in scores)),
            "recall": _share(sum(one.fixed for one in scores), sum(one.repairable for one in scores)),
            "exact": _mean([one.exact for one in scores]),
            "held": _mean([one.held for one in scores]),
            "harmed": sum(one.harmed for one in scores),
        }
    return table


def _of(cases: Sequence[Case], chosen: Callable[[Case], bool], hit: Callable[[Score], bool]) -> float | None:
    return _mean([hit(case.score) for case in cases if chosen(case)])


def _mean(values: Sequence[float]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None


def _share(part: float, whole: float) -> float | None:
    return round(float(part) / whole, 4) if whole else None
