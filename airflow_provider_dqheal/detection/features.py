"""Features: what is measured of a batch against its baseline, free of the table's scale.

Per column the squashed measurements of :mod:`compare`, for the whole batch a context vector. Deterministic; the
statistics of the history are computed once per Baseline and kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.association import ASSOCIATION, associated
from airflow_provider_dqheal.detection.closed import repeat_share
from airflow_provider_dqheal.detection.compare import FEATURES, Judged, measure
from airflow_provider_dqheal.detection.context import (
    SchemaDiff,
    context_of,
    duplicates,
    schema_diff,
)
from airflow_provider_dqheal.detection.facts import strengths_of, table_findings
from airflow_provider_dqheal.detection.likeness import near_share
from airflow_provider_dqheal.detection.reference import Reference, references_of
from airflow_provider_dqheal.detection.scalars import scalars
from airflow_provider_dqheal.detection.stack import (
    ColumnStack,
    Stack,
    build_stack,
    distances,
    is_value,
    past_share,
    value_shares,
)
from airflow_provider_dqheal.detection.view import BatchView, ColumnView, view_batch

if TYPE_CHECKING:
    from airflow_provider_dqheal.profiling.baseline import Baseline
    from airflow_provider_dqheal.profiling.profile import Profile


@dataclass(frozen=True, eq=False)
class Features:
    """``values`` float32 (columns, features) and ``context`` float32 (batch features); ``raw`` before squashing.

    ``self_values``/``self_context``: the same for each history batch judged by the others (the self-test).
    """

    columns: tuple[str, ...]
    names: tuple[str, ...]
    values: np.ndarray
    raw: np.ndarray
    strengths: np.ndarray
    context: np.ndarray
    context_raw: np.ndarray
    schema: SchemaDiff
    history: int
    row_count: int
    view: BatchView
    stack: Stack
    usual_duplicate: float = 0.0
    table_facts: np.ndarray = field(default_factory=lambda: np.zeros(len(ISSUE_ORDER)))
    self_values: tuple[np.ndarray, ...] = ()
    self_context: tuple[np.ndarray, ...] = ()


_recent: dict[int, tuple[object, Stack]] = {}
_recent_views: dict[int, tuple[object, BatchView]] = {}


SELF_TESTED = 8
"""History batches, evenly spread, that are judged by the others: enough for the largest, cheap for long histories."""

FACTS: tuple[str, ...] = tuple(f"fact.{name}" for name in ISSUE_ORDER)
NAMES: tuple[str, ...] = (*FEATURES, *FACTS)
"""Names of the columns of ``Features.values``."""


def squash(raw: np.ndarray) -> np.ndarray:
    """Signed log: keeps the sign and the order, tames far tails; unknown is 0."""
    known = np.nan_to_num(raw, nan=0.0, posinf=1e12, neginf=-1e12)
    return (np.sign(known) * np.log1p(np.abs(known))).astype(np.float32)


def stack_of(baseline: Baseline) -> Stack:
    """The stack of a baseline's history, built once."""
    key = id(baseline)
    held = _recent.get(key)
    if held is not None and held[0] is baseline:
        return held[1]
    stack = build_stack([view_of(profile) for profile in baseline.profiles])
    while len(_recent) >= 8:
        _recent.pop(next(iter(_recent)))
    _recent[key] = (baseline, stack)
    return stack


def view_of(profile: Profile) -> BatchView:
    """A profile as detection reads it; the last few hundred are kept."""
    held = _recent_views.get(id(profile))
    if held is not None and held[0] is profile:
        return held[1]
    view = view_batch(profile)
    while len(_recent_views) >= 128:
        _recent_views.pop(next(iter(_recent_views)))
    _recent_views[id(profile)] = (profile, view)
    return view


def featurize(profile: Profile, baseline: Baseline, self_test: bool = True) -> Features:
    """Compares a profile with the history of its table.

    Args:
        profile: the batch to judge.
        baseline: at least two accepted profiles.
        self_test: whether the history batches are judged by each other too (needed for scoring).
    """
    return features_of(view_of(profile), stack_of(baseline), self_test)


def features_of(view: BatchView, stack: Stack, self_test: bool = True) -> Features:
    """As :func:`featurize`, from the views."""
    everything = np.arange(len(stack.batches))
    references = references_of(stack)
    shared = [name for name, _ in view.schema if name in stack.columns]
    rows = [measure(stack.columns[n], _judge_new(view, stack.columns[n]), references[n]) for n in shared]
    raw = _raw(stack, view, everything, shared, rows)
    schema = schema_diff(view, stack)
    strengths = _strengths(shared, raw, references, [view.columns[name] for name in shared], everything)
    context = context_of(view, stack, everything, len(stack.batches), raw, schema)
    own_values: list[np.ndarray] = []
    own_context: list[np.ndarray] = []
    if self_test:
        own_values, own_context = _self_test(stack)
    features = Features(
        columns=tuple(shared),
        names=NAMES,
        values=squash(np.concatenate([raw, strengths], axis=1)),
        raw=raw,
        strengths=strengths,
        context=squash(context),
        context_raw=context,
        schema=schema,
        history=len(stack.batches),
        row_count=view.row_count,
        view=view,
        stack=stack,
        usual_duplicate=max((duplicates(batch) for batch in stack.batches), default=0.0),
        self_values=tuple(own_values),
        self_context=tuple(own_context),
    )
    return replace(features, table_facts=table_strengths(features))


def _raw(
    stack: Stack, batch: BatchView | int, index: np.ndarray, names: list[str], rows: list[np.ndarray]
) -> np.ndarray:
    """(columns, features) measurements of single columns, completed by how the columns go with each other."""
    raw = np.stack(rows) if rows else np.zeros((0, len(FEATURES)))
    raw[:, -len(ASSOCIATION) :] = associated(stack, batch, index, names)
    return raw


def _self_test(stack: Stack) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Each history batch judged by the others."""
    if "self" in stack.cache:
        return stack.cache["self"]  # type: ignore[return-value]
    values: list[np.ndarray] = []
    contexts: list[np.ndarray] = []
    size = len(stack.batches)
    chosen = np.unique(np.linspace(0, size - 1, min(size, SELF_TESTED)).astype(int)) if size >= 3 else ()
    for i in (int(at) for at in chosen):
        index = np.delete(np.arange(size), i)
        references = references_of(stack, index)
        batch = stack.batches[i]
        rows = [
            measure(column, _judge_old(column, i), references[name])
            for name, column in stack.columns.items()
            if name in batch.columns
        ]
        names = [name for name in stack.columns if name in batch.columns]
        raw = _raw(stack, i, index, names, rows)
        strengths = _strengths(names, raw, references, [batch.columns[name] for name in names], index)
        values.append(squash(np.concatenate([raw, strengths], axis=1)))
        contexts.append(squash(context_of(batch, stack, index, i, raw, SchemaDiff())))
    stack.cache["self"] = (values, contexts)
    return values, contexts


def table_strengths(features: Features) -> np.ndarray:
    """(issue types,) strength of the strongest finding of each type anywhere in the batch, at most 30."""
    out = features.strengths.max(axis=0) if len(features.strengths) else np.zeros(len(ISSUE_ORDER))
    for finding in table_findings(features):
        at = ISSUE_ORDER.index(finding.issue)
        out[at] = max(out[at], min(finding.strength, 30.0))
    return out


def _strengths(
    names: list[str], raw: np.ndarray, references: dict[str, Reference], views: list[ColumnView], index: np.ndarray
) -> np.ndarray:
    """(columns, issue types) strength of the strongest finding of each type in each column, at most 30."""
    out = np.zeros((len(names), len(ISSUE_ORDER)))
    for i, name in enumerate(names):
        out[i] = strengths_of(name, raw[i], references[name].dominant, views[i], len(index))
    return out


def _judge_old(column: ColumnStack, i: int) -> Judged:
    return Judged(
        position=i,
        scalar=column.scalar[i],
        error=column.error[i],
        distance=column.distance[:, i, :],
        shares=column.shares[i],
        extra=(),
        forms=column.forms[i],
        new_forms=(),
        rows=float(column.rows[i]),
        present=float(column.present[i]),
        near=float(column.shares[i][(column.near >= 0) & ((column.shares > 0).sum(axis=0) == 1)].sum()),
        past=float(column.past[i]),
        repeat=repeat_share(view) if (view := column.views[i]) is not None else 0.0,
        pairs=view.pairs if view is not None else None,
    )


def _judge_new(view: BatchView, column: ColumnStack) -> Judged:
    mine = view.columns[column.name]
    scalar, error = scalars(mine, column.centre, column.scale)
    shares = np.zeros(len(column.labels), dtype=np.float32)
    extra = []
    for label, share in value_shares(mine):
        at = column.labels.get(label)
        if at is None:
            extra.append((label, share))
        else:
            shares[at] = share
    forms = np.zeros(len(column.form_labels), dtype=np.float32)
    new_forms = []
    for form, count in mine.shapes.items():
        at = column.form_labels.get(form)
        if at is None:
            new_forms.append((form, count / max(mine.present, 1.0)))
        else:
            forms[at] = count / max(mine.present, 1.0)
    padding = np.zeros((len(column.views), len(extra)), dtype=np.float32)
    far = distances(
        mine,
        np.concatenate([shares, np.asarray([share for _, share in extra], dtype=np.float32)]),
        forms,
        column.views,
        column.quantile,
        np.concatenate([column.shares, padding], axis=1),
        column.forms,
        column.scale,
        column.moving,
        np.concatenate([column.valued, is_value(label for label, _ in extra)]),
    )
    far[5] += 0.5 * sum(share for _, share in new_forms)
    return Judged(
        position=len(column.views),
        scalar=scalar,
        error=error,
        distance=far,
        shares=shares,
        extra=tuple(extra),
        forms=forms,
        new_forms=tuple(new_forms),
        rows=mine.rows,
        present=mine.present,
        whole_decimal=_whole_decimals(mine),
        near=near_share([text for text, _ in extra], [share for _, share in extra], column.labels, column.shares),
        past=past_share(mine, column.medians, len(column.medians)) if column.moving else 0.0,
        repeat=repeat_share(mine),
        pairs=mine.pairs,
    )


def _whole_decimals(view: ColumnView) -> float:
    """Share of present values written as a whole number with a decimal point (12.0)."""
    if view.kinds["number"] <= view.kinds["int"] or view.present <= 0:
        return 0.0
    return view.whole_decimals / view.present
