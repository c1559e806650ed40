"""Injecting faults by name: one, several at once, or drawn at random."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.errors import DQHealError
from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.corruptions._base import (
    SEVERITIES,
    Corrupted,
    Corruption,
    Severity,
    chain,
    registry,
)
from airflow_provider_dqheal.detection.corruptions._frame import Frame


class CorruptionRefused(DQHealError):
    """Raised when a corruption is unknown, or (``inapplicable``) cannot be applied to a batch."""

    def __init__(self, message: str, inapplicable: bool = False) -> None:
        super().__init__(message)
        self.inapplicable = inapplicable

    def __reduce__(self) -> tuple[type[CorruptionRefused], tuple[str, bool]]:
        return type(self), (str(self), self.inapplicable)


def families(issue: str | None = None, exclude: Collection[str] = ()) -> list[Corruption]:
    """The registered families in order of their names, of one issue type or of all.

    Args:
        issue: only this issue type.
        exclude: families or groups of relatives left out (for leave-family-out evaluation).
    """
    return sorted(
        (
            one
            for one in registry.values()
            if (issue is None or one.issue == issue) and one.name not in exclude and one.group not in exclude
        ),
        key=lambda one: one.name,
    )


def inject(
    table: pa.Table,
    name: str,
    severity: Severity = "medium",
    seed: int = 0,
    history: Sequence[pa.Table] = (),
    columns: Collection[str] | None = None,
) -> Corrupted:
    """The batch with one fault.

    Args:
        table: the clean batch; not changed.
        name: a family, or an issue type: then a family of it that applies is drawn.
        severity: low, medium or high.
        seed: equal seeds give equal results.
        history: accepted batches, oldest first.
        columns: the columns that may be hit; None for all.

    Raises:
        CorruptionRefused: when nothing of that name exists or none applies to this batch.
    """
    if severity not in SEVERITIES:
        raise CorruptionRefused(f"severity {severity!r} is unknown; expected one of {', '.join(SEVERITIES)}")
    unknown = sorted(set(columns or ()) - set(table.column_names))
    if unknown:
        raise CorruptionRefused(f"no column called {', '.join(unknown)}; expected of {', '.join(table.column_names)}")
    rng = np.random.default_rng(seed)
    frame = Frame(table, history, columns)
    if name in ISSUE_ORDER:
        found = _any_of(name, families(name), frame, rng, severity)
    elif name in registry.names():
        found = _first(registry.get(name), frame, rng, severity, 8)
    else:
        near = get_close_matches(name, registry.names(), n=3, cutoff=0.5)
        raise CorruptionRefused(
            f"no corruption called {name!r}; expected an issue type ({', '.join(ISSUE_ORDER)}) or one of "
            f"{len(registry.names())} families{', such as ' + ', '.join(near) if near else ''}; "
            "`dqheal inject --list` shows them"
        )
    if found is None:
        raise CorruptionRefused(
            f"{name}: does not apply to this batch of {table.num_rows} rows and {table.num_columns} columns; "
            "take another family or batch",
            inapplicable=True,
        )
    return found


def combine(
    names: Sequence[str],
    table: pa.Table,
    severity: Severity = "medium",
    seed: int = 0,
    history: Sequence[pa.Table] = (),
) -> Corrupted:
    """Several faults in one batch, applied in the order given.

    Raises:
        CorruptionRefused: when ``names`` is empty or one of them does not apply.
    """
    if not names:
        raise CorruptionRefused("combine: no corruption was named; expected at least one")
    result = inject(table, names[0], severity, seed, history)
    for place, name in enumerate(names[1:], start=1):
        result = chain(result, inject(result.table, name, severity, seed + place, history))
    return result


def draw(
    table: pa.Table,
    rng: np.random.Generator,
    severity: Severity,
    history: Sequence[pa.Table] = (),
    issue: str | None = None,
    exclude: Collection[str] = (),
    several: float = 0.0,
) -> Corrupted | None:
    """A random fault that applies; None when none of sixty tries does.

    Args:
        table: the clean batch.
        rng: seeded generator.
        severity: how much.
        history: accepted batches, oldest first.
        issue: only of this issue type; drawn evenly over issue types when None.
        exclude: families or groups of relatives left out.
        several: chance that a second fault, of another issue type, is added.
    """
    kind = issue or ISSUE_ORDER[int(rng.integers(len(ISSUE_ORDER)))]
    found = _any_of(kind, families(kind, exclude), Frame(table, history), rng, severity)
    if found is None:
        return None
    if rng.random() < several:
        others = [name for name in ISSUE_ORDER if name not in found.issues]
        added = (
            draw(found.table, rng, severity, history, others[int(rng.integers(len(others)))], exclude)
            if others
            else None
        )
        if added is not None:
            return chain(found, added)
    return found


def _any_of(
    issue: str,
    pool: Sequence[Corruption],
    frame: Frame,
    rng: np.random.Generator,
    severity: Severity,
    tries: int = 60,
) -> Corrupted | None:
    for index in rng.permutation(len(pool))[:tries]:
        found = _first(pool[int(index)], frame, rng, severity, 1)
        if found is not None and issue in found.issues:
            return found
    return None


def _first(one: Corruption, frame: Frame, rng: np.random.Generator, severity: Severity, tries: int) -> Corrupted | None:
    wanted = set(frame.targets)
    for _ in range(tries):
        found = one.apply(frame.table, rng, severity, frame.history, frame)
        if found is None:
            continue
        blamed = {name for names in found.columns.values() for name in names}
        if len(wanted) == len(frame.names) or (blamed and (one.issue == "schema_drift" or blamed <= wanted)):
            return found
    return None
