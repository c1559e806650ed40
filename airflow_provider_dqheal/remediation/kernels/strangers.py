"""Values of a few cells that are none of the column's: to be asked for where the detector says that some are."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.likeness import respelled
from airflow_provider_dqheal.detection.spelling import strange_texts
from airflow_provider_dqheal.profiling.patterns import collapsed_patterns
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.dates import read_like
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word

_FEW, _FEW_OF = 3, 200
"""Cells that strangers may fill: three, or one in so many; more is a change of the column."""
_MOST_DATES = 0.05
"""Share of a batch's dates that may be strange, where they are different ones: one that is often there may stand for
something."""
_END, _YEAR = 0.06, 365
"""Share of a batch's dates at either end that are not where it is, and days that no date is strange within."""
_SELDOM = 0.01
"""Share of negative keys in the history, up to which these were errors as well."""
_TIMES = 10
"""How many times the largest number of a key another one is, that is none of it."""
_NEARLY_ALL = 0.9


def strangers(counts: Counts, history: ColumnHistory, far: Iterable[str] = ()) -> set[Text]:
    """Unseen texts in very few cells, or a few different dates, that are nothing like the column's.

    Numbers that no key is like, dates years away, texts and numbers on no closed list, texts spelled like none or as a
    known one in another way; of other numbers those that are ``far``; where new texts come all the time, numbers of
    another size than any so far. Of either kind none where they are more than a few.
    """
    unseen = _unseen(counts, history)
    if history.date_layout is not None:
        return _few_dates(of_another_time(unseen, counts, history, history.date_layout), counts)
    return _few(_strange(unseen, counts, history, far), counts) | _few(_of_another_size(unseen, history), counts)


def of_another_form(counts: Counts, history: ColumnHistory) -> set[Text]:
    """Unseen texts in very few cells whose kinds of characters follow each other as in none of the history.

    >>> zips = ColumnHistory("zip", "string", ({"98103": 9, "02139": 9}, {"10001": 9}))
    >>> of_another_form({"98103": 9, "98103-1234": 1, "77001": 1}, zips)
    {'98103-1234'}
    """
    unseen = _unseen(counts, history)
    if not unseen or history.is_numeric or history.date_layout is not None or history.boolean_pair is not None:
        return set()
    forms = set(collapsed_patterns(pa.array(list(history.present), pa.string())).to_pylist())
    own = collapsed_patterns(pa.array(unseen, pa.string())).to_pylist()
    return _few([text for text, form in zip(unseen, own, strict=True) if form not in forms], counts)


def _few(texts: Iterable[Text], counts: Counts) -> set[Text]:
    """The texts, where they are in no more cells than strangers may be."""
    found = set[Text](texts)
    return found if are_few(_rows(found, counts), sum(counts.values())) else set()


def _few_dates(texts: Iterable[str], counts: Counts) -> set[Text]:
    """The dates, where they are no more than a few, or different ones in a small part of the batch."""
    found = set[Text](texts)
    rows, most = _rows(found, counts), max((counts[text] for text in found), default=0)
    different = rows <= _MOST_DATES * sum(counts.values()) and most <= max(_FEW, rows / 2)
    return found if different else _few(found, counts)


def _rows(texts: Iterable[Text], counts: Counts) -> int:
    return sum(counts[text] for text in texts)


def are_few(rows: int, total: int) -> bool:
    """Whether so many rows of a batch may each be a slip: three, or one in 200."""
    return rows <= max(_FEW, total // _FEW_OF)


def _unseen(counts: Counts, history: ColumnHistory) -> list[str]:
    return [text for text in counts if text is not None and text not in history.pooled and not is_missing_word(text)]


def _strange(unseen: list[str], counts: Counts, history: ColumnHistory, far: Iterable[str]) -> Iterable[str]:
    if history.is_numeric and history.is_key:
        return _beside_keys(unseen, history)
    if history.is_numeric and not history.is_categorical:
        return far
    if history.is_categorical:
        return unseen
    odd = set(strange_texts(_texts(counts), [_texts(one) for one in history.batches]))
    plain = {respelled(text) for text in history.present}
    return [text for text in unseen if text in odd or respelled(text) in plain]


def _texts(counts: Counts) -> dict[str, int]:
    return {text: rows for text, rows in counts.items() if text is not None and not is_missing_word(text)}


def of_another_time(unseen: Iterable[str], counts: Counts, history: ColumnHistory, layout: str) -> Iterable[str]:
    """Dates that are farther from all others, of the history and of the batch, than these are from each other."""
    known = [day for text in history.present if (day := _day(text, layout)) is not None]
    own = [(day, counts[text]) for text in _texts(counts) if (day := _day(text, layout)) is not None]
    if not known or not own:
        return []
    days = np.repeat(*np.array(own).T.astype(np.int64))
    first, last = np.quantile(days, [_END, 1 - _END], method="nearest")  # where the batch is: its dates move on
    low, high = min(*known, int(first)), max(*known, int(last))
    reach = max(_YEAR, high - low)
    return [text for text in unseen if (day := _day(text, layout)) and not low - reach <= day <= high + reach]


def _day(text: str, layout: str) -> int | None:
    """Days since the year 1; None where the text is no such date."""
    moment = read_like(text, layout)
    return None if moment is None else moment.toordinal()


def _of_another_size(unseen: Iterable[str], history: ColumnHistory) -> Iterable[str]:
    """Numbers many times the largest, or negative ones, where nearly all were numbers, as large as each other."""
    known = history.all_numbers
    if (
        not len(known)
        or len(known) < _NEARLY_ALL * history.present_rows
        or known[0] <= 0
        or known[-1] > _TIMES * known[0]
    ):
        return []
    return [text for text in unseen if is_number(text) and not 0 <= float(text) <= _TIMES * known[-1]]


def _beside_keys(unseen: Iterable[str], history: ColumnHistory) -> Iterable[str]:
    """Numbers of another sign than all keys, or many times the largest of the history and of the batch's others."""
    known = history.all_numbers
    texts = [text for text in unseen if is_number(text)]
    if not len(known) or (known < 0).mean() > _SELDOM:
        return []
    ordered = sorted((float(text) for text in texts), reverse=True)
    # The batch's own keys may have moved on: those that stand in a row of their own are its largest.
    own = next((a for a, b in pairwise(ordered) if a <= _TIMES * max(b, 1.0)), 0.0)
    most = _TIMES * max(float(known[-1]), own, 1.0)
    return [text for text in texts if float(text) < 0 or float(text) > most]
