"""Turns sentinels that stand for a missing value (-999, 9999, 1900-01-01) into the column's missing form."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts, numbers_of
from airflow_provider_dqheal.remediation.kernels.dates import read_as
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.kernels.scale import Scale
from airflow_provider_dqheal.remediation.kernels.slips import explain
from airflow_provider_dqheal.remediation.kernels.text import Text
from airflow_provider_dqheal.remediation.kernels.transforms import Spread

NUMBERS = frozenset(
    [sign * float("9" * digits) for digits in range(2, 11) for sign in (1, -1)]
    + [-1.0, 2147483647.0, -2147483648.0, 99999.99, 9999.99, 999.99, 1e20, -1e20, 1e30, 12345.0, 123456789.0]
)
"""Numbers that producers write for "missing"."""
_BEYOND = 3.0
"""Times all other numbers, from which on nines are far also where these have moved."""
_SHORT = 100
"""Numbers below it stand beside a column's only value by themselves: ``-1`` beside ``0`` may tell of an error."""
DATES = frozenset(
    {"1900-01-01", "1899-12-30", "1899-12-31", "1970-01-01", "1753-01-01", "0001-01-01", "9999-12-31", "2099-12-31"}
)


@register
class Sentinel(TextMap):
    """A stated sentinel, never in the history, far outside it, and there three times (once for three nines or more)."""

    name = "sentinel"
    heals = "missing_data"
    order = 20

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Sentinel -> null."""
        return dict.fromkeys(self._dates(counts, history) if history.date_layout else self._numbers(counts, history))

    @staticmethod
    def _numbers(counts: Counts, history: ColumnHistory) -> list[str]:
        if not history.is_numeric or history.is_key or len(history.all_numbers) < 30:
            return []
        found = []
        scale = Scale(history)
        rows = sum(counts.values())
        rest = np.array([value for value in numbers_of(counts) if value not in NUMBERS])
        spread = Spread(history)
        moved = len(rest) >= 20 and spread.distance(rest) > 3 * spread.tolerance(len(rest))
        size = float(max(np.abs(part).max() for part in (rest, history.all_numbers) if len(part)))
        negative = any(is_number(text) and -1 != float(str(text)) < 0 for text in counts if text not in history.pooled)
        for text, count in counts.items():
            if text is None or text in history.pooled or not is_number(text) or float(text) not in NUMBERS:
                continue
            value = float(text)
            lone = abs(value) >= 999 and set(text.strip("-").partition(".")[0]) == {"9"}
            if not scale.far(np.array([value]))[0] or (count < 3 and not lone) or count > 0.5 * rows:
                continue
            if moved and (not lone or abs(value) < _BEYOND * size):
                continue  # the column as a whole has moved: little is far from it
            if count < 2 and text in explain({**counts}, history).slips:
                continue
            if value == -1 and (history.all_numbers[0] < 0 or count < 3 or negative):
                continue
            if abs(value) < _SHORT and history.all_numbers[0] == history.all_numbers[-1]:
                continue  # another code where only one was there so far
            found.append(text)
        return found

    @staticmethod
    def _dates(counts: Counts, history: ColumnHistory) -> list[str]:
        layout = history.date_layout or ""
        known = [moment for text in history.present if (moment := read_as(text, layout)) is not None]
        if not known:
            return []
        low, high = min(known), max(known)
        reach = max((high - low) * 2, (high - low).resolution)
        found = []
        for text in counts:
            moment = read_as(text, layout) if text is not None and text not in history.pooled else None
            if moment is None or moment.strftime("%Y-%m-%d").zfill(10) not in DATES:
                continue
            if (low - moment > reach or moment - high > reach) and abs((moment - low).days) > 365:
                found.append(str(text))
        return found

    def propose(self, context: Context) -> list[Step]:
        """One step a column, with the column's missing form as the repair."""
        return [
            step.model_copy(
                update={
                    "params": {
                        "values": [[old, context.missing_form(step.columns[0])] for old, _ in step.params["values"]]
                    }
                }
            )
            for step in super().propose(context)
        ]

    def candidates(self, context: Context) -> Iterable[str]:
        """Numeric and date columns."""
        return [name for name, history, _ in context.columns() if history.is_numeric or history.date_layout is not None]

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells hold which sentinel."""
        words = ", ".join(str(text) for text in sorted(found, key=str)[:3])
        return f"{rows:,} cells of {column!r} hold {words}, far outside the history and a usual stand-in for missing"
