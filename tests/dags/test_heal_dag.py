"""`airflow dags test dqheal_heal`, with Kafka absent and no Java: every batch ends published, held or failed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_dqheal.core.config import load_settings
from airflow_provider_dqheal.storage.store import Store

DAG = "dqheal_heal"


@pytest.fixture
def store(orders: Path, dqheal_home: Path) -> Any:
    with Store(load_settings(home=dqheal_home).database_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def clean_batch(orders: Path, write_orders: Any) -> Path:
    return write_orders(orders / "b11.csv", 11)


@pytest.fixture(scope="session")
def bad_batch(orders: Path, write_orders: Any) -> Path:
    def with_currency(row: dict[str, Any]) -> None:
        if row["order_id"] % 3 == 0:
            row["amount"] = f"EUR {row['amount']}"

    return write_orders(orders / "b12.csv", 12, change=with_currency)


def _conf(batch_id: str, uri: Path | str, **more: object) -> str:
    return json.dumps({"dataset": "orders", "batch_id": batch_id, "uri": str(uri), "format": "csv", **more})


def _tasks(airflow: Any) -> dict[str, str]:
    """State of every task of the last run, by task id."""
    with sqlite3.connect(Path(airflow.env["AIRFLOW_HOME"]) / "airflow.db") as database:
        (run_id,) = database.execute(
            "select run_id from dag_run where dag_id = ? order by id desc limit 1", (DAG,)
        ).fetchone()
        rows = database.execute("select task_id, state from task_instance where run_id = ?", (run_id,)).fetchall()
    return dict(rows)


def test_clean_batch_is_published_byte_for_byte_and_no_group_runs(
    airflow: Any, store: Store, clean_batch: Path
) -> None:
    airflow("dags", "test", DAG, "-c", _conf("b11", clean_batch))
    record = store.batch("orders", "b11")
    assert record is not None
    assert (record.status, record.issues) == ("published", ())
    published = [file for file in Path(record.published_uri or "").rglob("*.csv") if "b11" in file.name]
    assert [file.read_bytes() for file in published] == [clean_batch.read_bytes()]
    states = _tasks(airflow)
    assert {task for task, state in states.items() if state == "skipped"} == {
        task for task in states if task.endswith(".heal")
    }
    assert states["status"] == states["publish"] == "success"


def test_bad_batch_takes_only_the_groups_with_steps(airflow: Any, store: Store, bad_batch: Path) -> None:
    airflow("dags", "test", DAG, "-c", _conf("b12", bad_batch))
    record = store.batch("orders", "b12")
    assert record is not None
    assert "type_mismatch" in record.issues
    assert record.status == "published"
    assert record.healed_cells
    assert bad_batch.read_text().count("EUR") > 100
    states = _tasks(airflow)
    assert states["type_mismatch.heal"] == "success"
    assert states["schema_drift.heal"] == "skipped"
    incident = store.incident_of(record.ref)
    assert incident is not None


def test_the_same_batch_again_changes_nothing_and_a_rerun_opens_an_attempt(
    airflow: Any, store: Store, clean_batch: Path
) -> None:
    first = store.batch("orders", "b11")
    assert first is not None
    airflow("dags", "test", DAG, "-c", _conf("b11", clean_batch))
    assert store.batch("orders", "b11") == first
    airflow("dags", "test", DAG, "-c", _conf("b11", clean_batch, rerun=True))
    again = store.batch("orders", "b11")
    assert again is not None
    assert (again.attempt, again.status) == (2, "published")


def test_missing_file_fails_the_run_and_holds_the_batch(airflow: Any, store: Store, tmp_path: Path) -> None:
    done = airflow.run("dags", "test", DAG, "-c", _conf("gone", tmp_path / "gone.csv"))
    assert done.returncode != 0
    record = store.batch("orders", "gone")
    assert record is not None
    assert record.status == "held"
    assert "gone.csv" in (record.reason or "")
    states = _tasks(airflow)
    assert states["receive"] == "failed"
    assert states["status"] == "success"


def test_invalid_conf_is_told_clearly(airflow: Any, orders: Path) -> None:
    done = airflow.run("dags", "test", DAG, "-c", '{"dataset": "orders", "batch_id": "x", "format": "csv"}')
    assert done.returncode != 0
    assert f"conf of {DAG}: 'uri': Field required" in done.stdout


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"dataset": "orders", "batch_id": "x", "uri": "x.csv", "colour": 1}, "'colour': Extra inputs"),
        ({"dataset": "orders", "batch_id": 7, "uri": "x.csv"}, "'batch_id': Input should be a valid string"),
        ("orders", "'batch'"),
    ],
)
def test_a_wrong_batch_names_its_first_wrong_field(airflow: Any, value: object, said: str) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from airflow_provider_dqheal.operators._base import as_ref

    with pytest.raises(AirflowFailException, match=said):
        as_ref(value, "conf")


def test_a_batch_that_no_stage_ended_is_marked_failed(
    airflow: Any, store: Store, clean_batch: Path, dqheal_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow_provider_dqheal.core.types import BatchRef
    from airflow_provider_dqheal.operators.finish import FinishBatch

    monkeypatch.setenv("DQHEAL_HOME", str(dqheal_home))
    ref = store.receive(BatchRef(dataset="orders", batch_id="open", uri=str(clean_batch)))
    finish = FinishBatch(task_id="status", batch=ref.model_dump(mode="json"))
    assert finish.execute({"run_id": "r1"})["status"] == "failed"
    record = store.batch("orders", "open")
    assert record is not None
    assert (record.status, "run r1 ended" in (record.reason or "")) == ("failed", True)
