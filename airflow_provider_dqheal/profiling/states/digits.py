"""Decimal places and the last digit that is written: rounding, truncation and made-up numbers show here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from airflow_provider_dqheal.profiling.states._base import Metrics, registry, share
from airflow_provider_dqheal.profiling.view import ColumnView

PLACES = 4
"""Numbers with more decimal places are counted together, without a last digit."""
_NONE = (0,) * 10


@registry.register("digits")
@dataclass(frozen=True)
class Digits:
    """``last``: rows by last digit 0 to 9 of the shortest decimal form; ``places``: by decimal places 0 to 3, more."""

    last: tuple[int, ...] = _NONE
    places: tuple[int, ...] = (0,) * (PLACES + 1)

    @classmethod
    def empty(cls) -> Self:
        """No numbers."""
        return cls()

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        values, counts = np.abs(view.numbers.values), view.numbers.counts
        if not len(values):
            return self
        last = np.zeros(10, np.int64)
        places = np.zeros(PLACES + 1, np.int64)
        if view.kind == "int":
            last += np.bincount(np.abs(view.valid).astype(np.int64) % 10, minlength=10)[:10]
            places[0] = len(values)
            return self + type(self)(tuple(last.tolist()), tuple(places.tolist()))
        small = values < 1e11
        for place in range(PLACES):
            scaled = values * 10.0**place
            near = np.rint(scaled)
            fits = small & (np.abs(scaled - near) <= 1e-9 * np.maximum(near, 1.0))
            if fits.any():
                digit = (near[fits] % 10).astype(np.int64)
                weight = None if counts is None else counts[fits]
                found = np.bincount(digit, weights=weight, minlength=10).astype(np.int64)
                last += found
                places[place] = found.sum()
            rest = ~fits
            values, small = values[rest], small[rest]
            counts = None if counts is None else counts[rest]
            if not len(values):
                break
        places[PLACES] = len(values) if counts is None else counts.sum()
        return self + type(self)(tuple(last.tolist()), tuple(places.tolist()))

    def __add__(self, other: Self) -> Self:
        return type(self)(_sum(self.last, other.last), _sum(self.places, other.places))

    def to_json(self) -> Any:
        """[last, places]."""
        return [list(self.last), list(self.places)] if any(self.places) else None

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        return cls(tuple(value[0]), tuple(value[1])) if value else cls()

    def metrics(self, row_count: int) -> Metrics:
        """last_digit_0 .. last_digit_9, last_digit_entropy and decimals_0 .. decimals_4, as shares."""
        total, numbers = sum(self.last), sum(self.places)
        found: Metrics = {f"last_digit_{digit}_fraction": share(n, total) for digit, n in enumerate(self.last)}
        found["last_digit_entropy"] = _entropy(np.array(self.last, float)) if total else None
        found |= {f"decimals_{place}_fraction": share(n, numbers) for place, n in enumerate(self.places)}
        return found


def _sum(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(left, right, strict=True))


def _entropy(counts: NDArray[np.float64]) -> float:
    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log(p)).sum() / np.log(10.0)) + 0.0
