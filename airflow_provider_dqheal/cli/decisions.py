"""Commands by which a person decides: accept, undo."""

from __future__ import annotations

import typer

from airflow_provider_dqheal.cli._batch import By, Dataset, Named, known_batch, person, record_fields
from airflow_provider_dqheal.cli.output import JsonOption, print_record


def add_to(app: typer.Typer) -> None:
    """Registers these commands."""
    for command in (accept, undo):
        app.command()(command)


def accept(dataset: Dataset, batch_id: Named, by: By = None, as_json: JsonOption = False) -> None:
    """Accept a batch as normal: it becomes part of the baseline."""
    from airflow_provider_dqheal.pipeline.accept import accept as accept_batch
    from airflow_provider_dqheal.pipeline.services import Services

    with Services.open() as services:
        accepted = accept_batch(services, known_batch(services, dataset, batch_id).ref, person(by))
    print_record(f"{dataset}/{batch_id}: accepted", record_fields(accepted), as_json)


def undo(dataset: Dataset, batch_id: Named, as_json: JsonOption = False) -> None:
    """Give back exactly what was there before healing."""
    from airflow_provider_dqheal.pipeline.services import Services
    from airflow_provider_dqheal.pipeline.undo import undo as undo_batch

    with Services.open() as services:
        record = undo_batch(services, dataset, batch_id)
    print_record(f"{dataset}/{batch_id}: undone", record_fields(record), as_json)
