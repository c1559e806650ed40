"""The whole bench: cases, yardsticks on the same batches, the model downstream, and random fault plans."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from airflow_provider_dqheal.detection.corpus import Episode
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.remediation.bench.downstream import Downstream
from airflow_provider_dqheal.remediation.bench.fault import Fault
from airflow_provider_dqheal.remediation.bench.plans import plans as random_plans
from airflow_provider_dqheal.remediation.bench.run import REPAIRABLE, Case, Heal, Learn, by_fault, figures, run
from airflow_provider_dqheal.remediation.bench.score import Published, score
from airflow_provider_dqheal.remediation.bench.yardsticks import YARDSTICKS

_SHOWN = ("precision_mean", "precision_pooled", "recall_pooled", "harm_per_10000", "clean_touched")


class _Yardsticks:
    """Collects the same cases for the simple healers and, when asked, the losses of a model downstream."""

    def __init__(self, downstream: bool) -> None:
        self.cases: dict[str, list[Case]] = {name: [] for name in YARDSTICKS}
        self.gained: dict[str, list[float]] = {name: [] for name in ("dqheal", *YARDSTICKS)}
        self._wanted = downstream
        self._models: dict[tuple[int, ...], Downstream | None] = {}

    def __call__(self, case: Case, made: Fault, one: Episode, baseline: Baseline, healed: Published) -> None:
        """Runs every yardstick on a case."""
        schema = baseline.table_schema
        results: dict[str, Published] = {"dqheal": healed}
        for name, simple in YARDSTICKS.items():
            done = simple(made.table, one.history, schema)
            results[name] = done
            counts = score(made, one.batch, done, schema)
            self.cases[name].append(Case(case.source, case.text, case.fault, case.kind, counts, 0.0, case.seed))
        if self._wanted and case.kind in REPAIRABLE and made.extra is None:
            self._lose(case, made, one, baseline, results)

    def _lose(self, case: Case, made: Fault, one: Episode, baseline: Baseline, results: dict[str, Published]) -> None:
        if case.seed not in self._models:
            try:
                self._models[case.seed] = Downstream(one.history, baseline.table_schema, case.seed[-1])
            except LookupError:
                self._models[case.seed] = None
        model = self._models[case.seed]
        if model is None:
            return
        for name, result in results.items():
            gained = model.recovered(one.batch, made.table, result)
            if gained is not None:
                self.gained[name].append(gained)


def bench_repair(
    learn: Learn,
    heal: Heal,
    episodes: int = 45,
    seed: int = 0,
    faults: int = 8,
    downstream: bool = True,
    plans: int = 0,
    told: Callable[[Case], None] = lambda case: None,
) -> dict[str, Any]:
    """All figures as one JSON-safe document: ``figures``, ``faults``, ``yardsticks``, ``plans``, ``seconds``.

    Args:
        learn: makes the baseline of history batches.
        heal: heals one batch.
        episodes: tables drawn; each gives its clean batch and ``faults`` faulty ones.
        seed: decides everything.
        faults: faulty batches a table.
        downstream: whether a model downstream is trained and scored (needs scikit-learn).
        plans: random fault plans to check conservation and undo on.
        told: called with each case.

    Raises:
        ConfigError: when scikit-learn is wanted and not installed.
    """
    started = perf_counter()
    beside = _Yardsticks(downstream)
    cases = []
    for case in run(learn, heal, episodes, seed, faults, seen=beside):
        cases.append(case)
        told(case)
    shown = figures(cases)
    shown["seconds_a_batch"] = round(float(np.median([case.seconds for case in cases])), 3) if cases else None
    shown["downstream"] = _mean(beside.gained["dqheal"])
    shown["downstream_batches"] = len(beside.gained["dqheal"])
    yardsticks = {}
    for name, own in beside.cases.items():
        every = figures(own)
        yardsticks[name] = {key: every[key] for key in _SHOWN} | {"downstream": _mean(beside.gained[name])}
    checked = list(random_plans(learn, heal, plans, seed)) if plans else []
    broken = [(names, found) for names, found in checked if found]
    return {
        "figures": shown,
        "faults": by_fault(cases),
        "yardsticks": yardsticks,
        "plans": {"plans": len(checked), "plans_violating": len(broken), "violations": broken[:10]},
        "seconds": round(perf_counter() - started, 1),
    }


def _mean(values: list[float]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None
