"""Cells that are not of the form that a column always had, where there are more of them than chance gives."""

from __future__ import annotations

from collections.abc import Callable

from airflow_provider_dqheal.detection.scalars import at_least
from airflow_provider_dqheal.detection.view import ColumnView
from airflow_provider_dqheal.issues._base import OffForm

_SELDOM = 1e-3
"""How seldom chance has so many cells of another form, where one in as many as the history has is."""
_SHOWN = 3


def off_form(view: ColumnView, form: str, is_of: Callable[[str], object], failed: float, told: float) -> OffForm | None:
    """The cells of a batch's column that are not of a form; None where chance may give as many.

    Args:
        view: the column.
        form: the form in words.
        is_of: whether a text is of it.
        failed: cells of the history that were not.
        told: cells of the history.
    """
    odd = [at for at, text in enumerate(view.values) if not is_of(text)]
    cells, present = int(view.counts[odd].sum()), int(view.present)
    if not cells or at_least(cells, present, (failed + 1) / (told + 1)) > _SELDOM:
        return None
    return OffForm(view.name, form, cells / present, failed / told, tuple(view.values[at] for at in odd[:_SHOWN]))
