"""How a command names a batch, and how it shows what became of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from airflow_provider_dqheal.core.types import BatchRef
    from airflow_provider_dqheal.pipeline.services import Services
    from airflow_provider_dqheal.storage.records import BatchRecord

Dataset = Annotated[str, typer.Argument(help="Name of the data set.")]
BatchPath = Annotated[
    str, typer.Argument(metavar="PATH", help="A CSV, JSON-lines, Parquet or ORC file, or a folder of them.")
]
Format = Annotated[str | None, typer.Option("--format", help="csv, jsonl, parquet or orc; default: by the extension.")]
Delimiter = Annotated[str | None, typer.Option(help="Field delimiter of CSV files.")]
BatchId = Annotated[str | None, typer.Option("--batch-id", help="Default: the file's or folder's stem.")]
Named = Annotated[str, typer.Argument(metavar="BATCH", help="batch_id of a batch that was received.")]
By = Annotated[str | None, typer.Option("--by", help="Who decides; default: the user of this machine.")]


def batch_ref(dataset: str, path: str, batch_id: str | None, format: str | None, delimiter: str | None) -> BatchRef:
    """A reference to the batch at ``path``."""
    from airflow_provider_dqheal.profiling.sources import as_batch_ref

    ref = as_batch_ref(path, dataset, batch_id, format)
    return ref.model_copy(update={"options": {**ref.options, "delimiter": delimiter}}) if delimiter else ref


def known_batch(services: Services, dataset: str, batch_id: str) -> BatchRecord:
    """The newest attempt at a batch.

    Raises:
        UnknownDataset: when it was never received.
    """
    from airflow_provider_dqheal.core.errors import UnknownDataset

    record = services.store.batch(dataset, batch_id)
    if record is None:
        raise UnknownDataset(f"{dataset}/{batch_id}: no such batch; `dqheal history {dataset}` lists those there are")
    return record


def person(by: str | None) -> str:
    """Who decides: as given, else the user of this machine."""
    import getpass

    if by:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without an account for its user
        return "command line"


def record_fields(record: BatchRecord) -> dict[str, Any]:
    """What is told of a batch: by a table or as JSON."""
    fields = (
        "dataset", "batch_id", "attempt", "status", "issues", "quality_score", "rows_in", "rows_published",
        "healed_cells", "quarantined_rows", "published_uri", "quarantine_uri", "ledger_uri", "reason",
    )  # fmt: skip
    document = record.model_dump(mode="json")
    return {name: document.get(name) for name in fields}
