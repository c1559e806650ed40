"""What the terminal shows while the demo runs: a live table, or plain lines."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from airflow_provider_dqheal.embedded.demo.report import HEADER, Outcome


class Progress:
    """Tells on stderr how it goes; ``plain`` avoids anything that needs a terminal. The closing table is the result."""

    def __init__(self, plain: bool) -> None:
        self._plain = plain or not sys.stderr.isatty()
        self._console = Console(file=sys.stderr, width=200 if self._plain else None, highlight=False)
        self._began = time.monotonic()
        self._live: Live | None = None
        self._seen: dict[str, str] = {}

    def say(self, message: str) -> None:
        """One line, with the seconds since the start."""
        self._console.print(Text(f"[{time.monotonic() - self._began:6.1f} s] {message}"))
        sys.stderr.flush()

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Shows the live table while the body runs, on a terminal."""
        if self._plain:
            yield
            return
        with Live(console=self._console, refresh_per_second=4, transient=True) as live:
            self._live = live
            try:
                yield
            finally:
                self._live = None

    def update(self, outcomes: list[Outcome]) -> None:
        """Shows how the batches stand: the table anew, or a line for each that changed its status."""
        if self._live is not None:
            self._live.update(_table(outcomes))
            return
        for one in outcomes:
            status = one.record.status if one.record else "announced"
            if self._seen.get(one.batch_id) != status:
                self._seen[one.batch_id] = status
                self.say(f"{one.batch_id}: {status}" + (f", found {', '.join(one.found)}" if one.found else ""))

    def table(self, outcomes: list[Outcome]) -> None:
        """The closing table, on stdout."""
        Console(file=sys.stdout, width=None if sys.stdout.isatty() else 200, highlight=False).print(_table(outcomes))


def _table(outcomes: list[Outcome]) -> Table:
    table = Table(title="batches", title_justify="left")
    for name in HEADER:
        table.add_column(name, overflow="fold")
    for one in outcomes:
        table.add_row(*(Text(str(cell)) for cell in one.as_row()))
    return table
