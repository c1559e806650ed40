"""Makers of columns with habits in time: trend, weekday, season, arrivals, roll-outs, steady dirt, sparse values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.generators import _columns as make
from airflow_provider_dqheal.detection.generators._columns import Maker, Rng, between, pick, strings

SUBJECTS = (
    "Your order", "Invoice", "Reminder", "Welcome", "Password reset", "Spring sale", "Survey", "Ticket update",
)  # fmt: skip
EMOJI = ("", "", "", " :)", " 👍", " ❤️", " ?!", " …")


def level(rng: Rng, trend: float | None = None, week: float = 0.0, year: float = 0.0) -> np.ndarray:
    """Factors of 4,000 successive batches (float64 around 1): trend, weekday and season together.

    Args:
        rng: draws sizes and phases.
        trend: change a batch; drawn between a fall of 0.4 % and a rise of 1.2 % when None.
        week: size of the weekday effect, 0 for none.
        year: size of the yearly season (52 or 365 batches a year), 0 for none.
    """
    steps = np.arange(4_000)
    growth = between(rng, -0.004, 0.012) if trend is None else trend
    factor = np.exp(np.minimum(growth * steps, 5.0))
    if week:
        factor = factor * np.exp(week * rng.normal(0, 1, 7))[(steps + int(rng.integers(7))) % 7]
    if year:
        period = float(rng.choice([52.0, 365.0, 12.0]))
        factor = factor * np.exp(year * np.sin(2 * np.pi * steps / period + rng.uniform(0, 6.3)))
    return np.asarray(factor)


def moving_amount(rng: Rng, factor: np.ndarray, decimals: int = 2) -> Maker:
    """Log-normal amounts whose level follows ``factor`` with a little noise of its own a batch."""
    centre, spread, noise = between(rng, 1.0, 8.0), between(rng, 0.2, 1.1), between(rng, 0.0, 0.03)

    def make_values(step: int, rows: int) -> pa.Array:
        middle = centre + np.log(factor[step]) + rng.normal(0, noise)
        return pa.array(np.round(np.exp(rng.normal(middle, spread, rows)), decimals))

    return make_values


def moving_count(rng: Rng, factor: np.ndarray) -> Maker:
    """Poisson counts (negative binomial half of the time) whose rate follows ``factor``."""
    rate, wild = between(rng, 1.0, 60.0), bool(rng.random() < 0.5)

    def make_values(step: int, rows: int) -> pa.Array:
        mean = rate * factor[step]
        rates = mean * rng.gamma(2.0, 0.5, rows) if wild else np.full(rows, mean)
        return pa.array(rng.poisson(rates), pa.int64())

    return make_values


def arriving(rng: Rng, stem: str, start: int, births: float, fade: float = 0.1) -> Maker:
    """Categories of which new ones enter all the time and old ones fade."""
    known = [start]

    def make_values(step: int, rows: int) -> pa.Array:
        known[0] += int(rng.poisson(births))
        places = known[0] - 1 - np.minimum(rng.geometric(fade, rows) - 1, known[0] - 1)
        return strings([f"{stem}{place}" for place in places.tolist()])

    return make_values


def rolled_out(rng: Rng, names: Sequence[str]) -> Maker:
    """Versions that take over from each other: each one rises while the one before falls."""
    pace, width, offset = between(rng, 4, 25), between(rng, 1.5, 6), between(rng, 0, 3)

    def make_values(step: int, rows: int) -> pa.Array:
        places = np.arange(len(names))
        weights = np.exp(-0.5 * ((places * pace - step - offset) / width) ** 2) + 0.004
        return strings([names[int(at)] for at in rng.choice(len(names), rows, p=weights / weights.sum())])

    return make_values


def rising_flag(rng: Rng, spelled: tuple[str, str] | None = None) -> Maker:
    """A flag whose share climbs or falls slowly from batch to batch."""
    start, pace = rng.normal(0, 1.5), rng.normal(0, 0.04)

    def make_values(step: int, rows: int) -> pa.Array:
        flags = rng.random(rows) < 1 / (1 + np.exp(-(start + pace * step)))
        if spelled is None:
            return pa.array(flags)
        return strings([spelled[0] if flag else spelled[1] for flag in flags.tolist()])

    return make_values


def dirty(rng: Rng, maker: Maker, tokens: Sequence[str], share: float | None = None) -> Maker:
    """The same column as text with a steady share of tokens that mean nothing (or are plain wrong)."""
    rate = between(rng, 0.01, 0.25) if share is None else share
    chosen = [pick(rng, tokens) for _ in range(int(rng.integers(1, 4)))]

    def make_values(step: int, rows: int) -> pa.Array:
        text = maker(step, rows).cast(pa.string()).to_pylist()
        hit = rng.random(rows) < rate * np.exp(rng.normal(0, 0.15))
        drawn = rng.integers(0, len(chosen), rows).tolist()
        return strings([chosen[at] if bad else value for value, bad, at in zip(text, hit.tolist(), drawn, strict=True)])

    return make_values


def mixed_dates(rng: Rng, forms: Sequence[str], back: float = 30.0) -> Maker:
    """Text dates in several formats, each with its steady share."""
    typed, weights = make.recent_dates(rng, None, back), rng.dirichlet(np.full(len(forms), 2.0))

    def make_values(step: int, rows: int) -> pa.Array:
        drawn = rng.choice(len(forms), rows, p=weights).tolist()
        return strings([day.strftime(forms[at]) for day, at in zip(typed(step, rows).to_pylist(), drawn, strict=True)])

    return make_values


def message(rng: Rng) -> Maker:
    """Short messages with emoji, numbers, links and line ends."""
    base, links = make.sentence(rng), between(rng, 0.0, 0.1)

    def make_values(step: int, rows: int) -> pa.Array:
        texts = base(step, rows).to_pylist()
        ends = rng.integers(0, len(EMOJI), rows).tolist()
        linked = (rng.random(rows) < links).tolist()
        return strings(
            [
                text + EMOJI[end] + (f" https://example.org/{end}{len(text)}" if link else "")
                for text, end, link in zip(texts, ends, linked, strict=True)
            ]
        )

    return make_values


def address(rng: Rng) -> Maker:
    """IPv4 addresses from a few networks."""
    nets = rng.integers(1, 250, (int(rng.integers(2, 12)), 2)).tolist()

    def make_values(step: int, rows: int) -> pa.Array:
        which = rng.integers(0, len(nets), rows).tolist()
        low, high = rng.integers(0, 255, rows).tolist(), rng.integers(1, 255, rows).tolist()
        return strings([f"{nets[w][0]}.{nets[w][1]}.{a}.{b}" for w, a, b in zip(which, low, high, strict=True)])

    return make_values


def money_text(rng: Rng) -> Maker:
    """Amounts as text with a sign, thousands and decimals written one steady way."""
    amounts = make.amount(rng)
    form = pick(rng, ("€{:,.2f}", "{:,.2f} USD", "{:.2f} €", "$ {:,.0f}", "CHF {:.2f}"))
    return lambda step, rows: strings([form.format(value) for value in amounts(step, rows).to_pylist()])


def bounded(rng: Rng, low: float, high: float, decimals: int = 2) -> Maker:
    """Beta-distributed values on a closed scale."""
    first, second = between(rng, 0.6, 6), between(rng, 0.6, 6)
    return lambda step, rows: pa.array(np.round(low + (high - low) * rng.beta(first, second, rows), decimals))


def spaced(rng: Rng, maker: Maker, share: float) -> Maker:
    """A sparse column: most cells are null, in runs rather than singly."""

    def make_values(step: int, rows: int) -> pa.Array:
        values = maker(step, rows)
        run = int(rng.integers(1, 9))
        hit = np.repeat(rng.random(rows // run + 1) < share, run)[:rows]
        return pa.array(values.to_pylist(), values.type, mask=~hit)

    return make_values
