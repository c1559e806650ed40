"""A whole column that came in another writing: in quotes or brackets, with blanks around, in another case."""

from __future__ import annotations

from collections.abc import Callable

from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.likeness import shape_of
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word, unwrapped

_LEAST_ROWS = 50
_NEARLY_ALL = 0.95
"""Share of the rows that came in another writing, and of those that are as in the history without it."""
_UNDO: tuple[Callable[[str], str], ...] = (unwrapped, str.upper, str.lower)


def written_back(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Text -> what it is without a writing that nearly all rows share and no value of the history has.

    Values may be new, where their form is one of the history. Numbers and booleans are read by rules of their own.
    """
    if history.present_rows < _LEAST_ROWS or history.is_numeric or history.boolean_pair is not None:
        return {}
    texts = {text: rows for text, rows in counts.items() if text is not None and not is_missing_word(text, weak=True)}
    for undo in _UNDO:
        found = {text: after for text in texts if (after := undo(text)) != text}
        if sum(texts[text] for text in found) < max(1.0, _NEARLY_ALL * sum(texts.values())):
            continue
        if len(set(found.values())) == len(found) and not any(undo(text) != text for text in history.present):
            back: dict[Text, Text] = dict(found.items())
            return back if _are_known(found, texts, history) else {}
    return {}


def _are_known(found: dict[str, str], texts: dict[str, int], history: ColumnHistory) -> bool:
    """Whether the texts are as in the history after the change: values of it, or of a form that it has."""
    forms = {shape_of(text) for text in history.present}
    known = sum(texts[text] for text, after in found.items() if after in history.present or shape_of(after) in forms)
    return known >= _NEARLY_ALL * sum(texts[text] for text in found)
