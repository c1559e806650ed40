"""Commands on batches: learn, check, heal, history, profile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airflow_provider_dqheal.cli._batch import (
    BatchId,
    BatchPath,
    Dataset,
    Delimiter,
    Format,
    batch_ref,
    record_fields,
)
from airflow_provider_dqheal.cli._broker import settings_with_broker
from airflow_provider_dqheal.cli.output import (
    CLEAN,
    ISSUES,
    UNDECIDED,
    JsonOption,
    print_json,
    print_record,
    print_table,
    say,
)

if TYPE_CHECKING:
    from airflow_provider_dqheal.core.types import Verdict
    from airflow_provider_dqheal.storage.records import BatchRecord


def add_to(app: typer.Typer) -> None:
    """Registers these commands."""
    for command in (learn, check, heal, history, profile):
        app.command()(command)


def learn(
    dataset: Dataset,
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Earlier accepted batches, oldest first.")],
    schema: Annotated[
        Path | None, typer.Option(help="JSON or YAML list of {name, type, nullable}; default: inferred.")
    ] = None,
    format: Format = None,
    delimiter: Delimiter = None,
    as_json: JsonOption = False,
) -> None:
    """Learn a data set's history from its earlier accepted batches, in the order given."""
    from airflow_provider_dqheal.pipeline.learn import learn_batches
    from airflow_provider_dqheal.pipeline.services import Services
    from airflow_provider_dqheal.profiling.schema import read_schema

    declared = read_schema(schema) if schema else None
    refs = [batch_ref(dataset, path, None, format, delimiter) for path in paths]
    with Services.open() as services:
        baseline = learn_batches(services, dataset, refs, declared)
        needed = services.settings.detection.min_history
    result: dict[str, Any] = {
        "dataset": dataset,
        "learned": len(refs),
        "batches": len(baseline.profiles),
        "columns": [column.model_dump() for column in baseline.table_schema.columns],
    }
    if as_json:
        print_json(result)
    else:
        print_table(
            f"{dataset}: {len(refs)} batches learned, {len(baseline.profiles)} in the baseline",
            ("column", "type", "nullable"),
            [(c.name, c.type, "yes" if c.nullable else "no") for c in baseline.table_schema.columns],
        )
    if len(baseline.profiles) < needed:
        say(f"{dataset}: {needed} accepted batches are needed before one is judged, there are {len(baseline.profiles)}")


def _verdict_rows(verdict: Verdict) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for level, issues in (("issue", verdict.issues), ("watch", verdict.watch)):
        for issue in issues:
            rows.append(
                (level, issue.type, issue.severity, f"{issue.score:.3f}", ", ".join(issue.columns), issue.sentence)
            )
    return rows


def check(
    dataset: Dataset,
    path: BatchPath,
    batch_id: BatchId = None,
    format: Format = None,
    delimiter: Delimiter = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a batch against the data set's history; nothing is stored or changed."""
    from airflow_provider_dqheal.core.errors import UnknownDataset
    from airflow_provider_dqheal.detection.verdict import judge
    from airflow_provider_dqheal.pipeline.detect import baseline_for
    from airflow_provider_dqheal.pipeline.profile import profile_batch
    from airflow_provider_dqheal.pipeline.services import Services

    ref = batch_ref(dataset, path, batch_id, format, delimiter)
    with Services.open() as services:
        profiled = profile_batch(ref, services.settings.profile, services.settings.allowed_roots)
        baseline = baseline_for(services, ref)
        if baseline is None:
            raise UnknownDataset(f"{dataset}: no accepted history; run `dqheal learn {dataset} PATH...` first")
        verdict = judge(profiled, baseline, services.settings.detection)
    if as_json:
        print_json({"dataset": dataset, "batch_id": ref.batch_id, **verdict.model_dump(mode="json")})
    else:
        score = "unknown" if verdict.quality_score is None else f"{verdict.quality_score:.3f}"
        print_table(
            f"{ref.key}: {verdict.status}, quality {score}",
            ("level", "issue", "severity", "score", "columns", "why"),
            _verdict_rows(verdict),
        )
    if verdict.status != "scored":
        say(verdict.reason or verdict.status)
        raise typer.Exit(UNDECIDED)
    raise typer.Exit(ISSUES if verdict.issues else CLEAN)


def heal(
    dataset: Dataset,
    path: BatchPath,
    out: Annotated[Path | None, typer.Option(help="Folder to publish into; default: the configured sink.")] = None,
    policy: Annotated[Path | None, typer.Option(help="Policy file (YAML).")] = None,
    rerun: Annotated[bool, typer.Option(help="Open a new attempt although the content is the same.")] = False,
    batch_id: BatchId = None,
    format: Format = None,
    delimiter: Delimiter = None,
    as_json: JsonOption = False,
) -> None:
    """Judge, heal, validate and publish a batch (or hold it); the raw batch is never modified."""
    from airflow_provider_dqheal.core.config import load_settings
    from airflow_provider_dqheal.pipeline.run import run_batch
    from airflow_provider_dqheal.pipeline.services import Services

    overrides: dict[str, Any] = {}
    folder = out.expanduser().resolve() if out is not None else None
    if policy is not None:
        overrides["policies"] = policy
    ref = batch_ref(dataset, path, batch_id, format, delimiter)
    with Services.open(load_settings(**overrides), folder) as services:
        before = services.store.batch(dataset, ref.batch_id)
        if folder is not None and before is not None and _is_published_elsewhere(before, folder):
            say(f"{ref.key}: published to {before.published_uri} before; a new attempt publishes to {out}")
            rerun = True
        record = run_batch(services, ref, rerun)
    if before is not None and before.attempt == record.attempt and before.status in ("held", "undone"):
        say(f"{ref.key}: the same content was {before.status} before; --rerun judges it again")
    print_record(f"{ref.key}: {record.status}", record_fields(record), as_json)
    raise typer.Exit(CLEAN if record.status == "published" else UNDECIDED)


def _is_published_elsewhere(record: BatchRecord, root: Path) -> bool:
    return (
        record.status == "published"
        and record.published_uri is not None
        and root not in Path(record.published_uri).parents
    )


def history(
    dataset: Dataset,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: JsonOption = False,
) -> None:
    """List a data set's batches and how each ended, newest first."""
    from airflow_provider_dqheal.core.errors import UnknownDataset
    from airflow_provider_dqheal.pipeline.services import Services

    with Services.open() as services:
        records = services.store.history(dataset, limit)
        if not records and services.store.dataset(dataset) is None:
            raise UnknownDataset(f"{dataset}: no such data set; run `dqheal learn {dataset} PATH...` first")
    if as_json:
        print_json([record_fields(record) for record in records])
        return
    print_table(
        dataset,
        (
            "batch", "attempt", "status", "issues", "quality",
            "rows in", "published", "healed cells", "quarantined", "reason",
        ),
        [
            (
                r.batch_id, r.attempt, r.status, ", ".join(r.issues),
                None if r.quality_score is None else f"{r.quality_score:.3f}",
                r.rows_in, r.rows_published, r.healed_cells, r.quarantined_rows, r.reason,
            )
            for r in records
        ],
    )  # fmt: skip


def profile(
    path: BatchPath,
    dataset: Annotated[str, typer.Option(help="Data set the batch belongs to.")] = "dataset",
    publish: Annotated[bool, typer.Option(help="Send the profile to the metrics topic.")] = False,
    batch_id: BatchId = None,
    format: Format = None,
    delimiter: Delimiter = None,
    as_json: JsonOption = False,
) -> None:
    """Profile a batch; with --publish, send it to be judged as a stream."""
    from airflow_provider_dqheal.core.config import load_settings
    from airflow_provider_dqheal.pipeline.profile import profile_batch

    settings = settings_with_broker() if publish else load_settings()
    ref = batch_ref(dataset, path, batch_id, format, delimiter)
    made = profile_batch(ref, settings.profile, settings.allowed_roots)
    if publish:
        from airflow_provider_dqheal.pipeline.announce import announce_profile

        sent = announce_profile(settings, made)
        how = "sent" if sent.profile is not None else "stored, and a reference to it sent"
        say(f"{ref.key}: profile {how} to {settings.kafka.metrics_topic}")
    if as_json:
        print_json(made.model_dump(mode="json"))
        return
    shown = ("null_fraction", "distinct_fraction", "min", "q50", "mean", "max")
    print_table(
        f"{ref.key}: {made.row_count} rows",
        ("column", "type", *shown),
        [
            (c.name, c.physical_type, *(None if c.metrics.get(m) is None else f"{c.metrics[m]:.4g}" for m in shown))
            for c in made.columns.values()
        ],
    )
