"""Finds and ends every process that a demo started, also after the demo itself was killed."""

from __future__ import annotations

import contextlib
from pathlib import Path

import psutil

from airflow_provider_dqheal.embedded.process import family, remembered

MARK = "DQHEAL_DEMO_MARK"
"""Environment variable that every process of a demo inherits; its value is the demo's folder."""


def started_by(folder: Path) -> list[psutil.Process]:
    """The living processes that carry the mark of ``folder`` or that a run below it remembers, but for this one's own.

    Neither alone is enough: Airflow's parts give themselves a title, which overwrites the environment that others
    see; and a demo that is killed right after it started a process has not remembered it yet.
    """
    own = {process.pid for process in [psutil.Process(), *psutil.Process().parents()]}
    homes = sorted((folder / "runs").glob("*"))
    found = {process for home in homes for started in remembered(home) for process in family(started)}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.add(process)
    return [process for process in found if process.pid not in own]


def end_all(folder: Path, grace_s: float = 10.0) -> int:
    """Asks them to stop, then makes them; returns how many there were."""
    processes = started_by(folder)
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=grace_s)
    for _ in range(3):  # what they started while they were ending
        alive = [*alive, *started_by(folder)]
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.kill()
        _, alive = psutil.wait_procs(alive, timeout=5)
        if not alive and not started_by(folder):
            break
    return len(processes)
