"""What is known of a data set: the profiles of its recent accepted batches."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airflow_provider_dqheal.core.errors import ProfileError
from airflow_provider_dqheal.core.types import Frozen, TableSchema
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.profiling.schema import infer_schema


class Feedback(Frozen):
    """What a person said of a verdict: right, a false alarm, or an issue that was missed.

    ``issue`` None speaks of the batch as a whole.
    """

    batch_id: str
    kind: Literal["confirmed", "false_alarm", "missed"]
    issue: str | None = None
    columns: tuple[str, ...] = ()
    by: str = "unknown"
    note: str = ""
    at: datetime | None = None


class Baseline(Frozen):
    """The accepted schema and the profiles of recent accepted batches, oldest first."""

    dataset: str
    table_schema: TableSchema
    profiles: tuple[Profile, ...] = ()
    feedback: tuple[Feedback, ...] = ()

    @classmethod
    def build(
        cls,
        dataset: str,
        profiles: Iterable[Profile],
        schema: TableSchema | None = None,
        feedback: Sequence[Feedback] = (),
    ) -> Baseline:
        """A baseline; without a declared ``schema`` types are inferred from the profiles."""
        found = tuple(profiles)
        return cls(
            dataset=dataset,
            table_schema=schema if schema is not None else infer_schema(found),
            profiles=found,
            feedback=tuple(feedback),
        )

    @cached_property
    def merged(self) -> Profile:
        """One profile of all batches together.

        Raises:
            ProfileError: when there are no profiles.
        """
        if not self.profiles:
            raise ProfileError(
                f"{self.dataset}: the baseline has no profiles, expected at least one; learn the data set"
            )
        total = self.profiles[0]
        for profile in self.profiles[1:]:
            total = total + profile
        return total

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the accepted columns, in order."""
        return self.table_schema.names

    @cached_property
    def optional(self) -> frozenset[str]:
        """Accepted columns that come and go: a batch that was accepted after one with the column went without it."""
        seen: set[str] = set()
        gone: set[str] = set()
        for profile in self.profiles:
            gone |= seen - profile.columns.keys()
            seen |= profile.columns.keys()
        return frozenset() if self.table_schema.declared else frozenset(gone.intersection(self.columns))

    def in_order(self, names: Iterable[str]) -> bool:
        """Whether the accepted ones of ``names`` stand as in the accepted schema or in an accepted batch."""
        accepted = set(self.columns)
        own = [name for name in names if name in accepted]
        wanted = set(own)
        orders = {self.columns, *(tuple(profile.columns) for profile in self.profiles)}
        return any([name for name in order if name in wanted] == own for order in orders)

    def history(self, column: str, metric: str) -> NDArray[np.float64]:
        """A metric of a column over the batches, oldest first, shape (batches,); nan where unknown."""
        found = np.full(len(self.profiles), np.nan)
        for at, profile in enumerate(self.profiles):
            known = profile.columns.get(column)
            value = known.metrics.get(metric) if known is not None else None
            if value is not None:
                found[at] = value
        return found

    def sample_table(self) -> pa.Table:
        """The row sample of all batches together, in the raw representation."""
        return self.merged.sample_table()

    def to_bytes(self) -> bytes:
        """Deflated JSON."""
        return zlib.compress(self.model_dump_json().encode(), 6)

    @classmethod
    def from_bytes(cls, data: bytes) -> Baseline:
        """From :meth:`to_bytes`.

        Raises:
            ProfileError: when the bytes are no baseline.
        """
        try:
            return cls.model_validate(json.loads(zlib.decompress(data)))
        except (zlib.error, ValueError, KeyError, TypeError) as error:
            raise ProfileError(
                f"the bytes are no baseline ({type(error).__name__}); learn the data set again"
            ) from error
