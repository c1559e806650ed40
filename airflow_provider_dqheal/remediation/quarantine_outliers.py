"""Takes out rows with values far outside the history, or on no closed list of it, that no single slip explains."""

from __future__ import annotations

from functools import partial

import pyarrow.compute as pc

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._remainder import QuarantineStrategy
from airflow_provider_dqheal.remediation.kernels.slips import explain
from airflow_provider_dqheal.remediation.kernels.spelling import near_misses
from airflow_provider_dqheal.remediation.kernels.strangers import strangers


@register
class QuarantineOutliers(QuarantineStrategy):
    """Needs an outlier issue that alarms by itself and blames the column."""

    name = "quarantine_outliers"
    heals = "outliers"

    def propose(self, context: Context) -> list[Step]:
        """One step a column."""
        steps = []
        for name, history, cells in context.columns():
            if context.issue("outliers", column=name, alone=True) is None:
                continue
            far = explain(cells.counter, history, alarmed=True, rest=partial(context.agrees, name))
            odd = {*far.unexplained, *far.slips, *near_misses(cells.counter, history, _misspellings(context, name))}
            rows = context.row_ids(cells.rows(odd | strangers(cells.counter, history, far.doubtful)))
            if rows and self.within_budget(context, len(rows)):
                what = "lie far outside the history" if history.is_numeric else "are none that the history knows"
                reason = f"{len(rows):,} values of {name!r} {what} and no single slip explains them"
                steps.append(self.rows_step(context, (name,), rows, f"outlier in {name!r}", 0.9, reason))
        return steps


def _misspellings(context: Context, column: str) -> int:
    """How many different values of a column are repaired already, cell by cell."""
    ledger = context.working.ledger
    mine = pc.and_(pc.is_valid(ledger["row_id"]), pc.equal(ledger["column"], column))
    return int(pc.count_distinct(ledger.filter(mine)["before"]).as_py())
