"""Processes of the embedded parts: each in a session of its own, remembered by a file, ended as a whole."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from airflow_provider_dqheal.core.errors import EmbeddedError

POLL_S = 0.1

_given_up = threading.Event()


@contextlib.contextmanager
def starting_together() -> Iterator[ThreadPoolExecutor]:
    """A pool to start parts side by side: once an exception leaves the block, none goes on being started or waited for.

    Without it an interrupt would wait until the slowest part has started.
    """
    try:
        with ThreadPoolExecutor() as pool:
            try:
                yield pool
            except BaseException:
                _given_up.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    finally:
        _given_up.clear()


def _go_on(what: str) -> None:
    if _given_up.is_set():
        raise EmbeddedError(f"{what}: given up, since another part failed or the start was interrupted")


@dataclass(frozen=True)
class StartedProcess:
    """A process in its own session. ``started_at`` (Unix time) tells it from a later one with the same pid."""

    name: str
    pid: int
    started_at: float
    log: Path

    def process(self) -> psutil.Process | None:
        """The living process, or None."""
        try:
            found = psutil.Process(self.pid)
            if abs(found.create_time() - self.started_at) > 1.0 or found.status() == psutil.STATUS_ZOMBIE:
                return None
        except psutil.Error:
            return None
        return found

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""


def _file(home: Path, name: str) -> Path:
    return home / "run" / f"{name}.json"


def start_process(home: Path, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None) -> StartedProcess:
    """Starts ``argv`` in a new session, its output in ``home/logs/<name>.log``; one of that name is ended before.

    ``env`` is laid over this process's environment.

    Raises:
        EmbeddedError: when the program cannot be started, or the start was given up.
    """
    _go_on(f"starting {name}")
    stop_process(home, name)
    log = home / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with log.open("ab") as out:
            child = subprocess.Popen(
                list(argv),
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=home,
            )
    except OSError as error:
        raise EmbeddedError(f"{name}: {argv[0]} cannot be started ({error}); check the installation") from error
    started = StartedProcess(name, child.pid, psutil.Process(child.pid).create_time(), log)
    file = _file(home, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"pid": started.pid, "started_at": started.started_at, "log": str(log)}))
    return started


def find_process(home: Path, name: str) -> StartedProcess | None:
    """The process of that name if it was started for ``home`` and lives."""
    return _read(_file(home, name))


def remembered(home: Path) -> list[StartedProcess]:
    """The living processes that were started for ``home``, whoever started them."""
    found = [_read(file) for file in sorted((home / "run").glob("*.json"))]
    return [started for started in found if started is not None]


def _read(file: Path) -> StartedProcess | None:
    name = file.stem
    try:
        saved = json.loads(file.read_text())
        started = StartedProcess(name, int(saved["pid"]), float(saved["started_at"]), Path(saved["log"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return started if started.process() else None


def stop_process(home: Path, name: str, grace_s: float = 10.0) -> bool:
    """Ends a process with everything it started; True when there was one. SIGTERM first, SIGKILL after ``grace_s``."""
    started = find_process(home, name)
    if started is not None:
        end(started, grace_s)
    with contextlib.suppress(OSError):
        _file(home, name).unlink()
    return started is not None


def end(started: StartedProcess, grace_s: float = 10.0) -> None:
    """Ends the process, its descendants and what else is in its session, however they regrouped."""
    members = family(started)
    main = started.process()
    if main is not None:
        with contextlib.suppress(psutil.Error):
            main.terminate()
            main.wait(grace_s)
    members = list({*members, *family(started)})
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for member in members:
            with contextlib.suppress(psutil.Error):
                member.send_signal(sign)
        _, members = psutil.wait_procs(members, timeout=3)


def family(started: StartedProcess) -> list[psutil.Process]:
    """The process, its descendants and what else is in its session."""
    main = started.process()
    found = set(main.children(recursive=True)) | {main} if main is not None else set()
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getsid(process.pid) == started.pid and process.create_time() >= started.started_at - 1:
                found |= {process, *process.children(recursive=True)}
    return list(found)


def wait_until(ready: Callable[[], bool], parts: Sequence[StartedProcess], timeout_s: float, what: str) -> None:
    """Waits until ``ready``; a part that ends meanwhile is an error at once.

    Raises:
        EmbeddedError: when a part ended or the time is over, with the last lines of its log; or the start was given up.
    """
    deadline = time.monotonic() + timeout_s
    while not ready():
        _go_on(what)
        for part in parts:
            if part.process() is None:
                raise EmbeddedError(f"{part.name} ended while {what}; its log {part.log} ends with:\n{part.log_tail()}")
        if time.monotonic() > deadline:
            logs = ", ".join(str(part.log) for part in parts)
            raise EmbeddedError(f"{what}: not done within {timeout_s:.0f} s; see {logs}")
        time.sleep(POLL_S)
