"""Takes out rows with cells that do not read as the accepted type, or are written as no text of the column was."""

from __future__ import annotations

from collections.abc import Iterable

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.detection.cut_codes import code_of
from airflow_provider_dqheal.profiling.json_text import is_json
from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._remainder import QuarantineStrategy
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.booleans import truth
from airflow_provider_dqheal.remediation.kernels.date_rule import cut_dates
from airflow_provider_dqheal.remediation.kernels.dates import read_like
from airflow_provider_dqheal.remediation.kernels.numbers import Digits, is_number
from airflow_provider_dqheal.remediation.kernels.strangers import are_few, of_another_form
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word

_WHOLE, _LEAST = 0.9, 5
"""Share of a column's values that is the whole column, where these are more than a few."""


@register
class QuarantineUnparsable(QuarantineStrategy):
    """Needs a type mismatch or missing data that is acted on: a word that is no number may stand for nothing.

    A column that came as text for a few such cells is a change of the schema, which is enough for these. Whole columns
    that do not read are held instead.
    """

    name = "quarantine_unparsable"
    heals = "type_mismatch"

    def _unread(self, context: Context) -> list[tuple[str, list[int]]]:
        found = []
        for name, history, cells in context.columns():
            named = context.issue("type_mismatch", "missing_data", column=name, ever=True) is not None
            if not named and context.issue("schema_drift", column=name, ever=True) is None:
                continue
            digits = history.digits.beside(cells.values)
            odd = {text for text in cells.values if _does_not_read(text, history, digits)}
            odd |= cut_dates(cells.counter, history)
            if history.is_json:
                odd |= {text for text in cells.values if text and not is_missing_word(text) and not is_json(text)}
            if context.issue("type_mismatch", column=name, alone=True) is not None:
                odd |= of_another_form(cells.counter, history)
            if context.issue("type_mismatch", column=name, ever=True) is not None:
                odd |= _cut_off(cells.values, history)
            rows = cells.rows(odd)
            if len(rows) and (named or are_few(len(rows), len(cells.codes))):
                found.append((name, context.row_ids(rows)))
        return found

    def propose(self, context: Context) -> list[Step]:
        """One step a column."""
        steps = []
        for name, rows in self._unread(context):
            if self._may_go(context, name, rows):
                kind = context.history.columns[name].type
                what, tag = f"do not read as {kind}", f"unparsable {kind} in {name!r}"
                if kind == "string":
                    what, tag = "are written as none was", f"another form in {name!r}"
                reason = f"{len(rows):,} cells of {name!r} {what}, and no single rule explains them"
                steps.append(self.rows_step(context, (name,), rows, tag, 1.0, reason))
        return steps

    def holds(self, context: Context) -> list[str]:
        """What is more than the quarantine budget, or the whole column."""
        return [
            f"type_mismatch in {name}: {len(rows):,} cells do not read as the accepted type and no rule "
            "explains them all; correct the source"
            for name, rows in self._unread(context)
            if not self._may_go(context, name, rows)
        ]

    def _may_go(self, context: Context, column: str, rows: list[int]) -> bool:
        """Whether the rows are within the budget, and not nearly all that have a value."""
        cells = context.cells(column)
        present = len(cells.codes) - len(cells.rows({text for text in cells.values if is_missing_word(text)}))
        return self.within_budget(context, len(rows)) and len(rows) < max(_LEAST, _WHOLE * present)


def _cut_off(texts: Iterable[Text], history: ColumnHistory) -> set[Text]:
    """The texts that lost an end, in a column of codes of one width."""
    numbers = history.is_numeric or history.date_layout is not None
    code = None if numbers else code_of(history.present, history.present_rows)
    return set() if code is None else {text for text in texts if text is not None and not code.is_whole(text)}


def _does_not_read(text: Text, history: ColumnHistory, digits: Digits) -> bool:
    if text is None or text in history.pooled or is_missing_word(text):
        return False
    if history.is_numeric:
        whole = history.type != "int" or (is_number(text) and float(text).is_integer())
        return not is_number(text) or not whole or digits.are_lost(text, history.type == "int")
    if history.date_layout is not None:
        return read_like(text, history.date_layout) is None
    if history.boolean_pair is not None:
        return truth(text) is None
    return False
