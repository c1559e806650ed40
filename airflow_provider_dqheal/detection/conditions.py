"""Conditions on measurements, written as text, for all columns of a batch at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from airflow_provider_dqheal.detection.compare import AT

_SIGN = {">": 1.0, "<": -1.0}


@dataclass(frozen=True, eq=False)
class Conditions:
    """Some conditions of a few terms each, such as ``unseen_share > 0.01 and distinct_ratio < 0.2``.

    Per term the place of its measurement ``at``, a ``sign`` (-1: below) and the ``bound`` times it; ``starts``: where
    the terms of each condition begin.
    """

    at: np.ndarray
    sign: np.ndarray
    bound: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, texts: tuple[str, ...]) -> Conditions:
        """Reads at least one condition."""
        each = [[term.split() for term in text.split(" and ")] for text in texts]
        terms = [(AT[name], _SIGN[sign], float(bound)) for terms in each for name, sign, bound in terms]
        at, sign, bound = zip(*terms, strict=True)
        sizes = np.asarray([len(terms) for terms in each])
        return cls(np.asarray(at), np.asarray(sign), np.asarray(sign) * np.asarray(bound), np.cumsum(sizes) - sizes)

    def any(self, raw: np.ndarray) -> np.ndarray:
        """(columns,) bool: whether any condition holds, by measurements (columns, features)."""
        terms = raw[:, self.at] * self.sign > self.bound
        return np.asarray(np.logical_and.reduceat(terms, self.starts, axis=1).any(axis=1))


conditions = lru_cache(maxsize=64)(Conditions.of)
"""Those of some texts, read once."""
