"""Texts that are none of their column's: no value of a short list, no number, no date."""

from __future__ import annotations

from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.dates import read_as
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.kernels.text import Text


def is_typed(history: ColumnHistory) -> bool:
    """Whether a column holds dates, or numbers that are measured or counted."""
    return (history.is_numeric and not history.is_key) or history.date_layout is not None


def is_listed(history: ColumnHistory) -> bool:
    """Whether it can be said of any text by itself whether it is one of the column's."""
    return history.is_categorical or is_typed(history)


def is_foreign(text: Text, history: ColumnHistory) -> bool:
    """Whether nothing in the history makes the text a value of this column, how large a number is left out."""
    if text is None or text in history.pooled:
        return False
    if history.is_numeric:
        return not is_number(text)
    if history.date_layout is not None:
        return read_as(text, history.date_layout) is None
    return True
