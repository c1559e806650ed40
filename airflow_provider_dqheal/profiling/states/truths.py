"""Booleans: typed ones, and those that are spelled or written 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.profiling import patterns
from airflow_provider_dqheal.profiling.states._base import Metrics, add_counts, registry, share
from airflow_provider_dqheal.profiling.view import ColumnView
from airflow_provider_dqheal.profiling.words import FALSE_WORDS, TRUE_WORDS

_TYPED = ("false", "true")
_SPELLINGS = (*TRUE_WORDS, *FALSE_WORDS, "0", "1")


@registry.register("truths")
@dataclass(frozen=True)
class Truths:
    """Rows by spelling, in the case they are written in (``Yes``, ``TRUE``, ``0``)."""

    spellings: dict[str, int] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> Self:
        """No booleans."""
        return cls()

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        found: dict[str, int] = {}
        if view.kind == "bool":
            true = int(np.count_nonzero(view.valid))
            pairs = zip(_TYPED, (len(view.valid) - true, true), strict=True)
            found = {name: rows for name, rows in pairs if rows}
        elif view.kind == "text" and len(view.texts):
            short = np.flatnonzero((view.lengths <= 8) & ((view.flags & patterns.EMPTY) == 0))
            texts = view.trimmed.take(pa.array(short))
            hits = pc.is_in(pc.utf8_lower(texts), value_set=pa.array(_SPELLINGS)).to_numpy(zero_copy_only=False)
            for text, rows in zip(
                texts.filter(pa.array(hits)).to_pylist(), view.counts[short[hits]].tolist(), strict=True
            ):
                found[text] = found.get(text, 0) + rows
        return self + type(self)(found) if found else self

    def __add__(self, other: Self) -> Self:
        return type(self)(add_counts(self.spellings, other.spellings))

    def to_json(self) -> Any:
        """The counter."""
        return self.spellings or None

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        return cls(dict(value)) if value else cls()

    def metrics(self, row_count: int) -> Metrics:
        """true_fraction of the booleans, and how many spellings there are."""
        total = sum(self.spellings.values())
        true = sum(rows for text, rows in self.spellings.items() if text.lower() in TRUE_WORDS or text == "1")
        return {
            "true_fraction": share(true, total),
            "boolean_spelling_count": float(len(self.spellings)) if total else None,
        }
