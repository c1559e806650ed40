"""Numbers of a history that are written in several forms, and words that stand for nothing among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from math import inf

from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.numbers import (
    CURRENCIES,
    NumberStyle,
    Written,
    decimal_mark,
    dissect,
    is_number,
    read_body,
    to_decimal,
)
from airflow_provider_dqheal.remediation.kernels.numeric_rule import find_rule
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word
from airflow_provider_dqheal.remediation.kernels.units import conversions

_PLAIN, _NEARLY_ALL, _ONE_FORM = 0.6, 0.98, 0.9
"""Share of plain numbers that makes them the form; of the rows that have to be read; and of one spelling of a unit
that makes it the column's own."""


def plain_forms(history: ColumnHistory, blank: Text) -> dict[Text, Text]:
    """Text -> its plain form, where a column is of numbers, dates or booleans.

    Numbers beside which a unit or a sign stands in a part of the cells, or in all but in several spellings, are
    written alone; words that can only mean a missing value become ``blank``.
    """
    rows = {text: count for text, count in history.present.items() if not is_missing_word(text, weak=True)}
    total = sum(rows.values())
    if not total:
        return {}
    numbers: dict[Text, Text] = {} if history.is_code or history.date_layout is not None else _numbers(rows, history)
    plain = sum(count for text, count in rows.items() if is_number(numbers.get(text, text)))
    found = dict(numbers)
    if (
        (plain >= _NEARLY_ALL * total and not history.is_code)
        or history.date_layout is not None
        or history.boolean_pair is not None
    ):
        found |= {text: blank for text in history.pooled if text and text.strip() and is_missing_word(text)}
    return found


def _numbers(rows: Mapping[str, int], history: ColumnHistory) -> dict[Text, Text]:
    odd = {text: count for text, count in rows.items() if not is_number(text)}
    parts = {text: written for text in odd if (written := dissect(text)) is not None}
    if not parts:
        return {}
    total, strange = sum(rows.values()), sum(odd.values())
    if total - strange >= _PLAIN * total:
        return _as_the_rest(rows, odd, history)
    read = sum(odd[text] for text in parts)
    return _alone(parts, odd) if read + total - strange >= _NEARLY_ALL * total else {}


def _as_the_rest(rows: Mapping[str, int], odd: Mapping[str, int], history: ColumnHistory) -> dict[Text, Text]:
    """Odd numbers by the one rule that reads them among the plain ones.

    Odd numbers that are all larger than the plain ones are the column's way to write large ones.
    """
    plain = {text for text in rows if text not in odd}
    whole = all(text.lstrip("+-").isdigit() for text in plain)
    batches: tuple[Counts, ...] = tuple(
        {text: count for text, count in batch.items() if text in plain} for batch in history.batches
    )
    past = ColumnHistory(history.name, "int" if whole else "float", batches)
    strange: Counts = {text: count for text, count in history.pooled.items() if text in odd}
    rule = find_rule(strange, past)
    if rule is None:
        return {}
    found: dict[Text, Text] = {}
    lowest = inf
    for text in odd:
        after = rule.read(text)
        if after is not None:
            found[text], lowest = after, min(lowest, float(after))
    return found if lowest <= max(float(text) for text in plain) else {}


def _alone(parts: Mapping[str, Written], odd: Mapping[str, int]) -> dict[Text, Text]:
    """Numbers of one unit that is spelt in several ways, without it, in the shortest form."""
    units: Counter[str] = Counter()
    spelt: Counter[tuple[str, str]] = Counter()
    for text, written in parts.items():
        units[written.token] += odd[text]
        spelt[written.prefix, written.suffix] += odd[text]
    total = units.total()
    unit = units.most_common(1)[0][0]
    same = {token for token in units if token == unit or conversions(unit).get(token) == 1}
    known = unit in CURRENCIES.values() or bool(conversions(unit))
    if not known or sum(units[token] for token in same) < _NEARLY_ALL * total:
        return {}
    if spelt.most_common(1)[0][1] > _ONE_FORM * total:
        return {}
    found: dict[Text, Text] = {}
    for text, written in parts.items():
        if written.token not in same:
            continue
        mark = decimal_mark(written.body)
        if mark is None and ("," in written.body or "." in written.body):
            return {}
        value = to_decimal(read_body(written.body, mark or "."))
        if value is not None:
            found[text] = NumberStyle().write(-value if written.negative and value else value or Decimal(0))
    return found
