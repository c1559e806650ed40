"""Where the moments of a batch may lie, by those of its history."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.dates import read_as


def known_range(history: ColumnHistory, layout: str) -> tuple[datetime, datetime]:
    """The first and the last moment of a column's history, by the layout that its texts are written in."""
    known = [moment for text in history.present if (moment := read_as(text, layout)) is not None]
    return min(known), max(known)


def around(low: datetime, high: datetime, batches: int) -> tuple[datetime, datetime]:
    """Where moments may lie after so many batches between two: two batches on, either way."""
    step = max(timedelta(days=2), 2 * (high - low) / max(1, batches))
    return earlier(low, step), later(high, step)


def earlier(moment: datetime, by: timedelta) -> datetime:
    """A moment so much before another one, at the earliest the first there is: ``0001-01-01`` stands for no date."""
    return datetime.min + max(moment - datetime.min - by, timedelta())


def later(moment: datetime, by: timedelta) -> datetime:
    """A moment so much after another one, at the latest the last there is: ``9999-12-31`` stands for no end."""
    return datetime.max - max(datetime.max - moment - by, timedelta())
