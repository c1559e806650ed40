"""Faults of whole columns that one rule explains."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.profiling.parsing import EXACT
from airflow_provider_dqheal.remediation.bench.fault import Fault, fault
from airflow_provider_dqheal.remediation.bench.rewrite import other_date, rewrite
from airflow_provider_dqheal.remediation.bench.view import Look, View, determined, texts_of

Rng = np.random.Generator
_EPOCH = datetime(1970, 1, 1)


def _scaled(view: View, rng: Rng, change: Callable[[Decimal], Decimal], least: float, digits: int | None) -> Fault:
    """A whole column changed; it must leave the history's range at the median, and vary.

    Raises:
        LookupError: when no column fits.
    """

    def fits(one: Look) -> bool:
        known = view.past_numbers(one.name)
        if len(known) < 100 or len(np.unique(known)) < 10 or np.nanmedian(np.abs(one.numbers)) < least:
            return False
        moved = float(change(Decimal(repr(float(np.nanmedian(one.numbers))))))
        q05, q95 = np.quantile(known, [0.05, 0.95])
        return bool(moved > q95 + (q95 - q05) or moved < q05 - (q95 - q05) or (q05 > 0 and moved < q05 / 2))

    look = view.pick(rng, "number", fits=fits)

    def write(text: str) -> str:
        value = change(Decimal(text))
        value = round(value, digits if digits is not None else 12)
        return format(value.normalize(), "f") if value else "0"

    return rewrite(view, look, rng, write, 1.0)


@fault("scale_up", "column")
def scale_up(view: View, rng: Rng) -> Fault:
    """A whole column times 10, 100 or 1,000."""
    factor = Decimal(10) ** int(rng.integers(1, 4))
    return _scaled(view, rng, lambda value: value * factor, 0.0, None)


@fault("scale_down", "column")
def scale_down(view: View, rng: Rng) -> Fault:
    """A whole column divided by 10, 100 or 1,000, no digit lost."""
    factor = Decimal(10) ** int(rng.integers(1, 4))
    return _scaled(view, rng, lambda value: value / factor, 0.0, None)


@fault("other_unit", "column")
def other_unit(view: View, rng: Rng) -> Fault:
    """A whole column in another unit, written with digits enough to go back."""
    factor = Decimal(str(rng.choice(["2.54", "1.609344", "0.45359237", "0.3048", "60", "3.6", "1000"])))
    if rng.random() < 0.5:
        return _scaled(view, rng, lambda value: value / factor, 0.0, 8)
    return _scaled(view, rng, lambda value: value * factor, 0.0, 8)


@fault("fahrenheit", "column")
def fahrenheit(view: View, rng: Rng) -> Fault:
    """Degrees Celsius become degrees Fahrenheit or kelvin."""
    if rng.random() < 0.3:
        return _scaled(view, rng, lambda value: value + Decimal("273.15"), 0.0, None)
    return _scaled(view, rng, lambda value: value * Decimal("1.8") + 32, 0.0, None)


@fault("currency_column", "column")
def currency_column(view: View, rng: Rng) -> Fault:
    """Every number with a currency and grouped thousands."""
    look = view.pick(rng, "number")

    def write(text: str) -> str:
        whole, dot, rest = text.partition(".")
        sign, size = "-" if whole.startswith("-") else "", whole.lstrip("-")
        return f"€{sign}{int(size):,}{dot}{rest}" if size.isdigit() else f"€{text}"

    return rewrite(view, look, rng, write, 1.0)


@fault("decimal_comma_column", "column")
def decimal_comma_column(view: View, rng: Rng) -> Fault:
    """Every number with a decimal comma and dots between thousands."""
    look = view.pick(rng, "number", fits=lambda one: one.places > 0)

    def write(text: str) -> str:
        whole, dot, rest = text.partition(".")
        if not whole.lstrip("-").isdigit() or "e" in text.lower():
            return text
        sign = "-" if whole.startswith("-") else ""
        return f"{sign}{int(whole.lstrip('-')):,}".replace(",", ".") + (f",{rest}" if dot else "")

    return rewrite(view, look, rng, write, 1.0)


@fault("percent_column", "column")
def percent_column(view: View, rng: Rng) -> Fault:
    """Every number with a percent sign; shares become hundredths."""
    look = view.pick(rng, "number")
    if float(np.nanmin(look.numbers)) >= 0 and float(np.nanmax(look.numbers)) <= 1 and look.places:
        return rewrite(view, look, rng, lambda text: format((Decimal(text) * 100).normalize(), "f") + "%", 1.0)
    return rewrite(view, look, rng, lambda text: f"{text} %", 1.0)


@fault("unit_column", "column")
def unit_column(view: View, rng: Rng) -> Fault:
    """Every number in a named other unit."""
    small, large, factor = (("cm", "m", "100"), ("g", "kg", "1000"), ("m", "km", "1000"), ("ms", "s", "1000"))[
        int(rng.integers(4))
    ]
    look = view.pick(rng, "number", fits=lambda one: float(np.nanquantile(np.abs(one.numbers), 0.1)) > 0)
    if rng.random() < 0.5:
        return rewrite(view, look, rng, lambda text: f"{text} {small}", 1.0)
    return rewrite(view, look, rng, lambda text: f"{format(Decimal(text) / Decimal(factor), 'f')} {large}", 1.0)


@fault("date_format_column", "column")
def date_format_column(view: View, rng: Rng) -> Fault:
    """All dates in another format."""
    return other_date(view, rng, 1.0)


@fault("epoch_column", "column")
def epoch_column(view: View, rng: Rng) -> Fault:
    """All dates as seconds or milliseconds since 1970."""
    look = view.pick(rng, "date", fits=lambda one: min(m for m in one.moments if m is not None).year >= 1975)
    scale = int(rng.choice([1, 1000]))
    form = str(look.form)

    def write(text: str) -> str:
        return str(int((datetime.strptime(text, form) - _EPOCH).total_seconds()) * scale)

    return rewrite(view, look, rng, write, 1.0)


@fault("boolean_column", "column")
def boolean_column(view: View, rng: Rng) -> Fault:
    """All booleans in another spelling."""
    look = view.pick(rng, "bool", fits=lambda one: len({one.texts[row] for row in one.present}) == 2)
    false, true = (("no", "yes"), ("N", "Y"), ("0", "1"), ("F", "T"))[int(rng.integers(4))]
    return rewrite(view, look, rng, lambda text: true if text.lower() in {"true", "yes", "y", "t", "1"} else false, 1.0)


@fault("relabelled", "column")
def relabelled(view: View, rng: Rng) -> Fault:
    """Every label with a prefix or suffix, or in capitals."""

    def fits(one: Look) -> bool:
        known = {text for text in view.past(one.name) if text}
        here = {str(one.texts[row]) for row in one.present}
        return len({text.casefold() for text in known}) == len(known) and len(here) >= 2 and here <= known

    look = view.pick(rng, "category", fits=fits)
    known = {text for text in view.past(look.name) if text}
    kind = int(rng.integers(3))
    if (
        kind == 2
        and len({text.upper() for text in known}) == len(known)
        and all(text.upper() != text for text in known)
    ):
        return rewrite(view, look, rng, str.upper, 1.0)
    form = ("{}_v2", "cat:{}", "{} (new)", "X-{}")[int(rng.integers(4))]
    return rewrite(view, look, rng, form.format, 1.0)


@fault("recoded", "column")
def recoded(view: View, rng: Rng) -> Fault:
    """Labels become codes; another column tells which is which."""
    for name in rng.permutation(view.table.column_names):
        look = view.look(str(name))
        labels = sorted({text for text in view.past(look.name) if text})
        if look.kind != "category" or not 3 <= len(labels) <= 30:
            continue
        if not {look.texts[row] for row in look.present} <= set(labels):
            continue
        for left in rng.permutation(view.table.column_names):
            if left != name and len(determined(view, [str(left)], look)) == len(look.present):
                codes = {label: f"{int(code):03d}" for label, code in zip(labels, rng.permutation(900), strict=False)}
                return rewrite(view, look, rng, codes.__getitem__, 1.0)
    raise LookupError("no label that another column determines")


@fault("columns_swapped", "column")
def columns_swapped(view: View, rng: Rng) -> Fault:
    """Two columns stand under each other's name; each is plainly not what its name held."""
    names = [name for name in view.table.column_names if view.look(name).kind in ("number", "category", "date")]
    for first in rng.permutation(names):
        for second in rng.permutation(names):
            if first < second and _apart(view, str(first), str(second)):
                swap = {str(first): str(second), str(second): str(first)}
                order = view.table.column_names
                moved = view.table.rename_columns([swap.get(name, name) for name in order]).select(order)
                return Fault(moved)
    raise LookupError("no two columns that are plainly apart")


def _apart(view: View, first: str, second: str) -> bool:
    left, right = view.look(first), view.look(second)
    if left.kind != right.kind:
        return True
    if left.kind == "number":
        a, b = view.past_numbers(first), view.past_numbers(second)
        return bool(
            len(a) > 100
            and len(b) > 100
            and (np.quantile(a, 0.9) < np.quantile(b, 0.1) or a[-1] < np.median(b) < b[-1])
        )
    return not set(view.past(first)) & set(view.past(second)) - {None, ""}


@fault("all_text", "column")
def all_text(view: View, rng: Rng) -> Fault:
    """A typed table arrives as text throughout."""
    if all(pa.types.is_string(field.type) for field in view.table.schema):
        raise LookupError("the table is text already")
    columns = [pa.array(texts_of(column), pa.string()) for column in view.table.columns]
    return Fault(pa.table(columns, names=view.table.column_names))


def _fits_a_float(look: Look) -> bool:
    numbers = look.numbers[~np.isnan(look.numbers)]
    return look.places == 0 and len(numbers) > 0 and bool(np.abs(numbers).max() < EXACT)


@fault("int_as_float", "column")
def int_as_float(view: View, rng: Rng) -> Fault:
    """Whole numbers became floats."""
    look = view.pick(rng, "number", "key", fits=_fits_a_float)
    kind = view.table.schema.field(look.name).type
    if pa.types.is_integer(kind):
        at = view.table.column_names.index(look.name)
        return Fault(view.table.set_column(at, look.name, view.table[look.name].cast(pa.float64())))
    return rewrite(view, look, rng, lambda text: f"{text}.0", 1.0)


@fault("zeros_lost", "column")
def zeros_lost(view: View, rng: Rng) -> Fault:
    """Codes of one width lose their leading zeros."""

    def fits(one: Look) -> bool:
        known = [text for text in view.past(one.name) if text]
        coded = len({len(text) for text in known}) == 1 and all(text.isdigit() for text in known)
        return coded and any(text.startswith("0") for text in known)

    return rewrite(view, view.pick(rng, "category", fits=fits), rng, lambda text: text.lstrip("0") or "0", 1.0)
