"""Runs the demo: start the parts, learn, announce, watch, report, stop."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import numpy as np

from airflow_provider_dqheal.core.config import Settings, load_settings
from airflow_provider_dqheal.core.errors import EmbeddedError
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.embedded.demo import leftovers
from airflow_provider_dqheal.embedded.demo.data import DATASET, HISTORY_DAYS, Day, read_days, write_day
from airflow_provider_dqheal.embedded.demo.faults import SCHEDULE
from airflow_provider_dqheal.embedded.demo.parts import Parts, ports
from airflow_provider_dqheal.embedded.demo.preflight import preflight
from airflow_provider_dqheal.embedded.demo.progress import Progress
from airflow_provider_dqheal.embedded.demo.report import Outcome, outcome, write_report
from airflow_provider_dqheal.embedded.demo.runs import fresh_run
from airflow_provider_dqheal.pipeline.announce import announce_batch, announce_profile
from airflow_provider_dqheal.pipeline.learn import learn_batches
from airflow_provider_dqheal.pipeline.profile import profile_batch
from airflow_provider_dqheal.pipeline.services import Services

DEADLINE_S = 900.0


def run_demo(keep: bool = False, plain: bool = False, report: Path | None = None, show: bool = True) -> dict[str, Any]:
    """Runs the whole demo and returns its report: ``{"batches": [...], "ok": bool}``.

    ``keep`` leaves everything running; ``plain`` prints progress as lines; ``report`` is written as JSON;
    ``show`` prints the closing table on stdout.

    Raises:
        EmbeddedError: when something is missing on this machine, before anything is started, or a part fails.
    """
    base = load_settings()
    folder = base.home / "demo"
    report = report.resolve() if report else None
    with _only_one(folder), _interruptible():
        progress = Progress(plain)
        ended = leftovers.end_all(folder)
        if ended:
            progress.say(f"ended {ended} processes that an earlier demo had left running")
        preflight(folder, ports(base))
        settings = fresh_run(folder, base)
        os.environ.pop(leftovers.MARK, None)
        parts = Parts(settings, folder, progress)
        started = False
        try:
            settings = parts.start_broker()
            days = read_days(HISTORY_DAYS + len(SCHEDULE))
            _learn(settings, days[:HISTORY_DAYS], progress)
            parts.start_rest()
            started = True
            outcomes = _feed(settings, days[HISTORY_DAYS:], progress)
            ok = bool(outcomes) and all(one.right for one in outcomes)
            document = write_report(outcomes, ok, report)
            if show:
                progress.table(outcomes)
            progress.say(
                "every planted fault was found and no clean batch was touched"
                if ok
                else "NOT as planted: see the table"
            )
            parts.say_where()
            if keep:
                progress.say(
                    "everything is left running; stop it with: ./run_demo.sh --stop   (or: dqheal demo --stop)"
                )
            return document
        finally:
            if not (keep and started):
                progress.say("stopping")
                parts.stop()


def stop_demo() -> int:
    """Stops what a demo with ``keep`` left running; returns the number of processes ended."""
    return leftovers.end_all(load_settings().home / "demo")


def _learn(settings: Settings, days: list[Day], progress: Progress) -> None:
    progress.say(
        f"history: {len(days)} days of {DATASET} (nycflights13), {days[0].batch_id} to {days[-1].batch_id}; "
        "the shipped detector was trained without this family of tables"
    )
    refs = [write_day(day.table, _ref(settings, day)) for day in days]
    with Services.open(settings) as services:
        local = settings.model_copy(update={"profile": settings.profile.model_copy(update={"driver": "local"})})
        baseline = learn_batches(Services(local, services.store, services.events), DATASET, refs)
    progress.say(f"learned: {len(baseline.profiles)} batches, {len(baseline.table_schema.columns)} columns")


def _ref(settings: Settings, day: Day) -> BatchRef:
    path = settings.home / "data" / f"{day.batch_id}.csv"
    return BatchRef(dataset=DATASET, batch_id=day.batch_id, uri=str(path), format="csv", produced_at=datetime.now(UTC))


def _feed(settings: Settings, days: list[Day], progress: Progress) -> list[Outcome]:
    """Announces the days one by one and waits until each is published or held."""
    rng = np.random.default_rng(2013)
    planted: list[tuple[str, tuple[str, ...]]] = []
    for day, fault in zip(days, SCHEDULE, strict=True):
        table = fault.change(day.table, rng) if fault else day.table
        ref = write_day(table, _ref(settings, day))
        if fault and fault.stream:
            announce_profile(settings, profile_batch(ref))
        else:
            announce_batch(settings, ref)
        planted.append((day.batch_id, fault.issues if fault else ()))
        progress.say(f"announced {day.batch_id}: {fault.story if fault else 'as it really was'}")
    deadline = time.monotonic() + DEADLINE_S
    wake = threading.Event()
    with Services.open(settings) as services, progress.watching():
        while True:
            outcomes = [outcome(services.store, DATASET, batch_id, issues) for batch_id, issues in planted]
            progress.update(outcomes)
            if all(one.ended for one in outcomes) or time.monotonic() > deadline:
                return outcomes
            wake.wait(1.0)


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Holds the demo's lock, which the system releases however the process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    lock: IO[str]
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise EmbeddedError(
                f"another demo is running with {folder}; wait for it, or set DQHEAL_HOME to another folder"
            ) from error
        yield


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Makes SIGTERM and SIGHUP end the demo as Ctrl-C does, so that what it started is stopped."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
