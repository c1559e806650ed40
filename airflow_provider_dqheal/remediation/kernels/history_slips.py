"""Typing errors that a history holds itself: seldom texts that stand where others of their group hold one value."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.remediation.history import ColumnHistory, TableHistory
from airflow_provider_dqheal.remediation.kernels.groups import majorities
from airflow_provider_dqheal.remediation.kernels.spelling import is_mistyped, look_random, nearest_typo
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, is_missing_word, text_of

_SELDOM = 0.02
"""Share of a column's rows that a misspelling has, at most."""
_GROUP, _CLEAR, _TESTS, _MOST, _UNLIKE, _VARIED = 4, 0.7, 60, 0.1, 0.005, 0.02
"""Rows and majority of a group that tells; rows of such groups, those unlike the rest of their group at most, those
unlike but not mistyped, and rows of groups that hold another value than most: what a column has to have before its
groups are believed."""
_LISTED, _MOST_LISTED, _COVERED, _LONG, _KINDS, _EXPLAINED = 10, 60, 0.9, 8, 4, 0.7
"""Rows of a list's value, values, rows that these cover; characters of what was mistyped; different misspellings, and
the share of all strange rows that they are."""
_WITNESSES = 2
"""Columns whose groups have to agree on what a text stands for that is more than mistyped."""
_MOST_COLUMNS = 40

_WORDS = re.compile(r"[^\W_]+")

Slips = dict[Text, Text]
"""Misspelling -> what it stands for."""


def slips_of(history: TableHistory) -> dict[str, Slips]:
    """The misspellings of every column that has some.

    A text is one where groups of another column tell (:func:`_by_groups`), or the column's own list
    (:func:`_by_list`). A text that is the rule anywhere is none, however seldom it is.
    """
    names = [name for name in history.columns if all(name in table.column_names for table in history.samples)]
    if not history.samples or len(names) > _MOST_COLUMNS:
        return {}
    pooled = {
        name: Cells.of(pa.chunked_array([_flat(table, name) for table in history.samples], pa.string()))
        for name in names
    }
    found = {}
    for name in names:
        seldom = _seldom(history.columns[name])
        if seldom:
            slips = _by_list(history.columns[name]) | _by_groups(name, pooled, seldom)
            if slips and look_random([(str(text), str(meant)) for text, meant in slips.items()]):
                found[name] = slips
    return found


def _flat(table: pa.Table, name: str) -> pa.Array:
    texts = text_of(table.column(name))
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def _seldom(column: ColumnHistory) -> set[str]:
    """Texts of few rows that can be misspellings: among numbers, codes and dates only those with a letter."""
    numbers = sum(rows for text, rows in column.present.items() if text.replace(".", "").isdigit())
    typed = numbers > column.present_rows / 2 or column.date_layout is not None
    return {
        text
        for text, rows in column.present.items()
        if rows <= _SELDOM * column.present_rows
        and (any(ch.isalpha() for ch in text) if typed else not text.replace(".", "").isdigit())
    }


def _by_groups(target: str, pooled: dict[str, Cells], seldom: set[str]) -> Slips:
    """Seldom texts, each mistyped from what the rest of its rows' groups hold and nowhere the rule itself."""
    right = pooled[target]
    meant: dict[str, set[str]] = {}
    seen: dict[str, set[int]] = {}
    by: Counter[str] = Counter()
    rules: set[str] = set()
    for name, left in pooled.items():
        if name == target or not 1 < len(left.values) <= len(left.codes) / 2:
            continue
        groups = majorities(left.codes, right.codes)
        told = _told(left, right, groups, seldom)
        if told is None:
            continue
        for row, (text, other) in told.items():
            meant.setdefault(text, set()).add(other)
            seen.setdefault(text, set()).add(row)
        by.update({text for text, _ in told.values()})
        top, rows, most = groups
        rules |= {str(right.values[top[key]]) for key in np.flatnonzero((rows >= 2) & (2 * most > rows))}
    counts = right.counter
    found = {
        text: next(iter(others))
        for text, others in meant.items()
        if len(others) == 1 and text not in rules and 2 * len(seen[text]) >= counts[text]
    }
    return {text: other for text, other in found.items() if by[text] >= _WITNESSES or is_mistyped(text, other)}


def _told(
    left: Cells, right: Cells, groups: tuple[np.ndarray, np.ndarray, np.ndarray], seldom: set[str]
) -> dict[int, tuple[str, str]] | None:
    """Row -> (misspelling, what its group holds); None where the groups are not alike but for misspellings."""
    top, rows, most = groups
    missing = np.array([is_missing_word(value) for value in right.values], bool)
    clear = (rows >= _GROUP) & (most >= _CLEAR * rows) & ~missing[top]
    asked = clear[left.codes] & ~missing[right.codes]
    tests = int(asked.sum())
    held = np.bincount(top[left.codes[asked]], minlength=len(right.values))
    if tests < _TESTS or held.max() > (1 - _VARIED) * tests:
        return None
    unlike = np.flatnonzero(asked & (right.codes != top[left.codes]))
    if len(unlike) > _MOST * tests:
        return None
    pairs = {row: (str(right.text(row)), str(right.values[top[left.codes[row]]])) for row in unlike.tolist()}
    found = {row: pair for row, pair in pairs.items() if pair[0] in seldom and _is_slip(*pair)}
    return found if len(pairs) - len(found) <= _UNLIKE * tests else None


def _is_slip(text: str, meant: str) -> bool:
    """Whether a text can be ``meant`` with letters lost or wrong: of every word half are right, no digit is another.

    >>> _is_slip("xntxrprisx", "enterprise"), _is_slip("10011", "10015")
    (True, False)
    >>> _is_slip("Longtan Dist.", "Taoyuan Dist.")
    False
    """
    if len(text) != len(meant):
        return is_mistyped(text, meant)
    pairs = list(zip(text.casefold(), meant.casefold(), strict=True))
    wrong = [a != b for a, b in pairs]
    if any(a.isdigit() and b.isdigit() and a != b for a, b in pairs):
        return False
    words = (wrong[word.start() : word.end()] for word in _WORDS.finditer(meant))
    return any(wrong) and all(2 * sum(word) <= len(word) for word in words)


def _by_list(column: ColumnHistory) -> Slips:
    """Seldom texts that are one long value of a list mistyped, where such are most of what is not on the list."""
    least = max(_LISTED, _SELDOM * column.present_rows)
    came = Counter(text for counts in column.batches for text in counts)
    usual = {text for text, rows in column.present.items() if rows > least and 2 * came[text] >= len(column.batches)}
    covered = sum(column.present[text] for text in usual)
    if not usual or len(usual) > _MOST_LISTED or covered < _COVERED * column.present_rows:
        return {}
    letters = {text: Counter(text.casefold()) for text in usual}
    found: Slips = {}
    explained = 0
    for text, rows in column.present.items():
        meant = nearest_typo(text, letters) if text not in usual else None
        if meant is not None and len(meant) >= _LONG:
            found[text] = meant
            explained += rows
    strange = column.present_rows - covered
    return found if len(found) >= _KINDS and explained >= _EXPLAINED * strange else {}
