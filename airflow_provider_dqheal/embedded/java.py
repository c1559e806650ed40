"""The Java that the embedded broker runs on, and the jars that come with pyspark."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from airflow_provider_dqheal.core.errors import EmbeddedError

JAVA_MIN = 17
"""Kafka 4 and Spark 4.2 need it."""


def java_program() -> str:
    """The ``java`` to run: that of JAVA_HOME where it is set, else the one on PATH.

    Raises:
        EmbeddedError: when there is none, or it is older than :data:`JAVA_MIN`.
    """
    home = os.environ.get("JAVA_HOME")
    in_home = Path(home) / "bin" / "java" if home else None
    java = str(in_home) if in_home is not None and in_home.is_file() else shutil.which("java")
    if java is None:
        raise EmbeddedError(
            f"Java: not found on PATH nor in JAVA_HOME, {JAVA_MIN} or newer is needed; "
            "install a JDK (openjdk-17-jdk) or set JAVA_HOME"
        )
    version = java_version(java)
    if version is None or version < JAVA_MIN:
        raise EmbeddedError(
            f"Java: {java} is version {version or 'unknown'}, {JAVA_MIN} or newer is needed; "
            "install a newer JDK or set JAVA_HOME"
        )
    return java


def java_version(java: str) -> int | None:
    """The major version of a ``java`` program; None when it does not run or does not say."""
    try:
        shown = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r'version "(\d+)(?:\.(\d+))?', shown)
    if match is None:
        return None
    major = int(match[1])
    return int(match[2]) if major == 1 and match[2] else major


def pyspark_jars() -> Path:
    """The folder of the jars inside pyspark, found without importing it.

    Raises:
        EmbeddedError: when pyspark is not installed, or without its jars (pyspark-client alone has none).
    """
    spec = importlib.util.find_spec("pyspark")
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        jars = Path(place) / "jars"
        if jars.is_dir():
            return jars
    raise EmbeddedError("pyspark: its jars were not found, Ivy is among them; pip install 'pyspark>=4.2,<4.3'")
