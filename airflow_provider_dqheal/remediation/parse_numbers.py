"""Reads numbers that are written with separators, currencies, units, percent signs or quotes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.profiling.kinds import is_text
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import map_texts
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.numbers import Digits, NumberRule, NumberStyle
from airflow_provider_dqheal.remediation.kernels.numeric_rule import find_rule
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, is_missing_word
from airflow_provider_dqheal.remediation.working import Working


def rule_params(rule: NumberRule) -> dict[str, Any]:
    """The rule as JSON-safe parameters."""
    return {**asdict(rule), "factors": dict(rule.factors)}


def rule_of(params: dict[str, Any]) -> NumberRule:
    """The rule behind the parameters."""
    return NumberRule(**{**params, "style": NumberStyle(**params["style"]), "digits": Digits(**params["digits"])})


def readings_of(
    rule: NumberRule, counts: Counts | dict[Text, int], history: ColumnHistory | None = None
) -> dict[Text, Text]:
    """Odd text -> canonical text; texts that the history holds, and missing values, are left alone."""
    found: dict[Text, Text] = {}
    for text in counts:
        if is_missing_word(text) or (history is not None and text in history.pooled and not rule.regroup):
            continue
        after = rule.read(text)
        if after is not None and after != text:
            found[text] = after
    return found


@register
class ParseNumbers(Strategy):
    """One rule a column: the decimal mark from proven cells, decorations by their one fitting factor."""

    name = "parse_numbers"
    heals = "type_mismatch"
    order = 10

    def propose(self, context: Context) -> list[Step]:
        """One step a column with odd numbers that the rule reads."""
        steps = []
        for name, history, cells in context.columns():
            if not history.is_numeric or not is_text(context.working.table.schema.field(name).type):
                continue
            rule = find_rule(cells.counter, history)
            if rule is None:
                continue
            found = readings_of(rule, cells.counter, history)
            rows = len(cells.rows(found))
            if not rows:
                continue

            def touched(counts: Counts, past: ColumnHistory, _rule: Any = None) -> dict[Text, Text]:
                learned = find_rule(counts, past)
                return {} if learned is None else readings_of(learned, counts, past)

            if not history.harmless(touched, rows / len(cells.codes)):
                continue
            known = sorted(found, key=lambda text: text or "")
            params = {"rule": rule_params(rule), "left_alone": self._kept(rule, cells, history)}
            tokens = ", ".join(repr(token) for token in rule.factors if token) or "separators"
            shown = f"{rows:,} cells read as numbers ({tokens}; decimal mark {rule.mark!r}, {len(known):,} spellings)"
            steps.append(self.step(context, (name,), params, 0.99, shown))
        return steps

    @staticmethod
    def _kept(rule: NumberRule, cells: Cells, history: ColumnHistory) -> list[str]:
        """Texts that the rule would rewrite but that are usual in the history."""
        every = readings_of(rule, cells.counter)
        return sorted(text for text in every if text in history.pooled and text is not None and not rule.regroup)

    def change(self, working: Working, step: Step) -> Working:
        """Rewrites the odd cells in the column's usual style, one ledger line a cell."""
        column = step.columns[0]
        found = readings_of(rule_of(step.params["rule"]), Cells.of(working.table.column(column)).counter)
        for text in step.params["left_alone"]:
            found.pop(text, None)
        return map_texts(working, step, column, found)
