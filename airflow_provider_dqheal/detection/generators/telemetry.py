"""Servers, meters, vehicles, apps: telemetry with season, growth, roll-outs and gaps."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.generators import _columns as make
from airflow_provider_dqheal.detection.generators import _habits as habit
from airflow_provider_dqheal.detection.generators._base import generator

Rng = np.random.Generator
Makers = dict[str, make.Maker]


@generator("server_metrics", "load, memory and a disk that fills up, by host")
def server_metrics(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """The disk's level grows until it is cleared."""
    hosts = int(rng.integers(3, 40))
    level, filling, limit = rng.uniform(5, 60, hosts), make.between(rng, 0.1, 1.5), make.between(rng, 75, 95)
    moments, load, memory = make.timestamps(rng), rng.uniform(5, 50, hosts), rng.uniform(20, 70, hosts)
    tables = []
    for step, rows in enumerate(sizes):
        host = rng.integers(0, hosts, rows)
        level = np.where(level + filling > limit, rng.uniform(5, 20, hosts), level + filling)
        tables.append(
            pa.table(
                {
                    "ts": moments(step, rows),
                    "host": [f"web-{index:02d}.example" for index in host.tolist()],
                    "cpu": np.round(np.clip(rng.normal(load[host], 8), 0, 100), 1),
                    "mem": np.round(np.clip(rng.normal(memory[host], 4), 0, 100), 1),
                    "disk": np.round(np.clip(rng.normal(level[host], 0.5), 0, 100), 2),
                    "errors": rng.poisson(0.05, rows),
                }
            )
        )
    return tables


@generator("energy_demand", "half-hours with the wave of a day, a week and a year")
def energy_demand(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Season runs on from batch to batch."""
    base, start = make.between(rng, 200, 40_000), [int(rng.integers(20_000, 400_000))]
    daily, weekly, yearly = rng.uniform(0.1, 0.35), rng.uniform(0.02, 0.15), rng.uniform(0.05, 0.3)
    tables = []
    for rows in sizes:
        slots = start[0] + np.arange(rows)
        start[0] += rows
        wave = (
            1
            + daily * np.sin(2 * np.pi * slots / 48)
            - weekly * (slots // 48 % 7 >= 5)
            + yearly * np.sin(2 * np.pi * slots / (48 * 365))
        )
        seconds = pa.array(slots * 1_800, pa.int64()).cast(pa.timestamp("s"))
        tables.append(
            pa.table(
                {
                    "settlement": seconds,
                    "period": slots % 48 + 1,
                    "demand": np.round(base * wave * rng.normal(1, 0.02, rows), 1),
                    "solar": np.round(
                        np.maximum(0, np.sin(2 * np.pi * (slots - 12) / 48)) * base * 0.2 * rng.random(rows)
                    ),
                    "holiday": slots // 48 % 29 == 0,
                }
            )
        )
    return tables


@generator("station_gaps", "weather stations that write -9999 or leave gaps, as always")
def station_gaps(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """A steady share of sentinels is normal here."""
    sentinel = make.pick(rng, ("-9999", "-999.9", "M", "999"))
    share = make.between(rng, 0.02, 0.2)
    columns: Makers = {
        "station": make.digits(rng, 5, "", int(rng.integers(5, 60))),
        "day": make.batch_date(rng, make.pick(rng, ("%Y%m%d", "%Y-%m-%d", "%d/%m/%Y"))),
        "tmax": habit.dirty(rng, make.season(rng, 365.0, 1), (sentinel,), share),
        "tmin": habit.dirty(rng, make.season(rng, 365.0, 1), (sentinel,), share),
        "rain": habit.spaced(rng, make.amount(rng, False, 1), 0.4),
        "snow": habit.spaced(rng, make.count(rng), 0.1),
        "quality": make.category(rng, ("A", "B", "S", "X")),
    }
    return make.assemble(rng, sizes, columns)


@generator("app_events", "nested JSON whose version is rolled out, sessions, addresses")
def app_events(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """New app versions enter and take over."""
    version = habit.rolled_out(rng, [f"3.{minor}.0" for minor in range(10)])
    names = make.category(rng, ("open", "scroll", "tap", "pay", "crash", "close"))
    columns: Makers = {
        "at": make.timestamps(rng, "%Y-%m-%dT%H:%M:%SZ"),
        "ip": habit.address(rng),
        "event": names,
        "version": version,
        "context": lambda step, rows: make.strings(
            [
                json.dumps({"v": text, "screen": {"w": width, "h": 2 * width}, "ok": width > 400})
                for text, width in zip(
                    version(step, rows).to_pylist(), rng.choice([360, 390, 414, 768], rows).tolist(), strict=True
                )
            ]
        ),
        "duration_ms": make.amount(rng, False, 0),
    }
    return make.assemble(rng, sizes, columns)


@generator("iot_sparse", "twenty to thirty readings of which few are there at a time")
def iot_sparse(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Sparse columns, each with its own share."""
    columns: Makers = {"device": make.digits(rng, 6, "d", int(rng.integers(10, 300))), "seq": make.growing_id(rng)}
    for place in range(int(rng.integers(18, 28))):
        kind = int(rng.integers(5))
        maker = (
            make.normal(rng), make.count(rng), make.boolean(rng), make.amount(rng),
            make.category(rng, ("ok", "warn", "fail", "n/a")),
        )[kind]  # fmt: skip
        columns[f"r{place:02d}"] = habit.spaced(rng, maker, make.between(rng, 0.02, 0.9))
    return make.assemble(rng, sizes, columns)


@generator("bike_trips", "start before end, stations that open, duration tied to both")
def bike_trips(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Trips with weekday rhythm; unpadded dates half of the time."""
    stations, births, moments = [int(rng.integers(10, 80))], make.between(rng, 0.05, 0.6), make.timestamps(rng)
    typical, plain = make.between(rng, 5, 25), bool(rng.random() < 0.5)
    member = habit.rising_flag(rng)
    tables = []
    for step, rows in enumerate(sizes):
        stations[0] += int(rng.poisson(births))
        start = moments(step, rows)
        seconds = np.round(60 * typical * np.exp(rng.normal(0, 0.6, rows))).astype(np.int64)
        end = pa.array(np.asarray(start.cast(pa.int64())) + seconds * 1_000_000, pa.int64()).cast(pa.timestamp("us"))
        columns = {"started": start, "ended": end}
        if plain:
            columns = {
                name: make.strings(
                    [f"{at.month}/{at.day}/{at.year} {at.hour}:{at.minute:02d}" for at in array.to_pylist()]
                )
                for name, array in columns.items()
            }
        tables.append(
            pa.table(
                {
                    "trip": make.digits(rng, 9, "")(step, rows),
                    **columns,
                    "seconds": seconds,
                    "from": [f"S{index}" for index in rng.integers(0, stations[0], rows).tolist()],
                    "to": [f"S{index}" for index in rng.integers(0, stations[0], rows).tolist()],
                    "member": member(step, rows),
                }
            )
        )
    return tables


@generator("flight_legs", "codes of airports and carriers, planned times as text, skewed delays, some cancelled")
def flight_legs(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Delays follow a season; a cancelled leg has none."""
    ports = [f"{make.pick(rng, 'ABDFLMOPZ')}{make.pick(rng, 'AEIOU')}{make.pick(rng, 'BDGMNRST')}" for _ in range(30)]
    factor, cancelled = habit.level(rng, 0.0, 0.1, 0.3), make.between(rng, 0.005, 0.05)

    def delays(step: int, rows: int) -> pa.Array:
        values = np.round(rng.gumbel(-5, 12 * factor[step], rows)).astype(np.int64)
        return pa.array(values, mask=rng.random(rows) < cancelled)

    columns: Makers = {
        "date": make.batch_date(rng),
        "carrier": make.category(rng, ("AA", "BB", "LX", "OS", "U2", "FR")),
        "number": lambda step, rows: pa.array(rng.integers(1, 7_000, rows)),
        "origin": make.category(rng, ports),
        "dest": make.category(rng, ports),
        "planned": lambda step, rows: make.strings(
            [f"{value // 60:02d}:{value % 60:02d}" for value in rng.integers(300, 1_380, rows).tolist()]
        ),
        "delay": delays,
        "distance": lambda step, rows: pa.array(rng.choice([187, 366, 520, 733, 1_089, 2_475], rows)),
    }
    return make.assemble(rng, sizes, columns)


@generator("trades", "a random walk with volumes over many orders of magnitude")
def trades(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Prices wander; tiny volumes are written with an exponent in text."""
    price, volatility = [float(np.exp(rng.normal(4, 3)))], make.between(rng, 0.001, 0.03)
    moments, side = make.timestamps(rng), make.category(rng, ("buy", "sell"))
    tables = []
    for step, rows in enumerate(sizes):
        path = price[0] * np.exp(np.cumsum(rng.normal(0, volatility / np.sqrt(rows), rows)))
        price[0] = float(path[-1]) * float(np.exp(rng.normal(0, volatility)))
        tables.append(
            pa.table(
                {
                    "at": moments(step, rows),
                    "side": side(step, rows),
                    "price": np.round(path, 4),
                    "volume": np.round(np.exp(rng.normal(-1, 3, rows)), 8),
                    "maker": rng.random(rows) < 0.5,
                }
            )
        )
    return tables
