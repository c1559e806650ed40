"""What a killed demo left running is found, also where a process has overwritten its environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from _support.waiting import until

from airflow_provider_dqheal.embedded.demo import leftovers
from airflow_provider_dqheal.embedded.process import StartedProcess, remembered, start_process, stop_process

TITLED = "import setproctitle, time; setproctitle.setproctitle('t' * 30000); print('titled', flush=1); time.sleep(90)"


@pytest.fixture
def titled(tmp_path: Path) -> Iterator[StartedProcess]:
    """A process of a run below the folder that can no longer be told by its environment."""
    home = tmp_path / "runs" / "one"
    home.mkdir(parents=True)
    started = start_process(home, "part", [sys.executable, "-c", TITLED], {leftovers.MARK: str(tmp_path)})
    try:
        until(lambda: "titled" in started.log_tail(), 30)
        yield started
    finally:
        stop_process(home, "part")


def test_a_process_that_overwrote_its_environment_is_ended(titled: StartedProcess, tmp_path: Path) -> None:
    assert leftovers.MARK not in psutil.Process(titled.pid).environ()
    assert [process.pid for process in leftovers.started_by(tmp_path)] == [titled.pid]
    assert leftovers.end_all(tmp_path) == 1
    assert titled.process() is None
    assert leftovers.end_all(tmp_path) == 0


def test_a_process_that_nobody_remembers_is_told_by_its_mark(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    argv = [sys.executable, "-c", "import time; time.sleep(90)"]
    started = start_process(elsewhere, "part", argv, {leftovers.MARK: str(tmp_path)})
    try:
        assert [process.pid for process in leftovers.started_by(tmp_path)] == [started.pid]
        assert leftovers.started_by(tmp_path / "another") == []
        assert leftovers.end_all(tmp_path) == 1
        assert started.process() is None
    finally:
        stop_process(elsewhere, "part")


def test_a_pid_that_another_process_has_now_is_not_remembered(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "part.json").write_text(f'{{"pid": {os.getpid()}, "started_at": 1.0, "log": "x"}}')
    (tmp_path / "run" / "broken.json").write_text("{")
    assert remembered(tmp_path) == []
