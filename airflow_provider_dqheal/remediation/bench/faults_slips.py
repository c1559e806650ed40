"""Slips of single numbers, swapped cells, and missing cells that other columns determine."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from airflow_provider_dqheal.remediation.bench.fault import Fault, fault
from airflow_provider_dqheal.remediation.bench.view import Look, View, determined, some, write

Rng = np.random.Generator
_FACTORS = (10.0, 100.0, 1000.0)
RARE = (0.005, 0.01, 0.03)


def _slipped(view: View, rng: Rng, change: str) -> Fault:
    look = view.pick(rng, "number", fits=lambda one: len(view.past_numbers(one.name)) >= 100)
    known = view.past_numbers(look.name)
    low, high = np.quantile(known, [0.005, 0.995])
    texts = list(look.texts)
    blurred: np.ndarray = np.zeros(view.rows, bool)
    changed = 0
    factor = Decimal(10) ** int(rng.integers(1, 4))
    for row in some(rng, look.present, float(rng.choice(RARE))):
        value = Decimal(str(texts[row]))
        if not value:
            continue
        slipped = {"up": value * factor, "down": value / factor, "sign": -value}[change]
        texts[row] = format(slipped.normalize(), "f") if change != "sign" else f"-{texts[row]}".replace("--", "")
        changed += 1
        blurred[row] = not _one_way_back(float(slipped), known, float(low), float(high), change)
    if not changed:
        raise LookupError("nothing to slip")
    return Fault(view.put(look.name, texts), blurred=(look.name, blurred))


def _one_way_back(value: float, known: np.ndarray, low: float, high: float, change: str) -> bool:
    """Whether the slipped value is far outside and only one power of ten (or the sign) brings it back."""
    width = float(known[-1] - known[0])
    if change == "sign":
        return bool(known[0] > 0 > value or (known[0] >= 0 and value < -0.01 * width))
    outside = value > known[-1] + width or (known[0] > 0 and value < known[0] / 3)
    factors = (*_FACTORS, *(1 / factor for factor in _FACTORS))
    back = sum(low <= value / factor <= high for factor in factors)
    return bool(outside and back == 1)


@fault("decimal_slip_up", "cells")
def decimal_slip_up(view: View, rng: Rng) -> Fault:
    """The decimal point moved right in a few cells."""
    return _slipped(view, rng, "up")


@fault("decimal_slip_down", "cells")
def decimal_slip_down(view: View, rng: Rng) -> Fault:
    """The decimal point moved left in a few cells."""
    return _slipped(view, rng, "down")


@fault("sign_slip", "cells")
def sign_slip(view: View, rng: Rng) -> Fault:
    """A sign appeared in a few cells of a positive column."""
    return _slipped(view, rng, "sign")


@fault("unit_slip", "open")
def unit_slip(view: View, rng: Rng) -> Fault:
    """A few cells in another unit."""
    look = view.pick(rng, "number", fits=lambda one: one.places > 0)
    factor = float(rng.choice([2.54, 1 / 2.54, 1.609344, 0.45359237, 2.2046226, 60.0, 3.28084]))
    texts = list(look.texts)
    for row in some(rng, look.present, float(rng.choice(RARE))):
        texts[row] = write(look, float(look.numbers[row]) * factor)
    return Fault(view.put(look.name, texts))


@fault("extreme", "open")
def extreme(view: View, rng: Rng) -> Fault:
    """A few numbers far outside that nothing explains."""
    look = view.pick(rng, "number")
    spread = float(np.nanstd(look.numbers)) or 1.0
    texts = list(look.texts)
    for row in some(rng, look.present, float(rng.choice(RARE))):
        texts[row] = write(look, float(np.nanmedian(look.numbers)) + spread * float(rng.uniform(12, 40)))
    return Fault(view.put(look.name, texts))


@fault("digit_slip", "open")
def digit_slip(view: View, rng: Rng) -> Fault:
    """Two digits exchanged, or one typed twice."""
    look = view.pick(rng, "number", "key")
    texts = list(look.texts)
    for row in some(rng, look.present, float(rng.choice(RARE))):
        text = str(texts[row])
        texts[row] = text[:1] + text[:1] + text[1:] if rng.random() < 0.5 else text[1:2] + text[:1] + text[2:]
    return Fault(view.put(look.name, texts))


@fault("words", "open")
def words(view: View, rng: Rng) -> Fault:
    """Words where numbers or dates belong."""
    look = view.pick(rng, "number", "date")
    texts = list(look.texts)
    for row in some(rng, look.present, float(rng.choice([0.01, 0.03]))):
        texts[row] = str(rng.choice(["see note", "pending", "ERROR", "high", "approx", "two or more"]))
    return Fault(view.put(look.name, texts))


@fault("new_category", "open")
def new_category(view: View, rng: Rng) -> Fault:
    """A few values that the history does not know."""
    look = view.pick(rng, "category")
    texts = list(look.texts)
    for row in some(rng, look.present, float(rng.choice([0.005, 0.02]))):
        texts[row] = str(rng.choice(["Atlantis", "OTHER_99", "misc", "new", "Zz"]))
    return Fault(view.put(look.name, texts))


@fault("default_fill", "open")
def default_fill(view: View, rng: Rng) -> Fault:
    """Some cells hold the column's most frequent value."""
    look = view.pick(rng, "category", "number")
    values = [look.texts[row] for row in look.present]
    most = max(set(values), key=values.count)
    texts = list(look.texts)
    for row in some(rng, look.present, 0.05):
        texts[row] = most
    return Fault(view.put(look.name, texts))


@fault("cells_swapped", "cells")
def cells_swapped(view: View, rng: Rng) -> Fault:
    """The cells of two columns exchanged in some rows, each plainly foreign where it stands."""
    names = [name for name in view.table.column_names if view.look(name).kind in ("category", "number", "date")]
    for first in rng.permutation(names):
        for second in rng.permutation(names):
            left, right = view.look(str(first)), view.look(str(second))
            if first != second and _foreign(view, left, right) and _foreign(view, right, left):
                rows = some(rng, np.intersect1d(left.present, right.present), float(rng.choice([0.01, 0.03])))
                ours, theirs = list(left.texts), list(right.texts)
                for row in rows:
                    ours[row], theirs[row] = theirs[row], ours[row]
                return Fault(view.put(right.name, theirs, view.put(left.name, ours)))
    raise LookupError("no two columns with values foreign to each other")


def _foreign(view: View, left: Look, right: Look) -> bool:
    known = {text for text in view.past(right.name) if text}
    own = {left.texts[row] for row in left.present}
    if right.kind == "number" and left.kind == "number":
        return False
    if right.kind == "category" and len(known) > 50:
        return False
    if left.kind == "category" and not own <= {text for text in view.past(left.name) if text}:
        return False
    return not own & known and (right.kind == "category" or left.kind != right.kind)


@fault("determined_missing", "cells")
def determined_missing(view: View, rng: Rng) -> Fault:
    """Cells emptied whose value another column determines in history and batch without exception."""
    names = view.table.column_names
    for right in rng.permutation(names):
        look = view.look(str(right))
        past = view.past(look.name)
        if look.kind not in ("category", "text", "number") or any(not text or not text.strip() for text in past):
            continue
        if len(set(past)) < 3 or max(past.count(text) for text in set(past)) > 0.8 * len(past):
            continue
        for left in rng.permutation(names):
            rows = determined(view, [str(left)], look) if left != right else np.zeros(0, np.int64)
            if len(rows) >= 10:
                texts = list(look.texts)
                for row in some(rng, rows, float(rng.choice([0.03, 0.1, 0.3]))):
                    texts[row] = "" if rng.random() < 0.5 else None
                return Fault(view.put(look.name, texts))
    raise LookupError("no column determines another")
