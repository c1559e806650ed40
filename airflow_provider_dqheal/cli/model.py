"""Commands on the detector: train, evaluate, bench."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from airflow_provider_dqheal.cli.bench import repair
from airflow_provider_dqheal.cli.output import JsonOption, print_json, print_record, say

bench = typer.Typer(help="Measure this installation; each prints a table, or one JSON line.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Registers these commands."""
    for command in (train, evaluate):
        app.command()(command)
    bench.command()(repair)
    app.add_typer(bench, name="bench")


def train(
    output: Annotated[Path, typer.Option(help="Folder for the weights and metadata.json.")] = Path("models/weights"),
    seed: Annotated[int, typer.Option()] = 0,
    episodes: Annotated[int, typer.Option(help="Training episodes to draw.", min=100)] = 12_000,
    as_json: JsonOption = False,
) -> None:
    """Train the detector on the corpus (its packages: models/requirements-corpus.txt) and our generators."""
    from airflow_provider_dqheal.detection.training import train as train_detector

    say(f"training on {episodes} episodes, seed {seed}")
    metadata: dict[str, Any] = train_detector(output, seed=seed, episodes=episodes)
    shown: dict[str, Any] = {key: metadata[key] for key in ("model_id", "seed", "episodes") if key in metadata}
    print_record(f"weights in {output}", metadata if as_json else shown, as_json)


def evaluate(
    seeds: Annotated[int, typer.Option(min=1)] = 1,
    episodes: Annotated[int, typer.Option(min=100)] = 2_000,
    as_json: JsonOption = False,
) -> None:
    """Judge tables and corruption families the detector was not trained on, and print how well it did."""
    from airflow_provider_dqheal.detection.evaluation import evaluate as evaluate_detector

    result: dict[str, Any] = evaluate_detector(seeds=seeds, episodes=episodes)
    print_record("evaluation", result, as_json)


@bench.command("profile")
def bench_profile(
    rows: Annotated[int, typer.Option(min=1000)] = 1_000_000,
    columns: Annotated[int, typer.Option(min=1)] = 20,
    as_json: JsonOption = False,
) -> None:
    """Compare the profiling kernel with a bare scan and with native Spark aggregation, in one session."""
    from airflow_provider_dqheal.profiling.benchmark import bench_profile as run

    say(f"profiling {rows} rows x {columns} columns several times over")
    result = run(rows, columns)
    if as_json:
        print_json(result)
    else:
        print_record(f"profile of {rows} rows x {columns} columns", result, as_json)
