"""The common form of strategies that repair single numbers which slipped in one way."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import ClassVar

from airflow_provider_dqheal.core.types import IssueType
from airflow_provider_dqheal.remediation._base import Context
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts, numbers_of
from airflow_provider_dqheal.remediation.kernels.slip_options import Slip
from airflow_provider_dqheal.remediation.kernels.slips import SURE, explain
from airflow_provider_dqheal.remediation.kernels.text import Text
from airflow_provider_dqheal.remediation.kernels.transforms import find_transform


class SingleSlip(TextMap):
    """Far numbers whose one explanation is a slip of ``kinds``."""

    heals: ClassVar[IssueType] = "outliers"
    cellwise = True
    kinds: ClassVar[Collection[str]]
    words: ClassVar[str]
    """What explains the numbers, for the step's reason."""

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Far text -> the value it slipped from."""
        slips = explain(counts, history).slips
        return {text: slip.after for text, slip in slips.items() if slip.kind in self.kinds}

    def repairs(self, context: Context, column: str, history: ColumnHistory, counts: Counts) -> dict[Text, Text]:
        """The rule's answer, as far as no row contradicts it; none where all of the column slipped."""
        found: dict[Text, Text] = {
            text: slip.after for text, slip in _slips(context, column).items() if slip.kind in self.kinds
        }
        whole = bool(found) and find_transform(numbers_of(counts), history, history.finest_place) is not None
        return {} if whole else found

    def confidence(self, context: Context, column: str, found: dict[Text, Text]) -> float:
        """The least sure cell's likelihood."""
        slips = _slips(context, column)
        return min((slips[text].likelihood for text in found if text in slips), default=SURE)

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells, and what explains them."""
        return f"{rows:,} values of {column!r} lie far outside the history; {self.words} explains each of them"


def _slips(context: Context, column: str) -> dict[Text, Slip]:
    rest = partial(context.agrees, column)
    return dict(explain(context.cells(column).counter, context.history.columns[column], rest=rest).slips)
