"""Orders, payments, invoices and other tables of trade."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.generators import _columns as make
from airflow_provider_dqheal.detection.generators._base import generator

Rng = np.random.Generator
_STATUS = ("new", "paid", "shipped", "returned", "cancelled", "pending")


@generator("small_orders", "increasing id, log-normal amount, country, a date constant in a batch, true or false")
def small_orders(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Three to six simple columns, as in a first test of any tool."""
    columns: dict[str, make.Maker] = {
        make.pick(rng, ("id", "order_id", "row")): make.growing_id(rng, False),
        make.pick(rng, ("amount", "price", "total", "value")): make.amount(rng),
        make.pick(rng, ("country", "region", "market")): make.category(rng, make.COUNTRIES[: int(rng.integers(2, 9))]),
    }
    if rng.random() < 0.75:
        columns[make.pick(rng, ("date", "day", "order_date"))] = make.batch_date(
            rng, None if rng.random() < 0.6 else "%Y-%m-%d"
        )
    if rng.random() < 0.7:
        columns[make.pick(rng, ("active", "is_new", "paid"))] = make.boolean(rng, rng.random() < 0.4)
    if rng.random() < 0.4:
        columns["quantity"] = make.count(rng, 1)
    return make.assemble(rng, sizes, columns)


@generator("shop_orders", "orders with prices, quantities, discounts, mix of countries and a status")
def shop_orders(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """A wide order table; total is quantity times price less the discount."""
    price, quantity = make.amount(rng, True), make.count(rng, 1)
    others: dict[str, make.Maker] = {
        "order_id": make.text_id(rng) if rng.random() < 0.5 else make.growing_id(rng),
        "ordered_at": make.timestamps(rng),
        "customer": make.digits(rng, 6, "C"),
        "country": make.category(rng, make.COUNTRIES),
        "status": make.category(rng, _STATUS),
        "gift": make.boolean(rng),
        "coupon": make.holes(rng, make.category(rng, ("SPRING10", "WELCOME", "VIP", "BF20"))),
    }
    tables = []
    for step, rows in enumerate(sizes):
        unit, items = price(step, rows), quantity(step, rows)
        discount = np.where(rng.random(rows) < 0.2, 0.1, 0.0)
        total = np.round(unit.to_numpy() * items.to_numpy() * (1 - discount), 2)
        values = {name: maker(step, rows) for name, maker in others.items()}
        tables.append(pa.table({**values, "price": unit, "quantity": items, "discount": discount, "total": total}))
    return tables


@generator("payments", "amount, currency, account number and a fee that depends on the amount")
def payments(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Bank transfers; the fee is a fixed share of the amount."""
    amount, share = make.amount(rng), make.between(rng, 0.001, 0.03)
    others: dict[str, make.Maker] = {
        "payment_id": make.uuid(rng),
        "account": make.digits(rng, 18, "DE"),
        "currency": make.category(rng, ("EUR", "USD", "GBP", "CHF", "SEK")),
        "booked": make.batch_date(rng, make.pick(rng, ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"))),
        "method": make.category(rng, ("card", "sepa", "wallet", "cash")),
    }
    tables = []
    for step, rows in enumerate(sizes):
        paid = amount(step, rows)
        values = {name: maker(step, rows) for name, maker in others.items()}
        tables.append(pa.table({**values, "amount": paid, "fee": np.round(paid.to_numpy() * share, 2)}))
    return tables


@generator("invoices", "issue date, due date a fixed term later, net, tax and gross")
def invoices(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Exact relations between columns: gross = net + tax, due = issued + term."""
    net, issued = make.amount(rng), make.recent_dates(rng)
    number, customer = make.text_id(rng), make.full_name(rng)
    rate, term = float(rng.choice([0.07, 0.19, 0.2, 0.25])), int(rng.choice([10, 14, 30, 60]))
    tables = []
    for step, rows in enumerate(sizes):
        value, day = net(step, rows), issued(step, rows)
        tax = np.round(value.to_numpy() * rate, 2)
        due = pa.array(np.asarray(day.cast(pa.int32())) + term, pa.int32()).cast(pa.date32())
        tables.append(
            pa.table(
                {
                    "invoice": number(step, rows),
                    "customer": customer(step, rows),
                    "issued": day,
                    "due": due,
                    "net": value,
                    "tax": tax,
                    "gross": np.round(value.to_numpy() + tax, 2),
                }
            )
        )
    return tables


@generator("price_list", "a full snapshot of the same articles each time, prices moving a little", varied=False)
def price_list(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Keys repeat in every batch; prices take small steps."""
    rows = sizes[0]
    prices = np.exp(rng.normal(3.0, 1.0, rows))
    names = make.category(rng, ("bolt", "nut", "washer", "screw", "hinge", "lock", "handle"), 0.0)(0, rows)
    stock = rng.poisson(40, rows)
    day = make.batch_date(rng)
    tables = []
    for step in range(len(sizes)):
        prices = prices * np.exp(rng.normal(0.001, 0.01, rows))
        stock = np.maximum(0, stock + rng.integers(-6, 7, rows))
        keys = pa.array(np.arange(rows) + 1, pa.int64())
        tables.append(
            pa.table(
                {"article": keys, "name": names, "price": np.round(prices, 2), "stock": stock, "as_of": day(step, rows)}
            )
        )
    return tables


@generator("stock_moves", "goods in and out: signed quantities by warehouse")
def stock_moves(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Signed counts and zero-padded article codes."""
    size = make.between(rng, 2, 40)
    columns: dict[str, make.Maker] = {
        "move": make.growing_id(rng),
        "article": make.digits(rng, 8, distinct=int(rng.integers(20, 400))),
        "warehouse": make.category(rng, ("north", "south", "east", "west", "hub")),
        "quantity": lambda step, rows: pa.array(np.round(rng.normal(0, size, rows)).astype(np.int64)),
        "moved_at": make.timestamps(rng, make.pick(rng, ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"))),
    }
    return make.assemble(rng, sizes, columns)


@generator("subscriptions", "plans, start dates with late arrivals, an end that is mostly empty")
def subscriptions(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """A mostly null column and a skewed plan mix."""
    columns: dict[str, make.Maker] = {
        "subscription": make.uuid(rng),
        "plan": make.category(rng, ("free", "basic", "pro", "team", "enterprise")),
        "started": make.recent_dates(rng),
        "ended": make.holes(rng, make.recent_dates(rng), make.between(rng, 0.6, 0.97)),
        "monthly": make.category(rng, ("0", "9.99", "19.99", "49.00", "199.00")),
        "auto_renew": make.boolean(rng, rng.random() < 0.5),
    }
    return make.assemble(rng, sizes, columns)


@generator("refunds", "rare events: small batches with reasons in free text")
def refunds(rng: Rng, sizes: list[int]) -> list[pa.Table]:
    """Small batches whatever was asked for."""
    columns: dict[str, make.Maker] = {
        "refund_id": make.text_id(rng),
        "amount": make.amount(rng),
        "reason": make.sentence(rng),
        "reason_code": make.category(rng, ("damaged", "late", "wrong item", "other")),
        "day": make.batch_date(rng, "%d/%m/%Y" if rng.random() < 0.5 else None),
    }
    return make.assemble(rng, [max(10, size // 4) for size in sizes], columns)
