"""A real store, a real uvicorn on a free port, and batches played through the store as the pipeline does it."""

from __future__ import annotations

import asyncio
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _support.waiting import until

from airflow_provider_dqheal.core.config import KafkaSettings, ServiceSettings, Settings
from airflow_provider_dqheal.core.events import batch_event
from airflow_provider_dqheal.core.types import BatchRef, ColumnSchema, Evidence, Issue, TableSchema, Verdict
from airflow_provider_dqheal.service.app import create_app
from airflow_provider_dqheal.service.run import server_for
from airflow_provider_dqheal.service.runtime import Runtime
from airflow_provider_dqheal.storage.store import Store


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
    """The service on a real server in a thread; it can be stopped and started again on the same port."""

    def __init__(
        self, home: Path, service: dict[str, object], options: dict[str, Any], kafka: KafkaSettings | None = None
    ) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.socket = f"ws://127.0.0.1:{self.port}/ws/quality"
        address = {"port": self.port, "public_url": f"http://localhost:{self.port}"}
        self.settings = Settings(
            home=home, service=ServiceSettings.model_validate({**address, **service}), kafka=kafka or KafkaSettings()
        )
        self._options = options
        self._server: Any = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> Runtime:
        """The parts of the running service."""
        runtime: Runtime = self._server.config.app.state.runtime
        return runtime

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The service's event loop."""
        return self.running.loop

    def start(self) -> None:
        """Starts and waits until it is well."""
        self.begin()
        until(self.healthy, 30.0, "the service")

    def begin(self) -> None:
        """Starts, and waits until it listens."""
        self._server = server_for(create_app(self.settings, **self._options), "127.0.0.1", self.port)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until(lambda: self._server.started, 30.0, "the server")

    def healthy(self) -> bool:
        assert self._thread is not None
        assert self._thread.is_alive(), "the service ended"
        try:
            with urllib.request.urlopen(f"{self.base}/api/v1/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        if self._thread is not None:
            self._server.should_exit = True
            self._thread.join(20)
            assert not self._thread.is_alive(), "the service does not end"
            self._thread = None


@contextmanager
def serving(
    home: Path, service: dict[str, object] | None = None, kafka: KafkaSettings | None = None, **options: Any
) -> Iterator[Served]:
    """A running service; ``options`` go to ``create_app``."""
    served = Served(home, service or {}, options, kafka)
    served.start()
    try:
        yield served
    finally:
        served.stop()
