"""Central moments that merge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Power:
    """Count, mean, sums of (x - mean)^2, ^3, ^4, minimum and maximum of finite numbers.

    Source: Pebay 2008, SAND2008-6212, equations 2.1 and 3.1 (pairwise update of central moments).
    """

    count: int = 0
    mean: float = 0.0
    m2: float = 0.0
    m3: float = 0.0
    m4: float = 0.0
    low: float = math.inf
    high: float = -math.inf

    @classmethod
    def of(cls, values: NDArray[np.float64], counts: NDArray[np.int64] | None = None) -> Power:
        """Of finite values, shape (n,), each standing for ``counts`` rows."""
        if not len(values):
            return cls()
        low, high = float(values.min()), float(values.max())
        rows = len(values) if counts is None else int(counts.sum())
        if low == high:
            return cls(rows, low, 0.0, 0.0, 0.0, low, high)
        with np.errstate(over="ignore", invalid="ignore"):
            if counts is None:
                mean = low + float((values - low).mean())
                off = values - mean
                square = off * off
                sums = (float(square.sum()), float((square * off).sum()), float((square * square).sum()))
            else:
                weights = counts.astype(np.float64)
                mean = low + float(((values - low) * weights).sum()) / rows
                off = values - mean
                square = off * off
                weighed = square * weights
                sums = (float(weighed.sum()), float((weighed * off).sum()), float((weighed * square).sum()))
        return cls(rows, mean, *sums, low, high)

    def __add__(self, other: Power) -> Power:
        if not other.count:
            return self
        if not self.count:
            return other
        low, high = min(self.low, other.low), max(self.high, other.high)
        na, nb = float(self.count), float(other.count)
        n = na + nb
        if low == high:
            return Power(self.count + other.count, low, 0.0, 0.0, 0.0, low, high)
        delta = other.mean - self.mean
        d = delta / n
        mean = (na * self.mean + nb * other.mean) / n if abs(delta) > 1e150 else self.mean + d * nb
        try:
            m2 = self.m2 + other.m2 + delta * d * na * nb
            m3 = self.m3 + other.m3 + delta * d * d * na * nb * (na - nb) + 3.0 * d * (na * other.m2 - nb * self.m2)
            m4 = (
                self.m4
                + other.m4
                + delta * d * d * d * na * nb * (na * na - na * nb + nb * nb)
                + 6.0 * d * d * (na * na * other.m2 + nb * nb * self.m2)
                + 4.0 * d * (na * other.m3 - nb * self.m3)
            )
        except OverflowError:
            m2 = m3 = m4 = math.inf
        return Power(self.count + other.count, mean, m2, m3, m4, low, high)

    def to_json(self) -> Any:
        """[count, mean, m2, m3, m4, low, high], or None when there is nothing; a sum that overflowed is None."""
        if not self.count:
            return None
        values = (self.mean, self.m2, self.m3, self.m4, self.low, self.high)
        return [self.count, *(value if math.isfinite(value) else None for value in values)]

    @classmethod
    def from_json(cls, value: Any) -> Power:
        """From :meth:`to_json`."""
        if not value:
            return cls()
        return cls(int(value[0]), *(math.inf if v is None else float(v) for v in value[1:]))

    def metrics(self, prefix: str = "", scale: float = 1.0) -> dict[str, float | None]:
        """mean, std (n - 1), skewness, kurtosis (excess), min, max; unknown is None. ``scale`` multiplies values."""
        names = ("mean", "std", "skewness", "kurtosis", "min", "max")
        if not self.count:
            return {prefix + name: None for name in names}
        std = skew = kurt = None
        if self.count > 1 and math.isfinite(self.m2):
            variance = max(self.m2, 0.0) / (self.count - 1)
            std = math.sqrt(variance) * scale
            floor = (abs(self.mean) * 1e-13) ** 2 * self.count
            if self.m2 > floor and math.isfinite(self.m4):
                skew = math.sqrt(self.count) * self.m3 / self.m2**1.5 if self.m2 < 1e200 else None
                kurt = self.count * self.m4 / (self.m2 * self.m2) - 3.0 if self.m2 < 1e150 else None
        found = (self.mean * scale, std, skew, kurt, self.low * scale, self.high * scale)
        return {
            prefix + name: value if value is not None and math.isfinite(value) else None
            for name, value in zip(names, found, strict=True)
        }


NOTHING = Power()
"""The moments of no numbers."""
