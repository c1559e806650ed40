"""What profiling costs, beside the cheapest things Spark can do with the same files."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.profiling.mixed_table import mixed_table
from airflow_provider_dqheal.profiling.spark import profile_dataframe, profile_splits, session

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ROUNDS = 3
FILE_ROWS = 500_000
GROUP_ROWS = 125_000


def bench_profile(rows: int = 1_000_000, columns: int = 20, rounds: int = ROUNDS) -> dict[str, float | int]:
    """Runs, alternating in one Spark session on the same Parquet files, five ways over a table; the median counts.

    A bare scan (``noop`` sink), an empty ``mapInArrow`` pass, one wide native aggregation of like statistics, and the
    kernel through file splits and through a DataFrame. ``peak_rss_mb`` is that of this process and its children (the
    JVM and the Python workers) while the kernel runs.

    Returns:
        rows, columns, scan_s, empty_arrow_s, native_s, splits_s, dataframe_s, ratio_to_scan (splits),
        ratio_to_empty_arrow (DataFrame), speedup_over_native (splits), peak_rss_mb, profile_bytes.

    Raises:
        ProfileError: when Spark cannot be started.
    """
    spark = session()
    try:
        with tempfile.TemporaryDirectory(prefix="dqheal-bench-") as folder:
            write_table(Path(folder), rows, columns)
            batch = BatchRef(dataset="bench", batch_id="bench", uri=folder, format="parquet")
            df = spark.read.parquet(folder)
            profiles: list[int] = []
            ways: dict[str, Callable[[], Any]] = {
                "scan_s": lambda: df.write.format("noop").mode("overwrite").save(),
                "empty_arrow_s": lambda: (
                    df.mapInArrow(_nothing, df.schema).write.format("noop").mode("overwrite").save()
                ),
                "splits_s": lambda: profiles.append(len(profile_splits(batch, spark).to_bytes())),
                "dataframe_s": lambda: profile_dataframe(df, batch),
                "native_s": lambda: _native(df),
            }
            seconds: dict[str, list[float]] = {name: [] for name in ways}
            peak = 0.0
            for number in range(rounds + 1):
                for name, run in ways.items():
                    if name == "native_s" and number == 0:
                        continue
                    took, rss = _watched(run)
                    # The first round starts the workers and warms the caches of both.
                    if number:
                        seconds[name].append(took)
                    peak = max(peak, rss) if name in ("splits_s", "dataframe_s") else peak
    finally:
        spark.stop()
    found = {name: round(statistics.median(times), 3) for name, times in seconds.items()}
    return {
        "rows": rows,
        "columns": columns,
        **{name: found[name] for name in ("scan_s", "empty_arrow_s", "native_s", "splits_s", "dataframe_s")},
        "ratio_to_scan": round(found["splits_s"] / found["scan_s"], 2),
        "ratio_to_empty_arrow": round(found["dataframe_s"] / found["empty_arrow_s"], 2),
        "speedup_over_native": round(found["native_s"] / found["splits_s"], 2),
        "peak_rss_mb": round(peak, 1),
        "profile_bytes": profiles[-1],
    }


def write_table(folder: Path, rows: int, columns: int) -> None:
    """Writes a table of mixed columns, the same for the same arguments, as Parquet files of 500,000 rows."""
    random = np.random.default_rng(0)
    for number, start in enumerate(range(0, rows, FILE_ROWS)):
        table = mixed_table(random, start, min(FILE_ROWS, rows - start), columns)
        pq.write_table(table, folder / f"part-{number:05d}.parquet", row_group_size=GROUP_ROWS)


def _nothing(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield from batches


def _native(df: DataFrame) -> None:
    """Counts, distinct count, range, moments, quantiles, frequent values, lengths: in one aggregation."""
    from pyspark.sql import functions as f
    from pyspark.sql.types import NumericType, StringType

    wanted = [f.count(f.lit(1)).alias("rows")]
    for field in df.schema:
        column, name = f.col(field.name), field.name
        wanted += [
            f.count(column).alias(f"{name}_count"),
            f.approx_count_distinct(column, 0.023).alias(f"{name}_distinct"),
            f.min(column).alias(f"{name}_min"),
            f.max(column).alias(f"{name}_max"),
            f.expr(f"approx_top_k(cast({name} as string), 50, 1000)").alias(f"{name}_top"),
        ]
        if isinstance(field.dataType, NumericType):
            wanted += [
                f.mean(column).alias(f"{name}_mean"),
                f.stddev(column).alias(f"{name}_std"),
                f.skewness(column).alias(f"{name}_skewness"),
                f.kurtosis(column).alias(f"{name}_kurtosis"),
                f.percentile_approx(column, [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99], 1000).alias(f"{name}_q"),
                f.sum((column == 0).cast("int")).alias(f"{name}_zeros"),
                f.sum((column < 0).cast("int")).alias(f"{name}_negatives"),
            ]
        elif isinstance(field.dataType, StringType):
            wanted += [
                f.mean(f.length(column)).alias(f"{name}_length"),
                f.stddev(f.length(column)).alias(f"{name}_length_std"),
                f.sum((f.trim(column) == "").cast("int")).alias(f"{name}_blank"),
                f.sum(f.expr(f"try_cast({name} as double)").isNotNull().cast("int")).alias(f"{name}_numbers"),
            ]
    df.agg(*wanted).collect()


def _watched(run: Callable[[], Any]) -> tuple[float, float]:
    """Seconds, and the peak of resident memory in MB of this process and its children."""
    import threading

    done, peak = threading.Event(), [0.0]
    me = psutil.Process()

    def watch() -> None:
        while not done.wait(0.2):
            peak[0] = max(peak[0], _resident(me))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    start = time.perf_counter()
    try:
        run()
    finally:
        took = time.perf_counter() - start
        done.set()
        watcher.join()
    return took, max(peak[0], _resident(me))


def _resident(process: psutil.Process) -> float:
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20
