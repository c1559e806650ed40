"""A real single-node Apache Kafka (KRaft) on loopback, for the demo, for tests and for trying things out."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import socket
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import EmbeddedError
from airflow_provider_dqheal.embedded.java import java_program
from airflow_provider_dqheal.embedded.kafka_jars import kafka_jars
from airflow_provider_dqheal.embedded.process import find_process, start_process, stop_process, wait_until
from airflow_provider_dqheal.messaging.topics import is_up

NAME = "kafka"
HOST = "127.0.0.1"
START_S = 60.0
"""Two seconds are usual; a machine that starts Airflow and Spark at the same time may need many times that."""
DISK_MIN_BYTES = 500_000_000
HEAP = "-Xmx512m"


@dataclass(frozen=True)
class RunningBroker:
    """A broker that answers. ``bootstrap_servers`` is what clients connect to."""

    bootstrap_servers: str
    pid: int


def start(home: Path, port: int = 9092, cache: Path | None = None) -> RunningBroker:
    """Starts a broker and waits until it answers; one that runs for ``home`` already is given back.

    Data is kept in ``home/kafka``, the log in ``home/logs/kafka.log``. ``port`` 0 takes a free one; ``cache`` is
    where the jars are kept (the user's cache folder when None).

    Raises:
        EmbeddedError: before anything is started, when the port is in use, Java is missing or too old, or the disk
            is too full; or when the broker does not come up.
    """
    home = home.expanduser().absolute()
    running = status(home)
    if running is not None:
        if port in (0, int(running.bootstrap_servers.rpartition(":")[2])):
            return running
        raise EmbeddedError(
            f"Kafka: a broker of {home} runs already at {running.bootstrap_servers}, asked for port {port}; "
            "stop it first: dqheal kafka stop"
        )
    stop(home)
    port = _checked_port(port)
    java = java_program()
    _check_disk(home)
    jars = kafka_jars(cache)
    folder = home / "kafka"
    folder.mkdir(parents=True, exist_ok=True)
    properties = _write_properties(folder, port)
    command = [java, HEAP, *_log_options(), "-cp", f"{jars}{os.sep}*"]
    _format(command, folder, properties)
    servers = f"{HOST}:{port}"
    started = start_process(home, NAME, [*command, "kafka.Kafka", str(properties)])
    try:
        wait_until(lambda: is_up(KafkaSettings(bootstrap_servers=servers), 1.0), [started], START_S, "starting Kafka")
    except BaseException:
        stop_process(home, NAME)
        raise
    return RunningBroker(servers, started.pid)


def stop(home: Path) -> bool:
    """Stops the broker of ``home`` with everything it started; True when there was one."""
    return stop_process(home.expanduser().absolute(), NAME)


def status(home: Path) -> RunningBroker | None:
    """The broker of ``home`` if it runs and answers, else None."""
    home = home.expanduser().absolute()
    process = find_process(home, NAME)
    servers = _listens_at(home / "kafka" / "server.properties")
    if process is None or servers is None:
        return None
    return RunningBroker(servers, process.pid) if is_up(KafkaSettings(bootstrap_servers=servers), 5.0) else None


def _checked_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise EmbeddedError(
                f"Kafka: port {port} is in use on {HOST}; stop what listens there, choose another (--port), "
                "or set KAFKA_BOOTSTRAP_SERVERS to use a broker that runs"
            ) from error
        return int(probe.getsockname()[1])


def _check_disk(home: Path) -> None:
    place = next(parent for parent in (home, *home.parents) if parent.exists())
    free = shutil.disk_usage(place).free
    if free < DISK_MIN_BYTES:
        raise EmbeddedError(
            f"Kafka: {place} has {free / 1e6:.0f} MB free, {DISK_MIN_BYTES / 1e6:.0f} MB are needed; "
            "make room or set DQHEAL_HOME to a larger disk"
        )


def _write_properties(folder: Path, port: int) -> Path:
    """The broker's configuration: one node that is broker and controller, bound to loopback."""
    controller = _checked_port(0)
    # A single node cannot copy the internal topics; four partitions of them start and join faster than fifty.
    internal = {
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 4,
    }
    lines = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{HOST}:{controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": folder / "data",
        "num.partitions": 3,
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": 0,
        **internal,
    }
    path = folder / "server.properties"
    path.write_text("".join(f"{key}={_escaped(value)}\n" for key, value in lines.items()), encoding="utf-8")
    return path


def _escaped(value: object) -> str:
    """A value as a Java properties file wants it: backslashes doubled, other alphabets as escapes."""
    text = str(value).replace("\\", "\\\\")
    return "".join(char if char.isascii() else f"\\u{ord(char):04x}" for char in text)


def _listens_at(properties: Path) -> str | None:
    with contextlib.suppress(OSError):
        for line in properties.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition("=")
            if key == "advertised.listeners":
                return value.removeprefix("PLAINTEXT://")
    return None


def _log_options() -> list[str]:
    prefix = "-Dorg.slf4j.simpleLogger"
    return [
        f"{prefix}.defaultLogLevel=warn",
        f"{prefix}.log.kafka.server.KafkaRaftServer=info",
        f"{prefix}.showDateTime=true",
        f"{prefix}.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    ]


def _cluster_id() -> str:
    """22 characters of URL-safe base64. Not with a hyphen in front: Kafka's tools would take that for an option."""
    while True:
        found = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not found.startswith("-"):
            return found


def _format(command: list[str], folder: Path, properties: Path) -> None:
    """Makes the storage folder a cluster's of its own; one that is formatted already is kept."""
    if (folder / "data" / "meta.properties").is_file():
        return
    arguments = ["kafka.tools.StorageTool", "format", "-t", _cluster_id(), "-c", str(properties), "--ignore-formatted"]
    try:
        done = subprocess.run(
            [*command, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=START_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EmbeddedError(f"Kafka: {folder / 'data'} was not formatted in {START_S:.0f} s") from error
    if done.returncode != 0:
        raise EmbeddedError(f"Kafka: {folder / 'data'} cannot be formatted:\n{done.stdout[-2000:]}")
