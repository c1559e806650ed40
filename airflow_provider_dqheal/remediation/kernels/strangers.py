"""Values of a few cells that are none of the column's: to be asked for where the detector says that some are."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.kernels.slips import explain
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word

_FEW, _FEW_OF = 3, 200
"""Cells that strangers may fill: three, or one in so many; more is a change of the column."""
_SELDOM = 0.01
"""Share of negative keys in the history, up to which these were errors as well."""
_TIMES = 10
"""How many times the largest number of a key another one is, that is none of it."""


def strangers(counts: Counts, history: ColumnHistory) -> set[Text]:
    """Unseen texts in very few cells: far numbers, numbers that no key of the column is like, values on no closed list.

    Empty where they are more than a few, or where new values are usual.
    """
    if history.is_numeric:
        far = _beside_keys(counts, history) if history.is_key else explain(counts, history, alarmed=True).doubtful
        found = set[Text](far)
    elif history.is_categorical and history.date_layout is None:
        found = {text for text in counts if text not in history.pooled and not is_missing_word(text)}
    else:
        found = set()
    rows = sum(counts[text] for text in found)
    return found if rows <= max(_FEW, sum(counts.values()) // _FEW_OF) else set()


def _beside_keys(counts: Counts, history: ColumnHistory) -> Iterable[str]:
    """Numbers of another sign than all keys, or many times the largest of the history and of the batch's others."""
    known = history.all_numbers
    texts = [text for text in counts if text is not None and text not in history.pooled and is_number(text)]
    if not len(known) or (known < 0).mean() > _SELDOM:
        return []
    ordered = sorted((float(text) for text in texts), reverse=True)
    # The batch's own keys may have moved on: those that stand in a row of their own are its largest.
    own = next((a for a, b in pairwise(ordered) if a <= _TIMES * max(b, 1.0)), 0.0)
    most = _TIMES * max(float(known[-1]), own, 1.0)
    return [text for text in texts if float(text) < 0 or float(text) > most]
