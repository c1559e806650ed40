"""Heals one batch: receive, profile, detect, decide, one task group per issue type, validate, publish.

The run's conf names the batch: {"dataset": "orders", "batch_id": "2026-03-01", "uri": "/data/orders.csv", "format":
"csv"}, and may have "options" (delimiter, header) and "rerun" (a new attempt although the content is known).
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, Param

from airflow_provider_dqheal.task_groups.loop import heal_batch

with DAG(
    dag_id="dqheal_heal",
    schedule=None,
    catchup=False,
    max_active_runs=4,
    tags=["dqheal"],
    doc_md=__doc__,
    params={
        "dataset": Param(None, type=["null", "string"], description="Name of the data set, as given to `dqheal learn`"),
        "batch_id": Param(None, type=["null", "string"], description="Name of the batch within its data set"),
        "uri": Param(None, type=["null", "string"], description="File or folder that holds the batch"),
        "format": Param("csv", enum=["csv", "jsonl", "parquet", "orc"], description="Format of the batch"),
        "options": Param({}, type="object", description="Options of the reader: delimiter, header"),
        "rerun": Param(False, type="boolean", description="Open a new attempt although the content is known"),
    },
    default_args={"retries": 1, "retry_delay": timedelta(seconds=5)},
):
    heal_batch()
