"""Commands by which a person decides: approve, reject, accept, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from airflow_provider_dqheal.cli._batch import By, Dataset, Named, known_batch, person, record_fields
from airflow_provider_dqheal.cli.output import CLEAN, UNDECIDED, JsonOption, print_record

if TYPE_CHECKING:
    from airflow_provider_dqheal.pipeline.approval import Decision

OfIssue = Annotated[str | None, typer.Option("--issue", help="Only the steps of this issue type; default: all.")]
Note = Annotated[str | None, typer.Option(help="Why, for the record.")]


def add_to(app: typer.Typer) -> None:
    """Registers these commands."""
    for command in (approve, reject, accept, undo):
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


def accept(dataset: Dataset, batch_id: Named, by: By = None, as_json: JsonOption = False) -> None:
    """Accept a batch as normal: it becomes part of the baseline."""
    from airflow_provider_dqheal.pipeline.accept import accept as accept_batch
    from airflow_provider_dqheal.pipeline.services import Services

    with Services.open() as services:
        accepted = accept_batch(services, known_batch(services, dataset, batch_id).ref, person(by))
    print_record(f"{dataset}/{batch_id}: accepted", record_fields(accepted), as_json)


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
