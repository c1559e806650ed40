"""Each run has fresh state of its own; the last few are kept to look into."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from airflow_provider_dqheal.core.config import Settings

KEPT_RUNS = 2


def fresh_run(folder: Path, base: Settings) -> Settings:
    """Settings of a new run under ``folder/runs``: profiled by Spark, SQLite store, topics as configured."""
    runs = folder / "runs"
    earlier = sorted(runs.glob("*")) if runs.is_dir() else []
    for old in earlier[: max(0, len(earlier) - KEPT_RUNS + 1)]:
        shutil.rmtree(old, ignore_errors=True)
    home = runs / datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    (home / "logs").mkdir(parents=True)
    profile = base.profile.model_copy(update={"driver": "spark"})
    return base.model_copy(
        update={
            "home": home,
            "store_url": None,
            "published_root": None,
            "policies": None,
            "allowed_roots": (),
            "profile": profile,
        }
    )
