"""The faults the demo plants, each as a producer would really make it; and one that the table came with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

Change = Callable[[pa.Table, np.random.Generator], pa.Table]


@dataclass(frozen=True)
class Planted:
    """A fault: its issue types, what happened in words, and the change. ``stream`` sends it as a profile message."""

    issues: tuple[str, ...]
    story: str
    change: Change
    stream: bool = False


def _set(table: pa.Table, name: str, values: list[Any]) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, pa.array(values, pa.string()))


def _some(table: pa.Table, rng: np.random.Generator, share: float) -> np.ndarray:
    return rng.random(table.num_rows) < share


def rename_destination(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """``dest`` arrives as ``destination``, and the weather comes first."""
    names = ["destination" if name == "dest" else name for name in table.column_names]
    renamed = table.rename_columns(names)
    return renamed.select([*names[-4:], *names[:-4]])


def miles_suffix(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """A third of the distances come as ``1400 mi``."""
    hit = _some(table, rng, 0.33)
    values = table["distance"].to_pylist()
    return _set(table, "distance", [f"{v} mi" if h and v else v for v, h in zip(values, hit, strict=True)])


def lost_carriers(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Three carriers in ten are ``N/A``."""
    hit = _some(table, rng, 0.3)
    return _set(table, "carrier", ["N/A" if h else v for v, h in zip(table["carrier"].to_pylist(), hit, strict=True)])


def slipped_air_time(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """In three rows of a hundred the flight time is a hundred times too long."""
    hit = _some(table, rng, 0.03)
    values = table["air_time"].to_pylist()
    return _set(table, "air_time", [f"{v}00" if h and v else v for v, h in zip(values, hit, strict=True)])


def in_seconds(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """The whole column ``air_time`` arrives in seconds instead of minutes."""
    values = table["air_time"].to_pylist()
    return _set(table, "air_time", [str(int(v) * 60) if v else v for v in values])


def storm(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Departures and arrivals are really late, by hours: nothing to repair, a person decides."""
    late = rng.gamma(4.0, 60.0, table.num_rows).astype(int)
    for name in ("dep_delay", "arr_delay"):
        values = table[name].to_pylist()
        table = _set(table, name, [str(int(v) + int(m)) if v else v for v, m in zip(values, late, strict=True)])
    return table


def as_it_is(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Nothing: the day is wrong in the published table."""
    return table


def both(*changes: Change) -> Change:
    """Several faults at once."""

    def change(table: pa.Table, rng: np.random.Generator) -> pa.Table:
        for one in changes:
            table = one(table, rng)
        return table

    return change


SCHEDULE: tuple[Planted | None, ...] = (
    None,
    Planted(("schema_drift",), "dest renamed to destination, columns reordered", rename_destination),
    Planted(("type_mismatch",), "a third of the distances read '1400 mi'", miles_suffix),
    None,
    Planted(("missing_data",), "30 % of the carriers are 'N/A'", lost_carriers),
    Planted(("outliers",), "3 % of the flight times are 100 times too long", slipped_air_time),
    None,
    Planted(("distribution_shift",), "all flight times in seconds instead of minutes", in_seconds),
    Planted(
        ("type_mismatch", "missing_data"), "'1400 mi' and lost carriers at once", both(miles_suffix, lost_carriers)
    ),
    Planted(("outliers",), "nothing planted: the table itself holds 13.1 degrees Fahrenheit in May", as_it_is),
    Planted(("distribution_shift",), "a storm: real delays, for a person to decide", storm),
    Planted(("type_mismatch",), "'1400 mi' again, announced by the metrics stream", miles_suffix, stream=True),
    None,
)
"""What the days after the history bring, in order; None is a day as it really was."""
