"""Makers of single columns: each draws its own parameters once, then gives the values of every batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

Rng = np.random.Generator
Maker = Callable[[int, int], pa.Array]
"""From the step (0 for the oldest batch) and the rows to the values."""

COUNTRIES = ("DE", "FR", "US", "GB", "ES", "IT", "NL", "PL", "SE", "JP", "BR", "IN", "CA", "AU", "CH", "AT", "BE", "DK")
NAMES = (
    "Anna",
    "Ben",
    "Chloe",
    "David",
    "Elif",
    "Farid",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Kira",
    "Liam",
    "Mona",
    "Nils",
)
SURNAMES = (
    "Meyer",
    "Smith",
    "Garcia",
    "Rossi",
    "Novak",
    "Dubois",
    "Tanaka",
    "Kowalski",
    "Olsen",
    "Silva",
    "Khan",
    "Brown",
)
WORDS: tuple[str, ...] = (
    "the", "order", "arrived", "late", "and", "box", "was", "damaged", "please", "call", "back", "customer",
    "wants", "refund", "very", "good", "quality", "fast", "delivery", "would", "buy", "again", "size", "too",
    "small", "colour", "differs", "from", "picture", "no", "answer", "driver", "left", "parcel", "at", "door",
    "invoice", "missing", "thank", "you", "for", "help", "with", "account", "login", "works", "now", "after",
    "reset",
)  # fmt: skip


def between(rng: Rng, low: float, high: float) -> float:
    """A number from [low, high]."""
    return float(rng.uniform(low, high))


def pick(rng: Rng, options: Sequence[str]) -> str:
    """One of the options."""
    return options[int(rng.integers(len(options)))]


def strings(values: Sequence[str | None]) -> pa.Array:
    """A text column."""
    return pa.array(list(values), pa.string())


def growing_id(rng: Rng, gaps: bool | None = None) -> Maker:
    """Whole numbers that only grow, with or without gaps."""
    state = [int(rng.choice([0, 1, 1_000, 100_000, 10_000_000]))]
    sparse = bool(rng.random() < 0.3) if gaps is None else gaps

    def make(step: int, rows: int) -> pa.Array:
        ids = state[0] + np.cumsum(rng.integers(1, 5, rows) if sparse else np.ones(rows, dtype=np.int64))
        state[0] = int(ids[-1])
        return pa.array(ids, pa.int64())

    return make


def text_id(rng: Rng) -> Maker:
    """Codes with a prefix and a growing number."""
    numbers, prefix = growing_id(rng, False), pick(rng, ("ORD-", "INV", "C", "tx_", "P/"))
    width = int(rng.choice([0, 8]))
    return lambda step, rows: strings([f"{prefix}{value:0{width}d}" for value in numbers(step, rows).to_pylist()])


def uuid(rng: Rng) -> Maker:
    """Random identifiers in the 8-4-4-4-12 form."""

    def make(step: int, rows: int) -> pa.Array:
        raw = [value.tobytes().hex() for value in rng.integers(0, 256, (rows, 16), dtype=np.uint8)]
        return strings([f"{t[:8]}-{t[8:12]}-4{t[13:16]}-a{t[17:20]}-{t[20:]}" for t in raw])

    return make


def amount(rng: Rng, trend: bool = False, decimals: int = 2) -> Maker:
    """Log-normal amounts, rounded; with ``trend`` the level moves a little a batch."""
    centre, spread = between(rng, 1.0, 7.0), between(rng, 0.2, 1.3)
    drift = rng.normal(0.0, 0.02) if trend else 0.0
    return lambda step, rows: pa.array(np.round(np.exp(rng.normal(centre + drift * step, spread, rows)), decimals))


def normal(rng: Rng, decimals: int = 1) -> Maker:
    """Normally distributed measurements with a level and a spread of their own."""
    centre = between(rng, -20.0, 200.0)
    spread = between(rng, 0.5, 30.0)
    return lambda step, rows: pa.array(np.round(rng.normal(centre, spread, rows), decimals))


def count(rng: Rng, start: int = 0) -> Maker:
    """Small whole numbers (Poisson or geometric)."""
    rate = between(rng, 0.5, 12.0)
    if rng.random() < 0.5:
        return lambda step, rows: pa.array(start + rng.poisson(rate, rows), pa.int64())
    return lambda step, rows: pa.array(start - 1 + rng.geometric(1 / (1 + rate), rows), pa.int64())


def category(rng: Rng, values: Sequence[str], wander: float | None = None) -> Maker:
    """Categories with fixed weights that may wander a little from batch to batch."""
    several = int(rng.integers(2, len(values) + 1))
    chosen = [values[int(index)] for index in rng.permutation(len(values))[:several]]
    base = rng.dirichlet(np.full(several, between(rng, 0.5, 3.0)))
    noise = float(rng.choice([0.0, 0.05, 0.15])) if wander is None else wander

    def make(step: int, rows: int) -> pa.Array:
        weights = base * np.exp(rng.normal(0.0, noise, several))
        return strings([chosen[int(index)] for index in rng.choice(several, rows, p=weights / weights.sum())])

    return make


def boolean(rng: Rng, spelled: bool = False) -> Maker:
    """True or false with a fixed share; ``spelled``: as text in one of the usual spellings."""
    share = between(rng, 0.02, 0.98)
    yes, no = [("yes", "no"), ("Y", "N"), ("T", "F"), ("true", "false"), ("1", "0"), ("on", "off"), ("Ja", "Nein")][
        int(rng.integers(7))
    ]
    if not spelled:
        return lambda step, rows: pa.array(rng.random(rows) < share)
    return lambda step, rows: strings([yes if flag else no for flag in (rng.random(rows) < share).tolist()])


def first_day(rng: Rng) -> date:
    """A day between 2010 and 2025."""
    return date(2010, 1, 1) + timedelta(days=int(rng.integers(0, 5_500)))


def batch_date(rng: Rng, form: str | None = None, days: int = 1) -> Maker:
    """One date a batch, growing from batch to batch; typed, or text in ``form``."""
    start = first_day(rng)

    def make(step: int, rows: int) -> pa.Array:
        day = start + timedelta(days=days * step)
        return pa.array([day] * rows, pa.date32()) if form is None else strings([day.strftime(form)] * rows)

    return make


def timestamps(rng: Rng, form: str | None = None, ordered: bool = True, hours: float = 24.0) -> Maker:
    """Moments inside the batch's period, with a daily rhythm; typed (seconds), or text in ``form``."""
    start = datetime.combine(first_day(rng), datetime.min.time(), UTC)
    peak = between(rng, 8, 18)

    def make(step: int, rows: int) -> pa.Array:
        offsets = (
            np.clip(rng.normal(peak, 4.0, rows), 0, 23.999) if hours == 24.0 else rng.uniform(0, hours, rows)
        ) * 3_600
        seconds = (np.sort(offsets) if ordered else offsets).astype(np.int64) + int(
            start.timestamp() + step * hours * 3_600
        )
        if form is None:
            return pa.array(seconds, pa.int64()).cast(pa.timestamp("s")).cast(pa.timestamp("us"))
        return strings([datetime.fromtimestamp(value, UTC).strftime(form) for value in seconds.tolist()])

    return make


def recent_dates(rng: Rng, form: str | None = None, back: float | None = None) -> Maker:
    """Dates some days before the batch's own day (late data): typed or text."""
    start, delay = first_day(rng), back or between(rng, 2, 60)

    def make(step: int, rows: int) -> pa.Array:
        days = [start + timedelta(days=step - int(late)) for late in rng.exponential(delay, rows)]
        return pa.array(days, pa.date32()) if form is None else strings([day.strftime(form) for day in days])

    return make


def season(rng: Rng, rows_a_day: float = 24.0, decimals: int = 2) -> Maker:
    """A sensor: level, daily and slow yearly season, autocorrelated noise; runs on over batches."""
    state = [int(rng.integers(0, 8_000)), 0.0]
    level, daily, yearly = between(rng, -5, 60), between(rng, 0, 8), between(rng, 0, 10)
    noise, memory = between(rng, 0.1, 2.0), between(rng, 0.0, 0.97)

    def make(step: int, rows: int) -> pa.Array:
        times = state[0] + np.arange(rows)
        shocks = rng.normal(0.0, noise, rows)
        weights = memory ** np.arange(min(rows, 200))
        carried = np.convolve(shocks, weights)[:rows] + state[1] * memory ** np.arange(1, rows + 1)
        state[0], state[1] = int(times[-1]) + 1, float(carried[-1])
        wave = daily * np.sin(2 * np.pi * times / rows_a_day) + yearly * np.sin(2 * np.pi * times / (rows_a_day * 365))
        return pa.array(np.round(level + wave + carried, decimals))

    return make


def email(rng: Rng) -> Maker:
    """Addresses of invented people at reserved domains."""
    hosts = ("example.com", "example.org", "mail.example", "shop.test", "example.net")

    def make(step: int, rows: int) -> pa.Array:
        first, last = rng.integers(0, len(NAMES), rows), rng.integers(0, len(SURNAMES), rows)
        number, host = rng.integers(0, 999, rows), rng.integers(0, len(hosts), rows)
        parts = zip(first.tolist(), last.tolist(), number.tolist(), host.tolist(), strict=True)
        return strings([f"{NAMES[a].lower()}.{SURNAMES[b].lower()}{c}@{hosts[d]}" for a, b, c, d in parts])

    return make


def phone(rng: Rng) -> Maker:
    """Telephone numbers in one or two of the usual writings."""
    forms = [
        ("+49 {:03d} {:07d}", "({:03d}) {:07d}", "0{:03d}-{:07d}", "+1{:03d}{:07d}")[int(i)]
        for i in rng.permutation(4)[: int(rng.integers(1, 3))]
    ]
    return lambda step, rows: strings(
        [
            forms[i % len(forms)].format(a, b)
            for i, a, b in zip(
                rng.integers(0, 9, rows).tolist(),
                rng.integers(100, 999, rows).tolist(),
                rng.integers(10**6, 10**7, rows).tolist(),
                strict=True,
            )
        ]
    )


def full_name(rng: Rng) -> Maker:
    """First and last names."""
    return lambda step, rows: strings(
        [
            f"{NAMES[a]} {SURNAMES[b]}"
            for a, b in zip(
                rng.integers(0, len(NAMES), rows).tolist(), rng.integers(0, len(SURNAMES), rows).tolist(), strict=True
            )
        ]
    )


def digits(rng: Rng, width: int, prefix: str = "", distinct: int | None = None) -> Maker:
    """Codes of fixed width with leading zeros, of a fixed set when ``distinct`` is given."""
    known = (
        [f"{prefix}{int(value):0{width}d}" for value in rng.integers(0, 10 ** min(width, 18), distinct)]
        if distinct
        else None
    )

    def make(step: int, rows: int) -> pa.Array:
        if known is not None:
            return strings([known[int(index)] for index in rng.integers(0, len(known), rows)])
        return strings([f"{prefix}{value:0{width}d}" for value in rng.integers(0, 10 ** min(width, 18), rows).tolist()])

    return make


def sentence(rng: Rng) -> Maker:
    """Free text of a few to some dozen words."""
    typical = between(rng, 4, 25)

    def make(step: int, rows: int) -> pa.Array:
        lengths = np.maximum(1, rng.poisson(typical, rows))
        drawn = rng.integers(0, len(WORDS), int(lengths.sum()))
        ends = np.cumsum(lengths)
        return strings(
            [
                " ".join(WORDS[i] for i in drawn[end - size : end].tolist()).capitalize()
                for end, size in zip(ends.tolist(), lengths.tolist(), strict=True)
            ]
        )

    return make


def json_text(rng: Rng) -> Maker:
    """One JSON object a row with fixed keys."""
    plans, events = category(rng, ("free", "basic", "pro", "team")), category(rng, ("view", "click", "buy", "leave"))

    def make(step: int, rows: int) -> pa.Array:
        values = zip(
            plans(step, rows).to_pylist(), events(step, rows).to_pylist(), rng.poisson(4, rows).tolist(), strict=True
        )
        return strings([json.dumps({"plan": plan, "event": event, "n": number}) for plan, event, number in values])

    return make


def holes(rng: Rng, maker: Maker, share: float | None = None) -> Maker:
    """The same column with a steady share of nulls."""
    rate = between(rng, 0.005, 0.4) if share is None else share

    def make(step: int, rows: int) -> pa.Array:
        values = maker(step, rows)
        return pa.array(values.to_pylist(), values.type, mask=rng.random(rows) < rate * np.exp(rng.normal(0, 0.1)))

    return make


def assemble(rng: Rng, sizes: Sequence[int], makers: Mapping[str, Maker]) -> list[pa.Table]:
    """The batches of a table with those columns; each column may have holes already."""
    return [pa.table({name: make(step, rows) for name, make in makers.items()}) for step, rows in enumerate(sizes)]
