"""Imputes missing cells by a model of the history, where the policy says so."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from airflow_provider_dqheal.core.types import Rung, Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import positions_of, set_cells
from airflow_provider_dqheal.remediation.kernels.likeness import ks_distance
from airflow_provider_dqheal.remediation.kernels.prediction import best, numbers, texts
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word
from airflow_provider_dqheal.remediation.working import Working

LEAST_CONFIDENCE = 0.9
_MOST_MISSING, _USUAL = 0.3, 0.01


@register
class Impute(Strategy):
    """Only with the ceiling ``imputation``: majority or median of equal rows, a line, or a place between neighbours.

    The predictor must have been right (or within a tenth of the spread) nine times in ten on accepted batches that it
    was not made from. It abstains above 30 % missing, where the column was usually missing anyway, and where what is
    missing is predicted to be unlike what is there.
    """

    name: ClassVar[str] = "impute"
    heals = "missing_data"
    rung: ClassVar[Rung] = "imputation"
    order = 40
    cellwise = True

    def propose(self, context: Context) -> list[Step]:
        """One step a column."""
        steps: list[Step] = []
        if not context.policy.issue(self.heals).allows(self.rung):
            return steps
        for name, history, cells in context.columns():
            rows = cells.rows({text for text in cells.values if is_missing_word(text)})
            usual = float(history.missing_fractions.max()) if len(history.missing_fractions) else 1.0
            if not len(rows) or len(rows) > _MOST_MISSING * len(cells.codes) or usual > _USUAL or history.is_key:
                continue
            model = best(context.history, name)
            if (
                model is None
                or model.confidence < LEAST_CONFIDENCE
                or model.left not in context.working.table.column_names
            ):
                continue
            told = model.predict(texts(context.cells(model.left)), texts(cells))
            if history.is_numeric and _differs(told, rows):
                continue
            ids = context.row_ids(rows)
            values = [[row_id, text] for row_id, row in zip(ids, rows.tolist(), strict=True) if (text := told[row])]
            if values:
                ways = {"group": "rows with the same", "line": "a line over", "between": "its neighbours by"}
                reason = (
                    f"{len(values):,} missing cells of {name!r} are estimated from {ways[model.how]} {model.left!r}"
                )
                params = {"values": values, "model": f"{model.how}:{model.left}"}
                steps.append(self.step(context, (name,), params, model.confidence, reason))
        return steps

    def change(self, working: Working, step: Step) -> Working:
        """Fills the stated cells, one ledger line each with the confidence."""
        values = {int(row_id): str(text) for row_id, text in step.params["values"]}
        positions = positions_of(working, np.array(sorted(values), np.int64))
        here = working.row_ids.to_numpy()
        after: list[Text] = [values[int(here[position])] for position in positions]
        return set_cells(working, step, step.columns[0], positions, after)


def _differs(told: list[Text], rows: np.ndarray) -> bool:
    """Whether the estimates of the missing cells are spread unlike those of the others: then they hide something."""
    every = numbers(np.array(told, object))
    gone = np.sort(every[rows])
    rest = np.sort(np.delete(every, rows))
    gone, rest = gone[np.isfinite(gone)], rest[np.isfinite(rest)]
    return len(gone) >= 20 and len(rest) >= 20 and ks_distance(gone, rest) > 0.1 + 1.95 / float(np.sqrt(len(gone)))
