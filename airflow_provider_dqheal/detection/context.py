"""What concerns a batch as a whole: its schema, its rows, what it repeats, how many columns move together."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from airflow_provider_dqheal.detection.compare import AT
from airflow_provider_dqheal.detection.scalars import angle
from airflow_provider_dqheal.detection.stack import Stack, value_shares
from airflow_provider_dqheal.detection.view import UNTYPED, BatchView

BATCH_FEATURES: tuple[str, ...] = (
    "columns", "history", "log_rows", "rows_own", "rows_excess", "repeat_share", "repeat_loo", "repeat_excess",
    "duplicate_share", "duplicate_excess", "added", "removed", "retyped", "reordered", "moved_3", "moved_6",
    "far_missing", "far_values",
)  # fmt: skip
BATCH_AT = {name: i for i, name in enumerate(BATCH_FEATURES)}


@dataclass(frozen=True, eq=False)
class SchemaDiff:
    """Columns of the batch that differ from what the history has. ``renamed`` maps the old to the likely new name."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retyped: tuple[tuple[str, str, str], ...] = ()
    reordered: bool = False
    renamed: dict[str, str] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether names or types differ (order alone does not count)."""
        return bool(self.added or self.removed or self.retyped)


def schema_diff(view: BatchView, stack: Stack) -> SchemaDiff:
    """The exact difference of names and types; what already varied within the history does not count."""
    known: dict[str, set[str]] = {}
    for batch in stack.batches:
        for name, kind in batch.schema:
            known.setdefault(name, set()).add(kind)
    always = [n for n, _ in stack.batches[-1].schema if all(n in batch.columns for batch in stack.batches)]
    names = [name for name, _ in view.schema]
    added = tuple(name for name in names if name not in known)
    removed = tuple(name for name in always if name not in view.columns)
    retyped = tuple(
        (name, sorted(known[name])[0], kind)
        for name, kind in view.schema
        if name in known and kind not in known[name] and UNTYPED not in (kind, *known[name])
    )
    orders = {tuple(n for n, _ in batch.schema if n in view.columns) for batch in stack.batches}
    order = tuple(name for name in names if name in known)
    return SchemaDiff(
        added, removed, retyped, bool(order) and order not in orders, _renames(view, stack, added, removed)
    )


def _renames(view: BatchView, stack: Stack, added: tuple[str, ...], removed: tuple[str, ...]) -> dict[str, str]:
    """The likely new name of each removed column: nearest by name, then by values and shapes."""
    found: dict[str, str] = {}
    free = list(added)
    for old in removed:
        column = stack.columns.get(old)
        if column is None:
            continue
        scored = []
        for new in free:
            mine = view.columns[new]
            shapes = sum(
                min(mine.shapes.get(form, 0.0) / max(mine.present, 1.0), float(share))
                for form, share in zip(column.form_labels, column.forms.mean(axis=0), strict=True)
            )
            values = dict(value_shares(mine))
            common = sum(
                min(values.get(label, 0.0), float(share))
                for label, share in zip(column.labels, column.shares.mean(axis=0), strict=True)
            )
            scored.append((_same_name(old, new) + shapes * 0.6 + common * 0.6, new))
        if scored and max(scored)[0] >= 0.6:
            best = max(scored)[1]
            found[old] = best
            free.remove(best)
    return found


def _same_name(old: str, new: str) -> float:
    a, b = ("".join(c for c in name.lower() if c.isalnum()) for name in (old, new))
    if a == b:
        return 1.0
    if a and b and (a.startswith(b) or b.startswith(a)):
        return 0.5
    return 0.0


def context_of(
    view: BatchView, stack: Stack, index: np.ndarray, position: int, raw: np.ndarray, schema: SchemaDiff
) -> np.ndarray:
    """The raw :data:`BATCH_FEATURES` of a batch at ``position`` in time, against the batches ``index`` of the stack."""
    out = np.zeros(len(BATCH_FEATURES))
    counts = np.log1p(np.asarray([stack.batches[i].row_count for i in index], dtype=float))
    rows = max(view.row_count, 1)
    mine = np.log1p(view.row_count)
    spread = np.sqrt(counts.var(ddof=1) + 1e-4) if len(counts) > 1 else 1.0
    record = (
        max((abs(c - np.delete(counts, k).mean()) for k, c in enumerate(counts)), default=0.0)
        if len(counts) > 1
        else 0.0
    )
    usual = float(counts.mean()) if len(counts) else mine
    repeats = [_overlap(view, stack.batches[i]) for i in index]
    known = _repeats_within(stack, index)
    inside = duplicates(view)
    inside_record = max((duplicates(stack.batches[i]) for i in index), default=0.0)
    out[:14] = (
        len(raw), len(index), mine, (mine - usual) / (spread * np.sqrt(1 + 1 / max(len(counts), 1))),
        np.log((abs(mine - usual) + 0.02) / (record + 0.02)), max(repeats, default=0.0), known,
        angle_gap(max(repeats, default=0.0), max(known, 0.5 / rows)) * np.sqrt(rows), inside,
        angle_gap(inside, inside_record) * np.sqrt(rows),
        len(schema.added), len(schema.removed), len(schema.retyped), float(schema.reordered),
    )  # fmt: skip
    if len(raw):
        own = np.abs(raw[:, _OWN])
        strongest = own.max(axis=1)
        out[14] = float((strongest > 3).mean())
        out[15] = float((strongest > 6).mean())
        out[16] = float((raw[:, AT["missing_z"]] > 4).mean())
        out[17] = float((raw[:, AT["kolmogorov.excess"]] > 0.5).mean())
    return out


_OWN = np.asarray([i for name, i in AT.items() if name.endswith(".own")])


def angle_gap(share: float, record: float) -> float:
    """How far a share lies above a record, on the arcsine scale; 0 when it does not."""
    return max(float(angle(share) - angle(record)), 0.0)


def _overlap(one: BatchView, other: BatchView) -> float:
    """Share of the batch's sampled rows that the other batch has too; 0 where rows are too simple to tell."""
    if not len(one.row_hashes) or not len(other.row_hashes):
        return 0.0
    both = np.isin(one.row_hashes, other.row_hashes, assume_unique=True)
    return float(one.row_weights[both].sum() / one.row_weights.sum())


def _repeats_within(stack: Stack, index: np.ndarray) -> float:
    key = "overlap"
    if key not in stack.cache:
        size = len(stack.batches)
        table = np.zeros((size, size))
        for i in range(size):
            for k in range(size):
                if i != k:
                    table[i, k] = _overlap(stack.batches[i], stack.batches[k])
        stack.cache[key] = table
    table = np.asarray(stack.cache[key])[np.ix_(index, index)]
    return float(table.max(initial=0.0))


def duplicates(view: BatchView) -> float:
    """Share of the sampled rows that repeat another row of the batch."""
    total = float(view.row_weights.sum())
    return 1.0 - len(view.row_hashes) / total if total > 0 else 0.0
