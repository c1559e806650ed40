"""Tables put together at random: each seed has other columns, of all kinds, in another number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.generators import _columns as make
from airflow_provider_dqheal.detection.generators import _habits as habit
from airflow_provider_dqheal.detection.generators._base import generator

Rng = np.random.Generator
_STEMS = (
    "alpha", "value", "kind", "state", "ref", "note", "ts", "qty", "rate", "flag", "grp", "zone", "owner", "cost",
    "score", "level", "code", "batch", "source", "target", "amount", "x", "y", "info", "label", "region", "unit",
    "size", "mode",
)  # fmt: skip
_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%m-%Y", "%Y%m%d", "%b %Y")
_CLOCKS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M")
_SETS: tuple[tuple[str, ...], ...] = (
    make.COUNTRIES,
    make.NAMES,
    ("A", "B", "C"),
    ("low", "mid", "high"),
    ("open", "closed", "held", "void"),
    tuple(f"grp{index}" for index in range(15)),
    tuple(f"{index:02d}" for index in range(1, 25)),
    ("north", "south", "east", "west"),
    ("Red wine", "White wine", "Beer", "Water", "Juice", "Tea", "Coffee"),
    tuple(f"{index * 37 % 1000:03d}-{index}" for index in range(60)),
)


def _column(rng: Rng, factor: np.ndarray) -> make.Maker:
    """One column of any kind, numbers and labels first; some numbers follow the table's own habit in time."""
    kinds: tuple[Callable[[], make.Maker], ...] = (
        lambda: make.amount(rng, bool(rng.random() < 0.3)),
        lambda: make.amount(rng, False, int(rng.integers(0, 5))),
        lambda: habit.moving_amount(rng, factor),
        lambda: habit.moving_count(rng, factor),
        lambda: make.normal(rng, int(rng.integers(0, 4))),
        lambda: make.count(rng, int(rng.integers(0, 3))),
        lambda: make.season(rng, float(rng.choice([24, 48, 96, 288]))),
        lambda: habit.bounded(rng, 0.0, float(rng.choice([1.0, 1.0, 5.0, 100.0])), int(rng.integers(0, 4))),
        lambda: make.category(rng, _SETS[int(rng.integers(len(_SETS)))]),
        lambda: make.category(rng, _SETS[int(rng.integers(len(_SETS)))], 0.2),
        lambda: make.boolean(rng, bool(rng.random() < 0.5)),
        lambda: habit.rising_flag(rng),
        lambda: make.batch_date(
            rng, None if rng.random() < 0.5 else make.pick(rng, _FORMS), int(rng.choice([1, 1, 7]))
        ),
        lambda: make.recent_dates(rng, None if rng.random() < 0.5 else make.pick(rng, _FORMS[:6])),
        lambda: make.timestamps(rng, None if rng.random() < 0.5 else make.pick(rng, _CLOCKS), bool(rng.random() < 0.6)),
        lambda: habit.mixed_dates(rng, [_FORMS[int(index)] for index in rng.permutation(6)[:2]]),
        lambda: make.sentence(rng),
        lambda: habit.message(rng),
        lambda: make.email(rng),
        lambda: make.phone(rng),
        lambda: make.full_name(rng),
        lambda: make.json_text(rng),
        lambda: make.uuid(rng),
        lambda: make.text_id(rng),
        lambda: make.growing_id(rng),
        lambda: make.digits(rng, int(rng.integers(2, 12)), make.pick(rng, ("", "", "K", "X-")), 50),
        lambda: make.digits(rng, int(rng.integers(5, 12)), make.pick(rng, ("", "N", "no. "))),
        lambda: habit.address(rng),
        lambda: habit.money_text(rng),
        lambda: habit.arriving(rng, make.pick(rng, ("c", "v-", "item ")), 15, make.between(rng, 0.05, 1.0)),
        lambda: habit.rolled_out(rng, [f"v{index}" for index in range(8)]),
    )
    if rng.random() < 0.35:
        chosen = kinds[int(rng.integers(8))]
    elif rng.random() < 0.3:
        chosen = kinds[8 + int(rng.integers(8))]
    else:
        chosen = kinds[int(rng.integers(len(kinds)))]
    maker = chosen()
    treatment = rng.random()
    if treatment < 0.15:
        return make.holes(rng, maker)
    if treatment < 0.2:
        return habit.dirty(rng, maker, ("N/A", "-", "unknown", "?", "null", "TBD"))
    return habit.spaced(rng, maker, make.between(rng, 0.05, 0.6)) if treatment < 0.24 else maker


def _table(rng: Rng, sizes: list[int], columns: int) -> list[pa.Table]:
    factor = habit.level(rng, None, float(rng.choice([0.0, 0.1, 0.3])), float(rng.choice([0.0, 0.1, 0.3])))
    stems = [_STEMS[int(index)] for index in rng.permutation(len(_STEMS))]
    style = make.pick(rng, ("{}", "{}_{}", "{}{}", "{}.{}", "{} {}"))
    makers: dict[str, make.Maker] = {}
    if rng.random() < 0.6:
        makers[make.pick(rng, ("id", "key", "row_id", "ID", "no"))] = make.growing_id(rng)
    while len(makers) < columns:
        place = len(makers)
        name = style.format(stems[place % len(stems)], place)
        makers[name.upper() if rng.random() < 0.1 else name] = _column(rng, factor)
    return make.assemble(rng, sizes, makers)


@generator("anything_narrow", "three to seven columns of any kind")
def anything_narrow(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Another table with every seed."""
    return _table(rng, sizes, int(rng.integers(3, 8)))


@generator("anything_medium", "eight to fifteen columns of any kind")
def anything_medium(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Another table with every seed."""
    return _table(rng, sizes, int(rng.integers(8, 16)))


@generator("anything_wide", "sixteen to thirty columns of any kind")
def anything_wide(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Another table with every seed."""
    return _table(rng, sizes, int(rng.integers(16, 31)))


@generator("anything_small", "any columns, thirty to eighty rows a batch")
def anything_small(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Small batches whatever was asked for."""
    rows = int(rng.integers(30, 81))
    return _table(rng, [max(30, rows + int(rng.normal(0, 4))) for _ in sizes], int(rng.integers(3, 13)))
