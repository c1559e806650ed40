"""Number of distinct values over all rows: a HyperLogLog of the value hashes."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from airflow_provider_dqheal.profiling.states._base import Metrics, registry
from airflow_provider_dqheal.profiling.view import ColumnView

BITS = 11
"""2048 registers: standard error 1.04 / sqrt(2048) = 2.3 %."""


@registry.register("distinct")
@dataclass(frozen=True, eq=False)
class Distinct:
    """Registers: the longest run of leading zeros (plus one) of the hashes of each of 2048 groups, uint8.

    A function of the set of values; two states merge by the maximum.
    Source: Flajolet, Fusy, Gandouet and Meunier 2007, HyperLogLog, figure 3.
    """

    registers: NDArray[np.uint8]

    @classmethod
    def empty(cls) -> Self:
        """No values."""
        return cls(np.zeros(1 << BITS, np.uint8))

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        hashes = view.hashes
        if not len(hashes):
            return self
        registers = self.registers.copy()
        group = (hashes >> np.uint64(64 - BITS)).astype(np.int64)
        rest = (hashes << np.uint64(BITS)) | np.uint64(1 << (BITS - 1))
        # The exponent of the float is the position of the highest bit, once the bits that could round up are gone.
        exponent = np.frexp((rest & np.uint64(0xFFFFFFFFFFFFF800)).astype(np.float64))[1]
        rank = np.where(exponent > 0, 65 - exponent, 64 - BITS + 1).astype(np.uint8)
        np.maximum.at(registers, group, rank)
        return type(self)(registers)

    def __add__(self, other: Self) -> Self:
        return type(self)(np.maximum(self.registers, other.registers))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Distinct) and bool(np.array_equal(self.registers, other.registers))

    def to_json(self) -> Any:
        """Registers, deflated, base64."""
        if not self.registers.any():
            return None
        return base64.b64encode(zlib.compress(self.registers.tobytes(), 6)).decode()

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        if not value:
            return cls.empty()
        return cls(np.frombuffer(zlib.decompress(base64.b64decode(value)), np.uint8))

    def estimate(self) -> float:
        """Distinct values, with linear counting below 2.5 values a register."""
        m = float(len(self.registers))
        raw = 0.7213 / (1.0 + 1.079 / m) * m * m / float(np.exp2(-self.registers.astype(np.float64)).sum())
        zeros = int(np.count_nonzero(self.registers == 0))
        return float(m * np.log(m / zeros)) if raw <= 2.5 * m and zeros else raw

    def metrics(self, row_count: int) -> Metrics:
        """None of its own: the profile takes the exact count where the values are complete."""
        return {}
