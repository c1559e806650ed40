"""Profiling by `spark-submit`, with the connection built from the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from airflow_provider_dqheal.core.errors import EmbeddedError
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.embedded.java import java_program
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.local import profile_source
from airflow_provider_dqheal.profiling.sources import open_source


def test_spark_submit_stores_the_profile_that_the_local_driver_makes(
    airflow: Any, write_orders: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow_provider_dqheal.operators.spark import SparkProfileOperator

    try:
        java_program()
    except EmbeddedError as missing:
        pytest.skip(str(missing))
    monkeypatch.setenv("DQHEAL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DQHEAL_PROFILE__DRIVER", "spark")
    monkeypatch.setenv("PYTHONPATH", airflow.env["PYTHONPATH"])
    monkeypatch.delenv("AIRFLOW_CONN_DQHEAL_SPARK", raising=False)
    ref = BatchRef(dataset="orders", batch_id="b0", uri=str(write_orders(tmp_path / "b0.csv", 0, rows=50)))
    with Services.open() as services:
        received = services.store.receive(ref)
        operator = SparkProfileOperator(task_id="profile", batch=received.model_dump(mode="json"))
        assert operator.execute({}) == {"row_count": 50, "columns": 5}
        profile = services.store.profile(received)
    assert profile is not None
    local = profile_source(open_source(received), received)
    assert {n: c.metrics["distinct_count"] for n, c in profile.columns.items()} == {
        n: c.metrics["distinct_count"] for n, c in local.columns.items()
    }
