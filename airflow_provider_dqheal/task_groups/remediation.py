"""One task group per registered issue type, chained in the order of healing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import TaskGroup, TriggerRule, chain

from airflow_provider_dqheal.hooks.dqheal import DQHealHook
from airflow_provider_dqheal.operators.heal import HealIssue


def remediation_groups(
    batch: Any,
    issues: Sequence[str] | None = None,
    approvals: bool = False,
    dqheal_conn_id: str = DQHealHook.default_conn_name,
    **task_args: Any,
) -> dict[str, TaskGroup]:
    """The groups by issue type, each group behind the one before it: a group heals what the last one staged.

    Every group's task runs with ``none_failed`` and skips itself when the plan has no step for it, because a branch
    cannot skip a group that lies behind a chosen one. Call it inside a DAG; ``issues`` None takes all registered.

    ``approvals``: each group begins with a task that asks a person where the policy's mode is ``approve``. Without it
    such a batch is held, to be decided by ``dqheal approve`` or over REST. `airflow dags test` would wait for ever.
    """
    from airflow_provider_dqheal.issues._base import heal_order

    groups: dict[str, TaskGroup] = {}
    for issue in heal_order() if issues is None else issues:
        common = {"issue": issue, "batch": batch, "dqheal_conn_id": dqheal_conn_id, **task_args}
        with TaskGroup(group_id=issue, tooltip=f"Remediation of {issue.replace('_', ' ')}") as group:
            heal = HealIssue(task_id="heal", trigger_rule=TriggerRule.NONE_FAILED, **common)
            if approvals:
                _approval()(task_id="approve", trigger_rule=TriggerRule.NONE_FAILED, **common) >> heal
        groups[issue] = group
    chain(*groups.values())
    return groups


def _approval() -> Any:
    from airflow_provider_dqheal.operators.approve import ApproveIssue

    return ApproveIssue
