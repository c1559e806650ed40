"""What a number that is far from its column's may stand for: slips that lead to it, and how common each origin is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import numpy as np

from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.numbers import (
    TELLING_DIGITS,
    decimal_places,
    significant_digits,
    to_decimal,
)
from airflow_provider_dqheal.remediation.kernels.scale import Scale
from airflow_provider_dqheal.remediation.kernels.text import Text

Options: TypeAlias = Mapping[str, tuple[Decimal, float]]
"""By kind of slip the value that a number stands for, and how common that is."""

DECIMAL: Mapping[str, tuple[str, str]] = {
    "x10": ("0.1", "0"), "x100": ("0.01", "0"), "x1000": ("0.001", "0"),
    "/10": ("10", "0"), "/100": ("100", "0"), "/1000": ("1000", "0"),
}  # fmt: skip
"""What undoes each moved decimal point: (factor, offset)."""

UNIT: Mapping[str, tuple[str, str]] = {
    "inch for cm": ("2.54", "0"), "cm for inch": ("0.3937007874015748", "0"),
    "mile for km": ("1.609344", "0"), "km for mile": ("0.621371192237334", "0"),
    "pound for kg": ("0.45359237", "0"), "kg for pound": ("2.204622621848776", "0"),
    "foot for m": ("0.3048", "0"), "m for foot": ("3.280839895013123", "0"),
    "Fahrenheit for Celsius": ("0.5555555555555556", "-17.77777777777778"),
    "Celsius for Fahrenheit": ("1.8", "32"),
}  # fmt: skip
"""What undoes a value in another unit: (factor, offset)."""

SIGN: Mapping[str, tuple[str, str]] = {"sign": ("-1", "0")}
NO_SLIP = ("record", "double", "lossy", "other")
"""What else a far number can be: a true record, a doubled digit, a slip that lost digits, anything; not repaired."""
_STRANGE = 0.02
"""How much less likely a true value is that has more digits than the column ever had, or is not in its short list."""
_ROUND = 0.5
"""Share of round numbers in the history from which on a shortened number is taken for one, not for a rounded one."""
FEW_VALUES = 30
"""Different whole numbers of a short list, or of a column of counts, at most: ten times two is no more than many."""
_BY_CHANCE = 0.02
"""Share of the whole numbers in reach that a short list holds, at most: whatever slipped back into it was in it."""
LONE_UNIT = 3
"""Cells of one slip that stand for each other, where no digits prove it."""
_SAME = 1e-9


@dataclass(frozen=True)
class Slip:
    """One explained cell: the repaired text, which slip it was, how likely."""

    after: str
    kind: str
    likelihood: float


def options_of(
    text: str, scale: Scale, places: int, history: ColumnHistory, listed: np.ndarray
) -> dict[str, tuple[Decimal, float]]:
    """What a far number may be, by kind: the value that it stands for, and how common that is.

    ``listed``: the numbers, ascending, that a categorical column may hold.
    """
    value = to_decimal(text)
    if value is None:
        return {}
    own_places = places_of(text)
    found: dict[str, tuple[Decimal, float]] = {}
    grid = Decimal(10) ** -places
    for kind, (factor, offset) in {**DECIMAL, **UNIT, **SIGN}.items():
        restored = value * Decimal(factor) + Decimal(offset)
        if kind in UNIT:
            rounding = Decimal(10) ** -own_places * abs(Decimal(factor)) / 2
            nearest = round(restored, min(places, 12))
            if rounding > grid / 4 or abs(nearest - restored) > rounding * Decimal("1.01"):
                continue
            restored = nearest
        elif kind in DECIMAL:
            nearest = round(restored, min(places, 15))
            if (
                abs(nearest - restored) > abs(restored) * Decimal("1e-9")
                or significant_digits(value) > history.most_digits
            ):
                continue  # a moved point adds no digit
            restored = nearest
            if kind.startswith("/") and own_places <= places and history.share_on(Decimal(factor) * grid) < _ROUND:
                density = scale.density(float(restored))
                if density > found.get("lossy", (value, 0.0))[1]:
                    found["lossy"] = (restored, density)
                continue
        elif not ((value < 0 <= scale.known[0]) or (value > 0 >= scale.known[-1])):
            continue
        density = scale.density(float(restored)) if _on_grid(restored, history, listed) else 0.0
        if kind in DECIMAL and own_places > places:  # moved by more than those digits it ended in zeros
            density *= history.share_on(Decimal(10) ** -decimal_places(restored))
        if density > 0 and scale.is_usual(float(restored)):
            found[kind] = (restored, density)
    finer = own_places > places
    strange = finer or is_short_list(history)
    found["record"] = (value, scale.genuine(float(value)) * (_STRANGE if strange else 1.0))
    found["other"] = (value, 1.0 / (3.0 * scale.limits[2] + 7.0))
    for shorter in _without_double(text):
        density = scale.density(float(shorter)) if _on_grid(shorter, history, listed) else 0.0
        if density > found.get("double", (value, 0.0))[1]:
            found["double"] = (shorter, density)
    return found


def _without_double(text: str) -> list[Decimal]:
    """What the number would be if one of two equal neighbouring digits was typed twice."""
    at = [place for place in range(1, len(text)) if text[place].isdigit() and text[place] == text[place - 1] != "0"]
    return [value for place in at if (value := to_decimal(text[:place] + text[place + 1 :])) is not None]


def _on_grid(value: Decimal, history: ColumnHistory, listed: np.ndarray) -> bool:
    """Whether the value may be the column's: a ``listed`` one where no other ever comes, else a multiple of its grid.

    The grid is the power of ten that (nearly) all known numbers are multiples of.
    """
    if history.is_categorical:
        known = np.isclose(listed, float(value), rtol=_SAME, atol=0.0).any()
        if not known or (len(listed) < 2 and significant_digits(value) < TELLING_DIGITS):
            return False  # beside but one short number, any other of them may be a new one
    return history.grid < 1 or (abs(value) < Decimal(10) ** 25 and value % history.grid == 0)


def is_short_list(history: ColumnHistory) -> bool:
    """Whether a column holds few different whole numbers, far apart, and hardly ever a new one."""
    known = history.different_numbers
    sparse = len(known) <= min(FEW_VALUES, _BY_CHANCE * float(known[-1] - known[0]))
    return sparse and history.is_categorical and not history.style.most_places


def places_of(text: Text) -> int:
    """Digits after the point."""
    value = to_decimal(text)
    return 0 if value is None else decimal_places(value)
