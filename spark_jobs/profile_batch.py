"""spark-submit entry point: profiles one batch by file splits and writes the Profile as JSON.

spark-submit profile_batch.py --batch '{"dataset": "orders", "batch_id": "b1", "uri": "/data/b1.parquet",
"format": "parquet"}' --output /staging/b1.profile.json
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Profiles a batch; exit status 2 and one line on stderr when it cannot be read.

    The output is written beside its place and renamed, so that a reader never sees half of it.
    """
    parser = argparse.ArgumentParser(description="Profile one batch with Spark, by file splits.")
    parser.add_argument("--batch", required=True, help="BatchRef as JSON")
    parser.add_argument("--output", required=True, type=Path, help="file for the Profile as JSON")
    parser.add_argument("--allowed-root", action="append", default=[], type=Path, help="may be given several times")
    parser.add_argument("--master", default=None, help="Spark master; without it the one of spark-submit")
    given = parser.parse_args(arguments)

    from pyspark.sql import SparkSession

    from airflow_provider_dqheal.core.config import ProfileSettings
    from airflow_provider_dqheal.core.errors import DQHealError
    from airflow_provider_dqheal.core.types import BatchRef
    from airflow_provider_dqheal.profiling.spark import profile_splits, session

    batch = BatchRef.model_validate_json(given.batch)
    if given.master:
        spark = session(ProfileSettings(spark_master=given.master))
    else:
        spark = SparkSession.builder.appName(f"dqheal {batch.key}").getOrCreate()
    try:
        profile = profile_splits(batch, spark, given.allowed_root)
    except DQHealError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    finally:
        spark.stop()
    given.output.parent.mkdir(parents=True, exist_ok=True)
    staged = given.output.with_name(given.output.name + ".part")
    staged.write_text(profile.model_dump_json(), encoding="utf-8")
    staged.replace(given.output)
    print(json.dumps({"rows": profile.row_count, "columns": len(profile.columns), "output": str(given.output)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
