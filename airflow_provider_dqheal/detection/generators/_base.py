"""What a generator is: a name and a function from a seed to clean successive batches."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.registry import Registry

Build = Callable[["np.random.Generator", list[int]], list[pa.Table]]
"""From a seeded generator and the rows of each batch to the batches, oldest first."""


@dataclass(frozen=True)
class Generator:
    """A family of synthetic tables: each seed is another table with its own columns, scales and habits.

    Attributes:
        name: unique name.
        family: ``generated:<name>``; a family stays on one side of a split.
        description: what kind of table it is.
        build: makes the batches.
        varied: whether batch sizes vary and grow (False: the builder decides).
    """

    name: str
    family: str
    description: str
    build: Build
    varied: bool = True

    def generate(self, seed: int, batches: int, rows: int) -> list[pa.Table]:
        """Clean successive batches, oldest first.

        Args:
            seed: decides everything; equal seeds give equal tables.
            batches: how many.
            rows: typical rows a batch, at least 1; sizes vary around it where the table's volume varies.
        """
        rng = np.random.default_rng(seed)
        return self.build(rng, volumes(rng, batches, rows) if self.varied else [rows] * batches)


registry: Registry[Generator] = Registry("generator", "airflow_provider_dqheal.detection.generators")


def generator(name: str, description: str, varied: bool = True) -> Callable[[Build], Build]:
    """Registers a builder as a generator."""

    def add(build: Build) -> Build:
        registry.register(name)(Generator(name, f"generated:{name}", description, build, varied))
        return build

    return add


def generators(exclude_families: Collection[str] = ()) -> list[Generator]:
    """All generators, in the order of registration."""
    return [item for item in registry.values() if item.family not in exclude_families]


def volumes(rng: np.random.Generator, batches: int, rows: int) -> list[int]:
    """Rows of each batch: constant, noisy, slowly growing, or with a weekday effect."""
    kind = rng.choice(["constant", "noisy", "growing", "weekday"], p=[0.3, 0.3, 0.2, 0.2])
    step = np.arange(batches)
    size = np.full(batches, float(rows))
    if kind == "growing":
        size *= (1.0 + rng.uniform(0.002, 0.03)) ** step
    if kind == "weekday":
        size *= np.where((step + int(rng.integers(7))) % 7 >= 5, rng.uniform(0.3, 0.8), 1.0)
    if kind != "constant":
        size *= np.exp(rng.normal(0.0, rng.choice([0.02, 0.1, 0.25]), batches))
    return [max(10, round(value)) for value in size]
