"""Cells that are missing where a label of their row says that they are there.

A column that often lacks cells may lack them for a reason that stands beside it: no agent of a call that was given up.
A few more missing cells of it are nothing; beside the other labels they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_dqheal.detection.presence_fit import PresenceFit, fit_presence
from airflow_provider_dqheal.detection.row_groups import label_columns, texts_in_rows
from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView
from airflow_provider_dqheal.issues._base import RowMissing

_LEAST_BATCHES, _MOST_COLUMNS, _MOST_LABELS = 5, 40, 20
"""Batches that show where a column is there; columns that are told, and that tell."""
_SHOWN = 3


@dataclass(frozen=True, eq=False)
class _Presence:
    by: str
    column: str
    fit: PresenceFit


def row_presence(batch: BatchView, stack: Stack) -> tuple[RowMissing, ...]:
    """The columns of a batch that lack cells where a label in the row says that there is one."""
    found: dict[str, RowMissing] = {}
    for one in stack.once(_presences_of):
        told, tells = batch.columns.get(one.column), batch.columns.get(one.by)
        if told is None or tells is None or len(told.aligned) != len(tells.aligned):
            continue
        texts = texts_in_rows(tells)
        rows, asked = one.fit.lacking(texts, told.aligned >= 0)
        if len(rows) and (one.column not in found or len(rows) > found[one.column].rows):
            shown = tuple(dict.fromkeys(str(texts[row]) for row in rows.tolist()))[:_SHOWN]
            found[one.column] = RowMissing(one.column, one.by, len(rows), len(rows) / asked, shown)
    return tuple(found.values())


def _presences_of(stack: Stack) -> tuple[_Presence, ...]:
    """Where columns that lack cells are always there, by each column of labels that tells it."""
    if len(stack.batches) < _LEAST_BATCHES:
        return ()
    texts = dict(list(stack.once(label_columns).items())[:_MOST_LABELS])
    found = []
    for name in list(stack.columns)[:_MOST_COLUMNS]:
        views = [batch.columns.get(name) for batch in stack.batches]
        there = [view.aligned >= 0 for view in views if view is not None]
        if len(there) < len(views) or all(batch.all() for batch in there):
            continue
        for by, labels in texts.items():
            if by != name and list(map(len, labels.batches)) == list(map(len, there)):
                fit = fit_presence(labels, there)
                if fit is not None:
                    found.append(_Presence(by, name, fit))
    return tuple(found)
