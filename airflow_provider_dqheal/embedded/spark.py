"""A Spark Connect server on loopback, for the demo: one Spark that profiles every batch."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from airflow_provider_dqheal.embedded.java import java_program, pyspark_jars
from airflow_provider_dqheal.embedded.process import start_process, stop_process, wait_until

NAME = "spark"
HOST = "127.0.0.1"
START_S = 120.0
"""Ten seconds are usual; a machine that starts Airflow at the same time may need many times that."""
_SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


def start_spark(home: Path, master: str, port: int, properties: Mapping[str, str] | None = None) -> None:
    """Starts the server on ``master`` and waits until it listens; its log is ``home/logs/spark.log``.

    ``properties`` are further ones of Spark, for the server.

    Raises:
        EmbeddedError: when Java or pyspark is missing, it ends before it listens, or does not listen in time.
    """
    java_program()
    submit = pyspark_jars().parent / "bin" / "spark-submit"
    conf = {
        **(properties or {}),
        "spark.ui.enabled": "false",
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.connect.grpc.binding.address": HOST,
        "spark.connect.grpc.binding.port": str(port),
    }
    options = [part for key, value in conf.items() for part in ("--conf", f"{key}={value}")]
    environment = {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": HOST, "OPENBLAS_NUM_THREADS": "1"}
    argv = ["bash", str(submit), "--class", _SERVER, "--master", master, "--name", "dqheal", *options]
    started = start_process(home, NAME, argv, environment)
    wait_until(lambda: _listens(port), [started], START_S, "starting Spark")


def stop_spark(home: Path) -> bool:
    """Stops the server that was started for ``home``; True when there was one."""
    return stop_process(home, NAME)


def address(port: int) -> str:
    """What clients connect to: a value of ``profile.spark_master``."""
    return f"sc://{HOST}:{port}"


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
