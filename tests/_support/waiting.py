"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def until(
    ready: Callable[[], object], timeout_s: float = 30.0, what: str = "the condition", every_s: float = 0.02
) -> Any:
    """Asks every ``every_s`` until ``ready`` is true; its value."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = ready()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout_s} s")
        time.sleep(every_s)
