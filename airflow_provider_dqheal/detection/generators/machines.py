"""Sensors, event logs, traffic and other tables that machines write."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.generators import _columns as make
from airflow_provider_dqheal.detection.generators._base import generator

Rng = np.random.Generator


@generator("event_log", "growing ids and moments, event names, JSON payload")
def event_log(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Clicks and calls in the order in which they came."""
    columns: dict[str, make.Maker] = {
        "event_id": make.growing_id(rng),
        "at": make.timestamps(rng, None if rng.random() < 0.5 else "%Y-%m-%dT%H:%M:%SZ"),
        "event": make.category(rng, ("view", "click", "search", "add", "buy", "login", "logout")),
        "session": make.uuid(rng),
        "payload": make.json_text(rng),
    }
    return make.assemble(rng, sizes, columns)


@generator("web_requests", "status codes, response times, bytes, paths")
def web_requests(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """An access log with heavy-tailed sizes."""
    columns: dict[str, make.Maker] = {
        "time": make.timestamps(rng),
        "path": make.category(rng, ("/", "/cart", "/login", "/api/items", "/api/orders", "/img/logo.png", "/search")),
        "status": lambda step, rows: pa.array(
            rng.choice([200, 204, 301, 404, 500], rows, p=[0.85, 0.05, 0.04, 0.05, 0.01])
        ),
        "ms": make.amount(rng, False, 0),
        "bytes": lambda step, rows: pa.array((200 * rng.pareto(1.8, rows) + 80).astype(np.int64)),
        "agent": make.category(rng, ("Firefox/128", "Chrome/127", "Safari/17", "curl/8.5", "bot/1.0")),
    }
    return make.assemble(rng, sizes, columns)


@generator("climate_sensor", "hourly temperature, humidity, pressure with daily and yearly season")
def climate_sensor(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Season runs on from batch to batch."""
    minute = int(rng.choice([1, 5, 15, 60]))
    day = 24 * 60 / minute
    start = [int(rng.integers(1_300_000_000, 1_700_000_000)) // 3_600 * 3_600]

    def moments(step: int, rows: int) -> pa.Array:
        values = start[0] + 60 * minute * np.arange(rows)
        start[0] = int(values[-1]) + 60 * minute
        return pa.array(values, pa.int64()).cast(pa.timestamp("s")).cast(pa.timestamp("us"))

    columns: dict[str, make.Maker] = {
        "time": moments,
        "temperature": make.season(rng, day),
        "humidity": make.season(rng, day, 0),
    }
    if rng.random() < 0.6:
        columns["pressure"] = make.holes(rng, make.season(rng, day, 1), 0.02)
    return make.assemble(rng, sizes, columns)


@generator("machine_fleet", "several machines report load, errors and a state")
def machine_fleet(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Each machine has its own level."""
    machines = int(rng.integers(3, 20))
    level = rng.uniform(10, 80, machines)
    moments = make.timestamps(rng, "%Y-%m-%d %H:%M:%S")
    state, errors = make.category(rng, ("run", "idle", "stop", "service")), make.between(rng, 0.01, 0.5)
    tables = []
    for step, rows in enumerate(sizes):
        machine = rng.integers(0, machines, rows)
        load = np.clip(rng.normal(level[machine], 6.0), 0, 100)
        tables.append(
            pa.table(
                {
                    "time": moments(step, rows),
                    "machine": [f"M{index:02d}" for index in machine.tolist()],
                    "load": np.round(load, 1),
                    "errors": rng.poisson(errors, rows),
                    "state": state(step, rows),
                }
            )
        )
    return tables


@generator("meter_counter", "counters that only rise, with the usage between readings")
def meter_counter(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """A reading per meter and batch; the counter runs on."""
    meters = max(10, sizes[0])
    counter = rng.integers(1_000, 90_000, meters).astype(float)
    rate = rng.gamma(2.0, 6.0, meters)
    day = make.batch_date(rng, None, int(rng.choice([1, 7, 30])))
    tables = []
    for step in range(len(sizes)):
        usage = np.round(rate * np.exp(rng.normal(0, 0.2, meters)) * (1 + 0.3 * np.sin(step / 4)), 1)
        counter = counter + usage
        tables.append(
            pa.table(
                {
                    "meter": np.arange(meters) + 5_000,
                    "read_on": day(step, meters),
                    "counter": np.round(counter, 1),
                    "usage": usage,
                }
            )
        )
    return tables


@generator("gps_tracks", "vehicle positions inside one city, speed and heading")
def gps_tracks(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Coordinates with six decimals around a centre."""
    latitude, longitude = make.between(rng, -50, 60), make.between(rng, -120, 140)
    columns: dict[str, make.Maker] = {
        "vehicle": make.digits(rng, 4, "V", int(rng.integers(4, 40))),
        "time": make.timestamps(rng, None if rng.random() < 0.5 else "%d/%m/%Y %H:%M:%S"),
        "lat": lambda step, rows: pa.array(np.round(rng.normal(latitude, 0.05, rows), 6)),
        "lon": lambda step, rows: pa.array(np.round(rng.normal(longitude, 0.08, rows), 6)),
        "speed": lambda step, rows: pa.array(np.round(np.abs(rng.normal(30, 20, rows)), 1)),
    }
    return make.assemble(rng, sizes, columns)


@generator("daily_figures", "one line a day and branch with a weekday effect and a trend")
def daily_figures(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Sales swing with the weekday and grow slowly."""
    branch, base = make.category(rng, [f"B{index:02d}" for index in range(12)], 0.0), make.between(rng, 100, 5_000)
    growth, weekend, day = make.between(rng, -0.005, 0.015), make.between(rng, 0.4, 1.6), make.batch_date(rng)
    tables = []
    for step, rows in enumerate(sizes):
        level = base * (1 + growth) ** step * (weekend if step % 7 >= 5 else 1.0)
        visits = rng.poisson(level, rows)
        sales = np.round(visits * np.exp(rng.normal(2.0, 0.2, rows)), 2)
        tables.append(
            pa.table({"day": day(step, rows), "branch": branch(step, rows), "visits": visits, "sales": sales})
        )
    return tables


@generator("late_arrivals", "rows mostly of the last days, some of weeks ago, with a load time")
def late_arrivals(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Event dates reach back with a steady tail."""
    form = None if rng.random() < 0.5 else make.pick(rng, ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d"))
    columns: dict[str, make.Maker] = {
        "record": make.growing_id(rng),
        "event_day": make.recent_dates(rng, form, make.between(rng, 0.5, 12)),
        "loaded": make.batch_date(rng, form),
        "kind": make.category(rng, ("a", "b", "c", "correction")),
        "value": make.normal(rng),
    }
    return make.assemble(rng, sizes, columns)


@generator("date_formats", "one moment in several writings: date, day/month/year, date and time, month name")
def date_formats(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Three text date columns, each in its own steady format."""
    columns: dict[str, make.Maker] = {
        "created": make.recent_dates(rng, make.pick(rng, ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y")), 30),
        "updated": make.timestamps(
            rng, make.pick(rng, ("%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%SZ")), False
        ),
        "month": make.batch_date(rng, make.pick(rng, ("%b %Y", "%Y-%m", "%m/%y")), 30),
        "score": make.count(rng),
    }
    return make.assemble(rng, sizes, columns)


@generator("flags", "many booleans in one spelling and small codes")
def flags(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Four to ten true-or-false columns."""
    columns: dict[str, make.Maker] = {"key": make.growing_id(rng)}
    spelled = bool(rng.random() < 0.6)
    for place in range(int(rng.integers(4, 11))):
        maker = make.boolean(rng, spelled)
        columns[f"flag_{place}"] = make.holes(rng, maker, 0.05) if rng.random() < 0.3 else maker
    columns["code"] = make.count(rng)
    return make.assemble(rng, sizes, columns)


@generator("market_ticks", "prices that walk at random with volume")
def market_ticks(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """A random walk: every batch lies elsewhere, and that is normal."""
    symbols = ("AAA", "BBB", "CCC", "DDD")[: int(rng.integers(1, 5))]
    price = rng.uniform(10, 300, len(symbols))
    moments, volatility = make.timestamps(rng), make.between(rng, 0.0005, 0.01)
    tables = []
    for step, rows in enumerate(sizes):
        which = rng.integers(0, len(symbols), rows)
        walk = np.cumsum(rng.normal(0, volatility, rows))
        values = price[which] * np.exp(walk)
        price = price * np.exp(walk[-1])
        tables.append(
            pa.table(
                {
                    "time": moments(step, rows),
                    "symbol": [symbols[index] for index in which.tolist()],
                    "price": np.round(values, 2),
                    "volume": np.round(np.exp(rng.normal(5, 1, rows))).astype(np.int64),
                }
            )
        )
    return tables


@generator("wide_numbers", "twenty to fifty numeric columns with common factors")
def wide_numbers(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Many correlated measurements: chance alone makes some of them odd."""
    columns, factors = int(rng.integers(20, 51)), 3
    load = rng.normal(size=(factors, columns))
    level, scale = rng.normal(50, 40, columns), np.exp(rng.normal(1, 1, columns))
    tables = []
    for rows in sizes:
        values = level + scale * (rng.normal(size=(rows, factors)) @ load + rng.normal(size=(rows, columns)))
        tables.append(pa.table({f"m{place:02d}": np.round(values[:, place], 3) for place in range(columns)}))
    return tables


@generator("growing_labels", "categories of which new ones appear all the time")
def growing_labels(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Campaign names come and go; a steady share is new."""
    known, birth = int(rng.integers(5, 30)), make.between(rng, 0.3, 3)
    day, clicks = make.batch_date(rng), make.count(rng)
    tables = []
    for step, rows in enumerate(sizes):
        known += int(rng.poisson(birth))
        recent = known - 1 - np.minimum(rng.geometric(0.12, rows) - 1, known - 1)
        tables.append(
            pa.table(
                {
                    "day": day(step, rows),
                    "campaign": [f"cmp_{index}" for index in recent.tolist()],
                    "clicks": clicks(step, rows),
                    "cost": np.round(rng.gamma(2, 3, rows), 2),
                }
            )
        )
    return tables
