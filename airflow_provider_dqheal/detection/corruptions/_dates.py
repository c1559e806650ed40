"""Reading and writing dates in the format a column uses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = r"\d{1,2}:\d{2}"
_FORMS: tuple[tuple[str, str], ...] = (
    (r"\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d"),
    (r"\d{4}/\d{1,2}/\d{1,2}", "%Y/%m/%d"),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
    (r"\d{1,2}/\d{1,2}/\d{4}", "/"),
    (r"\d{1,2}-\d{1,2}-\d{4}", "-"),
)
_TAILS: tuple[tuple[str, str], ...] = (
    ("", ""),
    (r" " + _TIME, " %H:%M"),
    (r" " + _TIME + r":\d{2}", " %H:%M:%S"),
    (r"T" + _TIME + r":\d{2}", "T%H:%M:%S"),
    (r"T" + _TIME + r":\d{2}Z", "T%H:%M:%SZ"),
)


def date_format(shown: list[str]) -> str | None:
    """The format of at least 95 % of the values, or None.

    Day or month first is read off the values; parts without a leading zero are written ``%-d``, ``%-m``, ``%-H``.
    """
    if not shown or not shown[0][:1].isdigit():
        return None
    for pattern, form in _FORMS:
        for tail_pattern, tail in _TAILS:
            whole = re.compile(pattern + tail_pattern)
            if not whole.fullmatch(shown[0]) and not (len(shown) > 1 and whole.fullmatch(shown[1])):
                continue
            if sum(whole.fullmatch(value) is not None for value in shown) < 0.95 * len(shown):
                continue
            if form in "/-":
                first = max(int(re.split(r"[/-]", value)[0]) for value in shown if whole.fullmatch(value))
                form = form.join(("%d", "%m", "%Y") if first > 12 else ("%m", "%d", "%Y"))
            found = form + tail
            if any(re.search(r"(^|[/.-])\d([/.-]|\D|$)", value.split(":")[0][:10]) for value in shown):
                found = found.replace("%d", "%-d").replace("%m", "%-m")
            if tail and any(re.search(r"[ T]\d:", value) for value in shown):
                found = found.replace("%H", "%-H")
            return found
    return None


def parse_dates(array: pa.Array, form: str) -> np.ndarray:
    """Seconds since 1970 as float64, nan where the text is not a date of that format."""
    parsed = pc.cast(pc.strptime(array, format=form.replace("%-", "%"), unit="s", error_is_null=True), pa.int64())
    return np.array(pc.cast(parsed, pa.float64()).to_numpy(zero_copy_only=False), dtype=float)


def write_dates(seconds: np.ndarray, form: str) -> list[str]:
    """Seconds since 1970 written in a format (years 1 to 9999)."""
    return [moment(value).strftime(form) for value in seconds.tolist()]


def moment(seconds: float) -> datetime:
    """The UTC moment of seconds since 1970, clamped to years 1 to 9999."""
    bounded = min(max(seconds, -62_000_000_000.0), 253_000_000_000.0)
    return _EPOCH + timedelta(microseconds=round(bounded * 1e6))
