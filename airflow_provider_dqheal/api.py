"""The loop without Airflow, Kafka or a service: ``learn``, ``check`` and ``heal`` on files, tables and frames.

A batch is a path (CSV, JSON lines, Parquet; a file or a folder), a pyarrow Table, a pandas DataFrame, another frame
that exports Arrow, or a Spark DataFrame. No server is needed, and no JVM unless the batch comes from Spark.

    baseline = learn(["mon.csv", "tue.csv", "wed.csv", "thu.csv", "fri.csv"], dataset="orders")
    verdict = check("sat.csv", baseline)
    healed = heal("sat.csv", baseline)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from airflow_provider_dqheal.core.config import DetectionSettings
from airflow_provider_dqheal.core.errors import BatchUnreadable, RemediationRefused
from airflow_provider_dqheal.core.policy import Policy
from airflow_provider_dqheal.core.types import (
    BatchRef,
    ColumnSchema,
    RemediationPlan,
    TableSchema,
    ValidationResult,
    Verdict,
)
from airflow_provider_dqheal.detection.verdict import judge
from airflow_provider_dqheal.pipeline.approval import waiting
from airflow_provider_dqheal.pipeline.budget import step_reasons
from airflow_provider_dqheal.pipeline.detect import redetector
from airflow_provider_dqheal.pipeline.heal import is_live
from airflow_provider_dqheal.pipeline.validate import held_result, holds
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.frames import check_distinct, frame_table, without_views
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.profiling.sources import as_batch_ref, read_raw
from airflow_provider_dqheal.remediation.cleaned import believed
from airflow_provider_dqheal.remediation.plan import plan as make_plan
from airflow_provider_dqheal.remediation.runner import apply_steps
from airflow_provider_dqheal.remediation.working import Working
from airflow_provider_dqheal.validation.judge import validate

Batch: TypeAlias = Any
"""A path, a pyarrow Table, a pandas DataFrame, another frame that exports Arrow, or a Spark DataFrame."""

SchemaLike: TypeAlias = TableSchema | Sequence[Mapping[str, Any]] | None


@dataclass(frozen=True)
class Healed:
    """What healing made of a batch.

    Attributes:
        table: the healed rows in the accepted schema; the raw batch when ``held``.
        row_ids: int64, one a row of ``table``: its position in the raw batch.
        quarantine: row_id, reasons, and the raw columns of every row taken out.
        ledger: row_id, column, before, after, strategy, confidence, reason (and issue, step_id), one line a
            changed cell; a column-wide step has one line with row_id null. Empty when ``held``.
        validation: ``.passed`` and ``.checks`` of the independent judge.
        published: whether the batch may go downstream.
        held: whether it waits for a person.
        verdict: what the detector said of the raw batch.
        plan: the steps, and why it is held if it is.
    """

    table: pa.Table
    row_ids: pa.Array
    quarantine: pa.Table
    ledger: pa.Table
    validation: ValidationResult
    published: bool
    held: bool
    verdict: Verdict
    plan: RemediationPlan = field(repr=False)


def learn(history: Iterable[Batch] | Batch, schema: SchemaLike = None, dataset: str = "dataset") -> Baseline:
    """The baseline of a data set from its earlier accepted batches, oldest first.

    ``schema`` is a list of ``{"name", "type", "nullable"}`` (type: int, float, bool, string, date, datetime);
    without it types are inferred from the history.

    Raises:
        BatchUnreadable: when a batch cannot be read or the history is empty.
        ConfigError: when ``schema`` is not of that form.
    """
    batches = [history] if isinstance(history, str | Path | pa.Table) or hasattr(history, "columns") else list(history)
    if not batches:
        raise BatchUnreadable(f"{dataset}: the history is empty; give at least one earlier batch, oldest first")
    profiles = tuple(_profile(batch, dataset, f"batch-{i:04d}") for i, batch in enumerate(batches))
    return Baseline.build(dataset, profiles, as_schema(schema))


def check(
    batch: Batch, baseline: Baseline, settings: DetectionSettings | None = None, policy: Policy | None = None
) -> Verdict:
    """Judges a batch: ``.issues``, ``.scores``, ``.quality_score``, ``.status``.

    Of ``policy`` only ``history`` counts: one that is dirty is cleaned first.

    Raises:
        BatchUnreadable: when the batch cannot be read.
        ModelLoadError: when the detector's weights are missing or altered.
    """
    baseline = believed(baseline, policy or Policy())
    return judge(_profile(batch, baseline.dataset, "batch"), baseline, settings or DetectionSettings())


def heal(
    batch: Batch,
    baseline: Baseline,
    verdict: Verdict | None = None,
    policy: Policy | None = None,
    settings: DetectionSettings | None = None,
) -> Healed:
    """Heals a batch under ``policy`` and lets the independent judge decide; the input is never modified.

    A ``verdict`` that is given has to come from :func:`check` under the same policy.

    Raises:
        BatchUnreadable: when the batch cannot be read.
        ModelLoadError: when the detector's weights are missing or altered.
    """
    settings, policy = settings or DetectionSettings(), policy or Policy()
    baseline = believed(baseline, policy)
    ref = _ref(batch, baseline.dataset, "batch")
    raw = _raw(batch, ref)
    profile = profile_table(raw, ref)
    verdict = verdict or judge(profile, baseline, settings)
    redetect = redetector(ref, baseline, settings)
    if verdict.status == "scored":
        planned = make_plan(raw, profile, baseline, verdict, policy, ref, redetect)
    else:
        planned = RemediationPlan(
            dataset=ref.dataset, batch_id=ref.batch_id, hold_reasons=(verdict.reason or verdict.status,)
        )
    working = Working.start(raw)
    refused: tuple[str, ...] = ()
    if is_live(planned) and planned.steps and not waiting(planned, {}):
        try:
            working = apply_steps(working, planned.steps, policy, baseline)
        except RemediationRefused as refusal:
            refused = (str(refusal),)
    refused = (*refused, *step_reasons(planned, raw.num_rows, policy.budgets))
    reasons = holds(planned, verdict, refused)
    validation = held_result(reasons) if reasons else validate(working, planned, verdict, baseline, policy, redetect)
    if not validation.passed:
        untouched = Working.start(raw)
        return Healed(
            table=raw,
            row_ids=untouched.row_ids,
            quarantine=untouched.quarantine,
            ledger=untouched.ledger,
            validation=validation,
            published=False,
            held=True,
            verdict=verdict,
            plan=planned,
        )
    return Healed(
        table=working.typed(baseline.table_schema),
        row_ids=working.row_ids,
        quarantine=working.quarantine,
        ledger=working.ledger,
        validation=validation,
        published=True,
        held=False,
        verdict=verdict,
        plan=planned,
    )


def as_schema(schema: SchemaLike) -> TableSchema | None:
    """A declared schema as a value; None stays None.

    Raises:
        ConfigError: when it is not a list of ``{"name", "type", "nullable"}``.
    """
    if schema is None or isinstance(schema, TableSchema):
        return schema
    from pydantic import ValidationError

    from airflow_provider_dqheal.core.errors import ConfigError

    try:
        columns = tuple(ColumnSchema.model_validate(dict(column)) for column in schema)
    except (ValidationError, TypeError, ValueError) as error:
        raise ConfigError(
            f"schema: {error}; expected a list of {{name, type in int|float|bool|string|date|datetime, nullable}}"
        ) from error
    return TableSchema(columns=columns, declared=True)


def _ref(batch: Batch, dataset: str, batch_id: str) -> BatchRef:
    if isinstance(batch, BatchRef):
        return batch
    if isinstance(batch, str | Path):
        return as_batch_ref(str(batch), dataset)
    return BatchRef(dataset=dataset, batch_id=batch_id, uri="memory", format="table")


def _raw(batch: Batch, ref: BatchRef) -> pa.Table:
    """The batch as a raw table (text for CSV and JSON lines)."""
    if isinstance(batch, pa.Table):
        table = batch
    elif isinstance(batch, str | Path | BatchRef):
        return read_raw(ref)
    elif hasattr(batch, "toArrow"):
        table = batch.toArrow()
    elif hasattr(batch, "iloc") and hasattr(batch, "columns"):
        return frame_table(batch, ref.key)
    elif hasattr(batch, "__arrow_c_stream__"):
        table = pa.table(batch)
    else:
        raise BatchUnreadable(
            f"{ref.key}: {type(batch).__name__} is not a batch; expected a path, a pyarrow Table, "
            "a pandas DataFrame, another frame that exports Arrow, or a Spark DataFrame"
        )
    check_distinct(table.column_names, ref.key)
    return without_views(table)


def _profile(batch: Batch, dataset: str, batch_id: str) -> Profile:
    ref = _ref(batch, dataset, batch_id)
    if hasattr(batch, "mapInArrow"):
        from airflow_provider_dqheal.profiling.spark import profile_dataframe

        return profile_dataframe(batch, ref)
    return profile_table(_raw(batch, ref), ref)
