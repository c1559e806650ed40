"""What a statistic is: a value that is made from a column view and merges with ``+``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, Self

from airflow_provider_dqheal.core.registry import Registry

if TYPE_CHECKING:
    from airflow_provider_dqheal.profiling.view import ColumnView

Metrics = dict[str, float | None]


class State(Protocol):
    """A mergeable statistic of one column: a commutative semigroup with :meth:`empty` as its zero.

    The law every state keeps: ``S.of(rows A) + S.of(rows B) == S.of(rows A and B)`` in any order, byte for byte
    but for the rounding of floating-point sums (1e-9 relative).
    """

    @classmethod
    def empty(cls) -> Self:
        """The state of no rows."""
        ...

    def update(self, view: ColumnView) -> Self:
        """The state after the rows of ``view`` as well."""
        ...

    def __add__(self, other: Self) -> Self:
        """The state of both sets of rows."""
        ...

    def to_json(self) -> Any:
        """A JSON value; None when the state is empty (it is then left out)."""
        ...

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """The state back from :meth:`to_json`; None gives :meth:`empty`."""
        ...

    def metrics(self, row_count: int) -> Metrics:
        """Flat metrics of the state alone; unknown is None. The names are in ``profiling.metrics``."""
        ...


registry: Registry[type[State]] = Registry("state", "airflow_provider_dqheal.profiling.states")


def share(count: float, total: float) -> float | None:
    """``count / total``, or None when there is nothing to divide by."""
    return count / total if total else None


def add_counts(left: Mapping[str, int], right: Mapping[str, int]) -> dict[str, int]:
    """Sums two counters; keys come out sorted, so that equal counters are equal byte for byte."""
    total = dict(left)
    for key, count in right.items():
        total[key] = total.get(key, 0) + count
    return dict(sorted(total.items()))
