"""One ring of items for all clients: each item is serialised once, a client is a cursor.

What is published goes out at once when the hub was idle, otherwise with everything else of the same window.
A client too far behind for the ring is sent a snapshot instead.
"""

from __future__ import annotations

import asyncio
import itertools
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from airflow_provider_dqheal.core.types import Frozen

WINDOW_S = 0.016
"""One frame of a 60 Hz display: what arrives within it is painted together anyway."""
RING_ITEMS = 4096
FRAME_ITEMS = 512


@dataclass(frozen=True, slots=True)
class Entry:
    """An item in the ring: its position, the newest event number it takes into account, its JSON."""

    position: int
    seq: int
    json: str


@dataclass(slots=True, eq=False)
class Client:
    """A connected reader. ``cursor`` is the position of the last item it was sent."""

    cursor: int
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    rtt_ms: float | None = None


@dataclass(slots=True)
class Counters:
    """What the system page shows of the socket since the start of the service."""

    connected_total: int = 0
    frames: int = 0
    items: int = 0
    dropped_to_snapshot: int = 0
    evicted: int = 0
    refused: int = 0


class Hub:
    """Spreads items to clients. Everything here runs in one event loop; nothing blocks.

    Args:
        snapshot: gives the snapshot message as JSON for a client that resumes after the given event number
            (None: from nothing).
        ring_items: how many items are kept for clients that lag.
        window_s: the shortest time between two frames.
    """

    def __init__(
        self, snapshot: Callable[[int | None], str], ring_items: int = RING_ITEMS, window_s: float = WINDOW_S
    ) -> None:
        self._snapshot = snapshot
        self._ring: deque[Entry] = deque(maxlen=ring_items)
        self._window_s = window_s
        self._last_flush = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        self._flushed = 0
        self._frames: dict[int, tuple[str, int]] = {}
        self.clients: set[Client] = set()
        self.counters = Counters()
        self.seq = 0
        self.head = 0

    def publish(self, items: Iterable[Frozen], seq: int) -> None:
        """Adds items that take events up to ``seq`` into account, and sends them now or with this window."""
        for item in items:
            self.head += 1
            self._ring.append(Entry(self.head, seq, item.model_dump_json()))
            self.counters.items += 1
        self.seq = max(self.seq, seq)
        if self.head > self._flushed and self._timer is None:
            loop = asyncio.get_running_loop()
            wait_s = self._last_flush + self._window_s - loop.time()
            if wait_s <= 0:
                self._flush()
            else:
                self._timer = loop.call_later(wait_s, self._flush)

    def _flush(self) -> None:
        self._timer = None
        self._last_flush = asyncio.get_running_loop().time()
        self._flushed = self.head
        self._frames.clear()
        for client in self.clients:
            client.wake.set()

    def join(self, last_seq: int | None) -> tuple[Client, str]:
        """A new client at the head, and the snapshot that brings it there.

        Items that wait for the end of the window are in the snapshot and are sent once more: an item applied
        twice changes nothing.
        """
        client = Client(cursor=self._flushed)
        self.clients.add(client)
        self.counters.connected_total += 1
        return client, self._snapshot(last_seq)

    def leave(self, client: Client) -> None:
        """Forgets a client."""
        self.clients.discard(client)

    def pending(self, client: Client) -> str | None:
        """The next message for a client and moves its cursor; None when it has everything."""
        if client.cursor >= self._flushed:
            return None
        if not self._ring or client.cursor + 1 < self._ring[0].position:
            client.cursor = self._flushed
            self.counters.dropped_to_snapshot += 1
            return self._snapshot(None)
        frame = self._frames.get(client.cursor)
        if frame is None:
            frame = self._frames[client.cursor] = self._frame(client.cursor)
        client.cursor = frame[1]
        self.counters.frames += 1
        return frame[0]

    def _frame(self, cursor: int) -> tuple[str, int]:
        start = bisect_right(self._ring, cursor, key=lambda entry: entry.position)
        stop = min(start + FRAME_ITEMS, start + self._flushed - cursor)
        entries = list(itertools.islice(self._ring, start, stop))
        seq = max(entry.seq for entry in entries)
        body = ",".join(entry.json for entry in entries)
        return f'{{"type":"delta","seq":{seq},"items":[{body}]}}', entries[-1].position
