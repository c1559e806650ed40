"""The date view: formats, range, granularity, weekdays and hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from airflow_provider_dqheal.profiling.dates import AMBIGUOUS, MICROS_A_DAY
from airflow_provider_dqheal.profiling.power import NOTHING, Power
from airflow_provider_dqheal.profiling.states._base import Metrics, add_counts, registry, share
from airflow_provider_dqheal.profiling.view import ColumnView

_GRAINS = ("midnight", "hour", "minute", "second", "month_start")


@registry.register("calendar")
@dataclass(frozen=True)
class Calendar:
    """``formats``: rows by signature (day and month that cannot be told apart read ``?``).

    ``certain``, ``day_first`` and ``month_first`` are moments in days since 1970: of unambiguous dates, and of
    ambiguous ones under either reading. ``grains``: rows at midnight, on a whole hour, minute, second, on the first
    of a month; ``weekdays`` from Monday; ``hours`` of the day. Ambiguous dates count in formats and moments only.
    """

    formats: dict[str, int] = field(default_factory=dict)
    certain: Power = NOTHING
    day_first: Power = NOTHING
    month_first: Power = NOTHING
    day_first_rows: int = 0
    month_first_rows: int = 0
    grains: tuple[int, ...] = (0,) * 5
    weekdays: tuple[int, ...] = (0,) * 7
    hours: tuple[int, ...] = (0,) * 24

    @classmethod
    def empty(cls) -> Self:
        """No dates."""
        return cls()

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        dates, counts = view.dates
        kind = dates.kind
        if not (kind > 0).any():
            return self
        there = dates.codes >= 0
        rows = np.bincount(dates.codes[there], weights=counts[there], minlength=len(dates.names)).astype(np.int64)
        sure, unsure = (kind > 0) & (kind < 4), kind == 4
        micros, weight = dates.micros[sure], counts[sure]
        days, rest = np.divmod(micros, MICROS_A_DAY)
        month_start = (
            days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) == days
        )
        grains = tuple(int(weight[rest % step == 0].sum()) for step in (MICROS_A_DAY, 3_600_000_000, 60_000_000, 10**6))
        return self + type(self)(
            dict(sorted(zip(dates.names, rows.tolist(), strict=True))),
            Power.of(micros / MICROS_A_DAY, weight),
            Power.of(dates.micros[unsure] / MICROS_A_DAY, counts[unsure]),
            Power.of(dates.swapped[unsure] / MICROS_A_DAY, counts[unsure]),
            int(counts[kind == 2].sum()),
            int(counts[kind == 3].sum()),
            (*grains, int(weight[month_start].sum())),
            _bins((days + 3) % 7, weight, 7),
            _bins(rest // 3_600_000_000, weight, 24),
        )

    def __add__(self, other: Self) -> Self:
        return type(self)(
            add_counts(self.formats, other.formats),
            self.certain + other.certain,
            self.day_first + other.day_first,
            self.month_first + other.month_first,
            self.day_first_rows + other.day_first_rows,
            self.month_first_rows + other.month_first_rows,
            _sum(self.grains, other.grains),
            _sum(self.weekdays, other.weekdays),
            _sum(self.hours, other.hours),
        )

    @property
    def order(self) -> bool | None:
        """Whether most of the certain dates are written month first; None where none tells day from month."""
        told = self.day_first_rows + self.month_first_rows
        return self.month_first_rows > self.day_first_rows if told else None

    @property
    def month_comes_first(self) -> bool:
        """Whether ambiguous dates are to be read month first: when the certain ones mostly are."""
        return bool(self.order)

    @property
    def is_open(self) -> bool:
        """Whether there are dates that can be read either way; with points they are written day first."""
        return any(AMBIGUOUS in name and "?.?" not in name for name in self.formats)

    @property
    def power(self) -> Power:
        """Moments of all dates in days since 1970, ambiguous ones read as the certain ones are."""
        return self.certain + (self.month_first if self.month_comes_first else self.day_first)

    def to_json(self) -> Any:
        """A list of the fields."""
        if not self.formats:
            return None
        powers = [p.to_json() for p in (self.certain, self.day_first, self.month_first)]
        counts = [list(c) for c in (self.grains, self.weekdays, self.hours)]
        return [self.formats, *powers, self.day_first_rows, self.month_first_rows, *counts]

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        if not value:
            return cls()
        certain, day_first, month_first = (Power.from_json(p) for p in value[1:4])
        grains, weekdays, hours = (tuple(c) for c in value[6:])
        return cls(dict(value[0]), certain, day_first, month_first, value[4], value[5], grains, weekdays, hours)

    def metrics(self, row_count: int) -> Metrics:
        """date_count, date_min .. date_std, format and granularity shares, weekday_*, hour_*."""
        total, sure = sum(self.formats.values()), self.certain.count
        found: Metrics = {"date_count": float(total), **self.power.metrics("date_")}
        found["date_format_count"] = float(len(self.formats)) if total else None
        found["date_format_top_fraction"] = share(max(self.formats.values(), default=0), total)
        ambiguous = sum(rows for name, rows in self.formats.items() if "?" in name)
        found["date_ambiguous_fraction"] = share(ambiguous, total)
        found["date_day_first_fraction"] = share(self.day_first_rows, self.day_first_rows + self.month_first_rows)
        found |= {f"date_{grain}_fraction": share(n, sure) for grain, n in zip(_GRAINS, self.grains, strict=True)}
        found |= {f"weekday_{day}_fraction": share(n, sure) for day, n in enumerate(self.weekdays)}
        found |= {f"hour_{hour}_fraction": share(n, sure) for hour, n in enumerate(self.hours)}
        return found


def _bins(values: Any, weights: Any, size: int) -> tuple[int, ...]:
    return tuple(np.bincount(values, weights=weights, minlength=size).astype(np.int64).tolist())


def _sum(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(left, right, strict=True))
