"""A home of its own for each test, and batches on disk."""

import pytest
from _support.orders import orders
from pyarrow import csv


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
