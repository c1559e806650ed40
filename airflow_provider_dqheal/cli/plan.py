"""``dqheal plan``: what healing would do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airflow_provider_dqheal.cli._batch import BatchId, BatchPath, Dataset, Delimiter, Format, batch_ref
from airflow_provider_dqheal.cli.output import CLEAN, UNDECIDED, JsonOption, print_json, print_table, say


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
    as_json: JsonOption = False,
) -> None:
    """Show what healing would do to a batch; nothing is stored or changed."""
    from airflow_provider_dqheal.api import heal as heal_in_memory
    from airflow_provider_dqheal.core.errors import UnknownDataset
    from airflow_provider_dqheal.core.policy import load_policy
    from airflow_provider_dqheal.pipeline.detect import baseline_for
    from airflow_provider_dqheal.pipeline.services import Services

    ref = batch_ref(dataset, path, batch_id, format, delimiter)
    with Services.open() as services:
        rules = load_policy(policy) if policy else services.settings.policy_for(dataset)
        baseline = baseline_for(services, ref)
        if baseline is None:
            raise UnknownDataset(f"{dataset}: no accepted history; run `dqheal learn {dataset} PATH...` first")
        healed = heal_in_memory(ref, baseline, policy=rules, settings=services.settings.detection)
    if as_json:
        print_json(
            {
                **healed.plan.model_dump(mode="json"),
                "would_publish": healed.published,
                "ledger_lines": healed.ledger.num_rows,
                "quarantined_rows": healed.quarantine.num_rows,
                "failed_checks": [c.model_dump(mode="json") for c in healed.validation.failures],
            }
        )
    else:
        print_table(
            f"{ref.key}: {len(healed.plan.steps)} steps, would be {'published' if healed.published else 'held'}",
            ("issue", "strategy", "columns", "rung", "confidence", "reason"),
            [
                (s.issue, s.strategy, ", ".join(s.columns), s.rung, f"{s.confidence:.2f}", s.reason)
                for s in healed.plan.steps
            ],
        )
        for failure in healed.validation.failures:
            say(f"would be held: {failure.observed or failure.name}")
    raise typer.Exit(UNDECIDED if healed.held else CLEAN)
