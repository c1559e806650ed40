"""A home of its own for each test, batches on disk, and the command line."""

import shutil
from contextlib import ExitStack

import pytest
from _support.orders import orders
from pyarrow import csv

from airflow_provider_dqheal.cli import main
from airflow_provider_dqheal.core.config import Settings, load_settings
from airflow_provider_dqheal.pipeline.learn import learn_batches
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.sources import as_batch_ref


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
def learned(dqheal, home, learned_homes):
    """The command line of a home in which eleven days of orders are learned."""
    shutil.copytree(learned_homes(11), home)
    return dqheal


@pytest.fixture(scope="session")
def learned_homes(tmp_path_factory):
    """Gives a home in which so many days of orders are learned, made once; to be copied, not to be used."""
    made = {}

    def home_of(days: int):
        if days not in made:
            root = tmp_path_factory.mktemp(f"learned-{days}")
            paths = [root / f"b{day:02d}.csv" for day in range(days)]
            for day, path in enumerate(paths):
                csv.write_csv(orders(day), path, csv.WriteOptions(quoting_style="needed"))
            with Services.open(Settings(home=root / "home")) as services:
                learn_batches(services, "orders", [as_batch_ref(path, "orders") for path in paths])
            made[days] = root / "home"
        return made[days]

    return home_of


@pytest.fixture
def open_learned(home, learned_homes):
    """Opens services in the test's own home, in which so many days of orders are learned."""
    with ExitStack() as stack:

        def open_(days: int, **settings):
            shutil.copytree(learned_homes(days), home)
            return stack.enter_context(Services.open(load_settings(**settings)))

        yield open_
