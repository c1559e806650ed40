"""Dates that lie farther from another one in their row than they ever did: an end a day after its start, not hours.

Each of the two may be a usual date of its column, so that nothing else shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from airflow_provider_dqheal.detection.gap_fit import GapFit, fit_gap
from airflow_provider_dqheal.detection.row_pairs import SHOWN, Broken, wrong_ones
from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView
from airflow_provider_dqheal.issues._base import RowGap

_MOST_COLUMNS = 12


@dataclass(frozen=True)
class _Gaps:
    names: tuple[str, ...]
    fits: dict[tuple[int, int], GapFit]
    """By the places of two dates, the second from the first."""


def row_gaps(batch: BatchView, stack: Stack) -> tuple[RowGap, ...]:
    """The date columns of a batch that lie farther from another one than in any row of the history."""
    gaps = stack.once(_gaps_of)
    if not gaps.fits:
        return ()
    now = batch.numbers_of(gaps.names)
    broken = []
    for (low, high), fit in gaps.fits.items():
        distances = now[:, high] - now[:, low]
        if len(rows := fit.at_odds(distances)):
            broken.append(Broken(low, high, rows, int(np.isfinite(distances).sum())))
    found = []
    for column, beside, one in wrong_ones(now, gaps.names, broken):
        apart = float(np.median(np.abs(now[one.rows, one.high] - now[one.rows, one.low])))
        texts = batch.columns[column].texts_at(one.rows[:SHOWN])
        least, most = gaps.fits[one.low, one.high].span
        found.append(RowGap(column, beside, len(one.rows) / one.both, texts, apart, least, most))
    return tuple(found)


def _gaps_of(stack: Stack) -> _Gaps:
    names = tuple(stack.all_of(temporal=True))[:_MOST_COLUMNS]
    batches = [batch.numbers_of(names) for batch in stack.batches] if len(names) > 1 else []
    pairs = combinations(range(len(names)), 2) if batches else ()
    fits = {(low, high): fit_gap([batch[:, high] - batch[:, low] for batch in batches]) for low, high in pairs}
    return _Gaps(names, {pair: fit for pair, fit in fits.items() if fit is not None})
