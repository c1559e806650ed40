"""What a person decides over REST: feedback, approval, quarantine and undo, on a batch that the real loop made."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from _support.orders import orders, spoiled
from _support.serving import Served, serving
from _support.waiting import until
from pyarrow import csv

from airflow_provider_dqheal.core.config import Settings
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.pipeline.learn import learn_batches
from airflow_provider_dqheal.pipeline.run import run_batch
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.sources import as_batch_ref


def written(folder: Path, name: str, table: Any) -> BatchRef:
    path = folder / f"{name}.csv"
    csv.write_csv(table, path)
    return as_batch_ref(path, "orders")


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service whose store has learned twelve days and holds a batch that waits for approval."""
    folder = tmp_path_factory.mktemp("decisions")
    policy = folder / "policy.yaml"
    policy.write_text("mode: approve\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
        settings = Settings(home=folder / "home", policies=policy)
        with Services.open(settings) as services:
            learn_batches(services, "orders", [written(folder, f"b{day:02d}", orders(day)) for day in range(12)])
            record = run_batch(services, written(folder, "bad", spoiled(orders(14))))
            assert record.status == "held", record.reason
        with serving(folder / "home") as served:
            served.settings = served.settings.model_copy(update={"policies": policy})
            served.stop()
            served.start()
            yield served


def ask(served: Served, path: str, expect: int = 200, **body: Any) -> Any:
    url = f"{served.base}/api/v1/{path}"
    answer = httpx.post(url, json={"dataset": "orders", "batch_id": "bad", **body}, timeout=60)
    assert answer.status_code == expect, answer.text
    return answer.json()


def test_a_batch_is_approved_its_rows_taken_back_and_steps_undone(waiting: Served) -> None:
    done = ask(waiting, "approval", decision="approved", by="ada", note="as planned")
    assert (done["status"], done["rows_published"], done["quarantined_rows"]) == ("published", 570, 30)
    assert "published already" in ask(waiting, "approval", 422, decision="approved")["detail"]

    page = httpx.get(f"{waiting.base}/api/v1/quarantine", params={"dataset": "orders", "limit": 2}).json()
    assert (page["total"], [row["row_id"] for row in page["items"]]) == (30, [0, 20])
    assert (page["items"][0]["masked"], page["items"][0]["values"]["amount"]) == (True, "aaaa")
    page = httpx.get(f"{waiting.base}/api/v1/quarantine", params={"limit": 1, "reveal": True}).json()
    assert page["items"][0]["values"]["amount"] == "tall"

    assert "does not pass" in ask(waiting, "quarantine/readmit", 422, row_ids=[20])["detail"]
    assert ask(waiting, "quarantine/fix", row_id=20, cells={"amount": "12.5"})["state"] == "fixed"
    assert "not in quarantine" in ask(waiting, "quarantine/fix", 422, row_id=21, cells={"amount": "1"})["detail"]
    for readmitted, already in (([20], []), ([], [20])):
        taken = ask(waiting, "quarantine/readmit", row_ids=[20])
        assert (taken["readmitted"], taken["already"]) == (readmitted, already)
        assert taken["batch"]["rows_published"] == 571

    assert ask(waiting, "undo", step="parse_numbers.amount")["healed_cells"] == 1
    assert ask(waiting, "undo")["status"] == "undone"
    assert "status is undone" in ask(waiting, "undo", 422)["detail"]

    assert ask(waiting, "feedback", kind="incident", by="ada", note="bad feed")["status"] == "undone"
    said = httpx.get(f"{waiting.base}/api/v1/feedback", params={"dataset": "orders"}).json()
    assert [(one["kind"], one["by"], one["note"]) for one in said] == [("incident", "ada", "bad feed")]

    def told() -> list[str]:
        events = httpx.get(f"{waiting.base}/api/v1/events", params={"limit": 500}).json()["items"]
        return [event["text"] for event in events if event["stage"] in ("approval", "quarantine", "feedback", "undo")]

    assert told() == [
        "Steps for schema drift approved by ada",
        "Steps for type mismatch approved by ada",
        "A row in quarantine was fixed by dashboard",
        "1 rows re-admitted from quarantine by dashboard",
        "0 rows re-admitted from quarantine by dashboard",
        "Step parse_numbers.amount undone by dashboard",
        "Undone: the raw batch is published again",
        "Called an incident by ada: not learned from",
    ]
    until(lambda: httpx.get(f"{waiting.base}/api/v1/overview").json()["tiles"]["open_incidents"] == 1, 10, "the board")


def test_what_is_not_there_or_not_said_right_is_a_problem(waiting: Served) -> None:
    assert ask(waiting, "feedback", 404, batch_id="nope", kind="expected")["status"] == 404
    assert ask(waiting, "feedback", 422, kind="maybe")["status"] == 422
    assert ask(waiting, "quarantine/fix", 422, row_id=-1, cells={"a": "1"})["status"] == 422
    foreign = {"Origin": "https://elsewhere.example"}
    body = {"dataset": "orders", "batch_id": "bad", "kind": "expected"}
    answer = httpx.post(f"{waiting.base}/api/v1/feedback", json=body, headers=foreign)
    assert answer.status_code == 403


def test_importing_the_service_loads_no_detector() -> None:
    code = (
        "import sys, airflow_provider_dqheal.service.app\n"
        "sys.exit(bool({'torch', 'pyspark', 'airflow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_airflow_that_is_away_keeps_nobody_from_deciding() -> None:
    from structlog.testing import capture_logs

    from airflow_provider_dqheal.core.config import ServiceSettings
    from airflow_provider_dqheal.service.waiting_runs import answer_waiting_runs

    ref = BatchRef(dataset="orders", batch_id="bad", uri="/data/bad.csv")
    assert answer_waiting_runs(ServiceSettings(airflow_url="http://127.0.0.1:9"), ref, "approved") == 0
    login = {"airflow_url": "http://127.0.0.1:9", "airflow_username": "ada", "airflow_password": "secret"}
    with capture_logs() as logs:
        assert answer_waiting_runs(ServiceSettings(**login), ref, "approved") == 0
    assert [entry["event"] for entry in logs] == ["airflow_not_answered"]
    assert "secret" not in str(logs)
