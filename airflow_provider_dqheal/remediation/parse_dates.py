"""Writes dates the way the column does: other formats, day and month order, epochs, spreadsheet serials."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.date_rule import read_dates
from airflow_provider_dqheal.remediation.kernels.text import Text, as_cast

_PHYSICAL = ("timestamp", "date")


@register
class ParseDates(TextMap):
    """The order of day and month comes from the column's own unambiguous values, else from the history's range."""

    name = "parse_dates"
    heals = "type_mismatch"
    order = 12

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Odd date -> the same moment in the column's layout."""
        return read_dates(counts, history)

    def repairs(self, context: Context, column: str, history: ColumnHistory, counts: Counts) -> dict[Text, Text]:
        """The rule's answer, without texts that a cast to the column's physical type reads as they stand."""
        found = self.rule(counts, history)
        if not found or not str(context.history.physical.get(column)).startswith(_PHYSICAL):
            return found
        alike = pc.equal(as_cast(pa.array(found.keys(), pa.string())), as_cast(pa.array(found.values(), pa.string())))
        return {text: after for (text, after), same in zip(found.items(), alike.to_pylist(), strict=True) if not same}

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells."""
        return f"{rows:,} dates of {column!r} are written in another way than the column's"
