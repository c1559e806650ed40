"""``dqheal quarantine``: the rows that were set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from airflow_provider_dqheal.cli._batch import By, Dataset, Named, person, record_fields
from airflow_provider_dqheal.cli.output import JsonOption, print_json, print_record, print_table, say

if TYPE_CHECKING:
    from airflow_provider_dqheal.pipeline.quarantine import QuarantinedRow

quarantine = typer.Typer(help="Rows that were set aside: look, fix, take back in once.", no_args_is_help=True)

Row = Annotated[int, typer.Argument(metavar="ROW", min=0, help="0-based position in the raw batch.")]


def add_to(app: typer.Typer) -> None:
    """Registers these commands."""
    app.add_typer(quarantine, name="quarantine")


@quarantine.command("list")
def quarantine_list(
    dataset: Annotated[str | None, typer.Argument(help="Default: every data set.")] = None,
    batch: Annotated[str | None, typer.Option(help="Only the rows of this batch.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 100,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    as_json: JsonOption = False,
) -> None:
    """List the rows that are set aside, with every reason."""
    from airflow_provider_dqheal.pipeline.quarantine import quarantined
    from airflow_provider_dqheal.pipeline.services import Services

    with Services.open() as services:
        rows, total = quarantined(services, dataset, batch, limit, offset)
    if as_json:
        print_json({"total": total, "rows": [row.model_dump(mode="json") for row in rows]})
        return
    print_table(
        f"{total} rows in quarantine",
        ("data set", "batch", "row", "state", "reasons"),
        [(row.dataset, row.batch_id, row.row_id, row.state, "; ".join(row.reasons)) for row in rows],
    )
    if offset + len(rows) < total:
        say(f"{len(rows)} of {total} shown; --limit and --offset show more")


@quarantine.command("show")
def quarantine_show(dataset: Dataset, batch_id: Named, row_id: Row, as_json: JsonOption = False) -> None:
    """Show one row: reasons, original values, what it was fixed to, and where its batch came from."""
    from airflow_provider_dqheal.pipeline.quarantine import quarantined_row
    from airflow_provider_dqheal.pipeline.services import Services

    with Services.open() as services:
        row = quarantined_row(services, dataset, batch_id, row_id)
    _show(row, as_json)


@quarantine.command("fix")
def quarantine_fix(
    dataset: Dataset,
    batch_id: Named,
    row_id: Row,
    cells: Annotated[list[str], typer.Argument(metavar="COLUMN=VALUE...", help="As it is to be published.")],
    missing: Annotated[list[str] | None, typer.Option(help="A column whose value is missing.")] = None,
    by: By = None,
    as_json: JsonOption = False,
) -> None:
    """Give a row new cells; it is published once it is re-admitted."""
    from airflow_provider_dqheal.core.errors import QuarantineError
    from airflow_provider_dqheal.pipeline.quarantine import fix
    from airflow_provider_dqheal.pipeline.services import Services

    named: dict[str, str | None] = dict.fromkeys(missing or ())
    for cell in cells:
        column, equals, value = cell.partition("=")
        if not equals:
            raise QuarantineError(f"{cell!r}: expected COLUMN=VALUE")
        named[column] = value
    with Services.open() as services:
        row = fix(services, dataset, batch_id, row_id, named, person(by))
    _show(row, as_json)


@quarantine.command("readmit")
def quarantine_readmit(
    dataset: Dataset,
    batch_id: Named,
    rows: Annotated[list[int] | None, typer.Argument(metavar="[ROW]...", help="Default: all that were fixed.")] = None,
    by: By = None,
    as_json: JsonOption = False,
) -> None:
    """Validate rows anew and merge them back into their published batch: each row once, never twice."""
    from airflow_provider_dqheal.pipeline.quarantine import readmit
    from airflow_provider_dqheal.pipeline.services import Services

    with Services.open() as services:
        done = readmit(services, dataset, batch_id, person(by), rows or None)
    if done.already:
        say(f"{len(done.already)} rows were re-admitted before and are left as they are")
    counts = {"readmitted": list(done.readmitted), "already": list(done.already)}
    print_record(f"{dataset}/{batch_id}: re-admitted", {**counts, **record_fields(done.batch)}, as_json)


def _show(row: QuarantinedRow, as_json: bool) -> None:
    if as_json:
        print_json(row.model_dump(mode="json"))
        return
    place = f", message {row.topic}[{row.partition}]@{row.offset}" if row.topic else ""
    print_table(
        f"{row.dataset}/{row.batch_id} row {row.row_id} of {row.uri}{place}: {row.state}; {'; '.join(row.reasons)}",
        ("column", "value", "fixed to"),
        [
            (name, value, ("(missing)" if row.fixed[name] is None else row.fixed[name]) if name in row.fixed else None)
            for name, value in {**row.values, **{n: None for n in row.fixed if n not in row.values}}.items()
        ],
    )
