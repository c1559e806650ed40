"""Waits for batches and alerts on Kafka and starts one `dqheal_heal` run for each batch.

The sensor defers until there is an uncommitted message; the task behind it drains both topics, creates the runs and
commits the offsets afterwards. When nothing came within `wait_s`, the run ends and the next one begins.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, Param

from airflow_provider_dqheal.operators.dispatch import DispatchBatches
from airflow_provider_dqheal.sensors.batch import BatchSensor

with DAG(
    dag_id="dqheal_dispatch",
    schedule="@continuous",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["dqheal"],
    doc_md=__doc__,
    params={"wait_s": Param(600, type="number", minimum=0, description="Seconds to wait for a message")},
    default_args={"retries": 2, "retry_delay": timedelta(seconds=5)},
):
    wait = BatchSensor(task_id="await_message", wait_s="{{ params.wait_s }}")
    wait >> DispatchBatches(task_id="dispatch", trigger_dag_id="dqheal_heal")
