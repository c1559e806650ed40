"""Parts that are started side by side are given up together."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest
from _support.waiting import until

from airflow_provider_dqheal.core.errors import EmbeddedError
from airflow_provider_dqheal.embedded.process import (
    find_process,
    start_process,
    starting_together,
    stop_process,
    wait_until,
)


def _slow_part(home: Path) -> None:
    started = start_process(home, "slow", [sys.executable, "-c", "import time; time.sleep(90)"])
    wait_until(lambda: False, [started], 90, "waiting for the slow part")


def _interrupted(part: Callable[[], None], once: Callable[[Future[None]], bool]) -> Future[None]:
    """Starts a part and is interrupted when ``once`` holds."""
    try:
        with starting_together() as pool:
            found = pool.submit(part)
            until(lambda: once(found), 20)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        return found


def test_an_interrupt_does_not_wait_for_a_part_that_is_slow_to_start(tmp_path: Path) -> None:
    began = time.monotonic()
    try:
        slow = _interrupted(lambda: _slow_part(tmp_path), lambda _: find_process(tmp_path, "slow") is not None)
        assert time.monotonic() - began < 30
        with pytest.raises(EmbeddedError, match="waiting for the slow part: given up"):
            slow.result()
    finally:
        stop_process(tmp_path, "slow")


def test_what_was_given_up_can_be_started_again(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="first"), starting_together():
        raise EmbeddedError("first")
    with starting_together() as pool:
        part = pool.submit(start_process, tmp_path, "part", [sys.executable, "-c", "import time; time.sleep(90)"])
        assert part.result().process() is not None
    assert stop_process(tmp_path, "part")


def test_nothing_is_started_once_the_others_were_given_up(tmp_path: Path) -> None:
    def late() -> None:
        with contextlib.suppress(EmbeddedError):
            wait_until(lambda: False, [], 20, "waiting for the interrupt")
        start_process(tmp_path, "late", [sys.executable, "-c", "import time; time.sleep(90)"])

    part = _interrupted(late, Future.running)
    assert isinstance(part.exception(), EmbeddedError)
    assert find_process(tmp_path, "late") is None
