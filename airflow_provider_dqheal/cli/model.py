"""Commands on the detector: train, evaluate, bench."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from airflow_provider_dqheal.cli.bench import repair
from airflow_provider_dqheal.cli.output import JsonOption, print_json, print_record, print_table, print_text, say

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
    episodes: Annotated[int, typer.Option(help="Training episodes to draw.", min=100)] = 14_720,
    as_json: JsonOption = False,
) -> None:
    """Train the detector on the corpus (its packages: models/requirements-corpus.txt) and our generators."""
    from airflow_provider_dqheal.detection.training import train as train_detector

    say(f"training on {episodes} episodes, seed {seed}")
    metadata: dict[str, Any] = train_detector(output, seed=seed, episodes=episodes)
    shown: dict[str, Any] = {key: metadata[key] for key in ("model_id", "seed", "episodes") if key in metadata}
    print_record(f"weights in {output}", metadata if as_json else shown, as_json)


def evaluate(
    seeds: Annotated[int, typer.Option(min=1, help="Splits, models and draws; 5 for the model card.")] = 1,
    episodes: Annotated[
        int, typer.Option(min=100, help="Episodes a seed, each a clean batch and faulty ones.")
    ] = 2_000,
    samples: Annotated[
        Path | None, typer.Option(help="Keep drawn samples in this .npz file, or use those it has (for all seeds).")
    ] = None,
    yardsticks: Annotated[
        int, typer.Option(min=0, help="Episodes of the first seed on which published methods are run, too.")
    ] = 200,
    compare: Annotated[bool, typer.Option(help="Train other architectures, too (needs scikit-learn).")] = False,
    tables: Annotated[bool, typer.Option(help="Leave families of tables out.")] = True,
    faults: Annotated[bool, typer.Option(help="Leave families of faults out, too.")] = True,
    weights: Annotated[
        Path | None,
        typer.Option(help="Keep the detectors of the first seed here, for `bench repair --weights`."),
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Write the results here as JSON.")] = None,
    results: Annotated[
        list[Path] | None, typer.Option(help="Show results that --save wrote instead of measuring; may be repeated.")
    ] = None,
    card: Annotated[Path | None, typer.Option(help="Write the results into this model card.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge tables and fault families the detector was not trained on, beside other methods on the same batches."""
    from airflow_provider_dqheal.detection import evaluation

    if results:
        result = evaluation.read_results(results)
    else:
        say(f"evaluating {episodes} episodes, {seeds} seeds (--verbose before the command says how far it is)")
        result = evaluation.evaluate(
            seeds=seeds,
            episodes=episodes,
            leave_tables_out=tables,
            leave_faults_out=faults,
            samples=evaluation.drawn_samples(samples, episodes) if samples else None,
            yardsticks=yardsticks,
            compare=compare,
            keep=weights,
        )
    if save:
        save.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if card:
        evaluation.write_card(card, result)
    if as_json:
        print_json(result)
        return
    for table in evaluation.lines(result):
        print_table(table.title, table.columns, table.rows)
        if table.note:
            print_text(table.note)


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


@bench.command("detect")
def bench_detect(
    columns: Annotated[int, typer.Option(min=1)] = 20,
    rows: Annotated[int, typer.Option(min=30, help="Rows of a batch.")] = 2_000,
    repeats: Annotated[int, typer.Option(min=3, help="Batches to judge.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Measure how long a batch is judged, and how many profiles the networks score a second."""
    from airflow_provider_dqheal.detection.benchmark import bench_detect as run

    say(f"judging {repeats} batches of {rows} rows x {columns} columns")
    print_record(f"verdict on {columns} columns", run(columns, rows, repeats), as_json)
