"""Starts a run of another DAG from within a task, and says whether it is new.

``TriggerDagRunOperator`` starts one run a task; mapped over a burst of messages it costs a process a message and
stops at ``core.max_map_length``. A task may ask its supervisor for the same thing as often as it needs to.
"""

from __future__ import annotations

from typing import Any


def run_id_of(dataset: str, batch_id: str, attempt: int) -> str:
    """The id of the run that heals one attempt of a batch: the same for every redelivered message.

    >>> run_id_of("orders", "2026-03-01", 1)
    'dqheal__orders__2026-03-01__1'
    """
    from airflow_provider_dqheal.core.paths import slug

    return f"dqheal__{slug(dataset)}__{slug(batch_id)}__{attempt}"


def trigger_run(dag_id: str, run_id: str, conf: dict[str, Any]) -> bool:
    """Creates the run, durably; False when there is one of that id already.

    Raises:
        AirflowRuntimeError: when the API server refuses (no such DAG, conf against the DAG's params).
    """
    from airflow.sdk.exceptions import ErrorType
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import ErrorResponse, TriggerDagRun

    answer = task_runner.SUPERVISOR_COMMS.send(TriggerDagRun(dag_id=dag_id, run_id=run_id, conf=conf))
    return not (isinstance(answer, ErrorResponse) and answer.error == ErrorType.DAGRUN_ALREADY_EXISTS)
