"""Times of day as a column writes them (``09:30``, ``9:30 PM``, ``21:30:00``), and what else they may come as."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word, unwrapped

_PROBED, _LEAST = 1_000, 12
"""Different texts of the history that are looked at, and those that a column of times has at least."""
_DAY, _NOON = 86_400, 43_200
_AFTER_NOON, _KEPT = 0.1, 0.5
"""Share of the history after noon that shows a lost ``PM``, and the part of it that is there where none was lost."""
_CLOCK = re.compile(
    r"(?:(?P<date>\d{4}-\d\d-\d\d)[ T])?(?P<hour>\d{1,2})(?P<mark>[:.h])(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
    r"(?:\.0+)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
)
_FRACTION = re.compile(r"0?\.\d{3,}")


@dataclass(frozen=True)
class Clock:
    """How a time of day is written.

    Attributes:
        padded: hours have two digits.
        seconds: whether they are written.
        gap: what stands before AM or PM; None on a clock of 24 hours.
        lower: am and pm in small letters.
    """

    padded: bool
    seconds: bool
    gap: str | None = None
    lower: bool = False

    def write(self, second: int) -> str | None:
        """The text of a second of the day, 0 to 86,399; None where it has seconds that are not written.

        >>> Clock(True, False).write(34_200), Clock(False, False, " ").write(78_000), Clock(True, False).write(61)
        ('09:30', '9:40 PM', None)
        """
        hour, rest = divmod(second, 3_600)
        minute, left = divmod(rest, 60)
        if left and not self.seconds:
            return None
        half = "" if self.gap is None else self.gap + ("PM" if hour >= 12 else "AM")
        hour = hour if self.gap is None else (hour - 1) % 12 + 1
        body = f"{hour:02d}" if self.padded else str(hour)
        body += f":{minute:02d}" + (f":{left:02d}" if self.seconds else "")
        return body + (half.lower() if self.lower else half)


@dataclass(frozen=True)
class _Read:
    """A text as a second of the day.

    Attributes:
        second: 0 to 86,399.
        date: what stands before it, if anything.
        told: AM, PM or a fraction tells the half of the day.
        exact: its seconds are written.
    """

    second: int
    date: str | None
    told: bool
    exact: bool


def clock_of(history: ColumnHistory) -> Clock | None:
    """The one way in which a column of texts writes times of day; None where it does not, or holds durations."""
    if history.is_numeric or len(history.present) < _LEAST:
        return None
    texts = list(islice(history.present, _PROBED))
    probe = _CLOCK.fullmatch(texts[0])
    if probe is None or probe["mark"] != ":" or probe["date"]:
        return None
    half, seconds = probe["half"], probe["second"] is not None
    gap = None if half is None else texts[0][probe.end("second" if seconds else "minute") : probe.start("half")]
    lower = half is not None and half.islower()
    for padded in (True, False):
        style = Clock(padded, seconds, gap, lower)
        if all((read := _read(text)) is not None and style.write(read.second) == text for text in texts):
            return style
    return None


def read_times(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Times in another writing than the column's -> as it writes them.

    AM and PM, lost zeros and seconds of zero, a point for the colon, the day that a spreadsheet adds, and its fraction
    of a day. On a clock of 24 hours, hours to 12 alone may have lost their PM: then nothing is read; neither is
    anything where dates stand before the times that are not all the same, or seconds behind minutes that have none:
    these are durations.
    """
    odd = [text for text in counts if text and text not in history.pooled and not is_missing_word(text)]
    style = clock_of(history) if odd else None
    if style is None:
        return {}
    step = 1 if style.seconds and any(not text.partition(" ")[0].endswith(":00") for text in history.present) else 60
    came = {text: read for text in odd if (read := _read(text) or _of_fraction(text, step)) is not None}
    if len({read.date for read in came.values()} - {None}) > 1 or not _are_told(came, counts, style, history):
        return {}
    found = {text: style.write(read.second) for text, read in came.items() if read.exact or step == 60}
    return {text: after for text, after in found.items() if after and after != text} if all(found.values()) else {}


def _are_told(came: dict[str, _Read], counts: Counts, style: Clock, history: ColumnHistory) -> bool:
    """Whether the half of the day is told in the times that have no AM or PM."""
    alone = [text for text, read in came.items() if not read.told]
    if not alone:
        return True
    if style.gap is not None:
        return any(came[text].second >= _NOON + 3_600 or came[text].second < 3_600 for text in alone)
    usual = _after_noon({text: rows for text, rows in history.present.items() if _read(text) is not None})
    return usual < _AFTER_NOON or _after_noon({text: counts[text] for text in alone}) >= _KEPT * usual


def _after_noon(rows: dict[str, int]) -> float:
    """Share of the rows that are at one o'clock in the afternoon or later."""
    late = sum(count for text, count in rows.items() if (read := _read(text)) and read.second >= _NOON + 3_600)
    return late / max(1, sum(rows.values()))


def _read(text: str) -> _Read | None:
    found = _CLOCK.fullmatch(unwrapped(text))
    if found is None:
        return None
    hour, half = int(found["hour"]), found["half"]
    if hour > (23 if half is None else 12) or (half is not None and hour == 0):
        return None
    if half is not None:
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    second = hour * 3_600 + int(found["minute"]) * 60 + int(found["second"] or 0)
    return _Read(second, found["date"], half is not None, found["second"] is not None)


def _of_fraction(text: str, step: int) -> _Read | None:
    """A part of a day, as spreadsheets keep times, where it is a multiple of ``step`` seconds."""
    if not _FRACTION.fullmatch(text):
        return None
    seconds = float(text) * _DAY
    whole = round(seconds / step) * step
    return _Read(whole, None, True, True) if abs(seconds - whole) < 0.5 and whole < _DAY else None
