"""Whether texts are plainly values of a column: they read as its type and look as its values do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.dates import read_as, readings, without_fraction
from airflow_provider_dqheal.remediation.kernels.frame import Frame
from airflow_provider_dqheal.remediation.kernels.likeness import shape_of
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word


def fits(texts: Iterable[Text] | Mapping[Text, int], history: ColumnHistory) -> float:
    """Share of ``texts`` (or of the rows that hold them) that are values of the column, 0 to 1.

    Missing values count where it has some.
    """
    rows = Counter(texts)
    shapes = {shape_of(text) for text in history.present}
    frame = Frame.of(history.present)
    allowed = bool(len(history.missing_fractions)) and float(history.missing_fractions.max()) > 0
    good = sum(count for text, count in rows.items() if _fits(text, history, shapes, frame, allowed))
    return good / max(1, rows.total())


def _fits(text: Text, history: ColumnHistory, shapes: set[str], frame: Frame | None, allowed: bool) -> bool:
    if text is None or is_missing_word(text):
        return allowed or text in history.pooled
    if text in history.pooled:
        return True
    if history.is_numeric:
        return is_number(text) and (history.type != "int" or text.lstrip("+-").isdigit())
    if history.date_layout is not None:
        layouts = {history.date_layout, without_fraction(history.date_layout)}  # whole seconds need no fraction
        return any(read_as(text, layout) is not None for layout in layouts)
    if history.type in ("date", "datetime"):
        found = {layout for layout, _ in readings(text)}
        return bool(found & history.read_layouts) or any(layout.startswith("%Y-%m-%d") for layout in found)
    if history.boolean_pair is not None or history.is_categorical:
        return False
    return shape_of(text) in shapes or (frame is not None and frame.holds(text))
