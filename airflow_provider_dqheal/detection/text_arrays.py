"""The readings of :mod:`texts` on whole arrays of distinct texts: what they parse as, and their shapes.

Numbers, and texts without a digit, are told apart by Arrow's kernels; only what is left is looked at one by one.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.texts import (
    AROUND,
    BROKEN,
    LONGEST_DATE,
    LONGEST_SHAPE,
    LONGEST_WORD,
    MISSING_WORDS,
    NULL_MARK,
    TRUE_FALSE,
    kind_of,
    parse_date,
    shape,
)
from airflow_provider_dqheal.profiling.dates import decode

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_INT = r"^[+-]?[0-9]+$"
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?$"
_MICROSECONDS = 1e6
_BOOLS = pa.array(sorted(TRUE_FALSE))
_WORDS = pa.array(["", *sorted(MISSING_WORDS)])
_ESCAPES = ("&", "\\")
"""Signs that an escaped character begins with."""

_SIGN = np.arange(256, dtype=np.uint8)
_RUNS = np.zeros(256, dtype=bool)
"""Signs of a shape that stand for a run of characters."""

for _first, _last, _sign in (("0", "9", "9"), ("A", "Z", "A"), ("a", "z", "a")):
    _SIGN[ord(_first) : ord(_last) + 1] = ord(_sign)
    _RUNS[ord(_sign)] = True
KINDS = ("int", "number", "bool", "date", "unit", "separated")


def flags(mask: pa.BooleanArray) -> np.ndarray:
    """An Arrow mask without nulls as an array of bool."""
    return np.asarray(mask.to_numpy(zero_copy_only=False), dtype=bool)


def are_numbers(texts: pa.StringArray) -> np.ndarray:
    """(texts,) bool: whether each reads as a number."""
    return flags(pc.match_substring_regex(texts, _NUMBER))


def are_missing(texts: pa.StringArray, lengths: np.ndarray, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(texts,) bool: whether each is blank, and whether it is a word that stands for a missing value.

    ``lengths``: characters of each text; ``number``: :func:`are_numbers`, of which none stands for another thing.
    """
    blank, word = np.zeros((2, len(texts)), dtype=bool)
    short = np.flatnonzero((lengths <= LONGEST_WORD) & ~number)
    if len(short):
        bare = pc.utf8_lower(pc.utf8_trim_whitespace(texts.take(pa.array(short))))
        blank[short] = flags(pc.equal(bare, ""))
        null = flags(pc.equal(bare, NULL_MARK))
        bare = pc.replace_substring_regex(bare, AROUND, "")
        word[short] = (flags(pc.is_in(bare, value_set=_WORDS)) | null) & ~blank[short]
    return blank, word


def are_broken(texts: pa.StringArray) -> np.ndarray:
    """(texts,) bool: whether each holds a character read in the wrong encoding (:data:`texts.BROKEN`)."""
    result = ~flags(pc.string_is_ascii(texts))
    for sign in _ESCAPES:
        result |= flags(pc.match_substring(texts, sign))
    odd = np.flatnonzero(result)
    if len(odd):
        result[odd] = flags(pc.match_substring_regex(texts.take(pa.array(odd)), BROKEN))
    return result


def are_whole_decimals(texts: pa.StringArray) -> np.ndarray:
    """(texts,) bool: whether each ends with a decimal point and at most two zeros."""
    return np.any([flags(pc.ends_with(texts, end)) for end in (".", ".0", ".00")], axis=0)


def parse_texts(
    texts: pa.StringArray, counts: np.ndarray, number: np.ndarray
) -> tuple[dict[str, float], np.ndarray, bool]:
    """How many values parse as each of :data:`KINDS`, each text's number, and whether those are dates.

    ``number``: :func:`are_numbers`. A number is nan where a text has none; a column of more dates than numbers has
    seconds since 1970.
    """
    found = dict.fromkeys(KINDS, 0.0)
    numeric = np.full(len(texts), np.nan)
    if not len(texts):
        return found, numeric, False
    if number.any():
        written = texts.filter(pa.array(number))
        numeric[number] = pc.cast(pc.utf8_ltrim(written, "+"), pa.float64()).to_numpy(zero_copy_only=False)
        found["number"] = float(counts[number].sum())
        found["int"] = float(counts[flags(pc.match_substring_regex(texts, _INT))].sum())
    rest = ~number
    if not rest.any():
        return found, numeric, False
    digits = flags(pc.match_substring_regex(texts, r"\pN"))
    plain = rest & ~digits
    if plain.any():
        found["bool"] = float(counts[plain & flags(pc.is_in(pc.utf8_lower(texts), value_set=_BOOLS))].sum())
    dates = iso_moments(texts)
    left = np.flatnonzero(rest & digits & ~np.isfinite(dates))
    if len(left):
        dates[left] = written_moments(texts.take(pa.array(left)))
    known = np.isfinite(dates)
    found["date"] = float(counts[known].sum())
    odd = np.flatnonzero(rest & digits & ~known)
    for i, text in zip(odd.tolist(), texts.take(pa.array(odd)).to_pylist(), strict=True):
        kind = kind_of(text)
        if kind == "date":
            moment = parse_date(text)
            dates[i] = np.nan if moment is None else moment
        if kind in found:
            found[kind] += float(counts[i])
    if found["date"] > found["number"]:
        return found, dates, True
    return found, numeric, False


def iso_moments(texts: pa.StringArray) -> np.ndarray:
    """(texts,) seconds since 1970 of dates in ISO 8601 without a zone, nan for others.

    All are nan where one of them does not exist (2025-02-30): Arrow does not say which.
    """
    moments = np.full(len(texts), np.nan)
    like = flags(pc.match_substring_regex(texts, _ISO))
    if like.any():
        try:
            read = pc.cast(texts.filter(pa.array(like)), pa.timestamp("us"))
        except pa.ArrowInvalid:
            return moments
        moments[like] = pc.cast(read, pa.int64()).to_numpy(zero_copy_only=False) / _MICROSECONDS
    return moments


def written_moments(texts: pa.StringArray) -> np.ndarray:
    """(texts,) seconds since 1970 of dates, also with a time, in the formats that profiles read; nan for others.

    Day first where either may be. A year of two digits may be anything, and is left to :func:`texts.parse_date`.
    """
    moments = np.full(len(texts), np.nan)
    bare = flags(pc.less_equal(pc.utf8_length(texts), LONGEST_DATE))
    bare &= flags(pc.equal(texts, pc.utf8_trim_whitespace(texts)))
    at = np.flatnonzero(bare)
    if len(at):
        read = decode(texts.take(pa.array(at)))
        years = np.asarray([*("Y" in name for name in read.names), False])
        moments[at] = np.where(years[read.codes], read.micros / _MICROSECONDS, np.nan)
    return moments


def count_shapes(texts: pa.StringArray, counts: np.ndarray) -> dict[str, float]:
    """How many values have each shape (:func:`texts.shape`)."""
    if not len(texts):
        return {}
    plain = flags(pc.string_is_ascii(texts))
    digits = plain & flags(pc.ascii_is_decimal(texts)) & (pc.utf8_length(texts).to_numpy(zero_copy_only=False) <= 20)
    found: dict[str, float] = {}
    if digits.any():
        leading = digits & flags(pc.match_substring_regex(texts, r"^0[0-9]"))
        for form, mask in (("09", leading), ("9", digits & ~leading)):
            if mask.any():
                found[form] = found.get(form, 0.0) + float(counts[mask].sum())
    usual = plain & ~digits
    if usual.any():
        short = pc.utf8_slice_codeunits(texts.filter(pa.array(usual)), 0, LONGEST_SHAPE)
        codes = _collapsed(short).dictionary_encode()
        sums = np.bincount(codes.indices.to_numpy(zero_copy_only=False), weights=counts[usual])
        for form, count in zip(codes.dictionary.to_pylist(), sums.tolist(), strict=True):
            found[form] = found.get(form, 0.0) + count
    for i in np.flatnonzero(~plain).tolist():
        form = shape(texts[i].as_py())
        found[form] = found.get(form, 0.0) + float(counts[i])
    return found


def _collapsed(texts: pa.StringArray) -> pa.StringArray:
    """ASCII texts with each run of digits as 9, of capitals as A, and of small letters as a."""
    start = texts.offset
    ends = np.frombuffer(texts.buffers()[1], np.int32)[start : start + len(texts) + 1]
    signs = _SIGN[np.frombuffer(texts.buffers()[2], np.uint8)[ends[0] : ends[-1]]]
    ends = ends - ends[0]
    kept = np.ones(len(signs), dtype=bool)
    kept[1:] = (signs[1:] != signs[:-1]) | ~_RUNS[signs[1:]]
    kept[ends[:-1][np.diff(ends) > 0]] = True
    reach = np.concatenate([[0], np.cumsum(kept)])[ends].astype(np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(reach), pa.py_buffer(signs[kept]))
