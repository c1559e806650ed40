"""Odd spellings of a batch's own values, where every batch has values of its own: its state, its month, its storms."""

from __future__ import annotations

from collections import Counter

from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.likeness import shape_of
from airflow_provider_dqheal.remediation.kernels.spelling import SELDOM, folded, nearest_typo
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word

_REPEATS = 100
"""Rows of the history that repeat a value of their batch, at least: so often it was spelt alike."""
_LEADS, _LEAST = 2 / 3, 3
"""Share and number of the rows of a value that its usual spelling has, at least."""
_OFTEN, _LONG = 20, 4
"""Rows of a value that others may be mistyped from, and characters of those, at least."""
_NEVER_SELDOM, _BATCHES = 5, 4
"""Rows in which every value of so many batches stood, at least: one that stands in fewer is news."""
_MOST_WRONG = 0.1
"""Above this share of seldom texts these are values, not errors."""


def own_spellings(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Unseen spelling -> the batch's own usual one: in another case, or (:func:`_mistyped`) with a typing error.

    Asked only where the history spells each value in one way, and repeats values within its batches. The usual spelling
    must look like those of the history: a batch in capitals throughout shows nothing.
    """
    if history.is_numeric or history.date_layout is not None or history.is_code or not _is_consistent(history):
        return {}
    present = {text: rows for text, rows in counts.items() if text is not None and not is_missing_word(text)}
    groups: dict[str, list[str]] = {}
    for text in present:
        groups.setdefault(folded(text), []).append(text)
    usual_shapes = {shape_of(text) for text in history.present}
    found: dict[Text, Text] = {}
    for alike in groups.values():
        usual = max(alike, key=lambda text: present[text])
        total = sum(present[text] for text in alike)
        leads = present[usual] >= max(_LEAST, _LEADS * total) and shape_of(usual) in usual_shapes
        if len(alike) > 1 and leads:
            found |= {text: usual for text in alike if text != usual and text not in history.pooled}
    return found | _mistyped({text: rows for text, rows in present.items() if text not in found}, history)


def _is_consistent(history: ColumnHistory) -> bool:
    """Whether values repeat within batches, and none was ever spelt in two ways."""
    repeats = sum(rows - 1 for counts in history.batches for text, rows in counts.items() if text in history.present)
    return repeats >= _REPEATS and len({folded(text) for text in history.present}) == len(history.present)


def _mistyped(present: dict[str, int], history: ColumnHistory) -> dict[Text, Text]:
    """Texts of a cell or two that are one typing error away from one frequent value, where no value was ever seldom."""
    least = min(rows for counts in history.batches for text, rows in counts.items() if text in history.present)
    if least < _NEVER_SELDOM or len(history.batches) < _BATCHES:
        return {}
    letters = {text: Counter(text.casefold()) for text, rows in present.items() if rows >= _OFTEN}
    unseen = [
        text for text, rows in present.items() if rows <= SELDOM and len(text) >= _LONG and text not in history.pooled
    ]
    found: dict[Text, Text] = {text: meant for text in unseen if (meant := nearest_typo(text, letters)) is not None}
    return found if len(unseen) <= _MOST_WRONG * sum(present.values()) else {}
