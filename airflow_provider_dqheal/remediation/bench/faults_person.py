"""What only a person can decide: real shifts and information that is gone."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.remediation.bench.fault import Fault, fault
from airflow_provider_dqheal.remediation.bench.view import Look, View, determined, some, write

Rng = np.random.Generator


def _steady(view: View, look: Look) -> bool:
    """Whether batches differ little by themselves, so that the shift is one."""
    known = view.past_numbers(look.name)
    if len(known) < 200 or len(np.unique(known)) < 20:
        return False
    medians = []
    for batch in view.history:
        values = View(batch, ()).look(look.name).numbers
        medians.append(float(np.nanmedian(values)) if np.isfinite(values).any() else np.nan)
    q25, q75 = np.quantile(known, [0.25, 0.75])
    return bool(np.nanmax(medians) - np.nanmin(medians) < 0.3 * (q75 - q25))


def _told_by_others(view: View, look: Look) -> bool:
    """Whether another column, or two together, determine a column in a part of the rows: then it is not lost."""
    others = [left for left in view.table.column_names if left != look.name]
    lefts = [(left,) for left in others] + list(combinations(others, 2))
    return any(len(determined(view, left, look)) > 0.3 * view.rows for left in lefts)


def _moved(view: View, rng: Rng, factor: float, offset: float) -> Fault:
    look = view.pick(rng, "number", fits=lambda one: _steady(view, one))
    spread = float(np.nanstd(look.numbers))
    texts = list(look.texts)
    for row in look.present:
        texts[row] = write(look, float(look.numbers[row]) * factor + offset * spread)
    return Fault(view.put(look.name, texts))


@fault("real_rise", "person")
def real_rise(view: View, rng: Rng) -> Fault:
    """All values grow by a factor that is no unit."""
    return _moved(view, rng, float(rng.choice([1.9, 2.3, 3.1, 4.4, 7.0, 9.0, 0.4, 0.22])), 0.0)


@fault("mean_shift", "person")
def mean_shift(view: View, rng: Rng) -> Fault:
    """All values move by spreads."""
    return _moved(view, rng, 1.0, float(rng.choice([-3, -2, 2, 3, 5])))


@fault("wider", "person")
def wider(view: View, rng: Rng) -> Fault:
    """Values spread three times wider around their middle."""
    look = view.pick(rng, "number", fits=lambda one: _steady(view, one))
    middle = float(np.nanmedian(look.numbers))
    texts = list(look.texts)
    for row in look.present:
        texts[row] = write(look, middle + 3 * (float(look.numbers[row]) - middle))
    return Fault(view.put(look.name, texts))


@fault("other_mix", "person")
def other_mix(view: View, rng: Rng) -> Fault:
    """Most rows come from one category: the rows are real, the mix is not the usual."""
    look = view.pick(rng, "category", fits=lambda one: len(set(one.texts)) >= 3)
    values = [text for text in look.texts if text]
    least = min(set(values), key=values.count)
    texts = [least if text and rng.random() < 0.7 else text for text in look.texts]
    return Fault(view.put(look.name, texts))


@fault("removed", "person")
def removed(view: View, rng: Rng) -> Fault:
    """A column is gone that nothing determines and that was always there."""
    for name in rng.permutation(view.table.column_names):
        look = view.look(str(name))
        past = view.past(look.name)
        matters = look.kind in ("number", "category", "date") and all(past) and len(set(past)) >= 10
        if matters and not _told_by_others(view, look):
            return Fault(view.table.drop_columns([look.name]))
    raise LookupError("no column that matters")


@fault("mostly_missing", "person")
def mostly_missing(view: View, rng: Rng) -> Fault:
    """Half of a column that was never missing is gone."""
    look = view.pick(rng, "number", fits=lambda one: all(view.past(one.name)) and len(one.present) == view.rows)
    if _told_by_others(view, look):
        raise LookupError("other columns determine it")
    texts = list(look.texts)
    for row in some(rng, look.present, 0.55):
        texts[row] = None
    return Fault(view.put(look.name, texts))


@fault("garbled", "person")
def garbled(view: View, rng: Rng) -> Fault:
    """Half of a numeric column holds words."""
    look = view.pick(rng, "number")
    texts = list(look.texts)
    for row in some(rng, look.present, 0.5):
        texts[row] = str(rng.choice(["see note", "pending", "two or more", "high", "error"]))
    return Fault(view.put(look.name, texts))


@fault("narrowed", "person")
def narrowed(view: View, rng: Rng) -> Fault:
    """Decimals are cut off throughout."""

    def fits(one: Look) -> bool:
        spread = float(np.nanstd(one.numbers))
        return one.places > 0 and spread > 0 and len(np.unique(np.round(one.numbers[one.present]))) < 30

    look = view.pick(rng, "number", fits=fits)
    texts = [text if text is None or not text.strip() else str(int(float(text))) for text in look.texts]
    if all(not before or float(before) == float(after or 0) for before, after in zip(look.texts, texts, strict=True)):
        raise LookupError("nothing to cut off")
    array = pa.array([None if not text else int(text) for text in texts], pa.int64())
    at = view.table.column_names.index(look.name)
    if pa.types.is_string(view.table.schema.field(at).type):
        return Fault(view.put(look.name, texts))
    return Fault(view.table.set_column(at, look.name, array))


@fault("two_currencies", "person")
def two_currencies(view: View, rng: Rng) -> Fault:
    """Numbers in two currencies, side by side."""
    look = view.pick(rng, "number", fits=lambda one: one.places == 2)
    texts = [text and (f"{text} EUR" if rng.random() < 0.5 else f"{text} USD") for text in look.texts]
    return Fault(view.put(look.name, texts))


@fault("stuck", "person")
def stuck(view: View, rng: Rng) -> Fault:
    """A varying column holds one value throughout."""
    look = view.pick(rng, "number", fits=lambda one: _steady(view, one))
    value = look.texts[int(look.present[0])]
    return Fault(view.put(look.name, [value if text else text for text in look.texts]))


@fault("few_rows", "person")
def few_rows(view: View, rng: Rng) -> Fault:
    """Only a twentieth of the rows arrived."""
    sizes = [batch.num_rows for batch in view.history]
    keep = view.rows // 20
    if keep < 5 or min(sizes) < 0.6 * max(sizes):
        raise LookupError("volumes vary by themselves")
    table = view.table.slice(0, keep)
    return Fault(table, wanted=table)
