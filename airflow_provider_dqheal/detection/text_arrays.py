"""The readings of :mod:`texts` on whole arrays of distinct texts: what they parse as, and their shapes.

Numbers, and texts without a digit, are told apart by Arrow's kernels; only what is left is looked at one by one.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.texts import TRUE_FALSE, kind_of, parse_date, shape

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_INT = r"^[+-]?[0-9]+$"
_BOOLS = pa.array(sorted(TRUE_FALSE))
KINDS = ("int", "number", "bool", "date", "unit", "separated")


def parse_texts(texts: pa.StringArray, counts: np.ndarray) -> tuple[dict[str, float], np.ndarray, bool]:
    """How many values parse as each of :data:`KINDS`, each text's number, and whether those are dates.

    A number is nan where a text has none; a column of more dates than numbers has seconds since 1970.
    """
    found = dict.fromkeys(KINDS, 0.0)
    numeric = np.full(len(texts), np.nan)
    if not len(texts):
        return found, numeric, False
    number = _flags(pc.match_substring_regex(texts, _NUMBER))
    if number.any():
        written = texts.filter(pa.array(number))
        numeric[number] = pc.cast(pc.utf8_ltrim(written, "+"), pa.float64()).to_numpy(zero_copy_only=False)
        found["number"] = float(counts[number].sum())
        found["int"] = float(counts[_flags(pc.match_substring_regex(texts, _INT))].sum())
    rest = ~number
    if not rest.any():
        return found, numeric, False
    digits = _flags(pc.match_substring_regex(texts, r"\pN"))
    plain = rest & ~digits
    if plain.any():
        found["bool"] = float(counts[plain & _flags(pc.is_in(pc.utf8_lower(texts), value_set=_BOOLS))].sum())
    dates = np.full(len(texts), np.nan)
    odd = np.flatnonzero(rest & digits)
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


def count_shapes(texts: pa.StringArray, counts: np.ndarray) -> dict[str, float]:
    """How many values have each shape (:func:`texts.shape`)."""
    if not len(texts):
        return {}
    plain = _flags(pc.string_is_ascii(texts))
    digits = plain & _flags(pc.ascii_is_decimal(texts)) & (pc.utf8_length(texts).to_numpy(zero_copy_only=False) <= 20)
    short = pc.utf8_slice_codeunits(texts, 0, 60)
    for pattern, sign in ((r"[0-9]+", "9"), (r"[A-Z]+", "A"), (r"[a-z]+", "a")):
        short = pc.replace_substring_regex(short, pattern, sign)
    found: dict[str, float] = {}
    if digits.any():
        leading = digits & _flags(pc.match_substring_regex(texts, r"^0[0-9]"))
        for form, mask in (("09", leading), ("9", digits & ~leading)):
            if mask.any():
                found[form] = found.get(form, 0.0) + float(counts[mask].sum())
    usual = plain & ~digits
    if usual.any():
        codes = short.filter(pa.array(usual)).dictionary_encode()
        sums = np.bincount(codes.indices.to_numpy(zero_copy_only=False), weights=counts[usual])
        for form, count in zip(codes.dictionary.to_pylist(), sums.tolist(), strict=True):
            found[form] = found.get(form, 0.0) + count
    for i in np.flatnonzero(~plain).tolist():
        form = shape(texts[i].as_py())
        found[form] = found.get(form, 0.0) + float(counts[i])
    return found


def _flags(mask: pa.BooleanArray) -> np.ndarray:
    return np.asarray(mask.to_numpy(zero_copy_only=False), dtype=bool)
