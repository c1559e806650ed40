"""Dates written as text: which format a value has, and its value, decoded for all values of one shape at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airflow_provider_dqheal.profiling.hashing import text_buffers
from airflow_provider_dqheal.profiling.patterns import full_patterns

MICROS_A_DAY = 86_400_000_000
AMBIGUOUS = "?"
"""In a signature: day and month cannot be told apart."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_DATE = re.compile(
    r"(?P<Y1>9999)(?P<s1>[-/. ])(?P<m1>99?)(?P=s1)(?P<d1>99?)"
    r"|(?P<a2>99?)(?P<s2>[-/. ])(?P<b2>99?)(?P=s2) ?(?P<Y2>9999|99)"
    r"|(?P<d3>99?)(?P<s3>[- ]?)(?P<M3>[Aa]{3,9}),?(?:[- ]?)(?P<Y3>9999|99)"
    r"|(?P<M4>[Aa]{3,9})(?P<s4>\.? ?)(?P<d4>99?),? (?P<Y4>9999)"
)
_TIME = re.compile(
    r"(?P<sep> |[Aa]| [Aa] )(?P<H>99?):(?P<I>99)(:(?P<S>99)([.,](?P<F>9{1,9}))?)?"
    r"(?P<half> ?(?:AA|aa))?(?P<zone> ?[A]| ?[-+]99:?99| ?[-+]99)?"
)


@dataclass(frozen=True)
class Layout:
    """Where the parts of a date lie in a text of one full pattern: (start, end) each. ``order`` is ymd, dmy or ?.

    ``half``: am or pm.
    """

    signature: str
    order: str
    parts: dict[str, tuple[int, int]]
    separator: tuple[int, int] | None
    half: tuple[int, int] | None
    zone: tuple[int, int] | None


@lru_cache(maxsize=16384)
def layout_of(pattern: str) -> Layout | None:
    """The layout of a full pattern, or None when it is no date."""
    date = _DATE.match(pattern)
    if date is None:
        return None
    rest = pattern[date.end() :]
    time = _TIME.fullmatch(rest) if rest else None
    if rest and time is None:
        return None
    parts: dict[str, tuple[int, int]] = {}
    if date.group("Y1"):
        parts = {"Y": date.span("Y1"), "m": date.span("m1"), "d": date.span("d1")}
        order, sep = "ymd", date.group("s1")
        signature = f"Y{sep}m{sep}d"
    elif date.group("Y2"):
        parts = {"a": date.span("a2"), "b": date.span("b2"), "Y": date.span("Y2")}
        order, sep = AMBIGUOUS, date.group("s2")
        year = "Y" if len(date.group("Y2")) == 4 else "y"
        signature = f"{{}}{sep}{{}}{sep}{year}"
    elif date.group("Y3"):
        parts = {"d": date.span("d3"), "M": date.span("M3"), "Y": date.span("Y3")}
        order, sep = "dmy", date.group("s3")
        signature = f"d{sep}b{sep}{'Y' if len(date.group('Y3')) == 4 else 'y'}"
    else:
        parts = {"M": date.span("M4"), "d": date.span("d4"), "Y": date.span("Y4")}
        order, signature = "dmy", "b d, Y"
    separator = half = zone = None
    if time is not None:
        at = date.end()
        separator = (time.start("sep") + at, time.end("sep") + at)
        for name in "HISF":
            if time.group(name):
                parts[name] = (time.start(name) + at, time.end(name) + at)
        if time.group("zone"):
            zone = (time.start("zone") + at, time.end("zone") + at)
        if time.group("half"):
            half = (time.start("half") + at, time.end("half") + at)
        signature += ("T" if time.group("sep").strip() else " ") + "H:M"
        signature += (":S" if "S" in parts else "") + (".f" if "F" in parts else "")
        signature += (" p" if half else "") + ("Z" if zone else "")
    return Layout(signature, order, parts, separator, half, zone)


@dataclass(frozen=True)
class Dates:
    """What n texts say as dates. ``micros`` since 1970 (as day-month where ambiguous); ``swapped`` month-day.

    ``kind``: 0 no date, 1 certain, 2 certainly day-month, 3 certainly month-day, 4 ambiguous; shapes (n,).
    ``names`` are the formats, ``codes`` says which one each value has (-1: none); day and month of an ambiguous one
    read ``?``.
    """

    kind: NDArray[np.int8]
    micros: NDArray[np.int64]
    swapped: NDArray[np.int64]
    codes: NDArray[np.int32]
    names: tuple[str, ...]


def decode(array: pa.Array) -> Dates:
    """Decodes a string array without nulls; white space around a value must be gone."""
    count = len(array)
    kind, micros = np.zeros(count, np.int8), np.zeros(count, np.int64)
    swapped, codes = np.zeros(count, np.int64), np.full(count, -1, np.int32)
    names: dict[str, int] = {}
    shapes = full_patterns(array).dictionary_encode()
    offsets, data = text_buffers(array)
    which = shapes.indices.to_numpy()
    order = np.argsort(which, kind="stable")
    bounds = np.searchsorted(which[order], np.arange(len(shapes.dictionary) + 1))
    for shape, pattern in enumerate(shapes.dictionary.to_pylist()):
        layout = layout_of(pattern)
        if layout is None:
            continue
        rows = order[bounds[shape] : bounds[shape + 1]]
        grid = data[offsets[rows][:, None] + np.arange(len(pattern))]
        _decode_shape(layout, grid, rows, kind, micros, swapped, codes, names)
    return Dates(kind, micros, swapped, codes, tuple(names))


def _decode_shape(
    layout: Layout,
    grid: NDArray[np.uint8],
    rows: NDArray[np.int64],
    kind: NDArray[np.int8],
    micros: NDArray[np.int64],
    swapped: NDArray[np.int64],
    codes: NDArray[np.int32],
    names: dict[str, int],
) -> None:
    parts = layout.parts
    year = _digits(grid, parts["Y"])
    if parts["Y"][1] - parts["Y"][0] == 2:
        year = np.where(year < 69, 2000 + year, 1900 + year)
    time, fine = _time(layout, grid)
    if layout.order == AMBIGUOUS:
        first, second = _digits(grid, parts["a"]), _digits(grid, parts["b"])
        day_month, ok_dm = _days(year, second, first)
        month_day, ok_md = _days(year, first, second)
        both = ok_dm & ok_md
        result = np.where(both, 4, np.where(ok_dm, 2, np.where(ok_md, 3, 0)))
        result = np.where(fine, result, 0)
        written = {2: ("d", "m"), 3: ("m", "d"), 4: ("?", "?")}
        kind[rows] = result
        for which, (first_name, second_name) in written.items():
            hit = rows[result == which]
            if len(hit):
                codes[hit] = names.setdefault(layout.signature.format(first_name, second_name), len(names))
        micros[rows] = np.where(ok_dm, day_month, month_day) * MICROS_A_DAY + time
        swapped[rows] = np.where(ok_md, month_day, day_month) * MICROS_A_DAY + time
        return
    month = _month_names(grid, parts["M"]) if "M" in parts else _digits(grid, parts["m"])
    days, ok = _days(year, month, _digits(grid, parts["d"]))
    ok &= fine
    kind[rows] = ok
    micros[rows] = swapped[rows] = np.where(ok, days * MICROS_A_DAY + time, 0)
    if ok.any():
        codes[rows[ok]] = names.setdefault(layout.signature, len(names))


def _digits(grid: NDArray[np.uint8], span: tuple[int, int]) -> NDArray[np.int64]:
    value = np.zeros(len(grid), np.int64)
    for at in range(*span):
        value = value * 10 + (grid[:, at].astype(np.int64) - 48)
    return value


def _month_names(grid: NDArray[np.uint8], span: tuple[int, int]) -> NDArray[np.int64]:
    names = [bytes(row).decode("ascii", "replace").lower() for row in grid[:, span[0] : span[1]]]
    known = {name: number for names_ in (_MONTHS, _LONG_MONTHS) for number, name in enumerate(names_, 1)}
    known["sept"] = 9
    return np.array([known.get(name, 0) for name in names], np.int64)


def _time(layout: Layout, grid: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Microseconds since midnight, UTC where a zone is written, and whether the time is a time."""
    fine = np.ones(len(grid), bool)
    total = np.zeros(len(grid), np.int64)
    parts = layout.parts
    if "H" not in parts:
        return total, fine
    assert layout.separator is not None
    for at in range(*layout.separator):
        fine &= np.isin(grid[:, at], np.frombuffer(b" Tt", np.uint8)) | (CLASS_BLANK[grid[:, at]])
    hour, minute = _digits(grid, parts["H"]), _digits(grid, parts["I"])
    second = _digits(grid, parts["S"]) if "S" in parts else np.zeros(len(grid), np.int64)
    if layout.half is not None:
        hour = _of_day(hour, grid[:, layout.half[0] : layout.half[1]], fine)
    fine &= (hour < 24) & (minute < 60) & (second < 60)
    total = ((hour * 60 + minute) * 60 + second) * 1_000_000
    if "F" in parts:
        start, end = parts["F"]
        end = min(end, start + 6)
        total = total + _digits(grid, (start, end)) * 10 ** (6 - (end - start))
    if layout.zone is not None:
        total = total - _offset(grid, layout.zone, fine)
    return total, fine


def _of_day(hour: NDArray[np.int64], half: NDArray[np.uint8], fine: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Hours of the day from those of a half that am or pm names; ``fine`` where they are such."""
    letters = half[:, -2:] | 32
    after = letters[:, 0] == ord("p")
    fine &= (letters[:, 1] == ord("m")) & (after | (letters[:, 0] == ord("a"))) & (hour >= 1) & (hour <= 12)
    return hour % 12 + 12 * after


def _offset(grid: NDArray[np.uint8], span: tuple[int, int], fine: NDArray[np.bool_]) -> NDArray[np.int64]:
    columns = [at for at in range(*span) if not (grid[:, at] == 32).all()]
    if len(columns) == 1:
        fine &= np.isin(grid[:, columns[0]], np.frombuffer(b"Zz", np.uint8))
        return np.zeros(len(grid), np.int64)
    sign = np.where(grid[:, columns[0]] == ord("-"), -1, 1)
    hours = _digits(grid, (columns[1], columns[2] + 1))
    minutes = _digits(grid, (columns[-2], columns[-1] + 1)) if len(columns) > 3 else np.zeros(len(grid), np.int64)
    fine &= (hours <= 14) & (minutes < 60)
    return sign * (hours * 60 + minutes) * 60_000_000


CLASS_BLANK = np.isin(np.arange(256), [9, 10, 11, 12, 13, 32])
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def _days(
    year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Days since 1970 and whether the date exists. Source: Hinnant 2014, days_from_civil."""
    ok = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    ok &= day <= _MONTH_DAYS[np.where(ok, month, 0)] + (leap & (month == 2))
    y = year - (month <= 2)
    era = y // 400
    of_era = y - era * 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    return np.where(ok, days, 0), ok
