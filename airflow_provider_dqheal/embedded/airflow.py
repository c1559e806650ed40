"""A private Airflow on this machine: scheduler, triggerer, DAG processor and API server, on loopback only.

SQLite metadata and LocalExecutor, its own AIRFLOW_HOME under ``home``, the DAGs of this package. ``airflow
standalone`` is not used: ended by SIGTERM it leaves its children behind.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_provider_dqheal.core.airflow_rest import ask, login
from airflow_provider_dqheal.core.errors import EmbeddedError
from airflow_provider_dqheal.core.resources import resource
from airflow_provider_dqheal.embedded import preload
from airflow_provider_dqheal.embedded.process import StartedProcess, start_process, stop_process, wait_until

USERNAME = "admin"
PARTS: dict[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
"""The log servers are left out: they would listen beyond loopback, and logs are read from the same disk."""

DAGS = ("dqheal_heal", "dqheal_dispatch")
START_TIMEOUT_S = 300.0
STOP_GRACE_S = 4.0
_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class RunningAirflow:
    """Where it answers, and the login. ``pids`` by part."""

    url: str
    username: str
    password: str
    pids: dict[str, int]


def start_airflow(home: Path, settings_env: Mapping[str, str], port: int = 8080) -> RunningAirflow:
    """Starts Airflow and waits until all parts are healthy and both DAGs are there.

    ``settings_env`` is laid over this process's environment for all parts: how they find Kafka, the store and the
    configuration.

    Raises:
        EmbeddedError: when a part ends or is not ready within five minutes; everything started is stopped again.
    """
    folder = home / "airflow"
    folder.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(9)
    env = {**settings_env, **configuration(folder, port, password)}
    env["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), settings_env.get("PATH", os.environ["PATH"])))
    _migrate(home, env)
    preload.install(folder)
    started: list[StartedProcess] = []
    try:
        for name, argv in PARTS.items():
            started.append(start_process(home, f"airflow-{name}", [sys.executable, "-m", "airflow", *argv], env))
        wait_until(lambda: _healthy(port), started, START_TIMEOUT_S, "waiting for Airflow to be healthy")
        wait_until(lambda: _has_dags(port, password), started, START_TIMEOUT_S, "waiting for Airflow to read its DAGs")
    except BaseException:
        stop_airflow(home)
        raise
    return RunningAirflow(
        url=f"http://localhost:{port}",
        username=USERNAME,
        password=password,
        pids={name: process.pid for name, process in zip(PARTS, started, strict=True)},
    )


def stop_airflow(home: Path) -> bool:
    """Ends all parts with the tasks and triggers they run; True when any was running."""
    # Side by side and with little grace: an idle scheduler waits for its executor for longer than a person would.
    with ThreadPoolExecutor(len(PARTS)) as pool:
        stopped = list(pool.map(lambda name: stop_process(home, f"airflow-{name}", grace_s=STOP_GRACE_S), PARTS))
    return any(stopped)


def configuration(folder: Path, port: int, password: str) -> dict[str, str]:
    """Airflow's configuration as environment variables; the password goes into a file only its owner can read."""
    passwords = folder / "passwords.json"
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({USERNAME: password}))
    parallelism = max(4, 2 * (os.cpu_count() or 1))
    options: dict[str, dict[str, Any]] = {
        "core": {
            "executor": "LocalExecutor",
            "parallelism": parallelism,
            "default_pool_task_slot_count": parallelism,
            "load_examples": False,
            "dags_folder": resource("dags"),
            "plugins_folder": folder / "plugins",
            "dags_are_paused_at_creation": False,
            "execution_api_server_url": f"http://127.0.0.1:{port}/execution/",
            "simple_auth_manager_users": f"{USERNAME}:admin",
            "simple_auth_manager_passwords_file": passwords,
            "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        },
        "database": {"sql_alchemy_conn": f"sqlite:///{folder / 'airflow.db'}"},
        "api": {
            "host": "127.0.0.1",
            "port": port,
            "base_url": f"http://localhost:{port}",
            "workers": 1,
            "secret_key": secrets.token_hex(24),
        },
        "api_auth": {"jwt_secret": secrets.token_hex(24)},
        "scheduler": {"scheduler_idle_sleep_time": 0.2},
        "dag_processor": {"min_file_process_interval": 300, "parsing_processes": 1},
        "logging": {"base_log_folder": folder / "logs"},
        "usage_data_collection": {"enabled": False},
    }
    env = {
        f"AIRFLOW__{section.upper()}__{key.upper()}": str(value)
        for section, values in options.items()
        for key, value in values.items()
    }
    return {**env, "AIRFLOW_HOME": str(folder)}


def _migrate(home: Path, env: Mapping[str, str]) -> None:
    migration = start_process(home, "airflow-migrate", [sys.executable, "-m", "airflow", "db", "migrate"], env)
    try:
        wait_until(lambda: migration.process() is None, (), START_TIMEOUT_S, "migrating Airflow's database")
    finally:
        stop_process(home, "airflow-migrate")
    if not (home / "airflow" / "airflow.db").exists():
        raise EmbeddedError(f"Airflow's database was not made; {migration.log} ends with:\n{migration.log_tail()}")


def _answer(port: int, path: str, token: str | None = None) -> Any:
    """An answer of the API server; nothing while there is none."""
    try:
        return ask(_base(port), "GET", path, token, timeout_s=_TIMEOUT_S, proxies={}) or {}
    except (OSError, ValueError):
        return {}


def _base(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _healthy(port: int) -> bool:
    health = _answer(port, "/api/v2/monitor/health")
    parts = ("metadatabase", "scheduler", "triggerer", "dag_processor")
    return all((health.get(part) or {}).get("status") == "healthy" for part in parts)


def _has_dags(port: int, password: str) -> bool:
    try:
        token = login(_base(port), USERNAME, password, timeout_s=_TIMEOUT_S, proxies={})
    except (OSError, ValueError, KeyError):
        return False
    found = _answer(port, "/api/v2/dags?tags=dqheal", token).get("dags", [])
    return set(DAGS) <= {dag["dag_id"] for dag in found}
