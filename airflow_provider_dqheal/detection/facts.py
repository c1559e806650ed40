"""Hard evidence: what the issue types read from the measurements, each against its own leave-one-out noise.

A finding of strength 1 fires by itself at the default budget, whatever the ensemble was trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.compare import AT
from airflow_provider_dqheal.detection.conditions import conditions
from airflow_provider_dqheal.detection.context import BATCH_AT
from airflow_provider_dqheal.detection.cut_codes import cut_codes
from airflow_provider_dqheal.detection.cut_digits import cut_digits
from airflow_provider_dqheal.detection.date_order import turned_dates
from airflow_provider_dqheal.detection.day_times import day_times
from airflow_provider_dqheal.detection.describe import describer
from airflow_provider_dqheal.detection.far_steps import far_steps
from airflow_provider_dqheal.detection.json_cells import json_cells
from airflow_provider_dqheal.detection.one_value import one_value
from airflow_provider_dqheal.detection.references import each_of
from airflow_provider_dqheal.detection.row_formulas import row_formulas
from airflow_provider_dqheal.detection.row_gaps import row_gaps
from airflow_provider_dqheal.detection.row_groups import row_groups
from airflow_provider_dqheal.detection.row_labels import row_labels
from airflow_provider_dqheal.detection.row_order import row_order
from airflow_provider_dqheal.detection.row_presence import row_presence
from airflow_provider_dqheal.detection.row_sizes import row_sizes
from airflow_provider_dqheal.detection.view import BatchView
from airflow_provider_dqheal.detection.whole_numbers import whole_numbers
from airflow_provider_dqheal.detection.written_numbers import off_numbers
from airflow_provider_dqheal.issues._base import Described, Finding, Reading, TableReading, ordered

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.features import Features

_EXPLAINED = 0.2
"""What is left of a finding's strength where a more exact one explains the same cells."""


class Readings(Mapping[str, Reading]):
    """The compared columns of a batch by name, as the issue types read them; each is made when it is asked for."""

    def __init__(self, features: Features) -> None:
        self._features = features
        self._row = {name: row for row, name in enumerate(features.columns)}

    def __getitem__(self, name: str) -> Reading:
        features, row = self._features, self._row[name]
        stack, view = features.stack.columns[name], features.view.columns[name]
        dominant = each_of(features.stack)[name].dominant
        return Reading(
            column=name,
            measures=_measures(features.raw[row].tolist()),
            history=features.history,
            rows=view.rows,
            present=view.present,
            kind=features.kinds[row],
            describe=describer(view, stack, dominant),
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._row)

    def __len__(self) -> int:
        return len(self._row)


def strengths_of(
    names: Sequence[str], raw: np.ndarray, kinds: Sequence[str], view: BatchView, history: int
) -> tuple[np.ndarray, tuple[bool, ...]]:
    """(columns, issue types) strength of the strongest finding of each built-in type in each column, at most 30.

    Also for each column whether there is any finding at all.
    """
    out, evident = np.zeros((len(names), len(ISSUE_ORDER))), [False] * len(names)
    for row in np.flatnonzero(_may_hold(raw)).tolist():
        name, column = names[row], view.columns[names[row]]
        measures = _measures(raw[row].tolist())
        found = findings_in(Reading(name, measures, history, column.rows, column.present, kinds[row], silent))
        evident[row] = bool(found)
        for finding in found:
            if finding.issue in ISSUE_ORDER:
                at = ISSUE_ORDER.index(finding.issue)
                out[row, at] = max(out[row, at], min(finding.strength, 30.0))
    return out, tuple(evident)


def _may_hold(raw: np.ndarray) -> np.ndarray:
    """(columns,) bool: whether any issue type may find something, by what each needs."""
    needs = [spec.needs for spec in ordered()]
    if None in needs:
        return np.ones(len(raw), dtype=bool)
    return conditions(tuple(need for each in needs for need in each or ())).any(raw)


def findings_in(reading: Reading) -> list[Finding]:
    """The findings of all issue types in one column, after what one explains of another."""
    found = [finding for spec in ordered() for finding in spec.read_column(reading)]
    return explain(found, reading) if found else found


def _measures(row: list[float]) -> Callable[[str], float]:
    """A column's measurements by name."""
    at = AT
    return lambda name: row[at[name]]


def silent(_: str) -> Described:
    """Describes nothing: for readings of which only the strengths are wanted."""
    return Described()


def table_reading(features: Features) -> TableReading:
    """The batch as a whole, as the issue types read it."""
    batches = features.stack.batches
    counts = [batch.row_count for batch in batches]

    def context(which: str) -> float:
        return float(features.context_raw[BATCH_AT[which]])

    return TableReading(
        rows=features.row_count,
        usual_rows_low=min(counts, default=0),
        usual_rows_high=max(counts, default=0),
        history=features.history,
        repeat_share=context("repeat_share"),
        usual_repeat=context("repeat_loo"),
        repeated_batch=None,
        duplicate_share=context("duplicate_share"),
        usual_duplicate=max((batch.duplicate_share for batch in batches), default=0.0),
        schema=features.schema,
        measures=context,
        cut=cut_digits(features.view, features.stack),
        at_odds=(*row_sizes(features.view, features.stack), *row_groups(features.view, features.stack)),
        formulas=row_formulas(features.view, features.stack),
        labels=row_labels(features.view, features.stack),
        lacking=row_presence(features.view, features.stack),
        out_of_order=row_order(features.view, features.stack),
        gaps=row_gaps(features.view, features.stack),
        far_steps=far_steps(features.view, features.stack),
        mistyped=one_value(features.view, features.stack),
        day_times=day_times(features.view, features.stack),
        whole=whole_numbers(features.view, features.stack),
        off_form=(
            *json_cells(features.view, features.stack),
            *off_numbers(features.view, features.stack),
            *turned_dates(features.view, features.stack),
            *cut_codes(features.view, features.stack),
        ),
    )


def table_findings(features: Features) -> list[Finding]:
    """What concerns the batch as a whole."""
    table = table_reading(features)
    return [finding for spec in ordered() for finding in spec.read_table(table)]


def findings(features: Features, columns: Mapping[str, Reading] | None = None) -> list[Finding]:
    """All findings of a batch, strongest first, after what one explains of another; ``columns``: its readings."""
    specs = ordered()
    found = list(features.table_found)
    if features.row_count == 0:
        return sorted(found, key=lambda finding: -finding.strength)
    retyped = {name for name, _, _ in features.schema.retyped}
    columns = Readings(features) if columns is None else columns
    for name, there in zip(features.columns, features.evident, strict=True):
        if not there:
            continue
        reading = columns[name]
        column = [finding for spec in specs for finding in spec.read_column(reading)]
        found.extend(explain(column, reading, name in retyped))
    return sorted(found, key=lambda finding: -finding.strength)


def explain(column: list[Finding], reading: Reading, retyped: bool = False) -> list[Finding]:
    """Weakens what a more exact finding on the same column explains."""
    best: dict[str, Finding] = {}
    for finding in column:
        if finding.issue not in best or finding.strength > best[finding.issue].strength:
            best[finding.issue] = finding
    typed, missing, out = best.get("type_mismatch"), best.get("missing_data"), best.get("outliers")
    shift = best.get("distribution_shift")
    stand_ins = reading("spike_sentinel_share")
    kept = []
    for finding in column:
        strength = finding.strength
        if finding.issue == "distribution_shift":
            mix = finding.metric in ("category_mix", "new_values", "repeated_value")
            if mix and typed is not None and typed.strength >= 1:
                strength *= _EXPLAINED
            if mix and missing is not None and missing.strength >= 1 and finding.metric != "new_values":
                strength *= _EXPLAINED
            if missing is not None and missing.strength >= 1 and missing.metric.startswith("disguised"):
                strength *= _EXPLAINED
            if out is not None and out.strength >= 1 and finding.metric == "median" and out.share < 0.2:
                strength *= 0.6
        if finding.metric == "disguised_sentinel" and out is not None and stand_ins >= 0.7 * out.share:
            strength = max(strength, out.strength)
        if finding.issue == "outliers":
            if finding.metric.startswith("values_") and stand_ins > 0 and stand_ins >= 0.7 * finding.share:
                strength *= _EXPLAINED
            if missing is not None and missing.strength >= 1 and missing.metric == "disguised_extreme":
                strength *= _EXPLAINED
            if (
                shift is not None
                and shift.metric == "median"
                and shift.strength >= 1
                and reading("wasserstein.nearest") > 0.3
            ):
                strength *= _EXPLAINED
        if (
            finding.issue == "type_mismatch"
            and missing is not None
            and missing.metric.startswith("disguised")
            and missing.strength >= 1
            and abs(missing.share - finding.share) < 0.1 * missing.share + 0.01
        ):
            strength *= _EXPLAINED
        moved = shift is not None and shift.metric == "median" and shift.strength >= 1
        if finding.issue == "type_mismatch" and finding.metric in ("decimal_form",) and moved and finding.share < 0.5:
            strength *= _EXPLAINED
        kept.append(replace(finding, strength=strength))
    return kept
