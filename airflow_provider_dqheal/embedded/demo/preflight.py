"""What must be there before anything is started: Java, free ports, disk, memory."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path

from airflow_provider_dqheal.core.errors import EmbeddedError

JAVA_MIN = 17
DISK_MIN_BYTES = 2_000_000_000


def preflight(home: Path, ports: dict[str, int]) -> None:
    """Checks everything the demo needs.

    ``ports`` maps what listens to where: ``{"Airflow": 8080}``.

    Raises:
        EmbeddedError: naming every thing that is missing and what to do, before anything was started.
    """
    missing = [*_java(), *_ports(ports), *_disk(home)]
    if missing:
        raise EmbeddedError("the demo cannot start:\n  - " + "\n  - ".join(missing))


def java_version() -> int | None:
    """The major version of the Java on PATH (or JAVA_HOME), None when there is none."""
    java = shutil.which("java")
    if java is None:
        return None
    try:
        shown = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r'version "(\d+)(?:\.(\d+))?', shown)
    if match is None:
        return None
    major = int(match[1])
    return int(match[2]) if major == 1 and match[2] else major


def _java() -> Iterable[str]:
    version = java_version()
    if version is None:
        yield f"Java was not found; install a JDK {JAVA_MIN} or newer and put `java` on PATH (Kafka and Spark need it)"
    elif version < JAVA_MIN:
        yield f"Java is version {version}, {JAVA_MIN} or newer is needed by Kafka and Spark"


def _ports(ports: dict[str, int]) -> Iterable[str]:
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                yield (
                    f"port {port} ({name}) is in use; stop what listens there "
                    "(`dqheal demo --stop` ends an earlier demo)"
                )


def _disk(home: Path) -> Iterable[str]:
    place = next(parent for parent in (home, *home.parents) if parent.exists())
    free = shutil.disk_usage(place).free
    if free < DISK_MIN_BYTES:
        yield (
            f"{place} has {free / 1e9:.1f} GB free, {DISK_MIN_BYTES / 1e9:.0f} GB are needed; "
            "set DQHEAL_HOME to a larger disk"
        )
