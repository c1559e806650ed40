"""The difference of a batch's names and types from its history's: exact, but for the guess which column was renamed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.stack import ColumnStack, Stack
from airflow_provider_dqheal.detection.view import UNTYPED, BatchView, ColumnView
from airflow_provider_dqheal.detection.widening import widens
from airflow_provider_dqheal.issues._base import SchemaReading

_LIKELY, _MARGIN = 0.6, 0.1
"""How alike a renamed column and its old self are, and by how much more than either is to any other."""


@dataclass(frozen=True, eq=False)
class Schemas:
    """The schemas of a history: ``kinds`` by name, names that are ``always`` there, and the ``orders`` there were."""

    kinds: dict[str, set[str]]
    always: tuple[str, ...]
    orders: frozenset[tuple[str, ...]]


def _schemas(stack: Stack) -> Schemas:
    """Those of a stack's batches, read once."""
    held = stack.cache.get("schemas")
    if isinstance(held, Schemas):
        return held
    kinds: dict[str, set[str]] = {}
    for batch in stack.batches:
        for name, kind in batch.schema:
            kinds.setdefault(name, set()).add(kind)
    always = (n for n, _ in stack.batches[-1].schema if all(n in batch.columns for batch in stack.batches))
    orders = frozenset(tuple(name for name, _ in batch.schema) for batch in stack.batches)
    history = Schemas(kinds, tuple(always), orders)
    stack.cache["schemas"] = history
    return history


def schema_diff(view: BatchView, stack: Stack) -> SchemaReading:
    """The exact difference of names and types; what varied within the history does not count, nor does a wider type."""
    if view.schema == stack.batches[-1].schema:
        return SchemaReading()
    history = _schemas(stack)
    known = history.kinds
    names = [name for name, _ in view.schema]
    added = tuple(name for name in names if name not in known)
    removed = tuple(name for name in history.always if name not in view.columns)
    retyped = tuple(
        (name, sorted(known[name])[0], kind)
        for name, kind in view.schema
        if name in known
        and kind not in known[name]
        and UNTYPED not in (kind, *known[name])
        and not any(widens(before, kind) for before in known[name])
    )
    orders = {tuple(name for name in order if name in view.columns) for order in history.orders}
    order = tuple(name for name in names if name in known)
    return SchemaReading(
        added, removed, retyped, bool(order) and order not in orders, _renames(view, stack, added, removed)
    )


def _renames(view: BatchView, stack: Stack, added: tuple[str, ...], removed: tuple[str, ...]) -> dict[str, str]:
    """The likely new name of each removed column, by name, values and shapes; none where two are as likely."""
    olds = [(name, _shares_of(column)) for name in removed if (column := stack.columns.get(name)) is not None]
    news = [(name, _own_shares(view.columns[name])) for name in added]
    if not olds or not news:
        return {}
    alike = np.asarray(
        [
            [
                _same_name(old, new) + 0.6 * _common(forms, shapes) + 0.6 * _common(labels, values)
                for new, (shapes, values) in news
            ]
            for old, (forms, labels) in olds
        ]
    )
    found: dict[str, str] = {}
    for place in np.argsort(-alike, axis=None, kind="stable").tolist():
        row, column = divmod(place, len(news))
        likeness = float(alike[row, column])
        alike[row, column] = 0.0
        rival = max(alike[row].max(), alike[:, column].max())
        if likeness >= max(_LIKELY, rival + _MARGIN):
            found[olds[row][0]] = news[column][0]
            alike[row], alike[:, column] = 0.0, 0.0
        else:
            alike[row, column] = likeness
    return found


def _shares_of(column: ColumnStack) -> tuple[dict[str, float], dict[str, float]]:
    """The mean shares of a column's forms and labels over the history."""
    return (
        dict(zip(column.form_labels, column.forms.mean(axis=0).tolist(), strict=True)),
        dict(zip(column.labels, column.shares.mean(axis=0).tolist(), strict=True)),
    )


def _own_shares(column: ColumnView) -> tuple[dict[str, float], dict[str, float]]:
    """The shares of a batch's forms and labels."""
    present = max(column.present, 1.0)
    return (
        {form: count / present for form, count in column.shapes.items()},
        dict(zip(column.labels, column.shares.tolist(), strict=True)),
    )


def _common(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """What two tables of shares have in common, 0 to 1."""
    if len(other) < len(one):
        one, other = other, one
    return sum(min(share, other.get(label, 0.0)) for label, share in one.items())


def _same_name(old: str, new: str) -> float:
    """How alike two names are.

    >>> _same_name("Price", "price "), _same_name("day", "x_day"), _same_name("day", "place")
    (1.0, 0.5, 0.0)
    """
    a, b = ("".join(c for c in name.lower() if c.isalnum()) for name in (old, new))
    if a == b:
        return 1.0
    short, long = sorted((a, b), key=len)
    return 0.5 if short and (long.startswith(short) or long.endswith(short)) else 0.0
