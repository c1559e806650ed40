"""A column that came in another writing: in quotes, markup or brackets, with blanks around, in another case."""

from __future__ import annotations

import re
from collections.abc import Callable

from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.likeness import shape_of
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word, unquoted, unwrapped

_LEAST_ROWS = 50
_NEARLY_ALL = 0.95
"""Share of the rows that came in another writing, and of those that are as in the history without it."""
_SEVERAL, _SOME = 3, 0.005
"""Different texts in quotes or markup, and share of the rows, from which on they are no text's own."""
_UNDO: tuple[Callable[[str], str], ...] = (unwrapped, str.upper, str.lower)
_ALNUM = re.compile(r"[^\W_]+")


def written_back(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Text -> what it is without a writing that no value of the history has and nearly all rows share.

    Quotes and markup may stand around some of them only. Values may be new, where their form is one of the history.
    Numbers and booleans are read by rules of their own.
    """
    if history.present_rows < _LEAST_ROWS or history.is_numeric or history.boolean_pair is not None:
        return {}
    texts = {text: rows for text, rows in counts.items() if text is not None and not is_missing_word(text, weak=True)}
    for undo in _UNDO:
        found = _undone(undo, texts)
        nearly_all = sum(texts[text] for text in found) >= max(1.0, _NEARLY_ALL * sum(texts.values()))
        if nearly_all and not _is_own(undo, found, history):
            return _as_before(found, texts, history)
    found = {} if history.is_json else _undone(unquoted, texts)
    some = len(found) >= _SEVERAL and sum(texts[text] for text in found) >= _SOME * sum(texts.values())
    return _as_before(found, texts, history) if some and not _is_own(unquoted, found, history) else {}


def _undone(undo: Callable[[str], str], texts: dict[str, int]) -> dict[str, str]:
    return {text: after for text in texts if (after := undo(text)) != text}


def _is_own(undo: Callable[[str], str], found: dict[str, str], history: ColumnHistory) -> bool:
    """Whether values of the history are written so, or two values become one without it."""
    return len(set(found.values())) < len(found) or any(undo(text) != text for text in history.present)


def _as_before(found: dict[str, str], texts: dict[str, int], history: ColumnHistory) -> dict[Text, Text]:
    """What was found, if nearly all of it is then as the history has it: a value of it, or of a form that it has."""
    forms, skeletons = {shape_of(text) for text in history.present}, {_skeleton(text) for text in history.present}
    known = sum(
        texts[text]
        for text, after in found.items()
        if after in history.present or shape_of(after) in forms or _skeleton(after) in skeletons
    )
    back: dict[Text, Text] = dict(found.items())
    return back if known >= _NEARLY_ALL * sum(texts[text] for text in found) else {}


def _skeleton(text: str) -> tuple[int, str]:
    """Length and signs between letters and digits: what codes of chance letters share.

    >>> _skeleton("09eb-85e0") == _skeleton("f3aa-0011"), _skeleton("09eb-85e0") == _skeleton("09eb_85e0")
    (True, False)
    """
    return len(text), _ALNUM.sub("x", text)
