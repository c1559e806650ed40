"""The service as a process of its own, for the demo."""

from __future__ import annotations

import socket
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from airflow_provider_dqheal.core.errors import EmbeddedError
from airflow_provider_dqheal.embedded.process import StartedProcess, start_process, stop_process, wait_until

NAME = "service"
START_S = 60.0
"""Two seconds are usual; a machine that starts Airflow and Spark at the same time may need many times that."""


def start_service(home: Path, environment: Mapping[str, str], port: int = 8001) -> StartedProcess:
    """Starts ``dqheal serve`` on loopback and waits until it answers; its log is ``home/logs/service.log``.

    Raises:
        EmbeddedError: when the port is taken, it ends before it answers, or does not answer in time.
    """
    stop_service(home)
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise EmbeddedError(f"service: port {port} is in use by another process; stop it or set service.port")
    argv = [sys.executable, "-m", "airflow_provider_dqheal.cli", "serve", "--host", "127.0.0.1", "--port", str(port)]
    started = start_process(home, NAME, argv, environment)
    wait_until(lambda: is_healthy(port), [started], START_S, "starting the service")
    return started


def stop_service(home: Path) -> bool:
    """Stops the service that was started for ``home``; True when there was one."""
    return stop_process(home, NAME)


def is_healthy(port: int) -> bool:
    """Whether a service on loopback answers and can read its store."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health", timeout=2.0) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False
