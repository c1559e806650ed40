"""The jars of Apache Kafka: resolved once by coordinates, kept in the user's cache folder."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
import structlog

from airflow_provider_dqheal.core.errors import EmbeddedError
from airflow_provider_dqheal.embedded.java import java_program, pyspark_jars

KAFKA_VERSION = "4.3.1"
COORDINATES = (("org.apache.kafka", "kafka_2.13", KAFKA_VERSION), ("org.slf4j", "slf4j-simple", "1.7.36"))
"""The broker, and a binding for its slf4j 1.7, without which it logs nothing."""

RESOLVE_S = 600.0
DISK_MIN_BYTES = 200_000_000
"""The jars and Ivy's own copy of them take 90 MB."""

_MANIFEST = "manifest.json"


def kafka_jars(cache: Path | None = None) -> Path:
    """The folder with the broker's jars; resolved from the Maven repositories when it is not there yet.

    Several processes may ask at once: one resolves, the others wait for it.

    Raises:
        EmbeddedError: when Java, pyspark's jars, the network or disk space are missing.
    """
    root = cache or Path(platformdirs.user_cache_dir("dqheal"))
    folder = root / f"kafka-{KAFKA_VERSION}"
    if _is_whole(folder):
        return folder
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root / f"kafka-{KAFKA_VERSION}.lock"):
            if not _is_whole(folder):
                _check_disk(root)
                _resolve(root, folder)
    except OSError as error:
        raise EmbeddedError(f"{root}: Kafka's jars cannot be kept ({error}); set XDG_CACHE_HOME") from error
    return folder


def _is_whole(folder: Path) -> bool:
    """Whether every jar of the manifest is there in its full size."""
    try:
        sizes: dict[str, int] = json.loads((folder / _MANIFEST).read_text())
        return bool(sizes) and all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError):
        return False


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _check_disk(root: Path) -> None:
    free = shutil.disk_usage(root).free
    if free < DISK_MIN_BYTES:
        raise EmbeddedError(
            f"{root}: {free / 1e6:.0f} MB free, {DISK_MIN_BYTES / 1e6:.0f} MB are needed for Kafka's jars; "
            "make room or set XDG_CACHE_HOME"
        )


def _resolve(root: Path, folder: Path) -> None:
    """Lets Ivy fetch the jars into a folder beside ``folder``, then renames it."""
    structlog.get_logger().info("kafka_jars_resolving", version=KAFKA_VERSION)
    jars = pyspark_jars()
    tools = [str(path) for pattern in ("ivy-*.jar", "commons-cli-*.jar") for path in sorted(jars.glob(pattern))]
    with tempfile.TemporaryDirectory(prefix="kafka-", dir=root) as temporary:
        work = Path(temporary)
        module = work / "ivy.xml"
        module.write_text(_ivy_module(), encoding="utf-8")
        found = work / "jars"
        arguments = [
            java_program(), "-cp", os.pathsep.join(tools), "org.apache.ivy.Main",
            "-cache", str(work / "cache"), "-ivy", str(module), "-confs", "default",
            "-retrieve", f"{found}/[artifact]-[revision].[ext]",
        ]  # fmt: skip
        try:
            done = subprocess.run(
                arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=RESOLVE_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise _unresolved(f"no end after {RESOLVE_S:.0f} s") from error
        if done.returncode != 0 or not (found / f"kafka_2.13-{KAFKA_VERSION}.jar").is_file():
            raise _unresolved("\n".join(done.stdout.splitlines()[-12:]))
        sizes = {path.name: path.stat().st_size for path in sorted(found.glob("*.jar"))}
        (found / _MANIFEST).write_text(json.dumps(sizes, indent=1))
        if folder.exists():
            shutil.rmtree(folder)
        found.rename(folder)
    structlog.get_logger().info("kafka_jars_resolved", jars=len(sizes))


def _ivy_module() -> str:
    lines = [
        f'<dependency org="{o}" name="{name}" rev="{rev}" conf="default->default"/>' for o, name, rev in COORDINATES
    ]
    return (
        '<ivy-module version="2.0"><info organisation="dqheal" module="broker"/>'
        '<configurations defaultconf="default"><conf name="default"/></configurations>'
        f"<dependencies>{''.join(lines)}</dependencies></ivy-module>"
    )


def _unresolved(why: str) -> EmbeddedError:
    return EmbeddedError(
        f"Kafka {KAFKA_VERSION}: its jars could not be resolved; Maven repositories have to be reachable once, "
        f"or set KAFKA_BOOTSTRAP_SERVERS to a broker that runs. Ivy said:\n{why}"
    )
