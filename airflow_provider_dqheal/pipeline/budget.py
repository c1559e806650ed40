"""Budgets beyond one batch: what the steps of the last 24 hours may have touched together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from airflow_provider_dqheal.core.events import now
from airflow_provider_dqheal.core.policy import Budgets
from airflow_provider_dqheal.core.types import BatchRef, Frozen, RemediationPlan
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.remediation.working import DUPLICATE, Working

DAY = timedelta(hours=24)


class Spent(Frozen):
    """What one batch, or several, took of the budgets; copies of published rows take nothing."""

    cells: int = 0
    single_cells: int = 0
    rows: int = 0
    quarantined_rows: int = 0

    def __add__(self, other: Spent) -> Spent:
        """Both together."""
        return Spent(**{name: getattr(self, name) + getattr(other, name) for name in Spent.model_fields})


def spent_by(plan: RemediationPlan, working: Working) -> Spent:
    """What the staged batch takes: cells repaired one by one (not by one rule for the column) and rows set aside."""
    cellwise = {step.step_id for step in plan.steps if step.max_changed_fraction < 1.0}
    singly = sum(step_id in cellwise for step_id in working.ledger["step_id"].to_pylist()) if cellwise else 0
    rows = working.raw.num_rows
    return Spent(
        cells=rows * working.raw.num_columns,
        single_cells=singly,
        rows=rows,
        quarantined_rows=working.lost_rows,
    )


def over_budget(services: Services, ref: BatchRef, plan: RemediationPlan, working: Working) -> tuple[str, ...]:
    """Why a budget of a step or of the day is exceeded, in words; empty when none is."""
    budgets = services.settings.policy_for(ref.dataset).budgets
    reasons = list(step_reasons(plan, working.raw.num_rows, budgets))
    earlier = [
        Spent.model_validate(document["spent"])
        for document in services.store.published_since(ref.dataset, now() - DAY, without=ref.batch_id)
        if isinstance(document.get("spent"), dict)
    ]
    day = sum(earlier, spent_by(plan, working))
    for taken, whole, share, what, name in (
        (day.single_cells, day.cells, budgets.day_cells, "cells repaired one by one", "day_cells"),
        (day.quarantined_rows, day.rows, budgets.day_quarantined_rows, "rows set aside", "day_quarantined_rows"),
    ):
        if taken > share * max(1, whole):
            reasons.append(
                f"{taken:,} of {whole:,} {what} in 24 hours ({len(earlier) + 1} batches), the budget is {share:.2%}; "
                f"correct the source or raise budgets.{name}"
            )
    return tuple(reasons)


def step_reasons(plan: RemediationPlan, rows: int, budgets: Budgets) -> Iterable[str]:
    """Steps that set more rows aside than one step may, not counting copies of published ones."""
    for step in plan.steps:
        counts = step.rung == "quarantine" and step.params.get("tag") != DUPLICATE
        aside = len(step.params.get("row_ids", ())) if counts else 0
        if aside > budgets.step_quarantined_rows * max(1, rows):
            yield (
                f"step {step.step_id!r}: {aside:,} of {rows:,} rows set aside, the budget of a step is "
                f"{budgets.step_quarantined_rows:.2%}; correct the source or raise budgets.step_quarantined_rows"
            )
