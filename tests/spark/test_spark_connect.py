"""A Spark Connect server gives the profile that the local driver gives; one that is not there is told at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

from airflow_provider_dqheal.core.config import ProfileSettings
from airflow_provider_dqheal.core.errors import ProfileError
from airflow_provider_dqheal.embedded.spark import address, free_port, start_spark, stop_spark
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.profiling.sources import as_batch_ref
from airflow_provider_dqheal.profiling.spark import session

PROFILE = """
import sys
from pathlib import Path
from airflow_provider_dqheal.core.config import ProfileSettings
from airflow_provider_dqheal.pipeline.profile import profile_batch
from airflow_provider_dqheal.profiling.sources import as_batch_ref
settings = ProfileSettings(driver="spark", spark_master=sys.argv[1])
Path(sys.argv[3]).write_text(profile_batch(as_batch_ref(sys.argv[2], "orders"), settings).model_dump_json())
"""


@pytest.mark.timeout(300)
def test_a_server_profiles_batch_after_batch_without_java_on_the_client(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    table = pa.table({"id": np.arange(900), "city": random.choice(["Rome", "Oslo"], 900), "x": random.normal(size=900)})
    pa_csv.write_csv(table, tmp_path / "batch.csv")
    port = free_port()
    start_spark(tmp_path, "local[2]", port, {"spark.driver.memory": "700m"})
    try:
        for turn in range(2):
            out = tmp_path / f"{turn}.json"
            client = [sys.executable, "-c", PROFILE, address(port), str(tmp_path / "batch.csv"), str(out)]
            no_java = {**os.environ, "JAVA_HOME": str(tmp_path), "PATH": str(tmp_path)}
            done = subprocess.run(client, env=no_java, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, done.stderr
            profile = Profile.model_validate_json(out.read_text())
            local = profile_table(pa_csv.read_csv(tmp_path / "batch.csv"), as_batch_ref(tmp_path / "batch.csv", "o"))
            assert profile.row_count == local.row_count == 900
            for name, column in local.columns.items():
                assert profile.columns[name].metrics["distinct_count"] == column.metrics["distinct_count"]
    finally:
        assert stop_spark(tmp_path)


def test_a_server_that_is_not_there_is_told_at_once_and_without_its_token() -> None:
    started = time.monotonic()
    with pytest.raises(ProfileError, match=f"127.0.0.1:{(port := free_port())}.*nothing answers") as told:
        session(ProfileSettings(spark_master=f"{address(port)}/;token=s3cret"))
    assert "s3cret" not in str(told.value)
    assert time.monotonic() - started < 20
    with pytest.raises(ProfileError, match="nothing answers") as told:
        session(ProfileSettings(spark_master="sc://127.0.0.1:port;token=s3cret"))
    assert "s3cret" not in str(told.value)
