"""``dqheal plan``: what healing would do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airflow_provider_dqheal.cli._batch import BatchId, BatchPath, Dataset, Delimiter, Format, batch_ref
from airflow_provider_dqheal.cli.output import CLEAN, UNDECIDED, JsonOption, print_json, print_table, say

if TYPE_CHECKING:
    from airflow_provider_dqheal.remediation.working import Working


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(plan)


def plan(
    dataset: Dataset,
    path: BatchPath,
    policy: Annotated[Path | None, typer.Option(help="Policy file (YAML).")] = None,
    batch_id: BatchId = None,
    format: Format = None,
    delimiter: Delimiter = None,
    rows: Annotated[int, typer.Option("--rows", min=0, help="Lines of the diff, and rows set aside, to show.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show what healing would do to a batch, with the diff it would make; nothing is stored or changed."""
    from airflow_provider_dqheal.api import heal as heal_in_memory
    from airflow_provider_dqheal.core.errors import UnknownDataset
    from airflow_provider_dqheal.core.policy import load_policy
    from airflow_provider_dqheal.pipeline.detect import baseline_for
    from airflow_provider_dqheal.pipeline.rebuild import carried_out
    from airflow_provider_dqheal.pipeline.services import Services
    from airflow_provider_dqheal.profiling.sources import read_raw

    ref = batch_ref(dataset, path, batch_id, format, delimiter)
    with Services.open() as services:
        rules = load_policy(policy) if policy else services.settings.policy_for(dataset)
        baseline = baseline_for(services, ref)
        if baseline is None:
            raise UnknownDataset(f"{dataset}: no accepted history; run `dqheal learn {dataset} PATH...` first")
        healed = heal_in_memory(ref, baseline, policy=rules, settings=services.settings.detection)
        after = carried_out(read_raw(ref, services.settings.allowed_roots), healed.plan.steps)
    if as_json:
        print_json(
            {
                **healed.plan.model_dump(mode="json"),
                "would_publish": healed.published,
                "ledger_lines": after.ledger.num_rows,
                "healed_cells": after.healed_cells,
                "quarantined_rows": after.quarantine.num_rows,
                "diff": after.ledger.slice(0, rows).to_pylist(),
                "quarantine": after.quarantine.select(["row_id", "reasons"]).slice(0, rows).to_pylist(),
                "failed_checks": [c.model_dump(mode="json") for c in healed.validation.failures],
            }
        )
    else:
        print_table(
            f"{ref.key}: {len(healed.plan.steps)} steps, would be {'published' if healed.published else 'held'}",
            ("step", "issue", "columns", "rung", "confidence", "reason"),
            [
                (s.step_id, s.issue, ", ".join(s.columns), s.rung, f"{s.confidence:.2f}", s.reason)
                for s in healed.plan.steps
            ],
        )
        _print_diff(after, rows)
        for failure in healed.validation.failures:
            say(f"would be held: {failure.observed or failure.name}")
    raise typer.Exit(UNDECIDED if healed.held else CLEAN)


def _print_diff(after: Working, rows: int) -> None:
    """The first ``rows`` changed cells and rows set aside; a rule for a whole column is one line."""
    ledger, aside = after.ledger, after.quarantine
    if ledger.num_rows and rows:
        print_table(
            f"diff: {after.healed_cells:,} cells changed, {min(rows, ledger.num_rows):,} of "
            f"{ledger.num_rows:,} lines shown",
            ("row", "column", "before", "after", "step", "confidence"),
            [
                (
                    "all" if line["row_id"] is None else line["row_id"], line["column"], line["before"],
                    line["after"], line["step_id"], f"{line['confidence']:.2f}",
                )
                for line in ledger.slice(0, rows).to_pylist()
            ],
        )  # fmt: skip
    if aside.num_rows and rows:
        print_table(
            f"set aside: {aside.num_rows:,} rows, {min(rows, aside.num_rows):,} shown",
            ("row", "reasons"),
            [
                (line["row_id"], "; ".join(line["reasons"]))
                for line in aside.select(["row_id", "reasons"]).slice(0, rows).to_pylist()
            ],
        )
