"""What a sign or unit beside a column's numbers does to them: the one factor that makes them fit the history."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal

import numpy as np

from airflow_provider_dqheal.remediation.kernels.likeness import ks_distance
from airflow_provider_dqheal.remediation.kernels.numbers import CURRENCIES
from airflow_provider_dqheal.remediation.kernels.proof import is_recognised, known_share
from airflow_provider_dqheal.remediation.kernels.units import MAGNITUDES, conversions, is_unit

CODES = frozenset(CURRENCIES.values())
"""The currencies."""

_FITS = 0.8
_FAR = 0.5
"""Numbers whose distribution is farther than this from the history's are not its own."""

_OFF = 0.05
"""The part of the last digit by which a number may miss it after the arithmetic."""

_FEWEST = 5
"""Fewer numbers do not tell which of two factors they are nearer with."""

_FRACTIONS = 1.5
"""A column with larger numbers does not hold shares of one."""

_WORD = re.compile(r"[^\W\d_]{1,6}\.?")
"""What an unknown unit looks like."""

_PERCENT = ("%", "percent", "pct")
_HEDGES = frozenset({"est", "approx", "approximately", "ca", "circa", "about", "around", "roughly"})
_NEUTRAL = frozenset(
    {
        "pcs", "pc", "piece", "pieces", "unit", "units", "item", "items", "ea", "kwh", "wh", "mwh", "w", "kw", "v", "a",
        "hz", "khz", "mhz", "°c", "°f", "mg/dl", "mmol/l", "mmhg", "bpm", "rpm", "px", "pt", "pts", "points", "ppm",
        "yr", "yrs", "year", "years",
    }
)  # fmt: skip
"""Units that are not converted: a number beside one stands as it is."""


def factor_of(token: str, values: list[tuple[float, int]], known: np.ndarray, places: int) -> str | None:
    """What a token multiplies its numbers by, exactly; None when no factor, or more than one, fits.

    Args:
        token: a currency, a unit, a percent sign or another mark.
        values: the numbers beside it, with their rows.
        known: the column's numbers (N,), ascending.
        places: digits after the point that the column has.
    """
    observed = np.repeat([value for value, _ in values], [count for _, count in values])
    if not len(observed) or not len(known):
        return None
    if is_percent(token):
        return _percent(observed, known, places)
    neutral = token in CODES or token in _NEUTRAL or _is_mark(token)
    if neutral and token not in MAGNITUDES and not is_unit(token):
        return "1" if inside(observed, known) >= _FITS or _near(observed, known) else None
    candidates: dict[str, Decimal] = {"as written": Decimal(1)}
    if is_unit(token):
        for unit, ratio in conversions(token).items():
            candidates[unit] = Decimal(ratio.numerator) / Decimal(ratio.denominator)
    if token in MAGNITUDES:
        candidates["magnitude"] = Decimal(MAGNITUDES[token])
    elif not is_unit(token) and (_WORD.fullmatch(token) is None or len(np.unique(observed)) < 3):
        return None
    fitting = {
        factor
        for factor in candidates.values()
        if inside(observed * float(factor), known) >= _FITS and _level(observed * float(factor), known)
    }
    exact = {factor for factor in candidates.values() if _on_grid(observed * float(factor), places)}
    if len(fitting) > 1:
        fitting = fitting & exact or fitting
    near = {factor for factor in exact if _near(observed * float(factor), known)}
    if not fitting or (near and not fitting & {*exact, Decimal(1)}):
        # A level that has moved on is likelier than digits that the column never had.
        return str(next(iter(near))) if len(near) == 1 else None
    if Decimal(1) in fitting and len(fitting) > 1 and _is_far(observed, known):
        # As written they would be in range, and yet nothing like the history.
        clear = _recognised(observed, known, fitting) or _nearest(observed, known, fitting)
        return None if clear is None else str(clear)
    if Decimal(1) in fitting:
        # What a magnitude suffix or a second unit means is told by the level, not by the sign alone.
        return None if candidates.get("magnitude") in fitting and len(fitting) > 1 else "1"
    return str(next(iter(fitting))) if len(fitting) == 1 else None


def inside(values: np.ndarray, known: np.ndarray) -> float:
    """Share of ``values`` within the known range widened by half its inner spread, 0 to 1."""
    if not len(values) or not len(known):
        return 0.0
    return float(is_inside(values, known).mean())


def is_inside(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(N,) bool: which ``values`` are within the known range widened by half its inner spread."""
    low, high = known[0], known[-1]
    q05, q95 = np.quantile(known, [0.05, 0.95])
    slack = 0.5 * (q95 - q05)
    floor = low / 2 if low > 0 else low - slack
    within: np.ndarray = (values >= max(floor, low - slack)) & (values <= high + slack)
    return within


def _level(values: np.ndarray, known: np.ndarray) -> bool:
    """Whether the median of ``values`` lies among the inner values of the history."""
    low, high = np.quantile(known, [0.01, 0.99])
    return bool(low <= np.median(values) <= high) if len(values) >= 3 else True


def is_percent(token: str) -> bool:
    """Whether a token says that a number is in hundredths."""
    return token in _PERCENT


def _is_mark(token: str) -> bool:
    """Whether the token says nothing of the value: stray signs, or words such as "approx."."""
    return not any(ch.isalnum() for ch in token.replace("|", "")) or token.strip("().~ ") in _HEDGES


def _percent(observed: np.ndarray, known: np.ndarray, places: int) -> str | None:
    """What "%" does to the value: "0.01", "1" (also where all are 0), or None when both fit.

    A column of whole numbers holds no hundredths.
    """
    if not observed.any():
        return "1"
    as_written, as_share = inside(observed, known) >= _FITS, inside(observed * 0.01, known) >= _FITS
    as_share = as_share and (places > 0 or _on_grid(observed * 0.01, places))
    if as_written != as_share:
        return "1" if as_written else "0.01"
    if not as_written:
        return "1" if _near(observed, known) else None
    both = (Decimal(1), Decimal("0.01"))
    if (found := _recognised(observed, known, both)) is not None:
        return str(found)
    if known[-1] > _FRACTIONS:
        plain, share = (ks_distance(np.sort(observed * float(factor)), known) for factor in both)
        return "1" if plain <= share else None
    found = _nearest(observed, known, both)
    return None if found is None else str(found)


def _is_far(observed: np.ndarray, known: np.ndarray) -> bool:
    """Whether the numbers as written are nothing like the history."""
    return len(observed) >= _FEWEST and ks_distance(np.sort(observed), known) > _FAR


def _recognised(observed: np.ndarray, known: np.ndarray, factors: Collection[Decimal]) -> Decimal | None:
    """The one factor that turns the numbers into ones that the history has."""
    values = np.unique(known)
    shares = sorted(((known_share(observed * float(factor), values), factor) for factor in factors), reverse=True)
    proven = is_recognised(shares[0][0], shares[1][0], len(np.unique(observed)))
    return shares[0][1] if proven else None


def _nearest(observed: np.ndarray, known: np.ndarray, factors: Collection[Decimal]) -> Decimal | None:
    """The one factor that makes the numbers twice as like the history as any other does."""
    if len(observed) < _FEWEST:
        return None
    apart = sorted((ks_distance(np.sort(observed * float(factor)), known), factor) for factor in factors)
    return apart[0][1] if apart[0][0] <= 0.5 * apart[1][0] else None


def _on_grid(values: np.ndarray, places: int) -> bool:
    """Whether the values have no more digits after the point than the column writes."""
    scaled = values * 10.0**places
    off = np.abs(scaled - np.round(scaled))
    return bool((off <= np.clip(1e-6 * np.abs(scaled), 1e-6, _OFF)).all())


def _near(observed: np.ndarray, known: np.ndarray) -> bool:
    """Whether the values are of the history's order of magnitude: a level that has moved on, not another unit."""
    if len(observed) < 3:
        return False
    middle = float(np.median(observed))
    low, high = np.quantile(known, [0.05, 0.95])
    if low > 0:
        return bool(low / 2 <= middle <= high * 2)
    return bool(low - (high - low) <= middle <= high + (high - low))
