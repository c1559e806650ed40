"""``dqheal retention``: remove what is older than the policies keep it."""

from __future__ import annotations

from typing import Annotated

import typer

from airflow_provider_dqheal.cli.output import JsonOption, print_json, print_table, say


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(retention)


def retention(
    dataset: Annotated[str | None, typer.Argument(help="Default: every data set.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be removed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove staged copies, quarantined rows and ledgers that are older than the policies keep them."""
    from airflow_provider_dqheal.pipeline.retention import expire
    from airflow_provider_dqheal.pipeline.services import Services

    with Services.open() as services:
        found = expire(services, dataset, dry_run)
    if as_json:
        print_json([one.model_dump() for one in found])
        return
    print_table(
        "would be removed" if dry_run else "removed",
        ("data set", "staged attempts", "quarantines", "ledgers", "bytes"),
        [(one.dataset, one.staged, one.quarantines, one.ledgers, f"{one.bytes:,}") for one in found],
    )
    if not found:
        say("there is no batch" + (f" of {dataset}" if dataset else ""))
