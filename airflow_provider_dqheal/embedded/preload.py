"""Loads what every task needs once, in the scheduler: its executor forks a process a task, which starts with it.

A healing run has some eight tasks; imported anew in each, these modules cost more than the work on a small batch.
Importing them starts no threads of ours and opens no connections, so that forking afterwards is safe.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from pathlib import Path

MODULES = (
    "pyarrow.pandas_compat",
    "pyarrow.compute",
    "pyarrow.csv",
    "pyarrow.json",
    "pyarrow.parquet",
    "torch",
    "safetensors.torch",
    "confluent_kafka",
    "airflow_provider_dqheal.pipeline.run",
    "airflow_provider_dqheal.messaging.consumer",
    "airflow_provider_dqheal.messaging.producer",
    "airflow_provider_dqheal.storage.sinks.folder",
    "airflow_provider_dqheal.detection.describe",
    "airflow_provider_dqheal.detection.detector",
    "airflow_provider_dqheal.detection.network",
)
REGISTRIES = (
    "airflow_provider_dqheal.profiling.states._base",
    "airflow_provider_dqheal.issues._base",
    "airflow_provider_dqheal.remediation._base",
)


def preload() -> None:
    """Imports :data:`MODULES` when this process is a scheduler; one that is not there is left to its task."""
    if "scheduler" not in sys.argv:
        return
    for module in MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    for module in REGISTRIES:
        importlib.import_module(module).registry.load()


def install(airflow_home: Path) -> None:
    """Makes the processes of an Airflow call :func:`preload` as they start."""
    folder = airflow_home / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "airflow_local_settings.py").write_text(
        '"""Written by dqheal: see airflow_provider_dqheal.embedded.preload."""\n\n'
        "from airflow_provider_dqheal.embedded.preload import preload\n\n"
        "preload()\n__all__: list[str] = []\n"
    )
