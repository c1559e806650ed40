"""Finds what the wheel carries beside the code: weights, Spark entry points, DAGs, the built dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from airflow_provider_dqheal.core.errors import ConfigError

PACKAGE = Path(__file__).resolve().parent.parent
_PLACES: dict[str, tuple[Path, Path]] = {
    "weights": (PACKAGE / "_weights", PACKAGE.parent / "models" / "weights"),
    "spark_jobs": (PACKAGE / "_spark_jobs", PACKAGE.parent / "spark_jobs"),
    "dags": (PACKAGE / "example_dags", PACKAGE.parent / "dags"),
    "dashboard": (PACKAGE / "service" / "static", PACKAGE / "service" / "static"),
}


def resource(name: Literal["weights", "spark_jobs", "dags", "dashboard"]) -> Path:
    """The folder of a resource: inside the wheel when installed, in the repository for a checkout.

    Raises:
        ConfigError: when neither place has it (the installation is incomplete).
    """
    for place in _PLACES[name]:
        if place.is_dir():
            return place
    raise ConfigError(f"{name}: not found in {' or '.join(map(str, _PLACES[name]))}; reinstall airflow-provider-dqheal")
