"""Reads a column's odd dates: one layout each, day and month order decided once for the column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.date_window import around, earlier, known_range, later
from airflow_provider_dqheal.remediation.kernels.dates import (
    EPOCH,
    has_milliseconds,
    is_orderable,
    number_readings,
    read_as,
    readings,
    unit_of,
    write_as,
)
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word
from airflow_provider_dqheal.remediation.kernels.turned_dates import turned_dates

Readings = list[tuple[str, datetime]]
_ZERO = re.compile(r"(?<!\d)0(?=\d)")
_PROBED = 200
"""Texts of the history of which is asked how finely they are written."""
_LONE, _KEPT = 2, 5
"""Dates without a zero that prove nothing, where so many times more kept theirs."""


def read_dates(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Odd text -> the same moment in the column's own layout; what has two readings left is not read.

    A time of day, seconds, or a fraction of them are dropped only where they are zero, and added only where the history
    knows no other.
    """
    layout = history.date_layout
    if layout is None:
        return {}
    if (turned := turned_dates(counts, history, layout)) is not None:
        return turned
    odd = {
        text: rows
        for text, rows in counts.items()
        if text is not None and text not in history.pooled and not is_missing_word(text) and not _fits(text, layout)
    }
    if not odd:
        return {}
    low, high = _window(counts, history, layout)
    options: dict[str, Readings] = {}
    for text in odd:
        found = [
            option for option in readings(text) + number_readings(text) if _same_precision(option, layout, history)
        ]
        options[text] = found
    order = _order(options, odd, low, high)
    repaired: dict[Text, Text] = {}
    for text, found in options.items():
        moments = {moment for _, moment in found}
        if len(moments) > 1:
            kept = [option for option in found if _is_ordered(option[0], order)]
            if order is not None and any(is_orderable(option[0]) for option in found):
                moments = {moment for _, moment in kept}
            if len(moments) > 1:
                moments = {moment for moment in moments if low <= moment <= high}
        if len(moments) == 1:
            moment = next(iter(moments))
            numeric = all(name.startswith(("epoch", "serial")) for name, _ in found)
            if not numeric or low <= moment <= high:
                after = write_as(moment, layout, milliseconds=has_milliseconds(next(iter(history.present))))
                if after != text:
                    repaired[text] = after
    cut = cut_dates(counts, history)
    return {text: after for text, after in repaired.items() if text not in cut}


def cut_dates(counts: Counts, history: ColumnHistory) -> set[Text]:
    """One or two dates without a zero that all others kept: they may as well lack another digit (1 of 11 March)."""
    layout = history.date_layout
    if layout is None:
        return set()
    own = {text: moment for text in counts if text and (moment := read_as(text, layout)) is not None}
    short = {text for text, moment in own.items() if text in _without_a_zero(write_as(moment, layout))}
    rows = sum(counts[text] for text in short)
    if not 0 < rows <= _LONE or not short.isdisjoint(history.pooled):
        return set()
    kept = sum(counts[text] for text in own if text not in short and _ZERO.search(text))
    return set(short) if kept >= _KEPT * rows else set()


def _without_a_zero(written: str) -> set[str]:
    """The text without one of the zeros that its numbers begin with."""
    return {written[: zero.start()] + written[zero.start() + 1 :] for zero in _ZERO.finditer(written)}


def _fits(text: str, layout: str) -> bool:
    moment = read_as(text, layout)
    return moment is not None and (write_as(moment, layout) == text or write_as(moment, layout, True) == text)


def _window(counts: Counts, history: ColumnHistory, layout: str) -> tuple[datetime, datetime]:
    """Where moments of this batch may lie: the history and the batch's own plain dates, with slack."""
    own = [moment for text in counts if text is not None and _fits(text, layout) and (moment := read_as(text, layout))]
    low, high = known_range(history, layout)
    if len(own) >= 5:
        own.sort()
        inner = own[len(own) // 20], own[-1 - len(own) // 20]
        slack = max(timedelta(days=2), inner[1] - inner[0])
        return earlier(min(low, inner[0]), slack), later(max(high, inner[1]), slack)
    return around(low, high, len(history.batches))


def _same_precision(option: tuple[str, datetime], layout: str, history: ColumnHistory) -> bool:
    name, moment = option
    written, wanted = unit_of(name), unit_of(layout)
    if written == wanted:
        return True
    if written < wanted:
        return _is_whole(moment, wanted)
    known = (read_as(text, layout) for text in list(history.present)[:_PROBED])
    return all(one is not None and _is_whole(one, written) for one in known)


def _is_whole(moment: datetime, unit: timedelta) -> bool:
    return (moment - EPOCH) % unit == timedelta(0)


def _is_ordered(name: str, order: str | None) -> bool:
    return not is_orderable(name) or order is None or name.startswith("%d" if order == "day" else "%m")


def _order(options: Mapping[str, Readings], odd: Mapping[str, int], low: datetime, high: datetime) -> str | None:
    """``day`` or ``month`` first, decided by cells that can only be one, else by which lies in the window."""
    proven: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    asked = 0
    for text, found in options.items():
        ordered = {
            ("day" if name.startswith("%d") else "month"): moment for name, moment in found if is_orderable(name)
        }
        if len(ordered) == 1:
            proven[next(iter(ordered))] += odd[text]
        elif len(ordered) == 2 and ordered["day"] != ordered["month"]:
            asked += odd[text]
            for name, moment in ordered.items():
                inside[name] += odd[text] if low <= moment <= high else 0
    if len(proven) == 1:
        return next(iter(proven))
    if len(proven) == 2 or not asked:
        return None
    ranked = inside.most_common(2)
    if ranked and ranked[0][1] >= 0.98 * asked and (len(ranked) == 1 or ranked[1][1] <= 0.5 * asked):
        return ranked[0][0]
    return None
