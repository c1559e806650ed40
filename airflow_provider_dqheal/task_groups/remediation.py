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
    dqheal_conn_id: str = DQHealHook.default_conn_name,
    **task_args: Any,
) -> dict[str, TaskGroup]:
    """The groups by issue type, each group behind the one before it: a group heals what the last one staged.

    Every group's task runs with ``none_failed`` and skips itself when the plan has no step for it, because a branch
    cannot skip a group that lies behind a chosen one. Call it inside a DAG; ``issues`` None takes all registered.
    """
    from airflow_provider_dqheal.issues._base import heal_order

    groups: dict[str, TaskGroup] = {}
    for issue in heal_order() if issues is None else issues:
        with TaskGroup(group_id=issue, tooltip=f"Remediation of {issue.replace('_', ' ')}") as group:
            HealIssue(
                task_id="heal",
                issue=issue,
                batch=batch,
                dqheal_conn_id=dqheal_conn_id,
                trigger_rule=TriggerRule.NONE_FAILED,
                **task_args,
            )
        groups[issue] = group
    chain(*groups.values())
    return groups
