"""Dates as people write them: formats, day and month order, epochs, spreadsheet serials."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice

from airflow_provider_dqheal.remediation.kernels.text import unwrapped

_TIMES: tuple[tuple[str, str], ...] = (
    ("%H:%M:%S.%f", r"\d{1,2}:\d{2}:\d{2}\.\d{1,6}"),
    ("%H:%M:%S", r"\d{1,2}:\d{2}:\d{2}"),
    ("%H:%M", r"\d{1,2}:\d{2}"),
    ("%I:%M:%S %p", r"\d{1,2}:\d{2}:\d{2} [APap][Mm]"),
    ("%I:%M %p", r"\d{1,2}:\d{2} [APap][Mm]"),
)
_MONTH = r"[A-Za-z]{3}"
_MONTH_LONG = r"[A-Za-z]{4,9}"
_DAYS: tuple[tuple[str, str], ...] = (
    ("%Y-%m-%d", r"\d{4}-\d{1,2}-\d{1,2}"), ("%Y/%m/%d", r"\d{4}/\d{1,2}/\d{1,2}"),
    ("%Y.%m.%d", r"\d{4}\.\d{1,2}\.\d{1,2}"),
    ("%Y%m%d", r"(?:18|19|20)\d{6}"),
    ("%d/%m/%Y", r"\d{1,2}/\d{1,2}/\d{4}"), ("%m/%d/%Y", r"\d{1,2}/\d{1,2}/\d{4}"),
    ("%d-%m-%Y", r"\d{1,2}-\d{1,2}-\d{4}"), ("%m-%d-%Y", r"\d{1,2}-\d{1,2}-\d{4}"),
    ("%d.%m.%Y", r"\d{1,2}\.\d{1,2}\.\d{4}"), ("%m.%d.%Y", r"\d{1,2}\.\d{1,2}\.\d{4}"),
    ("%d/%m/%y", r"\d{1,2}/\d{1,2}/\d{2}"), ("%m/%d/%y", r"\d{1,2}/\d{1,2}/\d{2}"),
    ("%d.%m.%y", r"\d{1,2}\.\d{1,2}\.\d{2}"), ("%d-%m-%y", r"\d{1,2}-\d{1,2}-\d{2}"),
    ("%m-%d-%y", r"\d{1,2}-\d{1,2}-\d{2}"),
    ("%d %b %Y", rf"\d{{1,2}} {_MONTH} \d{{4}}"), ("%d %B %Y", rf"\d{{1,2}} {_MONTH_LONG} \d{{4}}"),
    ("%d-%b-%Y", rf"\d{{1,2}}-{_MONTH}-\d{{4}}"), ("%d-%b-%y", rf"\d{{1,2}}-{_MONTH}-\d{{2}}"),
    ("%d.%b.%Y", rf"\d{{1,2}}\.{_MONTH}\.\d{{4}}"),
    ("%b %d, %Y", rf"{_MONTH} \d{{1,2}}, ?\d{{4}}"), ("%B %d, %Y", rf"{_MONTH_LONG} \d{{1,2}}, ?\d{{4}}"),
    ("%b %d %Y", rf"{_MONTH} \d{{1,2}} \d{{4}}"), ("%B %d %Y", rf"{_MONTH_LONG} \d{{1,2}} \d{{4}}"),
    ("%Y-%b-%d", rf"\d{{4}}-{_MONTH}-\d{{1,2}}"),
    ("%d%b%y", rf"\d{{2}}{_MONTH}\d{{2}}"), ("%d%b%Y", rf"\d{{2}}{_MONTH}\d{{4}}"),
)  # fmt: skip
_WHOLE: tuple[tuple[str, str], ...] = (
    ("%a %b %d %H:%M:%S +0000 %Y", rf"[A-Za-z]{{3}} {_MONTH} \d{{2}} \d{{2}}:\d{{2}}:\d{{2}} \+\d{{4}} \d{{4}}"),
    ("%a, %d %b %Y %H:%M:%S GMT", rf"[A-Za-z]{{3}}, \d{{2}} {_MONTH} \d{{4}} \d{{2}}:\d{{2}}:\d{{2}} GMT"),
    ("%d/%b/%Y:%H:%M:%S +0000", rf"\d{{2}}/{_MONTH}/\d{{4}}:\d{{2}}:\d{{2}}:\d{{2}} \+\d{{4}}"),
)
"""Days and times in one: of tweets, e-mails and web servers."""
_LAYOUTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (day + joint + time, re.compile(shape + (re.escape(joint) if joint else "") + (time_shape if time else "")))
    for day, shape in _DAYS
    for joint, time, time_shape in (("", "", ""), *((j, t, s) for j in (" ", "T") for t, s in _TIMES))
) + tuple((layout, re.compile(shape)) for layout, shape in _WHOLE)
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"%[-^]?[A-Za-z]")
_ZONE = re.compile(r"(?<=%[SMf])(?:Z|\+00:?00)$|(?<=\d)(?:Z|\+00:?00)$")
"""That a moment is one of universal time, at the end of a layout or of a text."""
_APART = re.compile(r"%[dm](?!%)")
"""A day or month that something stands behind: without it (20260704) its zero cannot be left out."""

EPOCH = datetime(1970, 1, 1)
_EXCEL = datetime(1899, 12, 30)
_MOST_DIGITS = 16
"""Of a number that can be a moment."""


_SHAPES = dict(_LAYOUTS)
_PROBED = 2_000


@lru_cache(maxsize=4096)
def _layouts_for(shape: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Layouts whose pattern fits a text of that shape (digits as all but the first two made 1)."""
    return tuple((layout, pattern) for layout, pattern in _LAYOUTS if pattern.fullmatch(shape) is not None)


def _shape(text: str) -> str:
    """``text`` with all digits but the first two made alike, for the cache of layouts."""
    return text[:2] + _DIGIT.sub("1", text[2:])


def _plain(text: str) -> str:
    plain = unwrapped(text)
    if not 6 <= len(plain) <= 40:
        return ""
    if plain[-1] in "Zz" and ":" in plain:
        return plain[:-1].rstrip()
    return re.sub(r"(?<=\d)[+]00:?00$", "", plain) if ":" in plain else plain


def _moment(plain: str, layout: str) -> datetime | None:
    spelled = plain if ", " in plain or "," not in plain else plain.replace(",", ", ")
    if layout == "%Y-%m-%d" or layout == "%Y-%m-%d %H:%M:%S":
        try:
            return datetime.fromisoformat(spelled)
        except ValueError:
            pass
    try:
        return datetime.strptime(spelled, layout)
    except ValueError:
        return None


def readings(text: str) -> list[tuple[str, datetime]]:
    """Every (format, moment) that ``text`` can be read as, without epochs and serials.

    A trailing ``Z`` or ``+00:00`` is UTC and dropped.

    >>> [fmt for fmt, _ in readings("03/04/2026")]
    ['%d/%m/%Y', '%m/%d/%Y']
    """
    plain = _plain(text)
    if not plain or not any(ch.isdigit() for ch in plain):
        return []
    options = ((layout, _moment(plain, layout)) for layout, _ in _layouts_for(_shape(plain)))
    return [(layout, moment) for layout, moment in options if moment is not None]


def number_readings(text: str) -> list[tuple[str, datetime]]:
    """What a bare number can be as a moment: epoch seconds, milliseconds, microseconds, or a spreadsheet serial."""
    plain = unwrapped(text).removesuffix(".0")
    if not plain.isdecimal() or len(plain) > _MOST_DIGITS:
        return []
    value = int(plain)
    found: list[tuple[str, datetime]] = []
    for name, digits, unit in (
        ("epoch_s", (9, 10), 1),
        ("epoch_ms", (12, 13), 1_000),
        ("epoch_us", (15, 16), 1_000_000),
    ):
        if len(plain) in digits:
            found.append((name, EPOCH + timedelta(microseconds=value * 1_000_000 // unit)))
    if 10_000 <= value <= 99_999:
        found.append(("serial", _EXCEL + timedelta(days=value)))
    return found


def read_as(text: str, layout: str) -> datetime | None:
    """The moment when ``text`` is read by ``layout`` (a format or a name of :func:`number_readings`), else None.

    A layout that ends in a zone (``%H:%MZ``) reads only texts that do.
    """
    if layout.startswith(("epoch", "serial")):
        return next((moment for name, moment in number_readings(text) if name == layout), None)
    zone = _zone_of(layout)
    plain, padded = _plain(text), _padded(layout)
    if not plain or (zone and not text.endswith(zone)):
        return None
    return _moment(plain, padded) if _SHAPES[padded].fullmatch(plain) else None


def _zone_of(written: str) -> str:
    found = _ZONE.search(written)
    return found.group() if found is not None else ""


def _padded(layout: str) -> str:
    """The layout by which texts are read, whatever its zeros, capitals and zone."""
    return layout.removesuffix(_zone_of(layout)).replace("%-", "%").replace("%^", "%")


def without_fraction(layout: str) -> str:
    """The layout without the fraction of a second."""
    zone = _zone_of(layout)
    return layout.removesuffix(zone).removesuffix(".%f") + zone


def read_like(text: str, layout: str) -> datetime | None:
    """As :func:`read_as`; a moment without the fraction of a second that the layout has, or with a ``T``, is read, too.

    >>> read_like("2026-03-01T08:15:00", "%Y-%m-%d %H:%M:%S.%f").isoformat()
    '2026-03-01T08:15:00'
    """
    texts = dict.fromkeys((text, text.replace("T", " ", 1)))
    layouts = dict.fromkeys((layout, without_fraction(layout)))
    found = (read_as(one, form) for one in texts for form in layouts)
    return next((moment for moment in found if moment is not None), None)


def write_as(moment: datetime, layout: str, milliseconds: bool = False) -> str:
    """The moment in ``layout``, as the history writes it."""
    if layout == "epoch_s":
        return str(int((moment.replace(tzinfo=UTC) - EPOCH.replace(tzinfo=UTC)).total_seconds()))
    text = _TOKEN.sub(lambda token: _written(moment, token.group()), layout)
    if "%Y" in layout and moment.year < 1000:
        text = text.replace(str(moment.year), f"{moment.year:04d}", 1)
    zone = _zone_of(layout)
    cut = milliseconds and layout.removesuffix(zone).endswith("%f")
    return text[: len(text) - len(zone) - 3] + zone if cut else text


def _written(moment: datetime, token: str) -> str:
    written = moment.strftime(token.replace("-", "").replace("^", ""))
    written = written.upper() if token.startswith("%^") else written
    return (written.lstrip("0") or "0") if token.startswith("%-") else written


def unit_of(layout: str) -> timedelta:
    """How finely moments are written in a layout: by days, hours, minutes, seconds or parts of these.

    >>> [unit_of(name).total_seconds() for name in ("%d.%m.%Y", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "epoch_ms")]
    [86400.0, 60.0, 1.0, 0.001]
    """
    for mark, unit in (
        ("%f", timedelta(microseconds=1)), ("epoch_us", timedelta(microseconds=1)),
        ("epoch_ms", timedelta(milliseconds=1)), ("epoch_s", timedelta(seconds=1)), ("%S", timedelta(seconds=1)),
        ("%M", timedelta(minutes=1)), ("%H", timedelta(hours=1)), ("%I", timedelta(hours=1)),
    ):  # fmt: skip
        if mark in _padded(layout):
            return unit
    return timedelta(days=1)


def is_orderable(layout: str) -> bool:
    """Whether a layout writes day and month as two numbers before the year, in one order or the other."""
    return layout[:8].lower() in {f"%{a}{mark}%{b}{mark}%y" for a, b in (("d", "m"), ("m", "d")) for mark in "/.-"}


def has_milliseconds(text: str) -> bool:
    """Whether a moment is written with three digits of a second."""
    plain = text.removesuffix("Z").removesuffix("+00:00")
    return "." in plain and len(plain.rpartition(".")[2]) == 3


def common_layout(counts: Iterable[tuple[str, int]], share: float = 0.95) -> str | None:
    """The one layout that reads at least ``share`` of the rows and writes them back identically, or None.

    Among day-first and month-first the one that reads more rows wins; a tie is no answer. Numbers without leading
    zeros (7/4/26 9:05) have a minus sign in the layout: ``%-m/%-d/%y %-H:%M``; months in capitals (03MAR26) a ``%^b``;
    a zone that all have stands at its end.
    """
    total = 0
    rows: Counter[str] = Counter()
    for text, count in islice(counts, _PROBED):
        total += count
        zone = _zone_of(text)
        for layout, moment in readings(text):
            for way in _ways(layout):
                if text in (write_as(moment, way + zone), write_as(moment, way + zone, milliseconds=True)):
                    rows[way + zone] += count
    best: dict[str, tuple[int, str]] = {}
    for way, read in rows.items():  # padded first: where all numbers have two digits, that is what is known
        base = _padded(way)
        if read > best.get(base, (0, ""))[0]:
            best[base] = read, way
    for base in [base for base in best if base.startswith("%m.%d.")]:
        if best.get(base.replace("%m.%d.", "%d.%m."), (0, ""))[0] >= best[base][0]:
            del best[base]  # nobody writes the month first with points
    if not total or not best:
        return None
    (most, layout), *others = sorted(best.values(), key=lambda item: -item[0])
    if most < share * total or (others and others[0][0] == most):
        return None
    return layout


@lru_cache(maxsize=512)
def _ways(layout: str) -> tuple[str, ...]:
    """The layout as it is, with days and months without leading zeros, hours without them, too; months in capitals."""
    days = layout.replace("%d", "%-d").replace("%m", "%-m") if _APART.search(layout) else layout
    hours = days.replace("%H", "%-H").replace("%I", "%-I")
    return tuple(dict.fromkeys((layout, days, hours, layout.replace("%b", "%^b"))))
