"""Applies planned steps to a staged batch, within the policy's budgets."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_provider_dqheal.core.errors import RemediationRefused
from airflow_provider_dqheal.core.policy import Policy
from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.remediation._base import registry
from airflow_provider_dqheal.remediation.working import Working


def apply_steps(working: Working, steps: Sequence[Step], policy: Policy, baseline: Baseline) -> Working:
    """The staged batch after all ``steps``; steps that were applied before change nothing.

    Raises:
        RemediationRefused: when the policy's mode or ceiling forbids a step, a column is not there, or a budget
            (cells of a step, cells or quarantined rows of the batch) is exceeded; ``working`` is as it was.
    """
    done, cellwise = working, set[str]()
    for step in steps:
        where = f"{baseline.dataset}: step {step.step_id!r}"
        own = policy.issue(step.issue)
        if policy.mode in ("off", "shadow") or own.mode in ("off", "shadow"):
            raise RemediationRefused(f"{where}: the policy's mode is {own.mode}; expected auto or approve")
        if not own.allows(step.rung):
            raise RemediationRefused(
                f"{where}: rung {step.rung!r} is above the ceiling {own.ceiling!r}; raise the ceiling"
            )
        before = done
        done = registry.get(step.strategy).apply(done, step)
        if step.max_changed_fraction < 1.0:
            cellwise.add(step.step_id)
            changed = done.ledger.num_rows - before.ledger.num_rows
            limit = step.max_changed_fraction * max(1, done.raw.num_rows) * max(1, len(step.columns))
            if changed > limit:
                raise RemediationRefused(
                    f"{where}: {changed:,} cells repaired one by one, the budget is {limit:,.0f}; "
                    "correct the source or raise budgets.step_cells"
                )
    _within_batch_budget(done, cellwise, policy, baseline)
    return done


def _within_batch_budget(working: Working, cellwise: set[str], policy: Policy, baseline: Baseline) -> None:
    rows = max(1, working.raw.num_rows)
    if working.lost_rows > policy.budgets.batch_quarantined_rows * rows:
        raise RemediationRefused(
            f"{baseline.dataset}: {working.lost_rows:,} of {rows:,} rows quarantined, the budget is "
            f"{policy.budgets.batch_quarantined_rows:.0%}; correct the source or raise budgets.batch_quarantined_rows"
        )
    counted = sum(step_id in cellwise for step_id in working.ledger["step_id"].to_pylist()) if cellwise else 0
    cells = rows * max(1, working.raw.num_columns)
    if counted > policy.budgets.batch_cells * cells:
        raise RemediationRefused(
            f"{baseline.dataset}: {counted:,} of {cells:,} cells repaired one by one, the budget is "
            f"{policy.budgets.batch_cells:.0%}; correct the source or raise budgets.batch_cells"
        )
