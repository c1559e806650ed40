"""Both Spark drivers give the profile that the local driver gives."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from airflow_provider_dqheal.core.config import ProfileSettings
from airflow_provider_dqheal.core.errors import BatchUnreadable, ProfileError
from airflow_provider_dqheal.core.resources import resource
from airflow_provider_dqheal.profiling.local import profile_source, profile_table
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.profiling.sources import as_batch_ref, open_source
from airflow_provider_dqheal.profiling.sources import csv as csv_source
from airflow_provider_dqheal.profiling.sources import parquet as parquet_source
from airflow_provider_dqheal.profiling.spark import profile_dataframe, profile_splits, session

ROWS = 6000


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    spark = session(ProfileSettings(spark_master="local[2]"))
    yield spark
    spark.stop()


@pytest.fixture(scope="module")
def table() -> pa.Table:
    random = np.random.default_rng(5)
    return pa.table(
        {
            "id": np.arange(ROWS),
            "price": pa.array(random.lognormal(3, 1, ROWS), mask=random.random(ROWS) < 0.1),
            "city": [f'city "{i % 700}"\n' for i in range(ROWS)],
            "flag": random.random(ROWS) < 0.3,
            "day": pa.array(random.integers(15_000, 16_000, ROWS).astype(np.int32)).cast(pa.date32()),
            "at": pa.array(random.integers(10**15, 2 * 10**15, ROWS)).cast(pa.timestamp("us", "UTC")),
        }
    )


def _is_moments(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 7 and isinstance(value[1], float) and None not in value


def same(left: Any, right: Any, path: str = "") -> None:
    if isinstance(left, dict):
        assert list(left) == list(right), path
        for key in left:
            same(left[key], right[key], f"{path}/{key}")
    elif _is_moments(left):
        # The third moment of a symmetric column is a difference of large sums: it is held to their scale.
        assert left[:3] == pytest.approx(right[:3], rel=1e-9), path
        assert left[3] == pytest.approx(right[3], rel=1e-9, abs=1e-9 * left[2] ** 1.5 / left[0] ** 0.5), path
        assert left[4:] == pytest.approx(right[4:], rel=1e-9), path
    elif isinstance(left, list):
        assert len(left) == len(right), path
        for at, (a, b) in enumerate(zip(left, right, strict=True)):
            same(a, b, f"{path}[{at}]")
    elif isinstance(left, float):
        assert left == pytest.approx(right, rel=1e-9, abs=1e-9), path
    else:
        assert left == right, path


def equal(left: Profile, right: Profile) -> None:
    same(left.model_dump(mode="json"), right.model_dump(mode="json"))


def test_parquet_through_both_drivers(
    spark: Any, table: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_source, "SPLIT_ROWS", 900)
    for part in range(2):
        half = table.slice(part * ROWS // 2, ROWS // 2)
        pq.write_table(half, tmp_path / f"part-{part}.parquet", row_group_size=900)
    ref = as_batch_ref(tmp_path, "orders")
    expected = profile_source(open_source(ref), ref)
    assert expected.row_count == ROWS
    equal(profile_splits(ref, spark), expected)
    df = spark.read.parquet(str(tmp_path))
    equal(profile_dataframe(df, ref), expected)
    equal(profile_dataframe(df.repartition(5), ref), expected)


def test_csv_ranges_through_splits(
    spark: Any, table: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_source, "SPLIT_BYTES", 40_000)
    path = tmp_path / "b.csv"
    pa_csv.write_csv(table.select(["id", "price", "city"]), path)
    ref = as_batch_ref(path, "orders")
    source = open_source(ref)
    assert len(source.splits()) > 2
    equal(profile_splits(ref, spark), profile_source(source, ref))


def test_empty_dataframe_is_a_profile_of_no_rows(spark: Any) -> None:
    profile = profile_dataframe(spark.createDataFrame([], "a int, b string"))
    assert profile.row_count == 0
    assert profile == profile_table(pa.table({"a": pa.array([], pa.int32()), "b": pa.array([], pa.string())}))


def test_bad_rows_on_an_executor_are_told_as_they_are(spark: Any, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("a,b\n1,2\n3\n")
    with pytest.raises(BatchUnreadable, match="row 2 has 1 cells, expected 2"):
        profile_splits(as_batch_ref(path, "orders"), spark)


def test_missing_java_is_said_before_anything_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ProfileError, match="no Java found"):
        session()


def test_entry_point_writes_the_profile(table: pa.Table, tmp_path: Path) -> None:
    path, output = tmp_path / "b.parquet", tmp_path / "out" / "profile.json"
    pq.write_table(table, path)
    ref = as_batch_ref(path, "orders")
    job = resource("spark_jobs") / "profile_batch.py"
    command = [sys.executable, str(job), "--batch", ref.model_dump_json(), "--output", str(output)]
    done = subprocess.run(
        [*command, "--master", "local[1]"], cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1])["rows"] == ROWS
    equal(Profile.model_validate_json(output.read_text()), profile_source(open_source(ref), ref))
