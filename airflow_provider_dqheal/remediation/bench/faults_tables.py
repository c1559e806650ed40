"""Faults of the schema and of rows that have one explanation."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.remediation.bench.fault import Fault, fault
from airflow_provider_dqheal.remediation.bench.view import View, determined, texts_of

Rng = np.random.Generator
_SYNONYMS = {
    "amount": "total_amount", "price": "unit_price", "qty": "quantity", "quantity": "qty", "country": "country_code",
    "date": "event_date", "day": "date", "id": "identifier", "name": "full_name", "city": "town", "value": "val",
    "status": "state", "time": "timestamp", "year": "yr", "month": "mon", "count": "cnt", "age": "age_years",
}  # fmt: skip


def _renamed(view: View, rng: Rng, count: int, rename: object) -> Fault:
    names = view.table.column_names
    mapping: dict[str, str] = {}
    for index in rng.permutation(len(names)):
        new = rename(names[int(index)])  # type: ignore[operator]
        if new and new not in names and new not in mapping.values():
            mapping[names[int(index)]] = new
        if len(mapping) == count:
            break
    if not mapping:
        raise LookupError("no name to change")
    return Fault(view.table.rename_columns([mapping.get(name, name) for name in names]), wanted=view.table)


@fault("renamed_style", "schema")
def renamed_style(view: View, rng: Rng) -> Fault:
    """Names change case, separators, blanks or a byte order mark."""
    kind = int(rng.integers(5))

    def style(name: str) -> str:
        words = [part for part in re.split(r"[^0-9A-Za-z]+|(?<=[a-z0-9])(?=[A-Z])", name) if part]
        forms = (
            name.upper(), name.lower(), "".join(word.title() for word in words), f" {name} ",
            "-".join(word.lower() for word in words),
        )  # fmt: skip
        return forms[kind] if forms[kind] != name else f"\ufeff{name}"

    return _renamed(view, rng, int(rng.integers(1, view.table.num_columns + 1)), style)


@fault("renamed_affix", "schema")
def renamed_affix(view: View, rng: Rng) -> Fault:
    """One or two names gain a prefix or suffix."""
    form = str(rng.choice(["new_{}", "{}_v2", "src.{}", "{}_raw", "{}_1", "x_{}"]))
    return _renamed(view, rng, int(rng.integers(1, 3)), form.format)


@fault("renamed_typo", "schema")
def renamed_typo(view: View, rng: Rng) -> Fault:
    """One name is misspelt."""

    def misspell(name: str) -> str:
        if len(name) < 5:
            return ""
        at = int(rng.integers(1, len(name) - 1))
        return (name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:])[int(rng.integers(2))]

    return _renamed(view, rng, 1, misspell)


@fault("renamed_synonym", "schema")
def renamed_synonym(view: View, rng: Rng) -> Fault:
    """One name is another word for the same thing."""
    return _renamed(view, rng, 1, lambda name: _SYNONYMS.get(name.lower(), ""))


@fault("reordered", "schema")
def reordered(view: View, rng: Rng) -> Fault:
    """The same columns in another order."""
    order = rng.permutation(view.table.num_columns)
    if view.table.num_columns < 2 or bool(np.all(np.diff(order) > 0)):
        raise LookupError("no other order")
    return Fault(view.table.select(order.tolist()), wanted=view.table)


@fault("added", "schema")
def added(view: View, rng: Rng) -> Fault:
    """An unknown column."""
    values = [f"{value:.3f}" for value in rng.normal(size=view.rows)] if rng.random() < 0.5 else ["etl"] * view.rows
    name = str(rng.choice(["load_ts", "_source", "row_hash", "comment"]))
    at = int(rng.integers(view.table.num_columns + 1))
    return Fault(view.table.add_column(at, name, pa.array(values, pa.string())), wanted=view.table)


@fault("added_and_renamed", "schema")
def added_and_renamed(view: View, rng: Rng) -> Fault:
    """An unknown column, one renamed by style, and another order."""
    first = renamed_style(view, rng).table
    table = first.append_column("load_id", pa.array([str(row % 7) for row in range(view.rows)]))
    return Fault(table.select(rng.permutation(table.num_columns).tolist()), wanted=view.table)


@fault("determined_removed", "schema")
def determined_removed(view: View, rng: Rng) -> Fault:
    """A column is gone that another determines, or that never had but one value."""
    for name in rng.permutation(view.table.column_names):
        look = view.look(str(name))
        past = view.past(look.name)
        constant = len(set(past)) == 1 and set(look.texts) == set(past) and len(past) >= 200
        full = len(look.present) == view.rows and all(past)
        if constant or (
            full
            and len(set(past)) >= 3
            and any(
                left != name and len(determined(view, [left], look)) == view.rows for left in view.table.column_names
            )
        ):
            return Fault(view.table.drop_columns([look.name]), wanted=view.table)
    raise LookupError("no column that the others determine")


@fault("split", "schema")
def split(view: View, rng: Rng) -> Fault:
    """One column became two, cut at a mark that every value has once."""
    for name in rng.permutation(view.table.column_names):
        look = view.look(str(name))
        if look.kind not in ("text", "category", "date", "key") or len(look.present) < view.rows:
            continue
        for mark in (" ", "-", "_", "/"):
            if all(text and 0 < text.find(mark) < len(text) - 1 for text in look.texts):
                parts = [str(text).partition(mark) for text in look.texts]
                at = view.table.column_names.index(look.name)
                new = (f"{look.name}_1", f"{look.name}_2")
                table = view.table.remove_column(at)
                table = table.add_column(at, new[0], pa.array([part[0] for part in parts]))
                table = table.add_column(at + 1, new[1], pa.array([part[2] for part in parts]))
                return Fault(table, wanted=view.table)
    raise LookupError("no column to split")


@fault("merged", "schema")
def merged(view: View, rng: Rng) -> Fault:
    """Two neighbours became one column, joined by a mark that neither holds."""
    names = view.table.column_names
    mark = str(rng.choice(["|", "_", ", ", " "]))
    for at in rng.permutation(max(0, len(names) - 1)):
        pair = [view.look(name) for name in names[at : at + 2]]
        if all(
            len(look.present) == view.rows and not any(mark in str(text) for text in look.texts) for look in pair
        ) and not any(mark in str(text) for look in pair for text in view.past(look.name)):
            joined = [f"{left}{mark}{right}" for left, right in zip(pair[0].texts, pair[1].texts, strict=True)]
            table = view.table.drop_columns([look.name for look in pair])
            return Fault(
                table.add_column(int(at), f"{pair[0].name}_{pair[1].name}", pa.array(joined)), wanted=view.table
            )
    raise LookupError("no two columns to merge")


@fault("nested", "schema")
def nested(view: View, rng: Rng) -> Fault:
    """Flat columns arrive inside a struct."""
    if all(pa.types.is_string(field.type) for field in view.table.schema) or view.table.num_columns < 3:
        raise LookupError("text tables have no structs")
    names = view.table.column_names
    inner = [names[int(index)] for index in sorted(rng.choice(len(names), 2, replace=False))]
    columns = [view.table[name].combine_chunks() for name in inner]
    struct = pa.StructArray.from_arrays(columns, names=inner)
    name = next(name for name in ("payload", "record", "body") if name not in names)
    return Fault(view.table.drop_columns(inner).append_column(name, struct), wanted=view.table)


@fault("loaded_twice", "rows")
def loaded_twice(view: View, rng: Rng) -> Fault:
    """Rows that came twice; the history never repeats one."""
    for batch in (*view.history, view.table):
        rows = list(zip(*(texts_of(column) for column in batch.columns), strict=True))
        if len(set(rows)) < len(rows):
            raise LookupError("rows repeat by themselves")
    count = max(2, round(float(rng.choice([0.05, 0.15])) * view.rows))
    start = int(rng.integers(0, view.rows - count + 1))
    table = pa.concat_tables([view.table, view.table.slice(start, count)]).combine_chunks()
    return Fault(table, wanted=table, extra=np.arange(table.num_rows) >= view.rows)


@fault("header_repeated", "rows")
def header_repeated(view: View, rng: Rng) -> Fault:
    """The header comes again as a row."""
    if not all(pa.types.is_string(field.type) for field in view.table.schema):
        raise LookupError("a typed table holds no header")
    if all(view.look(name).kind in ("text", "key", "category") for name in view.table.column_names):
        raise LookupError("nothing tells the header from a row")
    at = int(rng.integers(1, view.rows))
    line = pa.table([[name] for name in view.table.column_names], names=view.table.column_names)
    table = pa.concat_tables([view.table.slice(0, at), line, view.table.slice(at)]).combine_chunks()
    return Fault(table, wanted=table, extra=np.arange(table.num_rows) == at)
