"""Takes out rows that lack a value which the history never lacked."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER, Step
from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._remainder import QuarantineStrategy
from airflow_provider_dqheal.remediation.kernels.presence_context import lacking
from airflow_provider_dqheal.remediation.kernels.strangers import are_few
from airflow_provider_dqheal.remediation.kernels.text import is_missing_word

_DISGUISED = ("normalise_disguised", "sentinel")
"""Strategies that turned a stand-in for a missing value into one."""


@dataclass(frozen=True)
class _Lack:
    """A column that lacks more than usual: positions of the rows to blame, the usual share, whether these are all.

    ``told``: a label of each of these rows says that it holds a value.
    """

    column: str
    rows: np.ndarray
    usual: float
    certain: bool
    told: bool = False

    @property
    def reason(self) -> str:
        """Why the rows are set aside."""
        if self.told:
            return f"{len(self.rows):,} rows lack {self.column!r}, which no accepted row with their label lacks"
        if self.usual:
            return (
                f"{len(self.rows):,} rows hold a stand-in for a missing {self.column!r}, more than are usually missing"
            )
        rows = f"{len(self.rows):,} rows lack {self.column!r}"
        return f"{rows}, which no accepted row lacks, and nothing determines the value"


@register
class QuarantineMissing(QuarantineStrategy):
    """Needs a missing-data issue that alarms by itself, also before the repairs, or any issue on a column.

    Of the latter only a few missing cells, or disguised ones, are taken for faults.

    Where the column was sometimes missing in the history, the rows with a stand-in are the fault when the others are as
    many as usual, and so are those whose label says that they hold a value; else nobody can tell which of the missing
    cells are faults, and the batch is held.
    """

    name = "quarantine_missing"
    heals = "missing_data"

    def _lacking(self, context: Context) -> list[_Lack]:
        """Columns that lack too much."""
        disguised = _disguised(context)
        found = []
        for name, history, cells in context.columns():
            alone = context.issue("missing_data", column=name, alone=True, ever=True) is not None
            named = context.issue(*ISSUE_ORDER, column=name, ever=True) is not None
            if not (alone or named) or not len(history.missing_fractions):
                continue
            rows = cells.rows({text for text in cells.values if is_missing_word(text, weak=text not in history.pooled)})
            usual, total = float(history.missing_fractions.max()), max(1, len(cells.codes))
            bound = usual + 3 * sqrt(usual * (1 - usual) / total) + (0.01 if usual else 0.0)
            odd = lacking(context.history, name, context.cells)
            if len(odd) and (len(rows) - len(odd)) / total <= bound:
                found.append(_Lack(name, odd, usual, True, told=True))
                continue
            alarmed = alone or (named and (name in disguised or are_few(len(rows), total)))
            if not alarmed or len(rows) / total <= bound:
                continue
            told = rows[np.isin(context.row_ids(rows), disguised.get(name, []))]
            if usual and (len(rows) - len(told)) / total <= bound:
                found.append(_Lack(name, told, usual, True))
            else:
                found.append(_Lack(name, rows, usual, usual == 0.0))
        return found

    def propose(self, context: Context) -> list[Step]:
        """One step a column whose faulty rows are known."""
        return [
            self.rows_step(
                context,
                (lack.column,),
                context.row_ids(lack.rows),
                f"missing value in {lack.column!r}",
                1.0,
                lack.reason,
            )
            for lack in self._lacking(context)
            if self._may_go(context, lack)
        ]

    def holds(self, context: Context) -> list[str]:
        """What cannot be told apart, or is more than the budget."""
        return [
            f"missing_data in {lack.column}: {len(lack.rows) / max(1, context.working.raw.num_rows):.1%} missing, "
            f"usually at most {lack.usual:.1%}, and nothing determines them; resend the batch or accept it"
            for lack in self._lacking(context)
            if not self._may_go(context, lack)
        ]

    def _may_go(self, context: Context, lack: _Lack) -> bool:
        return lack.certain and context.policy.missing_cells == "null" and self.within_budget(context, len(lack.rows))


def _disguised(context: Context) -> dict[str, list[int]]:
    """Per column, the ids of the rows whose cell held a stand-in for a missing value."""
    found: dict[str, list[int]] = {}
    for line in context.working.ledger.select(["row_id", "column", "strategy"]).to_pylist():
        if line["strategy"] in _DISGUISED and line["row_id"] is not None:
            found.setdefault(line["column"], []).append(line["row_id"])
    return found
