"""The whole loop for one batch: receive, profile, detect, decide, heal, validate, publish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from airflow.sdk import TriggerRule, chain

from airflow_provider_dqheal.hooks.dqheal import DQHealHook
from airflow_provider_dqheal.operators.finish import FinishBatch
from airflow_provider_dqheal.operators.heal import DecideRemediation
from airflow_provider_dqheal.operators.stages import (
    DetectIssues,
    ProfileBatch,
    PublishBatch,
    ReceiveBatch,
    ValidateBatch,
)
from airflow_provider_dqheal.task_groups.remediation import remediation_groups


def heal_batch(
    batch: Any = None,
    issues: Sequence[str] | None = None,
    spark: Literal["in-process", "submit"] = "in-process",
    profile_slots: int = 2,
    approvals: bool = False,
    dqheal_conn_id: str = DQHealHook.default_conn_name,
    **task_args: Any,
) -> Any:
    """Adds the loop to the DAG (or the task group) around it and returns the publishing task.

    Args:
        batch: The batch as a dict or an upstream task's output; None takes the run's ``conf``.
        issues: Issue types to heal, in order; None takes all registered.
        spark: How a batch is profiled when the settings say Spark: by a session in the task's process, or by
            ``spark-submit`` through the Spark provider's connection.
        profile_slots: Slots of the pool that profiling takes: a Spark session is heavier than the other tasks, and
            more of them than a machine has cores only slow each other down.
        approvals: Ask a person inside the task groups before steps of mode ``approve`` are carried out (Airflow's
            required actions); else such a batch is held. Not for `airflow dags test`, which waits for ever.
        dqheal_conn_id: Connection of type ``dqheal``; it need not exist.
        task_args: Further arguments of every task (retries, pool, queue, ...).
    """
    common = {"dqheal_conn_id": dqheal_conn_id, **task_args}
    received = ReceiveBatch(task_id="receive", batch=batch, **common)
    common["batch"] = received.output
    profile = _profiler(spark)(task_id="profile", **{**common, "pool_slots": profile_slots})
    detect = DetectIssues(task_id="detect", **common)
    groups = remediation_groups(issues=issues, approvals=approvals, **common)
    validate = ValidateBatch(task_id="validate", trigger_rule=TriggerRule.NONE_FAILED, **common)
    decide = DecideRemediation(
        task_id="decide",
        branches={issue: group.group_id for issue, group in groups.items()},
        otherwise=validate.task_id,
        **common,
    )
    publish = PublishBatch(task_id="publish", **common)
    status = FinishBatch(task_id="status", **common).as_teardown()
    chain(received, profile, detect, decide)
    for group in groups.values():
        decide >> group
        group >> validate
    decide >> validate >> publish >> status
    return publish


def _profiler(spark: str) -> Any:
    if spark == "in-process":
        return ProfileBatch
    from airflow_provider_dqheal.operators.spark import SparkProfileOperator

    return SparkProfileOperator
