"""A real store, a real uvicorn on a free port, and batches played through the store as the pipeline does it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from airflow_provider_dqheal.core.events import batch_event
from airflow_provider_dqheal.core.types import BatchRef, ColumnSchema, Evidence, Issue, TableSchema, Verdict
from airflow_provider_dqheal.storage.store import Store

REPOSITORY = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(ready: Callable[[], object], timeout_s: float = 10.0, what: str = "the condition") -> object:
    """Polls until ``ready`` is true; its value."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = ready()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout_s} s")
        time.sleep(0.02)


class Player:
    """Writes what the pipeline writes, stage by stage."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def dataset(self, name: str = "orders") -> None:
        columns = (ColumnSchema(name="id", type="int", nullable=False), ColumnSchema(name="price", type="float"))
        self.store.put_dataset(name, TableSchema(columns=columns))

    def emit(self, ref: BatchRef, stage: str, status: str, **data: object) -> int:
        return self.store.append_event(batch_event(stage, status, ref.dataset, ref.batch_id, ref.attempt, **data))

    def receive(self, batch_id: str, dataset: str = "orders") -> BatchRef:
        ref = BatchRef(dataset=dataset, batch_id=batch_id, uri=f"/data/{batch_id}.csv", digest="0" * 64)
        known = self.store.receive(ref)
        self.emit(known, "receive", "started")
        self.store.put_stage(known, "receive", {}, 0.01)
        self.emit(known, "receive", "done", seconds=0.01)
        return known

    def profile(self, ref: BatchRef, rows: int = 1000) -> None:
        self.emit(ref, "profile", "started")
        self.store.set_status(ref, "profiled", rows_in=rows)
        self.store.put_stage(ref, "profile", {"row_count": rows, "columns": 2}, 0.4)
        self.emit(ref, "profile", "done", seconds=0.4, row_count=rows, columns=2)

    def detect(self, ref: BatchRef, issue: Issue | None = None, score: float = 0.97) -> Verdict:
        self.emit(ref, "detect", "started")
        issues = (issue,) if issue else ()
        verdict = Verdict(
            status="scored", issues=issues, quality_score=score, model_id="test", thresholds={"outliers": 0.5}
        )
        self.store.set_status(ref, "detected", issues=[one.type for one in issues], quality_score=score)
        self.store.put_stage(ref, "detect", verdict.model_dump(mode="json"), 0.02)
        if issue:
            self.store.open_incident(ref, verdict)
        shown = [{"type": one.type, "severity": one.severity, "columns": list(one.columns)} for one in issues]
        self.emit(ref, "detect", "done", seconds=0.02, verdict="scored", issues=shown, quality_score=score)
        return verdict

    def decide(self, ref: BatchRef, steps: list[dict[str, object]] | None = None) -> None:
        document = {"dataset": ref.dataset, "batch_id": ref.batch_id, "attempt": ref.attempt, "steps": steps or []}
        self.emit(ref, "decide", "started")
        self.store.put_stage(ref, "decide", document, 0.05)
        self.emit(ref, "decide", "done", seconds=0.05, steps=steps or [], hold_reasons=[])

    def heal(self, ref: BatchRef, issue: str = "outliers", cells: int = 12) -> None:
        self.emit(ref, "heal", "started", issue=issue)
        self.store.set_status(ref, "healing")
        document = {
            "input": ref.uri, "output": "/staging", "rows_in": 1000, "rows_out": 1000, "cells_changed": cells,
            "rows_quarantined": 0, "steps": ["s1"],
        }  # fmt: skip
        self.store.put_stage(ref, f"heal:{issue}", document, 0.3)
        self.emit(ref, "heal", "done", issue=issue, seconds=0.3, cells_changed=cells, rows_quarantined=0)

    def validate(self, ref: BatchRef) -> None:
        self.emit(ref, "validate", "started")
        self.store.set_status(ref, "validating")
        checks = [{"name": "conservation", "passed": True, "observed": "1000 rows", "expected": "1000 rows"}]
        self.store.put_stage(ref, "validate", {"passed": True, "checks": checks}, 0.2)
        self.emit(ref, "validate", "done", seconds=0.2, passed=True, failed=[])

    def publish(self, ref: BatchRef, cells: int = 12, **uris: str) -> None:
        self.emit(ref, "publish", "started")
        self.store.set_status(ref, "published", rows_published=1000, healed_cells=cells, quarantined_rows=0, **uris)
        self.store.put_stage(ref, "publish", {"status": "published"}, 0.1)
        self.emit(ref, "publish", "published", seconds=0.1, rows_published=1000, healed_cells=cells)

    def hold(self, ref: BatchRef, reason: str) -> None:
        self.store.set_status(ref, "held", reason=reason)
        self.emit(ref, "publish", "held", reason=reason)

    def clean(self, batch_id: str, dataset: str = "orders", score: float = 0.97) -> BatchRef:
        ref = self.receive(batch_id, dataset)
        self.profile(ref)
        self.detect(ref, score=score)
        self.decide(ref)
        self.validate(ref)
        self.publish(ref, cells=0)
        return ref


def outliers(column: str = "price") -> Issue:
    evidence = Evidence(
        metric="max", column=column, observed=12400.0, expected_low=118.0, expected_high=131.0, score=9.0,
        sentence=f"{column}: largest value 12,400, expected 118 to 131 over the last 8 batches", examples=("12400.00",),
    )  # fmt: skip
    return Issue(type="outliers", score=0.93, severity="high", columns=(column,), evidence=(evidence,))


class Served:
    """A service in a process of its own."""

    def __init__(self, home: Path, port: int, environment: dict[str, str]) -> None:
        self.home, self.port, self._environment = home, port, environment
        self.base = f"http://127.0.0.1:{port}"
        self.socket = f"ws://127.0.0.1:{port}/ws/quality"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("DQHEAL_", "KAFKA_"))},
            "DQHEAL_HOME": str(self.home),
            "DQHEAL_SERVICE__PORT": str(self.port),
            "DQHEAL_SERVICE__PUBLIC_URL": f"http://localhost:{self.port}",
            "PYTHONPATH": str(REPOSITORY),
            **self._environment,
        }
        code = (
            "from airflow_provider_dqheal.core.config import load_settings\n"
            "from airflow_provider_dqheal.service.run import run_service\n"
            "run_service(load_settings())\n"
        )
        with (self.home / "service.log").open("ab") as log:
            self._process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=log, stderr=log)
        until(self.healthy, 30.0, f"the service, see {self.home / 'service.log'}")

    def healthy(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError((self.home / "service.log").read_text())
        try:
            with urllib.request.urlopen(f"{self.base}/api/v1/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(15)
            self._process = None


@contextmanager
def serving(home: Path, **environment: str) -> Iterator[Served]:
    served = Served(home, free_port(), environment)
    served.start()
    try:
        yield served
    finally:
        served.stop()
