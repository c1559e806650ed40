"""Units of measure and the exact factors between them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

_DIMENSIONS: Mapping[str, Mapping[str, str]] = {
    "length": {"mm": "0.001", "cm": "0.01", "m": "1", "km": "1000", "in": "0.0254", "inch": "0.0254",
               "inches": "0.0254",
               '"': "0.0254", "ft": "0.3048", "feet": "0.3048", "yd": "0.9144", "mi": "1609.344", "mile": "1609.344",
               "miles": "1609.344"},
    "mass": {"mg": "0.000001", "g": "0.001", "kg": "1", "t": "1000", "oz": "0.028349523125",
             "ounce": "0.028349523125", "ounces": "0.028349523125", "lb": "0.45359237",
             "lbs": "0.45359237"},
    "time": {"ms": "0.001", "s": "1", "sec": "1", "secs": "1", "seconds": "1", "min": "60", "mins": "60",
             "minutes": "60",
             "h": "3600", "hr": "3600", "hrs": "3600", "hours": "3600", "d": "86400", "days": "86400"},
    "speed": {"m/s": "1", "km/h": "0.277777777777777777777777777778", "kmh": "0.277777777777777777777777777778",
              "mph": "0.44704", "kn": "0.514444444444444444444444444444"},
    "volume": {"ml": "0.001", "cl": "0.01", "l": "1", "gal": "3.785411784"},
    "data": {"b": "1", "kb": "1000", "mb": "1000000", "gb": "1000000000", "kib": "1024", "mib": "1048576",
             "gib": "1073741824"},
    "pressure": {"pa": "1", "hpa": "100", "kpa": "1000", "mbar": "100", "bar": "100000"},
}  # fmt: skip

MAGNITUDES: Mapping[str, str] = {"k": "1000", "m": "1000000", "mn": "1000000", "mio": "1000000", "bn": "1000000000"}
"""Suffixes that stand for a power of ten."""

SCALES: tuple[tuple[str, str], ...] = (
    ("10", "a factor of 10"), ("100", "a factor of 100"), ("1000", "a factor of 1,000"),
    ("10000", "a factor of 10,000"),
    ("1000000", "a factor of 1,000,000"), ("0.1", "a factor of 1/10"), ("0.01", "a factor of 1/100"),
    ("0.001", "a factor of 1/1,000"), ("0.0001", "a factor of 1/10,000"), ("0.000001", "a factor of 1/1,000,000"),
    ("2.54", "inch to cm"), ("0.3937007874015748", "cm to inch"), ("1.609344", "mile to km"),
    ("0.621371192237334", "km to mile"), ("0.45359237", "pound to kg"), ("2.204622621848776", "kg to pound"),
    ("28.349523125", "ounce to g"), ("0.03527396194958041", "g to ounce"), ("3.280839895013123", "m to foot"),
    ("0.3048", "foot to m"), ("3.6", "m/s to km/h"), ("0.2777777777777778", "km/h to m/s"), ("60", "min to s"),
    ("0.01666666666666667", "s to min"), ("3600", "h to s"), ("0.0002777777777777778", "s to h"),
    ("1024", "KiB to B"), ("0.0009765625", "B to KiB"), ("3.785411784", "gallon to l"),
    ("0.2641720523581484", "l to gallon"),
)  # fmt: skip
"""Factors that a whole column may have been multiplied by, and what each is."""

AFFINE: tuple[tuple[str, str, str], ...] = (
    ("1.8", "32", "Celsius to Fahrenheit"),
    ("0.5555555555555556", "-17.77777777777778", "Fahrenheit to Celsius"),
    ("1", "273.15", "Celsius to kelvin"),
    ("1", "-273.15", "kelvin to Celsius"),
)
"""(factor, offset, name): what a whole column may have become as ``factor * x + offset``."""


def conversions(unit: str) -> dict[str, Fraction]:
    """Every factor that turns a value in ``unit`` into another unit of its dimension, by target unit.

    >>> float(conversions("cm")["m"])
    0.01
    """
    key = unit.lower()
    found: dict[str, Fraction] = {}
    for units in _DIMENSIONS.values():
        if key in units:
            own = Fraction(units[key])
            found |= {name: own / Fraction(other) for name, other in units.items()}
    return found


def is_unit(token: str) -> bool:
    """Whether the token names a known unit."""
    return any(token.lower() in units for units in _DIMENSIONS.values())
