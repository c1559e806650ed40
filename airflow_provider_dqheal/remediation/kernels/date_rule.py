"""Reads a column's odd dates: one layout each, day and month order decided once for the column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.dates import has_time, number_readings, read_as, readings, write_as
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word

Readings = list[tuple[str, datetime]]
_ZERO = re.compile(r"(?<!\d)0(?=\d)")
_LEAST_TURNED, _HERE, _STAY = 5, 0.98, 0.1
"""Dates of a turned column; their share that lies where the history's do, in its order; and in the other, at most."""
_UNNOTICED, _SELDOM = 0.1, 1e-3
"""Share of the dates that may be in the column's own order unnoticed, and how seldom chance hides so many."""
_LONE, _KEPT = 2, 5
"""Dates without a zero that prove nothing, where so many times more kept theirs."""


def read_dates(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Odd text -> the same moment in the column's own layout; what has two readings left is not read.

    A time of day is dropped only at midnight, and added only where the history knows no other.
    """
    layout = history.date_layout
    if layout is None:
        return {}
    if (turned := _turned(counts, history, layout)) is not None:
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
        moments = {_moment(option, layout) for option in found}
        if len(moments) > 1:
            kept = [option for option in found if _is_ordered(option[0], order)]
            if order is not None and any(_orderable(option[0]) for option in found):
                moments = {_moment(option, layout) for option in kept}
            if len(moments) > 1:
                moments = {moment for moment in moments if low <= moment <= high}
        if len(moments) == 1:
            moment = next(iter(moments))
            numeric = all(name.startswith(("epoch", "serial")) for name, _ in found)
            if not numeric or low <= moment <= high:
                after = write_as(moment, layout, milliseconds=_milliseconds(history))
                if after != text:
                    repaired[text] = after
    cut = cut_dates(counts, history)
    return {text: after for text, after in repaired.items() if text not in cut}


def _turned(counts: Counts, history: ColumnHistory, layout: str) -> dict[Text, Text] | None:
    """All dates of a column in which day and month changed places, as the column writes them; None where they did not.

    All read in the other order and lie where the history's do, and none reads in the column's own only. Then either so
    many read in the other order only that there are hardly any in the own one, or in this they lie elsewhere.
    """
    own, other = layout.replace("%-", "%"), _exchanged(layout.replace("%-", "%"))
    if not _orderable(own):
        return None
    read: dict[str, tuple[datetime | None, datetime]] = {}
    for text in counts:
        if text is None or is_missing_word(text):
            continue
        as_other = read_as(text, other)
        if as_other is None:
            return None
        read[text] = read_as(text, own), as_other
    known = [moment for text in history.present if (moment := read_as(text, own)) is not None]
    low, high = _around(min(known), max(known), len(history.batches))
    either = {text: pair for text, pair in read.items() if pair[0] is not None and pair[0] != pair[1]}
    proven = sum(counts[text] for text, (as_own, _) in read.items() if as_own is None)
    doubtful = sum(counts[text] for text in either)
    if proven + doubtful < _LEAST_TURNED:
        return None
    here = sum(counts[text] for text, (_, as_other) in read.items() if low <= as_other <= high)
    stay = sum(counts[text] for text, (as_own, _) in either.items() if as_own is not None and low <= as_own <= high)
    told = doubtful / (proven + doubtful)
    hardly = told ** (_UNNOTICED * (proven + doubtful)) < _SELDOM
    elsewhere = stay <= (_STAY * doubtful if proven else 0)
    if here < _HERE * sum(counts[text] for text in read) or not (hardly or elsewhere):
        return None
    milliseconds = _milliseconds(history)
    written = {text: write_as(as_other, layout, milliseconds) for text, (_, as_other) in read.items()}
    return {text: after for text, after in written.items() if after != text}


def _exchanged(layout: str) -> str:
    """A layout with day and month in each other's place."""
    return layout.translate(str.maketrans("dm", "md"))


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


def _milliseconds(history: ColumnHistory) -> bool:
    probe = next(iter(history.present)).removesuffix("Z").removesuffix("+00:00")
    return "." in probe and len(probe.rpartition(".")[2]) == 3


def _window(counts: Counts, history: ColumnHistory, layout: str) -> tuple[datetime, datetime]:
    """Where moments of this batch may lie: the history and the batch's own plain dates, with slack."""
    known = [moment for text in history.present if (moment := read_as(text, layout)) is not None]
    own = [moment for text in counts if text is not None and _fits(text, layout) and (moment := read_as(text, layout))]
    low, high = min(known), max(known)
    if len(own) >= 5:
        own.sort()
        inner = own[len(own) // 20], own[-1 - len(own) // 20]
        slack = max(timedelta(days=2), inner[1] - inner[0])
        return _earlier(min(low, inner[0]), slack), _later(max(high, inner[1]), slack)
    return _around(low, high, len(history.batches))


def _around(low: datetime, high: datetime, batches: int) -> tuple[datetime, datetime]:
    """Where moments may lie after so many batches between two: two batches on, either way."""
    step = max(timedelta(days=2), 2 * (high - low) / max(1, batches))
    return _earlier(low, step), _later(high, step)


def _earlier(moment: datetime, by: timedelta) -> datetime:
    """A moment so much before another one, at the earliest the first there is: ``0001-01-01`` stands for no date."""
    return datetime.min + max(moment - datetime.min - by, timedelta())


def _later(moment: datetime, by: timedelta) -> datetime:
    """A moment so much after another one, at the latest the last there is: ``9999-12-31`` stands for no end."""
    return datetime.max - max(datetime.max - moment - by, timedelta())


def _same_precision(option: tuple[str, datetime], layout: str, history: ColumnHistory) -> bool:
    name, moment = option
    if has_time(layout) == has_time(name):
        return True
    if has_time(name):
        return moment.time() == time(0)
    return all(
        (known := read_as(text, layout)) is not None and known.time() == time(0) for text in list(history.present)[:200]
    )


def _moment(option: tuple[str, datetime], layout: str) -> datetime:
    return option[1].replace(microsecond=0) if "%f" not in layout else option[1]


def _orderable(name: str) -> bool:
    return name[:8].lower() in {f"%{a}{mark}%{b}{mark}%y" for a, b in (("d", "m"), ("m", "d")) for mark in "/.-"}


def _is_ordered(name: str, order: str | None) -> bool:
    return not _orderable(name) or order is None or name.startswith("%d" if order == "day" else "%m")


def _order(options: Mapping[str, Readings], odd: Mapping[str, int], low: datetime, high: datetime) -> str | None:
    """``day`` or ``month`` first, decided by cells that can only be one, else by which lies in the window."""
    proven: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    asked = 0
    for text, found in options.items():
        ordered = {("day" if name.startswith("%d") else "month"): moment for name, moment in found if _orderable(name)}
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
