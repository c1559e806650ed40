"""Day and month that changed places in a whole column."""

from __future__ import annotations

from datetime import datetime

from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.date_window import around, known_range
from airflow_provider_dqheal.remediation.kernels.dates import has_milliseconds, is_orderable, read_as, write_as
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word

_LEAST_TURNED, _HERE, _STAY = 5, 0.98, 0.1
"""Dates of a turned column; their share that lies where the history's do, in its order; and in the other, at most."""
_UNNOTICED, _SELDOM = 0.1, 1e-3
"""Share of the dates that may be in the column's own order unnoticed, and how seldom chance hides so many."""


def turned_dates(counts: Counts, history: ColumnHistory, layout: str) -> dict[Text, Text] | None:
    """All dates of a column in which day and month changed places, as the column writes them; None where they did not.

    All read in the other order and lie where the history's do, and none reads in the column's own only. Then either so
    many read in the other order only that there are hardly any in the own one, or in this they lie elsewhere.
    """
    padded = layout.replace("%-", "%")
    if not is_orderable(padded):
        return None
    other = _exchanged(padded)
    read: dict[str, tuple[datetime | None, datetime]] = {}
    for text in counts:
        if text is None or is_missing_word(text):
            continue
        as_other = read_as(text, other)
        if as_other is None:
            return None
        read[text] = read_as(text, layout), as_other
    either = {text: pair for text, pair in read.items() if pair[0] is not None and pair[0] != pair[1]}
    proven = sum(counts[text] for text, (as_own, _) in read.items() if as_own is None)
    doubtful = sum(counts[text] for text in either)
    if proven + doubtful < _LEAST_TURNED:
        return None
    low, high = around(*known_range(history, layout), len(history.batches))
    here = sum(counts[text] for text, (_, as_other) in read.items() if low <= as_other <= high)
    stay = sum(counts[text] for text, (as_own, _) in either.items() if as_own is not None and low <= as_own <= high)
    told = doubtful / (proven + doubtful)
    hardly = told ** (_UNNOTICED * (proven + doubtful)) < _SELDOM
    elsewhere = stay <= (_STAY * doubtful if proven else 0)
    if here < _HERE * sum(counts[text] for text in read) or not (hardly or elsewhere):
        return None
    milliseconds = has_milliseconds(next(iter(history.present)))
    written = {text: write_as(as_other, layout, milliseconds) for text, (_, as_other) in read.items()}
    return {text: after for text, after in written.items() if after != text}


def _exchanged(layout: str) -> str:
    """A layout with day and month in each other's place."""
    return layout.translate(str.maketrans("dm", "md"))
