"""Writes disguised missing values the way the column writes missing ones."""

from __future__ import annotations

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import map_texts
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.likeness import shape_of
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word
from airflow_provider_dqheal.remediation.working import Working

_PADDED = 0.98
"""Share of the values that have one width, from which on blanks belong to a code."""


@register
class NormaliseDisguised(Strategy):
    """Words for "missing" that the column never used become its own missing form.

    Doubtful words ("none", "unknown") in a text column need an acted-on missing-data issue on it; a word that looks
    like the column's own codes ("NA" among two-letter codes) is left alone.
    """

    name = "normalise_disguised"
    heals = "missing_data"
    order = 10

    def propose(self, context: Context) -> list[Step]:
        """One step a column."""
        steps = []
        for name, history, cells in context.columns():
            form = context.missing_form(name)
            typed = history.is_numeric or history.date_layout is not None or history.boolean_pair is not None
            alarmed = context.issue("missing_data", column=name) is not None
            found = [
                text
                for text in cells.values
                if text is not None
                and text != form
                and text not in history.pooled
                and is_missing_word(text, weak=typed or alarmed)
                and (text != "" or form is not None)
                and (typed or not _is_code_like(text, history))
            ]
            if not found:
                continue
            rows = len(cells.rows(set(found)))
            words = ", ".join(repr(text) for text in sorted(found)[:4])
            reason = f"{rows:,} cells of {name!r} hold {words}, which the history never used for a missing value"
            params = {"words": sorted(found), "form": form}
            steps.append(self.step(context, (name,), params, 0.99 if typed else 0.95, reason))
        return steps

    def change(self, working: Working, step: Step) -> Working:
        """Rewrites the words, one ledger line a cell."""
        mapping: dict[Text, Text] = dict.fromkeys(step.params["words"], step.params["form"])
        return map_texts(working, step, step.columns[0], mapping)


def _is_code_like(text: str, history: ColumnHistory) -> bool:
    """Whether the word is like values that the column is full of, in shape and length, or has their padded width."""
    if not text.strip():
        return False
    wide = sum(rows for known, rows in history.present.items() if len(known) == len(text))
    if text != text.strip() and wide >= _PADDED * max(1, history.present_rows):
        return True
    if not any(ch.isalnum() for ch in text):
        return False
    alike = sum(
        rows for known, rows in history.present.items() if len(known) == len(text) and shape_of(known) == shape_of(text)
    )
    return alike >= 0.2 * max(1, history.present_rows)
