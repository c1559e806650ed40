"""A migrated Airflow home, a learned data set, and `airflow` as a user runs it."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="dqheal-airflow-"))
os.environ.setdefault("AIRFLOW__CORE__LOAD_EXAMPLES", "False")

ROOT = Path(__file__).resolve().parents[2]
DAGS = ROOT / "dags"


@dataclass(frozen=True)
class Airflow:
    """The command line of Airflow in a home of its own."""

    env: dict[str, str]

    def __call__(self, *args: str, timeout_s: float = 240, env: Mapping[str, str] | None = None) -> str:
        """Runs `airflow ARGS`; returns what it printed and fails the test when it fails."""
        done = self.run(*args, timeout_s=timeout_s, env=env)
        assert done.returncode == 0, f"airflow {' '.join(args)}: exit {done.returncode}\n{done.stdout[-6000:]}"
        return done.stdout

    def run(
        self, *args: str, timeout_s: float = 240, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs `airflow ARGS` and returns how it ended; one that does not end fails the test with every thread's stack.

        `airflow dags test` serves the task's calls from a thread of its own process and, seldom, waits for itself for
        ever: a command that hung is told as a warning and run once more.
        """
        argv = [sys.executable, "-X", "faulthandler", "-m", "airflow", *args]
        for attempt in (1, 2):
            with subprocess.Popen(
                argv,
                env={**self.env, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ) as process:
                try:
                    output, _ = process.communicate(timeout=timeout_s)
                    return subprocess.CompletedProcess(argv, process.returncode, output)
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGABRT)  # the fault handler writes the stacks
                    output, _ = process.communicate(timeout=60)
                except BaseException:
                    process.kill()
                    raise
            told = f"airflow {' '.join(args)}: no end within {timeout_s:.0f} s\n{output[-8000:]}"
            if attempt == 1:
                warnings.warn(told, stacklevel=2)
        pytest.fail(told)


@pytest.fixture(scope="session")
def dqheal_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the store and the published batches of these tests are."""
    return tmp_path_factory.mktemp("dqheal")


@pytest.fixture(scope="session")
def airflow(dqheal_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Airflow:
    """Airflow with a migrated database, this checkout's DAGs, no Kafka and no connections."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW_CONN_", "DQHEAL_", "KAFKA_"))}
    # Each command of Airflow compiles thousands of modules, unless the first one may keep what it compiled.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    kept.setdefault("PYTHONPYCACHEPREFIX", str(tmp_path_factory.mktemp("pycache")))
    path = os.pathsep.join(str(part) for part in (ROOT, os.environ.get("PYTHONPATH")) if part)
    command = Airflow(
        {
            **kept,
            "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
            "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
            "DQHEAL_HOME": str(dqheal_home),
            "PYTHONPATH": path,
        }
    )
    command("db", "migrate")
    return command


def write_batch(
    path: Path, day: int, *, rows: int = 400, change: Callable[[dict[str, object]], None] | None = None
) -> Path:
    """Writes a day of orders as CSV; ``change`` may alter each row."""
    rng = random.Random(1000 + day)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["order_id", "day", "amount", "country", "express"])
        for i in range(rows):
            row: dict[str, object] = {
                "order_id": day * rows + i,
                "day": f"2026-03-{day + 1:02d}",
                "amount": round(rng.lognormvariate(3, 0.5), 2),
                "country": rng.choices(["DE", "FR", "IT"], [5, 3, 2])[0],
                "express": rng.choice(["true", "false"]),
            }
            if change is not None:
                change(row)
            writer.writerow(row.values())
    return path


@pytest.fixture(scope="session")
def orders(airflow: Airflow, dqheal_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of order batches; the first eleven are learned as the data set `orders`."""
    folder = tmp_path_factory.mktemp("orders")
    history = [write_batch(folder / f"b{day:02d}.csv", day) for day in range(11)]
    subprocess.run(
        [sys.executable, "-m", "airflow_provider_dqheal.cli", "learn", "orders", *map(str, history)],
        env=airflow.env,
        check=True,
        timeout=120,
    )
    return folder


@pytest.fixture(scope="session")
def write_orders() -> Callable[..., Path]:
    """:func:`write_batch`, for tests: a day of orders as CSV."""
    return write_batch
