"""Reads new events from the store and keeps board and hub in step with it.

The store is polled, because any process may write to it; what was written at the same time goes out together.
The store gives numbers out in the order of commits, so that what comes after the last number read is all that is new.
A store that cannot be read is tried again; nothing is lost.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

from airflow_provider_dqheal.service.messages import EventItem

if TYPE_CHECKING:
    from airflow_provider_dqheal.service.board import BoardState
    from airflow_provider_dqheal.service.hub import Hub
    from airflow_provider_dqheal.service.reader import Reader

POLL_S = 0.05
"""An idle poll is one indexed query; twenty a second cost less than 1 % of a core."""
PANEL_S = 0.25
"""Records are read again at most this often; events are never held back for it."""
REFRESH_S = 15.0
"""Figures over the last 24 hours change without an event."""
RETRY_S = 1.0


class Feed:
    """Follows the store from its newest event on. One task; the store is read in a thread."""

    def __init__(self, reader: Reader, board: BoardState, hub: Hub, poll_s: float = POLL_S) -> None:
        self._reader = reader
        self._board = board
        self._hub = hub
        self._poll_s = poll_s
        self._woken = asyncio.Event()
        self._dirty: set[tuple[str, str]] = set()
        self._all_dirty = False
        self._last_panel = 0.0
        self._last_full = 0.0
        self.ready = False
        self.store_error: str | None = None

    def wake(self) -> None:
        """Reads now instead of at the next poll, and every record with it."""
        self._all_dirty = True
        self._woken.set()

    def nudge(self) -> None:
        """Reads new events now."""
        self._woken.set()

    async def run(self) -> None:
        """Follows the store until it is cancelled."""
        while True:
            try:
                if not self.ready:
                    await self._load()
                await self._step()
                self.store_error = None
                wait_s = self._poll_s
            except asyncio.CancelledError:
                raise
            except Exception as error:
                if self.store_error is None:
                    structlog.get_logger().warning("store_unreadable", error=str(error), kind=type(error).__name__)
                self.store_error = type(error).__name__
                wait_s = RETRY_S
            try:
                async with asyncio.timeout(wait_s):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()

    async def _load(self) -> None:
        loaded = await asyncio.to_thread(self._reader.load)
        self._board.epoch = loaded.epoch
        self._board.replace(loaded.board)
        self._board.add_events(loaded.events)
        self._board.seq = max(self._board.seq, loaded.seq)
        self._hub.seq = self._board.seq
        self._last_panel = self._last_full = time.monotonic()
        self.ready = True

    async def _step(self) -> None:
        events = await asyncio.to_thread(self._reader.new_events, self._board.seq)
        if events:
            self._board.add_events(events)
            self._hub.publish([EventItem(event=event) for event in events], self._board.seq)
            self._dirty.update((e.dataset, e.batch_id) for e in events if e.dataset and e.batch_id)
        now = time.monotonic()
        full = self._all_dirty or now - self._last_full >= REFRESH_S
        if full or (self._dirty and now - self._last_panel >= PANEL_S):
            dirty, self._dirty, self._all_dirty = self._dirty, set(), False
            try:
                items = await asyncio.to_thread(self._reader.records, dirty, full)
            except Exception:
                self._dirty |= dirty
                self._all_dirty = self._all_dirty or full
                raise
            self._last_panel = time.monotonic()
            if full:
                self._last_full = self._last_panel
            self._hub.publish(self._board.apply(items), self._board.seq)
