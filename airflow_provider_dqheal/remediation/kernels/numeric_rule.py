"""Finds the one rule that reads a column's odd numbers, from the odd cells themselves and the column's history."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import numpy as np

from airflow_provider_dqheal.remediation.history import ColumnHistory, numbers_of
from airflow_provider_dqheal.remediation.kernels.numbers import (
    Digits,
    NumberRule,
    Written,
    decimal_mark,
    dissect,
    is_number,
    read_body,
    stand_ins,
)
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word
from airflow_provider_dqheal.remediation.kernels.token_factor import CODES, factor_of, inside, is_inside
from airflow_provider_dqheal.remediation.kernels.units import is_unit

_FITS = 0.8
_CHANCE = 1e-4
_PROVING, _PROVEN = 3, 0.1
"""Cells that prove a decimal comma, or their share of those that are thousands then."""
_WHOLE = 5
"""Cells of whole numbers with three digits after the point each, that chance does not give."""
_GROUPED = re.compile(r"[+-]?\d{1,3}\.\d{3}")
"""A number that is thousands with a point between, or has three digits after it."""


def find_rule(counts: Mapping[Text, int], history: ColumnHistory) -> NumberRule | None:
    """The rule for the odd cells of a numeric column, None when there are none or no single rule explains them.

    A token (currency, unit, percent sign) is read only when exactly one factor makes its values fit the history;
    two currencies in one column are never merged.
    """
    integer = _is_whole(history)
    odd = {
        text: count
        for text, count in counts.items()
        if text is not None and text not in history.pooled and not is_missing_word(text) and not is_number(text)
    }
    parts = {text: written for text in odd if (written := dissect(text)) is not None}
    mark, regroup = _mark(parts, counts, history, integer)
    if mark == "," and not regroup and _may_be_thousands(counts, history):
        return None  # some would be read as thousands, others as decimals
    known = _reference(counts, history)
    digits = history.digits.beside(counts)
    rules = [_rule(parts, odd, known, history, digits, one, regroup) for one in _marks(mark, parts, integer)]
    return rules[0] if len(rules) == 1 else max(rules, key=lambda rule: _explained(rule, odd, known))


def _rule(
    parts: Mapping[str, Written],
    odd: Mapping[str, int],
    known: np.ndarray,
    history: ColumnHistory,
    digits: Digits,
    mark: str | None,
    regroup: bool,
) -> NumberRule:
    """The rule with one decimal mark: what each token does to its values."""
    integer = _is_whole(history)
    tokens: dict[str, list[tuple[float, int]]] = {"": []}
    for text, written in parts.items():
        body = read_body(written.body, decimal_mark(written.body) or mark or ".")
        if mark is None and _ambiguous(written):
            continue
        if body is not None:
            value = float(body) * (-1 if written.negative else 1)
            tokens.setdefault(written.token, []).append((value, odd[text]))
    named = [token for token in tokens if token in CODES]
    digits_lost = stand_ins(odd)
    factors: dict[str, str] = {"": "1"}
    for token, values in tokens.items():
        if not token or set(token) <= {*digits_lost, "|"} or (token in CODES and len(named) > 1) or not values:
            continue
        factor = factor_of(token, values, known, 0 if integer else history.style.most_places)
        if factor is not None and not (factor == "1" and _is_rounded(token, parts, odd, history)):
            factors[token] = factor
    unsigned = len(history.all_numbers) > 0 and bool(history.all_numbers[0] >= 0)
    return NumberRule(mark or "", factors, integer, regroup, history.style, unsigned, digits)


def _is_whole(history: ColumnHistory) -> bool:
    return history.type == "int" or (history.is_numeric and history.style.whole)


def _marks(mark: str | None, parts: Mapping[str, Written], integer: bool) -> tuple[str | None, ...]:
    """The decimal marks to try: what looks like thousands beside a unit may be parts of a larger one (1.996 kg)."""
    units = any(is_unit(written.token) and _ambiguous(written) for written in parts.values())
    return (mark, ".") if integer and mark == "," and units else (mark,)


def _explained(rule: NumberRule, odd: Mapping[str, int], known: np.ndarray) -> int:
    """Rows of the odd cells that the rule reads as numbers among the column's."""
    read = [(float(after), rows) for text, rows in odd.items() if (after := rule.read(text)) is not None]
    if not read or not len(known):
        return 0
    values, rows = np.array(read).T
    return int(rows[is_inside(values, known)].sum())


def _ambiguous(written: Written) -> bool:
    return decimal_mark(written.body) is None and ("," in written.body or "." in written.body)


def _mark(
    parts: Mapping[str, Written], counts: Mapping[Text, int], history: ColumnHistory, integer: bool
) -> tuple[str | None, bool]:
    """The decimal mark of the odd cells (None: cannot be told) and whether the whole column was regrouped."""
    proven = Counter(mark for written in parts.values() if (mark := decimal_mark(written.body)) is not None)
    undecided = [written for written in parts.values() if _ambiguous(written)]
    if set(proven) <= {","} and _are_thousands(parts, counts, history, integer):
        return ",", True
    if integer and history.type == "int" and "." not in proven:
        return (".", False) if all("," in w.body or "." not in w.body for w in undecided) else (",", False)
    if proven and len(proven) == 1:
        return next(iter(proven)), False
    if len(proven) == 2:
        return None, False
    if not undecided:
        return ".", False
    fits = {mark: _share_inside(undecided, mark, history) for mark in (".", ",")}
    best, other = (".", ",") if fits["."] >= fits[","] else (",", ".")
    return (best, False) if fits[best] >= _FITS and fits[other] <= 0.2 else (None, False)


def _are_thousands(
    parts: Mapping[str, Written], counts: Mapping[Text, int], history: ColumnHistory, integer: bool
) -> bool:
    """Whether no cell writes a decimal point any more, so that 1.234 can only be a thousand.

    Three digits after a point must be none of the column's, or so few that chance does not make all cells such; and
    beside them some cells must prove the mark (``1.234,5``, ``1.234.000``), or whole numbers were never written so.
    """
    pointed = [text for text in counts if text is not None and is_number(text) and "." in text]
    if not all(_GROUPED.fullmatch(text) for text in pointed):
        return False
    proving = sum(counts[text] for text, written in parts.items() if decimal_mark(written.body) == ",")
    usual = sum(count for text, count in history.present.items() if _GROUPED.fullmatch(text)) / history.present_rows
    rows = sum(counts[text] for text in pointed)
    if history.style.most_places >= 3 and rows and usual**rows >= _CHANCE:
        return False
    whole = integer and rows >= _WHOLE and not any("," in written.body for written in parts.values())
    whole &= not any(text.lstrip("+-").startswith("0.") for text in pointed)
    return bool(proving and proving >= min(_PROVING, _PROVEN * rows)) or whole


def _may_be_thousands(counts: Mapping[Text, int], history: ColumnHistory) -> bool:
    """Whether a cell that a cast reads has three digits after its point, which the column never has."""
    if history.style.most_places >= 3:
        return False
    return any(text is not None and _GROUPED.fullmatch(text) for text in counts if text not in history.pooled)


def _share_inside(written: list[Written], mark: str, history: ColumnHistory) -> float:
    digits = [read_body(item.body, mark) for item in written]
    values = np.array(
        [float(text) * (-1 if item.negative else 1) for text, item in zip(digits, written, strict=True) if text]
    )
    return inside(values, history.all_numbers) if len(values) == len(written) else 0.0


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
