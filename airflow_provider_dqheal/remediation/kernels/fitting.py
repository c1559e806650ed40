"""Whether texts are plainly values of a column: they read as its type and look as its values do."""

from __future__ import annotations

from collections.abc import Iterable

from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.dates import read_as, readings
from airflow_provider_dqheal.remediation.kernels.likeness import shape_of
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word


def fits(texts: Iterable[Text], history: ColumnHistory) -> float:
    """Share of the distinct ``texts`` that are plainly values of the column; missing values count where it has some."""
    distinct = set(texts)
    shapes = {shape_of(text) for text in history.present}
    allowed = bool(len(history.missing_fractions)) and float(history.missing_fractions.max()) > 0
    good = sum(_fits(text, history, shapes, allowed) for text in distinct)
    return good / max(1, len(distinct))


def _fits(text: Text, history: ColumnHistory, shapes: set[str], allowed: bool) -> bool:
    if text is None or is_missing_word(text):
        return allowed or text in history.pooled
    if text in history.pooled:
        return True
    if history.is_numeric:
        return is_number(text) and (history.type != "int" or text.lstrip("+-").isdigit())
    if history.date_layout is not None:
        layouts = {history.date_layout, history.date_layout.removesuffix(".%f")}  # whole seconds need no fraction
        return any(read_as(text, layout) is not None for layout in layouts)
    if history.type in ("date", "datetime"):
        return any(layout.startswith("%Y-%m-%d") for layout, _ in readings(text))
    if history.boolean_pair is not None or history.is_categorical:
        return False
    return shape_of(text) in shapes
