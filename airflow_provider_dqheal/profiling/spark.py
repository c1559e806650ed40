"""The Spark drivers: file splits that executors read by themselves, and any DataFrame through ``mapInArrow``.

Both feed the one kernel, a partial profile a task, and merge the partials here. pyspark is imported inside.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyarrow as pa

from airflow_provider_dqheal.core.config import ProfileSettings
from airflow_provider_dqheal.core.errors import BatchUnreadable, DQHealError, ProfileError
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.profiling.kernel import BATCH_BYTES, BATCH_ROWS, Kernel, profile_batches
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.profiling.sources import Split, open_source

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PARTIAL_SCHEMA = "profile binary, error string"
TASKS_A_CORE = 2
"""More tasks balance better, fewer fill their samples less often."""
CONNECT = "sc://"
CONNECT_PORT = 15002
"""How addresses of Spark Connect begin, and the port of one that names none."""
ANSWER_S = 10.0
_LARGE_BATCHES = {"spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH_ROWS // 4)}
_PARTIAL = pa.schema([("profile", pa.binary()), ("error", pa.string())])
_PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])


def session(settings: ProfileSettings | None = None) -> SparkSession:
    """A Spark session for profiling: UI off, Arrow in large batches, on loopback when the master is local.

    A master ``sc://host:15002`` is a Spark Connect server: this machine needs no Java then.

    Raises:
        ProfileError: when there is no Java, or the session cannot be started.
    """
    settings = settings or ProfileSettings()
    if settings.spark_master.startswith(CONNECT):
        return _connected(settings)
    java = os.environ.get("JAVA_HOME")
    if not (java and (Path(java) / "bin" / "java").exists()) and shutil.which("java") is None:
        raise ProfileError("profile.driver=spark: no Java found; install Java 17 or newer, or set profile.driver=local")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    from pyspark.sql import SparkSession

    conf = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        **_LARGE_BATCHES,
        "spark.executorEnv.PYTHONPATH": _python_path(),
    }
    if settings.spark_master.startswith("local"):
        conf |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        conf |= {"spark.sql.shuffle.partitions": "4", "spark.executorEnv.OPENBLAS_NUM_THREADS": "1"}
    return _started(
        SparkSession.builder.appName("dqheal").master(settings.spark_master),
        conf | settings.spark_conf,
        f"Spark master {settings.spark_master}",
        "check Java and the master, or set profile.driver=local",
    )


def _connected(settings: ProfileSettings) -> SparkSession:
    """The session of a Spark Connect server. Parameters of its address may be secret: they are never told."""
    try:
        address = urlsplit(settings.spark_master)
        host, port = address.hostname or "", address.port or CONNECT_PORT
        with socket.create_connection((host, port), ANSWER_S):  # Spark itself would go on trying for minutes
            pass
    except (OSError, ValueError) as error:
        where = settings.spark_master.partition(";")[0]
        raise ProfileError(
            f"Spark Connect {where}: nothing answers there ({type(error).__name__}); start the server, correct "
            "profile.spark_master, or set profile.driver=local"
        ) from error
    from pyspark.sql import SparkSession

    return _started(
        SparkSession.builder.appName("dqheal").remote(settings.spark_master),
        _LARGE_BATCHES | settings.spark_conf,
        f"Spark Connect {host}:{port}",
        "check that it is a Spark Connect server of Spark 4, its token, and profile.spark_conf",
    )


def _started(builder: Any, conf: Mapping[str, str], where: str, advice: str) -> SparkSession:
    """The builder's session with these properties."""
    for key, value in conf.items():
        builder = builder.config(key, value)
    try:
        found: SparkSession = builder.getOrCreate()
    except Exception as error:
        raise ProfileError(f"{where}: the session did not start ({type(error).__name__}); {advice}") from error
    return found


def profile_splits(batch: BatchRef, spark: SparkSession, allowed_roots: Sequence[Path] = ()) -> Profile:
    """Profiles the files of a batch: each task reads its Parquet row groups or text ranges with Arrow itself.

    The executors must see the path (local master, or storage that is mounted everywhere).

    Raises:
        BatchUnreadable: when the batch cannot be read.
        ProfileError: when a task fails.
    """
    source = open_source(batch, allowed_roots)
    schema, splits = source.field_types, source.splits()
    if not splits:
        return profile_batches(schema, [], batch)
    _make_importable(spark)
    tasks = min(len(splits), TASKS_A_CORE * _parallelism(spark))
    shares = [splits[task::tasks] for task in range(tasks)]
    partials = spark.range(0, tasks, 1, tasks).mapInArrow(_read_shares(schema, shares), PARTIAL_SCHEMA)
    return _merge(partials, schema, batch)


def profile_dataframe(df: DataFrame, batch: BatchRef | None = None) -> Profile:
    """Profiles any DataFrame, a partial profile a partition.

    Raises:
        ProfileError: when a task fails, or two columns have one name.
    """
    from pyspark.sql.pandas.types import to_arrow_schema

    _make_importable(df.sparkSession)
    schema = to_arrow_schema(df.schema, timezone="UTC")
    return _merge(df.mapInArrow(_profile_partition, PARTIAL_SCHEMA), schema, batch)


def _read_shares(
    schema: pa.Schema, shares: list[list[Split]]
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for task in batch.column(0).to_pylist():
                rows = (rows for split in shares[task] for rows in split.record_batches())
                yield _partial(schema, rows)

    return run


def _profile_partition(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """One partial of a partition; none when it is empty."""
    first = next(batches, None)
    if first is not None:
        yield _partial(first.schema, _larger(first, batches))


def _larger(first: pa.RecordBatch, rest: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of about BATCH_ROWS: the kernel works best on those."""
    held, rows, size = [first], first.num_rows, first.nbytes
    for batch in rest:
        if rows + batch.num_rows > BATCH_ROWS or size + batch.nbytes > BATCH_BYTES:
            yield from pa.Table.from_batches(held).combine_chunks().to_batches()
            held, rows, size = [], 0, 0
        held.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
    yield from pa.Table.from_batches(held).combine_chunks().to_batches()


def _partial(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    """A partial profile, or what is wrong with the rows, as one row."""
    data, error = None, None
    try:
        kernel = Kernel(schema)
        for batch in batches:
            kernel.update(batch)
        data = kernel.profile().to_bytes()
    except DQHealError as problem:
        error = f"{type(problem).__name__}:{problem}"
    return pa.RecordBatch.from_arrays([pa.array([data], pa.binary()), pa.array([error], pa.string())], schema=_PARTIAL)


def _merge(partials: DataFrame, schema: pa.Schema, batch: BatchRef | None) -> Profile:
    where = batch.key if batch is not None else "the DataFrame"
    try:
        rows = partials.collect()
    except Exception as error:
        raise ProfileError(f"{where}: a Spark task failed ({type(error).__name__}); see the Spark log") from error
    total: Profile | None = None
    for row in rows:
        if row["error"]:
            kind, _, message = row["error"].partition(":")
            raise (BatchUnreadable if kind == "BatchUnreadable" else ProfileError)(message)
        part = Profile.from_bytes(bytes(row["profile"]))
        total = part if total is None else total + part
    if total is None:
        return profile_batches(schema, [], batch)
    return total.for_batch(batch)


def _parallelism(spark: Any) -> int:
    try:
        return int(spark.sparkContext.defaultParallelism)
    except Exception:
        return int(spark.conf.get("spark.sql.shuffle.partitions", "8"))


def _python_path() -> str:
    parts = [_PACKAGE_PARENT, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return os.pathsep.join(dict.fromkeys(part for part in parts if part))


def _make_importable(spark: Any) -> None:
    """Lets the Python workers of a local master find this package in a checkout; clusters install the wheel."""
    try:
        context = spark.sparkContext
        if context.master.startswith("local"):
            context.environment["PYTHONPATH"] = _python_path()
    except Exception:
        return
