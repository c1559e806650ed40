"""Finds and ends every process that a demo started, also after the demo itself was killed."""

from __future__ import annotations

import contextlib
from pathlib import Path

import psutil

MARK = "DQHEAL_DEMO_MARK"
"""Environment variable that every process of a demo inherits; its value is the demo's folder."""


def started_by(folder: Path) -> list[psutil.Process]:
    """The living processes that carry the mark of ``folder``, this one and its ancestors left out."""
    own = {process.pid for process in [psutil.Process(), *psutil.Process().parents()]}
    found = []
    for process in psutil.process_iter():
        if process.pid in own:
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


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
