"""Features: what is measured of a batch against its baseline, free of the table's scale.

Per column the squashed measurements of :mod:`compare`, for the whole batch a context vector. Deterministic; the
statistics of the history are computed once per Baseline and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.association import associated
from airflow_provider_dqheal.detection.calendar import determined
from airflow_provider_dqheal.detection.code_numbers import without_code_numbers
from airflow_provider_dqheal.detection.columns import Columns
from airflow_provider_dqheal.detection.compare import BY_TABLE, FEATURES, Judged, measure
from airflow_provider_dqheal.detection.context import context_of
from airflow_provider_dqheal.detection.date_order import in_one_order
from airflow_provider_dqheal.detection.distances import Placed, Rivals, distances
from airflow_provider_dqheal.detection.facts import strengths_of, table_findings
from airflow_provider_dqheal.detection.first_values import first_values
from airflow_provider_dqheal.detection.likeness import near_texts
from airflow_provider_dqheal.detection.next_counts import next_counts
from airflow_provider_dqheal.detection.places import Places
from airflow_provider_dqheal.detection.precision import measure_precision
from airflow_provider_dqheal.detection.references import References, history_of, references_of
from airflow_provider_dqheal.detection.scalars import scalars
from airflow_provider_dqheal.detection.schema_diff import schema_diff
from airflow_provider_dqheal.detection.signs import signed
from airflow_provider_dqheal.detection.stack import ColumnStack, Stack, build_stack, past_share
from airflow_provider_dqheal.detection.turns import read_on
from airflow_provider_dqheal.detection.view import BatchView, view_batch
from airflow_provider_dqheal.detection.written_numbers import in_plain_numbers
from airflow_provider_dqheal.issues._base import Finding, SchemaReading

if TYPE_CHECKING:
    from airflow_provider_dqheal.profiling.baseline import Baseline
    from airflow_provider_dqheal.profiling.profile import Profile


@dataclass(frozen=True, eq=False)
class Features:
    """``values`` float32 (columns, features) and ``context`` float32 (batch features); ``raw`` before squashing.

    ``kinds`` (columns): number, date, bool or text, by the history; ``evident`` (columns): whether any issue type finds
    anything in a column by itself.
    ``self_values``/``self_context``: the same for each history batch judged by the others (the self-test).
    """

    columns: tuple[str, ...]
    names: tuple[str, ...]
    values: np.ndarray
    raw: np.ndarray
    kinds: tuple[str, ...]
    strengths: np.ndarray
    evident: tuple[bool, ...]
    context: np.ndarray
    context_raw: np.ndarray
    schema: SchemaReading
    history: int
    row_count: int
    view: BatchView
    stack: Stack
    self_values: tuple[np.ndarray, ...] = ()
    self_context: tuple[np.ndarray, ...] = ()

    @cached_property
    def table_found(self) -> tuple[Finding, ...]:
        """What concerns the batch as a whole."""
        return tuple(table_findings(self))

    @cached_property
    def table_facts(self) -> np.ndarray:
        """(issue types,) strength of the strongest finding of each type anywhere in the batch, at most 30."""
        out = self.strengths.max(axis=0) if len(self.strengths) else np.zeros(len(ISSUE_ORDER))
        for finding in self.table_found:
            at = ISSUE_ORDER.index(finding.issue)
            out[at] = max(out[at], min(finding.strength, 30.0))
        return out


_recent: dict[int, tuple[object, Stack]] = {}
_recent_views: dict[int, tuple[object, BatchView]] = {}


SELF_TESTED = 8
"""History batches, evenly spread, that are judged by the others: enough for the largest, cheap for long histories."""

FACTS: tuple[str, ...] = tuple(f"fact.{name}" for name in ISSUE_ORDER)
NAMES: tuple[str, ...] = (*FEATURES, *FACTS)
"""Names of the columns of ``Features.values``."""


def squash(raw: np.ndarray) -> np.ndarray:
    """Signed log: keeps the sign and the order, tames far tails; unknown is 0."""
    known = raw if np.isfinite(raw).all() else np.nan_to_num(raw, nan=0.0, posinf=1e12, neginf=-1e12)
    return np.copysign(np.log1p(np.abs(known)), known).astype(np.float32)


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
    """As :func:`featurize`, from the views.

    Days and months are told apart by all batches (:mod:`date_order`), numbers in one other form are read as plain ones
    (:mod:`written_numbers`), those among codes as codes (:mod:`code_numbers`), and counters that start again on
    (:mod:`turns`); what a date determines is not judged beside it (:mod:`calendar`), nor is a column that holds its
    first few other values (:mod:`first_values`) or the next of its counts (:mod:`next_counts`).
    """
    view, stack = without_code_numbers(*in_plain_numbers(*in_one_order(view, stack)))
    view = read_on(view, stack)
    everything = np.arange(len(stack.batches))
    known = determined(view, stack) | first_values(view, stack) | next_counts(view, stack)
    shared = [name for name, _ in view.schema if name in stack.columns and name not in known]
    raw = np.zeros((len(shared), len(FEATURES)))
    kinds: tuple[str, ...] = ()
    if shared:
        references, rivals = history_of(stack, shared)
        kinds = references.kinds
        raw = measure(_judge_new(view, stack, shared, references, rivals), references)
        raw[:, -len(BY_TABLE) :] = _by_table(stack, view, everything, shared)
    schema = schema_diff(view, stack)
    strengths, evident = strengths_of(shared, raw, kinds, view, len(everything))
    context = context_of(view, stack, everything, len(stack.batches), raw, schema)
    own_values, own_context = _self_test(stack) if self_test else ([], [])
    return Features(
        columns=tuple(shared),
        names=NAMES,
        values=squash(np.concatenate([raw, strengths], axis=1)),
        raw=raw,
        kinds=kinds,
        strengths=strengths,
        evident=evident,
        context=squash(context),
        context_raw=context,
        schema=schema,
        history=len(stack.batches),
        row_count=view.row_count,
        view=view,
        stack=stack,
        self_values=tuple(own_values),
        self_context=tuple(own_context),
    )


def _by_table(stack: Stack, batch: BatchView | int, index: np.ndarray, names: list[str]) -> np.ndarray:
    """(columns, measurements) those that are made for all columns together, as :data:`BY_TABLE` names them."""
    parts = [made(stack, batch, index, names) for made in (signed, measure_precision, associated)]
    return np.concatenate(parts, axis=1)


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
        batch = stack.batches[i]
        names = [name for name in stack.columns if name in batch.columns]
        raw = np.zeros((len(names), len(FEATURES)))
        references = references_of(stack, names, index)
        if names:
            raw = measure(_judge_old([stack.columns[name] for name in names], i, index), references)
            raw[:, -len(BY_TABLE) :] = _by_table(stack, i, index, names)
        strengths, _ = strengths_of(names, raw, references.kinds, batch, len(index))
        values.append(squash(np.concatenate([raw, strengths], axis=1)))
        contexts.append(squash(context_of(batch, stack, index, i, raw, SchemaReading())))
    stack.cache["self"] = (values, contexts)
    return values, contexts


def _judge_old(columns: list[ColumnStack], i: int, index: np.ndarray) -> Judged:
    """A history batch in the terms of the batches ``index``."""
    near = []
    for column in columns:
        alone = (column.near >= 0) & ((column.shares > 0).sum(axis=0) == 1)
        near.append(column.shares[i][alone].sum())
    return Judged(
        position=i,
        columns=tuple(columns),
        placed=Placed.joined([one for column in columns if (one := column.placed[i]) is not None]),
        scalar=np.stack([column.scalar[i] for column in columns]),
        error=np.stack([column.error[i] for column in columns]),
        distance=np.stack([column.distance[:, i, index] for column in columns]),
        near=np.asarray(near, dtype=float),
        past=np.asarray([column.past[i] for column in columns]),
        whole_decimal=np.zeros(len(columns)),
    )


def _judge_new(view: BatchView, stack: Stack, names: list[str], against: References, rivals: Rivals) -> Judged:
    """The batch after the history in its terms."""
    columns = tuple(stack.columns[name] for name in names)
    placed = placed_in(stack, view.side_by_side(names), names)
    scalar, error = scalars(placed.columns, against.centre, against.scale)
    return Judged(
        position=len(stack.batches),
        columns=columns,
        placed=placed,
        scalar=scalar,
        error=error,
        distance=distances(placed, rivals),
        near=near_shares(placed, columns),
        past=np.asarray(
            [
                past_share(mine, one.medians, len(one.medians)) if one.moving else 0.0
                for mine, one in zip(placed.columns.views, columns, strict=True)
            ]
        ),
        whole_decimal=placed.columns.whole_decimals,
    )


def placed_in(stack: Stack, columns: Columns, names: list[str]) -> Placed:
    """Looks up the labels and forms of a batch's columns in the history of each."""
    place = {name: row for row, name in enumerate(stack.columns)}
    rows = np.asarray([place[name] for name in names], dtype=int)
    lists = np.append(rows[columns.owner], len(place) + rows[columns.form_owner])
    found = _places_of(stack).find(columns.literal_hashes, lists)
    return Placed(columns, found[: len(columns.owner)], found[len(columns.owner) :])


def _places_of(stack: Stack) -> Places:
    """Where the labels of a stack's columns stand, and behind them their literal forms, put together once."""
    if "places" not in stack.cache:
        columns = stack.columns.values()
        stack.cache["places"] = Places([*(one.labels for one in columns), *(one.form_labels for one in columns)])
    return stack.cache["places"]  # type: ignore[return-value]


def near_shares(placed: Placed, columns: Sequence[ColumnStack]) -> np.ndarray:
    """(M,) share of rows whose value is not among a column's labels but near a frequent one of them."""
    found = np.zeros(len(columns))
    for row in np.flatnonzero([bool(column.slips) for column in columns]).tolist():
        start = int(placed.columns.label_starts[row])
        new = np.flatnonzero(placed.at[start : start + int(placed.columns.label_sizes[row])] < 0).tolist()
        if new:
            view = placed.columns.views[row]
            fresh = {view.labels[at]: float(view.shares[at]) for at in new}
            found[row] = sum((fresh[text] for text in near_texts(list(fresh), columns[row].slips)), 0.0)
    return found
