"""The command that measures repair: ``dqheal bench repair``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airflow_provider_dqheal.cli.output import JsonOption, print_json, print_record, print_table, say

if TYPE_CHECKING:
    from airflow_provider_dqheal.profiling.baseline import Baseline
    from airflow_provider_dqheal.remediation.bench.run import Heal
    from airflow_provider_dqheal.remediation.bench.score import Published


def repair(
    episodes: Annotated[
        int, typer.Option(min=1, help="Tables to draw; each gives a clean and some faulty batches.")
    ] = 45,
    faults: Annotated[int, typer.Option(min=1, help="Faulty batches a table.")] = 8,
    seed: Annotated[int, typer.Option()] = 0,
    plans: Annotated[int, typer.Option(min=0, help="Random fault plans to check conservation and undo on.")] = 0,
    pair: Annotated[
        tuple[Path, Path] | None, typer.Option(metavar="DIRTY CLEAN", help="Two CSV files of the same rows, instead.")
    ] = None,
    baran: Annotated[
        Path | None,
        typer.Option(metavar="PYTHON", help="With --pair: Raha and Baran beside it, in a Python that has them."),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(help="Judge each table by the detector here that never saw it: see `dqheal evaluate --weights`."),
    ] = None,
    downstream: Annotated[bool, typer.Option(help="Score a scikit-learn model on what comes out.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Inject known faults, heal, and count what was repaired, harmed, held and left."""
    from airflow_provider_dqheal import api
    from airflow_provider_dqheal.remediation.bench.baran import bench_baran
    from airflow_provider_dqheal.remediation.bench.pairs import bench_pair
    from airflow_provider_dqheal.remediation.bench.report import bench_repair

    if pair is not None:
        runs = [bench_pair(api.learn, api.heal, *pair, dirty_history=dirty) for dirty in (False, True)]
        if baran is not None:
            runs.append(bench_baran(baran, *pair))
        if as_json:
            print_json({"pairs": runs})
        else:
            print_table(
                "dirty and clean pair", tuple(runs[0]), [tuple(run.get(key) for key in runs[0]) for run in runs]
            )
        return
    say(f"healing about {episodes * (faults + 1)} batches")
    heal = _never_saw(weights) if weights is not None else api.heal
    result: dict[str, Any] = bench_repair(api.learn, heal, episodes, seed, faults, downstream=downstream, plans=plans)
    if as_json:
        print_json(result)
        return
    rows = [(name, *values.values()) for name, values in result["faults"].items()]
    print_table("by fault", ("fault", "kind", "batches", "precision", "recall", "exact", "held", "harmed"), rows)
    shown = ("precision_mean", "precision_pooled", "recall_pooled", "harm_per_10000", "clean_touched", "downstream")
    compared = [("dqheal", *(result["figures"].get(key) for key in shown))]
    compared += [(name, *(values.get(key) for key in shown)) for name, values in result["yardsticks"].items()]
    print_table("against what people switch on instead", ("healer", *shown), compared)
    print_record("repair", {**result["figures"], **result["plans"], "seconds": result["seconds"]}, False)


def _never_saw(folder: Path) -> Heal:
    """Heals with the detector that was made without the baseline's family of tables."""
    from airflow_provider_dqheal import api
    from airflow_provider_dqheal.core.config import DetectionSettings
    from airflow_provider_dqheal.detection.evaluation.keep import kept_detectors

    made_without = kept_detectors(folder)
    of_any = next(iter(made_without.values()))

    def heal(batch: Any, baseline: Baseline) -> Published:
        # A family that is in none of them was not drawn: all were made without it.
        weights = made_without.get(baseline.dataset, of_any)
        return api.heal(batch, baseline, settings=DetectionSettings(weights=weights))

    return heal
