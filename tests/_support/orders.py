"""Successive batches of a small orders table."""

import numpy as np
import pyarrow as pa


def orders(day: int, rows: int = 600, seed: int = 11) -> pa.Table:
    """One day of orders, typed."""
    rng = np.random.default_rng(seed * 1000 + day)
    return pa.table(
        {
            "order_id": pa.array(np.arange(day * rows, (day + 1) * rows)),
            "day": pa.array([f"2026-03-{day + 1:02d}"] * rows),
            "amount": pa.array(np.round(rng.lognormal(3, 0.5, rows), 2)),
            "country": pa.array(rng.choice(["DE", "FR", "IT"], rows, p=[0.5, 0.3, 0.2])),
            "express": pa.array(rng.choice(["true", "false"], rows)),
        }
    )


def with_currency(table: pa.Table) -> pa.Table:
    """Every third amount carries its currency."""
    values = [f"EUR {v}" if i % 3 == 0 else str(v) for i, v in enumerate(table["amount"].to_pylist())]
    return table.set_column(table.column_names.index("amount"), "amount", pa.array(values))


def dearer(table: pa.Table) -> pa.Table:
    """Amounts that really are higher, each by a factor of its own: nothing that could be undone."""
    factors = np.random.default_rng(5).uniform(2.0, 5.0, table.num_rows)
    amounts = np.round(table["amount"].to_numpy() * factors, 2)
    return table.set_column(table.column_names.index("amount"), "amount", pa.array(amounts))


def spoiled(table: pa.Table) -> pa.Table:
    """A renamed column, amounts with a currency, and thirty that are no numbers."""
    table = with_currency(table)
    amounts = ["tall" if i % 20 == 0 else str(v) for i, v in enumerate(table["amount"].to_pylist())]
    table = table.set_column(table.column_names.index("amount"), "amount", pa.array(amounts))
    return table.rename_columns([{"country": "country_code"}.get(name, name) for name in table.column_names])
