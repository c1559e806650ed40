"""Bookings, campaigns, calls, ledgers and other feeds with habits in time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.generators import _columns as make
from airflow_provider_dqheal.detection.generators import _habits as habit
from airflow_provider_dqheal.detection.generators._base import generator

Rng = np.random.Generator
Makers = dict[str, make.Maker]


@generator("bookings", "stays with arrival dates ahead, prices with weekday and season, channels that enter")
def bookings(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Hotel bookings."""
    columns: Makers = {
        "booking": make.text_id(rng),
        "booked_on": make.batch_date(rng, None if rng.random() < 0.5 else "%d/%m/%Y"),
        "arrival": make.recent_dates(rng, "%Y-%m-%d", 25),
        "nights": make.count(rng, 1),
        "rate": habit.moving_amount(rng, habit.level(rng, None, 0.15, 0.2)),
        "channel": habit.arriving(rng, "partner-", 6, 0.15, 0.3),
        "guests": make.count(rng, 1),
        "cancelled": make.boolean(rng, bool(rng.random() < 0.5)),
        "remark": make.holes(rng, make.sentence(rng), 0.7),
    }
    return make.assemble(rng, sizes, columns)


@generator("ad_spend", "campaigns that come and go, impressions with trend and weekday, rates in percent")
def ad_spend(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Advertising figures a day and campaign."""
    factor = habit.level(rng, None, 0.25, 0.1)
    columns: Makers = {
        "day": make.batch_date(rng),
        "campaign": habit.arriving(rng, "camp_", 20, 0.8, 0.07),
        "device": make.category(rng, ("mobile", "desktop", "tablet", "tv")),
        "impressions": habit.moving_count(rng, factor * 40),
        "clicks": habit.moving_count(rng, factor),
        "ctr": habit.bounded(rng, 0.0, 0.2, 4),
        "cost": habit.moving_amount(rng, factor),
    }
    return make.assemble(rng, sizes, columns)


@generator("call_records", "telephone numbers, durations, cells, a result")
def call_records(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Calls with a heavy-tailed duration and many of zero seconds."""
    quiet = make.between(rng, 0.05, 0.4)
    columns: Makers = {
        "caller": make.phone(rng),
        "callee": make.holes(rng, make.phone(rng), 0.03),
        "started": make.timestamps(rng, None if rng.random() < 0.5 else "%Y-%m-%d %H:%M:%S"),
        "seconds": lambda step, rows: pa.array(
            np.where(rng.random(rows) < quiet, 0, np.exp(rng.normal(4, 1.3, rows))).astype(np.int64)
        ),
        "cell": make.digits(rng, 5, "BTS", int(rng.integers(20, 200))),
        "result": make.category(rng, ("answered", "busy", "no answer", "voicemail", "failed")),
    }
    return make.assemble(rng, sizes, columns)


@generator("mailings", "addresses, subjects, opened and clicked flags that climb, headers in JSON")
def mailings(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """One row a sent message."""
    columns: Makers = {
        "message_id": make.uuid(rng),
        "recipient": make.email(rng),
        "subject": make.category(rng, habit.SUBJECTS),
        "sent": make.timestamps(rng, "%Y-%m-%dT%H:%M:%SZ"),
        "opened": habit.rising_flag(rng, ("true", "false")),
        "clicked": habit.rising_flag(rng, ("true", "false")),
        "headers": make.json_text(rng),
        "bounce": make.holes(rng, make.category(rng, ("hard", "soft", "spam")), 0.95),
    }
    return make.assemble(rng, sizes, columns)


@generator("card_payments", "masked card numbers, merchant codes, amounts with a heavy tail, wandering decline rate")
def card_payments(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Authorisations as a processor sends them."""
    cards = make.digits(rng, 4, "**** **** **** ")
    columns: Makers = {
        "auth_id": make.growing_id(rng, True),
        "card": cards,
        "mcc": make.digits(rng, 4, "", int(rng.integers(10, 60))),
        "amount": lambda step, rows: pa.array(np.round(3 + 20 * rng.pareto(1.7, rows), 2)),
        "currency": make.category(rng, ("EUR", "USD", "GBP", "PLN")),
        "declined": habit.rising_flag(rng),
        "reason": make.holes(rng, make.category(rng, ("05", "51", "54", "61", "91")), 0.9),
        "at": make.timestamps(rng),
        "terminal": make.digits(rng, 8, "T", int(rng.integers(30, 500))),
    }
    return make.assemble(rng, sizes, columns)


@generator("ledger", "debit and credit accounts, signed amounts, cost centres, a posting date and a text")
def ledger(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Postings; round sums at the end of a month."""
    size = make.between(rng, 50, 3_000)

    def amounts(step: int, rows: int) -> pa.Array:
        values = rng.normal(0, size, rows)
        rounded = rng.random(rows) < (0.3 if step % 4 == 3 else 0.05)
        return pa.array(np.where(rounded, np.round(values, -2), np.round(values, 2)))

    columns: Makers = {
        "posting": make.growing_id(rng, False),
        "posted": make.recent_dates(rng, make.pick(rng, ("%d.%m.%Y", "%Y-%m-%d", "%m/%d/%Y")), 4),
        "account": make.digits(rng, 6, "", int(rng.integers(20, 150))),
        "counter_account": make.digits(rng, 6, "", int(rng.integers(20, 150))),
        "cost_centre": make.holes(rng, make.digits(rng, 4, "CC-", 30), 0.2),
        "amount": amounts,
        "text": make.category(rng, ("rent", "salary", "invoice", "correction", "transfer", "VAT", "interest")),
    }
    return make.assemble(rng, sizes, columns)


@generator("shipments", "ordered, shipped and delivered in order, the last often still empty")
def shipments(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Late arrivals: the newest rows lack their delivery date."""
    tracking, ordered = make.digits(rng, 12, "1Z"), make.recent_dates(rng, None, 6)
    weight, carrier = make.amount(rng, False, 3), make.category(rng, ("DHL", "UPS", "GLS", "Post"))
    transit, open_share = make.between(rng, 1, 6), make.between(rng, 0.1, 0.5)
    tables = []
    for step, rows in enumerate(sizes):
        day = ordered(step, rows)
        start = np.asarray(day.cast(pa.int32()))
        shipped = start + rng.poisson(1.0, rows)
        arrived = pa.array(
            (shipped + 1 + rng.poisson(transit, rows)).astype(np.int32), mask=rng.random(rows) < open_share
        )
        tables.append(
            pa.table(
                {
                    "tracking": tracking(step, rows),
                    "ordered": day,
                    "shipped": pa.array(shipped.astype(np.int32)).cast(pa.date32()),
                    "delivered": arrived.cast(pa.date32()),
                    "kg": weight(step, rows),
                    "carrier": carrier(step, rows),
                }
            )
        )
    return tables


@generator("signups", "growing volume and ids, a country mix that drifts, plans that enter")
def signups(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """New accounts of a growing service."""
    columns: Makers = {
        "user_id": make.growing_id(rng, False),
        "email": make.email(rng),
        "country": make.category(rng, make.COUNTRIES, 0.15),
        "plan": habit.rolled_out(rng, ("beta", "starter", "basic", "plus", "pro")),
        "app": habit.rolled_out(rng, [f"{major}.{minor}" for major in (1, 2) for minor in range(6)]),
        "invited_by": make.holes(rng, make.digits(rng, 6, "u"), 0.8),
        "created": make.timestamps(rng),
        "marketing": habit.rising_flag(rng),
    }
    growth = make.between(rng, 0.005, 0.04)
    return make.assemble(rng, [max(10, round(rows * (1 + growth) ** step)) for step, rows in enumerate(sizes)], columns)


@generator("price_trend", "prices and rates that climb or fall from batch to batch")
def price_trend(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """A trend is what is normal here."""
    trend = make.between(rng, 0.004, 0.03) * float(rng.choice([-1, 1]))
    columns: Makers = {
        "day": make.batch_date(rng, None, int(rng.choice([1, 7, 30]))),
        "product": make.category(rng, [f"P-{index:03d}" for index in range(40)]),
        "list_price": habit.moving_amount(rng, habit.level(rng, trend)),
        "fx_rate": habit.bounded(rng, 1.0, 1.3, 4),
        "index": lambda step, rows: pa.array(np.round(100 * np.exp(trend * step) * rng.normal(1, 0.01, rows), 1)),
        "units": habit.moving_count(rng, habit.level(rng, -trend)),
    }
    return make.assemble(rng, sizes, columns)


@generator("job_adverts", "long free text, titles, pay ranges as text, many holes")
def job_adverts(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Mostly text."""
    low, width = make.between(rng, 20, 60), make.between(rng, 5, 30)

    def pay(step: int, rows: int) -> pa.Array:
        start = np.round(rng.normal(low, 8, rows)).astype(int).tolist()
        return make.strings([f"{value}k - {value + int(width)}k" for value in start])

    first, second = make.sentence(rng), make.sentence(rng)
    columns: Makers = {
        "advert": make.uuid(rng),
        "title": make.category(rng, ("Data engineer", "Nurse", "Cook", "Teacher (m/f/d)", "Driver", "Sales manager")),
        "description": lambda step, rows: make.strings(
            [f"{a}. {b}." for a, b in zip(first(step, rows).to_pylist(), second(step, rows).to_pylist(), strict=True)]
        ),
        "pay": make.holes(rng, pay, 0.4),
        "city": make.category(rng, ("Berlin", "Wien", "Zürich", "Graz", "Köln", "Bern")),
        "remote": make.holes(rng, make.boolean(rng, True), 0.3),
        "posted": make.recent_dates(rng, "%Y-%m-%d", 10),
    }
    return make.assemble(rng, sizes, columns)
