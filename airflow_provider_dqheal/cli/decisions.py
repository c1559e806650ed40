"""Commands by which a person decides: approve, reject, accept, feedback, undo; and who accepted which schema."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from airflow_provider_dqheal.cli._batch import By, Dataset, Named, known_batch, person, record_fields
from airflow_provider_dqheal.cli.output import CLEAN, UNDECIDED, JsonOption, print_json, print_record, print_table

if TYPE_CHECKING:
    from airflow_provider_dqheal.pipeline.approval import Decision
    from airflow_provider_dqheal.pipeline.feedback import Kind
    from airflow_provider_dqheal.storage.records import BatchRecord

OfIssue = Annotated[str | None, typer.Option("--issue", help="Only the steps of this issue type; default: all.")]
Note = Annotated[str | None, typer.Option(help="Why, for the record.")]


def add_to(app: typer.Typer) -> None:
    """Registers these commands."""
    for command in (approve, reject, accept, feedback, schema, undo):
        app.command()(command)


def approve(
    dataset: Dataset,
    batch_id: Named,
    issue: OfIssue = None,
    by: By = None,
    note: Note = None,
    as_json: JsonOption = False,
) -> None:
    """Let the planned steps of a held batch be carried out; it is published when it is proven better."""
    _decide("approved", dataset, batch_id, issue, by, note, as_json)


def reject(
    dataset: Dataset,
    batch_id: Named,
    issue: OfIssue = None,
    by: By = None,
    note: Note = None,
    as_json: JsonOption = False,
) -> None:
    """Decide that the planned steps are not carried out: the batch stays held, with the reason."""
    _decide("rejected", dataset, batch_id, issue, by, note, as_json)


def _decide(
    decision: Decision, dataset: str, batch_id: str, issue: str | None, by: str | None, note: str | None, as_json: bool
) -> None:
    from airflow_provider_dqheal.pipeline.approve import approve as approve_steps
    from airflow_provider_dqheal.pipeline.services import Services

    with Services.open() as services:
        ref = known_batch(services, dataset, batch_id).ref
        record = approve_steps(services, ref, person(by), note, issue, decision)
    print_record(f"{dataset}/{batch_id}: {decision}, {record.status}", record_fields(record), as_json)
    raise typer.Exit(CLEAN if record.status == "published" else UNDECIDED)


def accept(dataset: Dataset, batch_id: Named, by: By = None, note: Note = None, as_json: JsonOption = False) -> None:
    """Accept a batch as normal: it is published as it came and becomes part of the baseline."""
    record = _feedback("expected", dataset, batch_id, by, note)
    print_record(f"{dataset}/{batch_id}: accepted", record_fields(record), as_json)


class Said(StrEnum):
    """What a person may say of a verdict."""

    expected = "expected"
    incident = "incident"


def feedback(
    dataset: Dataset,
    batch_id: Named,
    kind: Annotated[Said, typer.Argument(help="expected: it is normal, learn it. incident: it is not, forget it.")],
    by: By = None,
    note: Note = None,
    as_json: JsonOption = False,
) -> None:
    """Say of a batch that it was expected, or an incident: the next one is judged by a baseline that knows."""
    record = _feedback(kind.value, dataset, batch_id, by, note)
    print_record(f"{dataset}/{batch_id}: {kind.value}", record_fields(record), as_json)


def _feedback(kind: Kind, dataset: str, batch_id: str, by: str | None, note: str | None) -> BatchRecord:
    from airflow_provider_dqheal.pipeline.feedback import give_feedback
    from airflow_provider_dqheal.pipeline.services import Services

    with Services.open() as services:
        return give_feedback(services, known_batch(services, dataset, batch_id).ref, kind, person(by), note)


def schema(dataset: Dataset, as_json: JsonOption = False) -> None:
    """List the accepted schemas of a data set, oldest first, and who accepted each."""
    from airflow_provider_dqheal.core.errors import UnknownDataset
    from airflow_provider_dqheal.pipeline.services import Services

    with Services.open() as services:
        versions = services.store.schemas(dataset)
    if not versions:
        raise UnknownDataset(f"{dataset}: no such data set; run `dqheal learn {dataset} PATH...` first")
    if as_json:
        print_json([version.model_dump(mode="json") for version in versions])
        return
    print_table(
        f"{dataset}: {len(versions)} accepted schemas",
        ("version", "accepted by", "columns"),
        [(v.version, v.accepted_by, ", ".join(f"{c.name} {c.type}" for c in v.columns)) for v in versions],
    )


def undo(
    dataset: Dataset,
    batch_id: Named,
    step: Annotated[str | None, typer.Option(help="Only this step of `dqheal plan`; the later ones run again.")] = None,
    by: By = None,
    as_json: JsonOption = False,
) -> None:
    """Give back exactly what was there before healing, or before one step of it."""
    from airflow_provider_dqheal.pipeline.services import Services
    from airflow_provider_dqheal.pipeline.undo import undo as undo_batch
    from airflow_provider_dqheal.pipeline.undo import undo_step

    with Services.open() as services:
        if step is None:
            record = undo_batch(services, dataset, batch_id)
        else:
            record = undo_step(services, dataset, batch_id, step, person(by))
    what = "undone" if step is None else f"{step} undone"
    print_record(f"{dataset}/{batch_id}: {what}", record_fields(record), as_json)
