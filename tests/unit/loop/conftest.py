"""A home of its own for each test, batches on disk, and the command line."""

import json

import pytest
from _support.orders import orders
from pyarrow import csv

from airflow_provider_dqheal.cli import main


@pytest.fixture
def batches(tmp_path):
    """Writes day ``i`` as CSV and returns its path; ``change`` alters it first."""

    def write(day: int, change=lambda table: table, name: str | None = None):
        path = tmp_path / "orders" / f"{name or f'b{day:02d}'}.csv"
        path.parent.mkdir(exist_ok=True)
        csv.write_csv(change(orders(day)), path, csv.WriteOptions(quoting_style="needed"))
        return path

    return write


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A DQHEAL_HOME of the test's own, without Kafka."""
    monkeypatch.setenv("DQHEAL_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    return tmp_path / "home"


@pytest.fixture
def dqheal(home, monkeypatch, capsys):
    """Runs ``dqheal ARGS`` in this process; returns (exit code, stdout, stderr)."""

    def run(*args):
        monkeypatch.setattr("sys.argv", ["dqheal", *map(str, args)])
        with pytest.raises(SystemExit) as done:
            main()
        captured = capsys.readouterr()
        return done.value.code or 0, captured.out, captured.err

    return run


@pytest.fixture
def learned(dqheal, batches):
    code, out, err = dqheal("learn", "orders", *(batches(day) for day in range(11)), "--json")
    assert code == 0, err
    assert json.loads(out)["batches"] == 11
    return dqheal
