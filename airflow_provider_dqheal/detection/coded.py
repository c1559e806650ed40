"""A column of labels over the batches of a history, each different label as a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

Labels: TypeAlias = Sequence[str | None]
"""What a column holds in each row; None where it is missing."""
_LEAST = 3
"""Batches of the history that have a label, from which on it tells anything: periods come and go."""


@dataclass(frozen=True, eq=False)
class CodedColumn:
    """What a column holds in each row of each batch.

    Attributes:
        labels: the different labels, by their code.
        batches: per batch (rows,) the code of the row's label; -1 where there is none.
    """

    labels: tuple[str, ...]
    batches: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, batches: Iterable[tuple[Sequence[str | None], np.ndarray]]) -> CodedColumn:
        """A column from the values of each batch and the place among them of each row's (-1: none)."""
        codes: dict[str, int] = {}
        coded = []
        for values, places in batches:
            own = [-1 if value is None else codes.setdefault(value, len(codes)) for value in values]
            coded.append(np.array([*own, -1], np.int64)[places])
        return cls(tuple(codes), tuple(coded))

    @cached_property
    def every(self) -> np.ndarray:
        """(N,) the codes of all rows."""
        return np.concatenate([np.zeros(0, np.int64), *self.batches])

    @cached_property
    def recurs(self) -> np.ndarray:
        """(labels,) bool: which labels come in so many batches that they may tell something."""
        came = np.zeros(len(self.labels), np.int64)
        for batch in self.batches:
            came[np.unique(batch[batch >= 0])] += 1
        return came >= _LEAST

    @cached_property
    def recurring(self) -> tuple[np.ndarray, ...]:
        """Per batch (rows,) the codes of the labels that come in several batches; -1 elsewhere."""
        known = np.append(self.recurs, False)
        return tuple(np.where(known[batch], batch, -1) for batch in self.batches)
