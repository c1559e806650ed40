"""The history without the errors that it holds itself, for data sets whose policy says that it has some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.policy import Policy
from airflow_provider_dqheal.core.types import ColumnSchema, TableSchema
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.kinds import is_text
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.profiling.schema import infer_schema
from airflow_provider_dqheal.remediation.history import ColumnHistory, TableHistory
from airflow_provider_dqheal.remediation.kernels.history_slips import slips_of
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.kernels.plain_forms import plain_forms
from airflow_provider_dqheal.remediation.kernels.spills import spills_of
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text

_NEARLY_ALL = 0.98
"""Share of numbers among the texts of a column that makes it one of numbers."""


def believed(baseline: Baseline, policy: Policy) -> Baseline:
    """The history that a batch is judged and healed by under ``policy``: as it is, or :func:`cleaned`."""
    return _kept(_Known(baseline)) if policy.history == "dirty" else baseline


@dataclass(frozen=True, eq=False)
class _Known:
    """A baseline that is the same as another one of the same batches, so that it is cleaned once for all stages."""

    baseline: Baseline

    @cached_property
    def _told(self) -> tuple[object, ...]:
        rows = ((profile.rows["hashes"], str(profile.rows["counts"])) for profile in self.baseline.profiles)
        schema, feedback = self.baseline.table_schema, self.baseline.feedback
        return self.baseline.dataset, schema.model_dump_json(), str(feedback), tuple(rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self._told == other._told

    def __hash__(self) -> int:
        return hash(self._told)


@lru_cache(maxsize=4)
def _kept(known: _Known) -> Baseline:
    return cleaned(known.baseline)


def cleaned(baseline: Baseline) -> Baseline:
    """The baseline as if spilled cells, misspellings and odd forms of numbers had not been accepted.

    Only text columns are cleaned, and only in the row samples; profiles of columns in which something was are made
    anew from these, the others stay. The same baseline where there is nothing to clean.
    """
    history = TableHistory.of(baseline)
    samples = list(history.samples)
    for other, name, cells in spills_of(history):
        for batch in {batch for batch, _ in cells}:
            here = {row: parts for (at, row), parts in cells.items() if at == batch}
            samples[batch] = _placed(samples[batch], other, {row: head for row, (head, _) in here.items()})
            samples[batch] = _placed(samples[batch], name, {row: tail for row, (_, tail) in here.items()})
    history = history.with_samples(samples)
    samples = _mapped(samples, slips_of(history))
    history = history.with_samples(samples)
    blank = _blank(history, baseline)
    samples = _mapped(samples, {name: plain_forms(column, blank) for name, column in history.columns.items()})
    if all(after is profile.sample_table() for after, profile in zip(samples, baseline.profiles, strict=True)):
        return baseline
    profiles = tuple(_again(profile, after) for profile, after in zip(baseline.profiles, samples, strict=True))
    schema = _schema(baseline, profiles, history.with_samples(samples))
    return Baseline.build(baseline.dataset, profiles, schema, baseline.feedback)


def _blank(history: TableHistory, baseline: Baseline) -> Text:
    """How the table leaves a cell empty."""
    rows = {None: 0, "": 0}
    for column in history.columns.values():
        for text in rows:
            rows[text] += column.pooled.get(text, 0)
    if any(rows.values()):
        return max(rows, key=lambda text: rows[text])
    batch = baseline.profiles[-1].batch if baseline.profiles else None
    return "" if batch is not None and batch.format == "csv" else None


def _mapped(samples: Sequence[pa.Table], maps: Mapping[str, Mapping[Text, Text]]) -> list[pa.Table]:
    """The samples with texts replaced, column by column; tables in which none is are the same objects."""
    done = []
    for table in samples:
        for name, found in maps.items():
            if name not in table.column_names or not found:
                continue
            cells = Cells.of(table.column(name))
            rows = cells.rows(dict(found))
            table = _placed(table, name, {row: found[cells.text(row)] for row in rows.tolist()})
        done.append(table)
    return done


def _placed(table: pa.Table, name: str, texts: Mapping[int, Text]) -> pa.Table:
    """The table with other texts in some cells of a text column."""
    field = table.schema.field(name)
    if not texts or not is_text(field.type):
        return table
    cells: list[Text] = table.column(name).to_pylist()
    for row, text in texts.items():
        cells[row] = text
    return table.set_column(table.column_names.index(name), field, pa.array(cells, field.type))


def _again(profile: Profile, sample: pa.Table) -> Profile:
    """The profile with other cells in its row sample."""
    before = profile.sample_table()
    if sample is before:
        return profile
    made = profile_table(sample.take(pa.array(np.repeat(np.arange(sample.num_rows), profile.sample_counts))))
    columns = [
        (made if sample.column(name) != before.column(name) else profile).columns[name].model_copy()
        for name, _ in profile.table_schema
    ]
    return Profile.of(columns, made.sample, profile.row_count, profile.batch)


def _schema(baseline: Baseline, profiles: Sequence[Profile], history: TableHistory) -> TableSchema:
    """The accepted schema; types that nobody declared are found again where cells were cleaned."""
    schema = baseline.table_schema
    if schema.declared:
        return schema
    changed = {
        name
        for before, after in zip(baseline.profiles, profiles, strict=True)
        for name in after.columns
        if before.columns.get(name) != after.columns[name]
    }
    found = {column.name: column for column in infer_schema(profiles, schema).columns if column.name in changed}
    columns = [
        _read(found[column.name], history.columns[column.name]) if column.name in found else column
        for column in schema.columns
    ]
    return schema.model_copy(update={"columns": tuple(columns)})


def _read(column: ColumnSchema, history: ColumnHistory) -> ColumnSchema:
    """The column as one of numbers where nearly all of its texts are: what no rule reads stays an error in it."""
    numbers = {text: rows for text, rows in history.present.items() if is_number(text)}
    nearly_all = sum(numbers.values()) >= _NEARLY_ALL * max(1, history.present_rows)
    if column.type != "string" or not nearly_all or history.is_code:
        return column
    whole = all(text.lstrip("+-").isdigit() for text in numbers)
    return column.model_copy(update={"type": "int" if whole else "float"})
