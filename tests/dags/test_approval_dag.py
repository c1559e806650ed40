"""Policy `approve` in Airflow: a person answers inside the task group; nobody in time means held."""

from __future__ import annotations

import json
import shutil
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from _support import waiting
from _support.serving import serving

from airflow_provider_dqheal.core.config import load_settings
from airflow_provider_dqheal.core.resources import resource
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.embedded import airflow as embedded
from airflow_provider_dqheal.pipeline.decide import decide_stage
from airflow_provider_dqheal.pipeline.learn import learn_batches
from airflow_provider_dqheal.pipeline.receive import receive
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.sources import as_batch_ref
from airflow_provider_dqheal.storage.store import Store

pytestmark = pytest.mark.timeout(900)
DAG_ID = "approving"
DAG_FILE = f'''
from datetime import timedelta

from airflow.sdk import DAG
from airflow_provider_dqheal.task_groups.loop import heal_batch

with DAG("{DAG_ID}", schedule=None, tags=["dqheal"]):
    heal_batch(issues=["type_mismatch"], approvals=True, profile_slots=1, retries=3, retry_delay=timedelta(seconds=2))
'''


def with_currency(row: dict[str, Any]) -> None:
    if row["order_id"] % 3 == 0:
        row["amount"] = f"EUR {row['amount']}"


@pytest.fixture(scope="module")
def home(airflow: Any, tmp_path_factory: pytest.TempPathFactory, write_orders: Any) -> Path:
    """Two learned data sets in mode approve; for `hasty` nobody has time to answer."""
    folder = tmp_path_factory.mktemp("approving")
    policies = folder / "policies"
    policies.mkdir()
    (policies / "default.yaml").write_text("mode: approve\n")
    (policies / "hasty.yaml").write_text("mode: approve\napproval_timeout_s: 1\n")
    history = [write_orders(folder / f"b{day:02d}.csv", day) for day in range(11)]
    with Services.open(load_settings(home=folder)) as services:
        for name in ("orders", "hasty"):
            learn_batches(services, name, [as_batch_ref(path, name) for path in history])
    write_orders(folder / "bad.csv", 12, change=with_currency)
    return folder


class Rest:
    """Airflow's REST API, logged in."""

    def __init__(self, running: embedded.RunningAirflow, port: int) -> None:
        self.running = running
        self._base = f"http://127.0.0.1:{port}"
        login = {"username": running.username, "password": running.password}
        self._token = self("POST", "/auth/token", login)["access_token"]

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Content-Type": "application/json"}
        if path != "/auth/token":
            headers["Authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._base}{path}", data=data, headers=headers, method=method)
        deadline = time.monotonic() + 180
        while True:
            try:
                with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120) as answer:
                    return json.loads(answer.read())
            except urllib.error.HTTPError as error:
                # Airflow's SQLite is locked while the scheduler writes.
                if error.code < 500 or time.monotonic() > deadline:
                    raise
            time.sleep(1.0)

    def start(self, dataset: str, batch_id: str, uri: Path) -> str:
        conf = {"dataset": dataset, "batch_id": batch_id, "uri": str(uri), "format": "csv"}
        body = {"dag_run_id": f"{dataset}-{batch_id}", "logical_date": None, "conf": conf}
        try:
            return str(self("POST", f"/api/v2/dags/{DAG_ID}/dagRuns", body)["dag_run_id"])
        except urllib.error.HTTPError as error:
            if error.code != 409:  # a try that was answered with an error started it all the same
                raise
            return str(body["dag_run_id"])

    def pending(self, run_id: str) -> list[dict[str, Any]]:
        return list(self("GET", f"/api/v2/dags/{DAG_ID}/dagRuns/{run_id}/hitlDetails")["hitl_details"])

    def state(self, run_id: str) -> str:
        return str(self("GET", f"/api/v2/dags/{DAG_ID}/dagRuns/{run_id}")["state"])

    def answer(self, run_id: str, option: str) -> None:
        path = f"/api/v2/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/type_mismatch.approve/-1/hitlDetails"
        self("PATCH", path, {"chosen_options": [option], "params_input": {}})


@pytest.fixture
def rest(airflow: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rest]:
    """A real scheduler with the approving DAG beside the two of the package."""
    folder = home / "dags"
    shutil.copytree(resource("dags"), folder)
    (folder / "approving.py").write_text(DAG_FILE)
    monkeypatch.setattr(embedded, "resource", lambda _: folder)
    monkeypatch.setattr(embedded, "DAGS", ("dqheal_heal", "dqheal_dispatch", DAG_ID))
    env = {"DQHEAL_HOME": str(home), "DQHEAL_POLICIES": str(home / "policies"), "DQHEAL_PROFILE__DRIVER": "local"}
    env |= {name: airflow.env[name] for name in ("PYTHONPATH", "PYTHONPYCACHEPREFIX")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        yield Rest(embedded.start_airflow(home, env, port), port)
    finally:
        embedded.stop_airflow(home)


def until(ready: Callable[[], Any], what: str) -> Any:
    """Waits for Airflow, asking it five times a second."""
    return waiting.until(ready, 400, what, every_s=0.2)


def paused(home: Path, run_id: str) -> bool:
    """Whether the scheduler has taken note that the asking task of a run ended its first turn."""
    log = (home / "logs" / "airflow-scheduler.log").read_text(errors="replace")
    return any("Received executor event" in line and run_id in line and ".approve" in line for line in log.splitlines())


def decide_at_the_service(rest: Rest, home: Path, dataset: str, batch_id: str) -> None:
    """Approves as the dashboard does; the service knows where Airflow is."""
    running = rest.running
    login = {"airflow_url": running.url, "airflow_username": running.username, "airflow_password": running.password}
    with serving(home, login) as served:
        body = {"dataset": dataset, "batch_id": batch_id, "decision": "approved", "by": "ada"}
        answer = httpx.post(f"{served.base}/api/v1/approval", json=body, timeout=120)
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "published"
    assert rest.pending(f"{dataset}-{batch_id}")[0]["chosen_options"] == ["Approve"]


def test_a_person_approves_or_rejects_and_nobody_in_time_holds(rest: Rest, home: Path) -> None:
    runs = {
        name: rest.start(dataset, name, home / "bad.csv")
        for name, dataset in (("yes", "orders"), ("no", "orders"), ("late", "hasty"), ("board", "orders"))
    }
    asked = until(lambda: rest.pending(runs["yes"]), "the question")
    assert asked[0]["subject"] == "orders/yes: carry out 1 steps for type_mismatch?"
    assert "**parse numbers** on `amount`" in asked[0]["body"]
    assert "EUR" not in asked[0]["body"]
    for name in ("no", "board"):
        until(lambda name=name: rest.pending(runs[name]), "the other questions")
    # Airflow takes an answer within a scheduler's loop of the question for a task that ended while it was queued.
    for name in ("yes", "no", "board"):
        until(lambda name=name: paused(home, runs[name]), f"the scheduler to know that {name} waits")
    with Store(load_settings(home=home).database_url) as store:
        rest.answer(runs["yes"], "Approve")
        rest.answer(runs["no"], "Reject")

        def ended(dataset: str, name: str) -> Any:
            record = store.batch(dataset, name)
            return record if record is not None and record.status in ("published", "held", "failed") else None

        approved = until(lambda: ended("orders", "yes"), "the approved batch")
        assert (approved.status, bool(approved.healed_cells)) == ("published", True), approved
        rejected = until(lambda: ended("orders", "no"), "the rejected batch")
        assert (rejected.status, rejected.published_uri) == ("held", None)
        assert rejected.reason == "type_mismatch: 1 step rejected by admin"
        late = until(lambda: ended("hasty", "late"), "the batch nobody decided about")
        assert late.status == "held"
        assert "nobody answered in time" in late.reason
        said = {r.event.type.rpartition(".")[2] for r in store.events(limit=5000) if ".approval." in r.event.type}
        assert said == {"waiting", "approved", "rejected", "expired"}

        decide_at_the_service(rest, home, "orders", "board")
        published = store.batch("orders", "board")
        assert published is not None
        assert published.status == "published"
    until(lambda: rest.state(runs["board"]) == "success", "the run that was answered at the service")


def test_decisions_made_elsewhere_are_not_asked_for_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow_provider_dqheal.operators.approve import ApproveIssue
    from airflow_provider_dqheal.pipeline.approval import approvals, record_decision

    monkeypatch.setenv("DQHEAL_HOME", str(home))
    monkeypatch.setenv("DQHEAL_POLICIES", str(home / "policies"))
    with Services.open() as services:
        ref = receive(services, BatchRef(dataset="orders", batch_id="elsewhere", uri=str(home / "bad.csv")))
        assert decide_stage(services, ref).steps

        def task(issue: str) -> ApproveIssue:
            return ApproveIssue(task_id="approve", issue=issue, batch=ref.model_dump(mode="json"))

        assert task("outliers").execute({}) is None
        late = {"error": "no response", "error_type": "timeout"}
        assert task("type_mismatch").execute_complete({}, late)["decision"] == "expired"
        record_decision(services, ref, "type_mismatch", "approved", by="ada")
        assert task("type_mismatch").execute({})["by"] == "ada"
        assert task("type_mismatch").execute_complete({}, late)["decision"] == "approved"
        assert approvals(services, ref)["type_mismatch"].by == "ada"
