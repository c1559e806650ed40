"""Finds the one rule that reads a column's odd numbers, from the odd cells themselves and the column's history."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from airflow_provider_dqheal.remediation.history import ColumnHistory, numbers_of
from airflow_provider_dqheal.remediation.kernels.likeness import ks_distance
from airflow_provider_dqheal.remediation.kernels.numbers import (
    CURRENCIES,
    NumberRule,
    Written,
    decimal_mark,
    dissect,
    is_number,
    read_body,
)
from airflow_provider_dqheal.remediation.kernels.proof import is_recognised, known_share
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word
from airflow_provider_dqheal.remediation.kernels.units import MAGNITUDES, conversions, is_unit

_CODES = frozenset(CURRENCIES.values())
_FITS = 0.8
_CHANCE = 1e-4
_FRACTIONS = 1.5
"""A column with larger numbers does not hold shares of one."""
_GROUPED = re.compile(r"[+-]?\d{1,3}\.\d{3}")
"""A number that is thousands with a point between, or has three digits after it."""
_WORD = re.compile(r"[^\W\d_]{1,6}\.?")
"""What an unknown unit looks like."""
_PERCENT = ("%", "percent", "pct")
_HEDGES = frozenset({"est", "approx", "approximately", "ca", "circa", "about", "around", "roughly"})
_NEUTRAL = frozenset(
    {
        "pcs", "pc", "piece", "pieces", "unit", "units", "item", "items", "ea", "kwh", "wh", "mwh", "w", "kw", "v", "a",
        "hz", "khz", "mhz", "°c", "°f", "mg/dl", "mmol/l", "mmhg", "bpm", "rpm", "px", "pt", "pts", "points", "ppm",
        "yr", "yrs", "year", "years",
    }
)  # fmt: skip
"""Units that are not converted: a number beside one stands as it is."""


def find_rule(counts: Mapping[Text, int], history: ColumnHistory) -> NumberRule | None:
    """The rule for the odd cells of a numeric column, None when there are none or no single rule explains them.

    A token (currency, unit, percent sign) is read only when exactly one factor makes its values fit the history;
    two currencies in one column are never merged.
    """
    integer = history.type == "int" or (history.is_numeric and history.style.whole)
    odd = {
        text: count
        for text, count in counts.items()
        if text is not None and text not in history.pooled and not is_missing_word(text) and not is_number(text)
    }
    parts = {text: written for text in odd if (written := dissect(text)) is not None}
    mark, regroup = _mark(parts, counts, history, integer)
    known = _reference(counts, history)
    tokens: dict[str, list[tuple[float, int]]] = {"": []}
    for text, written in parts.items():
        digits = read_body(written.body, decimal_mark(written.body) or mark or ".")
        if mark is None and _ambiguous(written):
            continue
        if digits is not None:
            value = float(digits) * (-1 if written.negative else 1)
            tokens.setdefault(written.token, []).append((value, odd[text]))
    named = [token for token in tokens if token in _CODES]
    factors: dict[str, str] = {"": "1"}
    for token, values in tokens.items():
        if not token or (token in _CODES and len(named) > 1) or not values:
            continue
        factor = _factor(token, values, known, 0 if integer else history.style.most_places)
        if factor is not None and not (factor == "1" and _is_rounded(token, parts, odd, history)):
            factors[token] = factor
    return NumberRule(mark or "", factors, integer, regroup, history.style)


def _ambiguous(written: Written) -> bool:
    return decimal_mark(written.body) is None and ("," in written.body or "." in written.body)


def _mark(
    parts: Mapping[str, Written], counts: Mapping[Text, int], history: ColumnHistory, integer: bool
) -> tuple[str | None, bool]:
    """The decimal mark of the odd cells (None: cannot be told) and whether the whole column was regrouped."""
    proven = Counter(mark for written in parts.values() if (mark := decimal_mark(written.body)) is not None)
    undecided = [written for written in parts.values() if _ambiguous(written)]
    if integer and history.type == "int":
        return (".", False) if all("," in w.body or "." not in w.body for w in undecided) else (",", False)
    if proven and len(proven) == 1:
        mark = next(iter(proven))
        return mark, mark == "," and _whole_column(parts, counts, history)
    if len(proven) == 2:
        return None, False
    if not undecided:
        return ".", False
    fits = {mark: _share_inside(undecided, mark, history) for mark in (".", ",")}
    best, other = (".", ",") if fits["."] >= fits[","] else (",", ".")
    return (best, False) if fits[best] >= _FITS and fits[other] <= 0.2 else (None, False)


def _whole_column(parts: Mapping[str, Written], counts: Mapping[Text, int], history: ColumnHistory) -> bool:
    """Whether no cell writes a decimal point any more, so that 1.234 can only be a thousand.

    Three digits after a point must be none of the column's, or so few that chance does not make all cells such.
    """
    pointed = [text for text in counts if text is not None and is_number(text) and "." in text]
    grouped = all(_GROUPED.fullmatch(text) for text in pointed)
    commas = sum(counts[text] for text, written in parts.items() if "," in written.body)
    rows = sum(count for text, count in counts.items() if not is_missing_word(text))
    usual = sum(count for text, count in history.present.items() if _GROUPED.fullmatch(text)) / history.present_rows
    by_chance = usual ** sum(counts[text] for text in pointed) if pointed else 0.0
    return grouped and commas >= 0.5 * rows and (history.style.most_places < 3 or by_chance < _CHANCE)


def _share_inside(written: list[Written], mark: str, history: ColumnHistory) -> float:
    digits = [read_body(item.body, mark) for item in written]
    values = np.array(
        [float(text) * (-1 if item.negative else 1) for text, item in zip(digits, written, strict=True) if text]
    )
    return inside(values, history.all_numbers) if len(values) == len(written) else 0.0


def inside(values: np.ndarray, known: np.ndarray) -> float:
    """Share of ``values`` within the known range widened by half its inner spread, 0 to 1."""
    if not len(values) or not len(known):
        return 0.0
    low, high = known[0], known[-1]
    q25, q75 = np.quantile(known, [0.05, 0.95])
    slack = 0.5 * (q75 - q25)
    floor = low / 2 if low > 0 else low - slack
    return float(((values >= max(floor, low - slack)) & (values <= high + slack)).mean())


def _level(values: np.ndarray, known: np.ndarray) -> bool:
    """Whether the median of ``values`` lies among the inner values of the history."""
    low, high = np.quantile(known, [0.01, 0.99])
    return bool(low <= np.median(values) <= high) if len(values) >= 3 else True


def _reference(counts: Mapping[Text, int], history: ColumnHistory) -> np.ndarray:
    """Ascending numbers of the history and, where the batch has many of its own, of its plain cells."""
    own = numbers_of(counts)
    known = history.all_numbers
    return np.sort(np.concatenate([known, own])) if len(own) >= 20 else known


def _is_rounded(token: str, parts: Mapping[str, Written], odd: Mapping[str, int], history: ColumnHistory) -> bool:
    """Whether the token's numbers have so few digits that something was cut off: then they do not read back exactly."""
    texts = [text for text, written in parts.items() if written.token == token]
    most = max((len(re.sub(r"^.*[.,]|^\d+$", "", parts[text].body)) for text in texts), default=0)
    usual = sum(rows for text, rows in history.present.items() if len(text.partition(".")[2]) <= most)
    share = usual / max(1, history.present_rows)
    return share ** sum(odd[text] for text in texts) < _CHANCE


def _is_mark(token: str) -> bool:
    """Whether the token says nothing of the value: stray signs, or words such as "approx."."""
    return not any(ch.isalnum() for ch in token.replace("|", "")) or token.strip("().~ ") in _HEDGES


def _factor(token: str, values: list[tuple[float, int]], known: np.ndarray, places: int) -> str | None:
    observed = np.repeat([value for value, _ in values], [count for _, count in values])
    if not len(observed) or not len(known):
        return None
    if token in _PERCENT:
        return _percent(observed, known, places)
    neutral = token in _CODES or token in _NEUTRAL or _is_mark(token)
    if neutral and token not in MAGNITUDES and not is_unit(token):
        return "1" if inside(observed, known) >= _FITS or _near(observed, known) else None
    candidates: dict[str, Decimal] = {"as written": Decimal(1)}
    if is_unit(token):
        for unit, ratio in conversions(token).items():
            candidates[unit] = Decimal(ratio.numerator) / Decimal(ratio.denominator)
    if token in MAGNITUDES:
        candidates["magnitude"] = Decimal(MAGNITUDES[token])
    elif not is_unit(token) and (_WORD.fullmatch(token) is None or len(np.unique(observed)) < 3):
        return None
    fitting = {
        factor
        for factor in candidates.values()
        if inside(observed * float(factor), known) >= _FITS and _level(observed * float(factor), known)
    }
    if len(fitting) > 1 and places <= 6:
        fitting = {factor for factor in fitting if _on_grid(observed * float(factor), places)} or fitting
    if Decimal(1) in fitting:
        # What a magnitude suffix or a second unit means is told by the level, not by the sign alone.
        return "1" if len(fitting) == 1 or token not in MAGNITUDES else None
    if not fitting:
        near = {factor for factor in candidates.values() if _near(observed * float(factor), known)}
        if places <= 6:
            near = {factor for factor in near if _on_grid(observed * float(factor), places)}
        return str(next(iter(near))) if len(near) == 1 else None
    return str(next(iter(fitting))) if len(fitting) == 1 else None


def _percent(observed: np.ndarray, known: np.ndarray, places: int) -> str | None:
    """What "%" does to the value: "0.01", "1" (also where all are 0), or None when both fit.

    A column of whole numbers holds no hundredths.
    """
    if not observed.any():
        return "1"
    as_written, as_share = inside(observed, known) >= _FITS, inside(observed * 0.01, known) >= _FITS
    as_share = as_share and (places > 0 or _on_grid(observed * 0.01, places))
    if as_written != as_share:
        return "1" if as_written else "0.01"
    if not as_written:
        return "1" if _near(observed, known) else None
    values = np.unique(known)
    recognised = known_share(observed, values), known_share(observed * 0.01, values)
    if is_recognised(max(recognised), min(recognised), len(np.unique(observed))):
        return "1" if recognised[0] > recognised[1] else "0.01"
    observed = np.sort(observed)
    plain, share = ks_distance(observed, known), ks_distance(observed * 0.01, known)
    if known[-1] > _FRACTIONS:
        return "1" if plain <= share else None
    if len(observed) < 5 or min(plain, share) > 0.5 * max(plain, share):
        return None
    return "1" if plain < share else "0.01"


def _on_grid(values: np.ndarray, places: int) -> bool:
    """Whether the values have no more digits after the point than the column writes."""
    scaled = values * 10.0**places
    return bool((np.abs(scaled - np.round(scaled)) <= 1e-6 * np.maximum(1.0, np.abs(scaled))).all())


def _near(observed: np.ndarray, known: np.ndarray) -> bool:
    """Whether the values are of the history's order of magnitude: a level that has moved on, not another unit."""
    if len(observed) < 3:
        return False
    middle = float(np.median(observed))
    low, high = np.quantile(known, [0.05, 0.95])
    if low > 0:
        return bool(low / 2 <= middle <= high * 2)
    return bool(low - (high - low) <= middle <= high + (high - low))
