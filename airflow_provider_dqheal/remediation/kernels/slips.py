"""Single numbers that slipped: a moved decimal point, a lost sign, another unit.

A number is far when it lies farther outside the history than any batch went beyond the others. A far number is
explained when one slip is at least 98 % likely: candidates are weighed by how common the repaired value is, and by
how often each slip explains the other far cells of the batch (expectation maximisation over the slips' shares).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts, numbers_of
from airflow_provider_dqheal.remediation.kernels.numbers import is_number, to_decimal
from airflow_provider_dqheal.remediation.kernels.text import Text
from airflow_provider_dqheal.remediation.kernels.transforms import Spread

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
_PRIOR = {**dict.fromkeys(DECIMAL, 0.12), **dict.fromkeys(UNIT, 0.008), **dict.fromkeys(SIGN, 0.2)}
SURE = 0.98
_MOST = 0.3
_LONE = 0.002
_REFERENCE = 20_000


@dataclass(frozen=True)
class Scale:
    """The scale on which a column's numbers are compared, and how far its batches reach beyond each other."""

    history: ColumnHistory

    @cached_property
    def known(self) -> np.ndarray:
        """Ascending numbers of the history, thinned to at most 20,000."""
        values = self.history.all_numbers
        step = max(1, len(values) // _REFERENCE)
        return np.unique(np.concatenate([values[::step], values[:1], values[-1:]])) if step > 1 else values

    @cached_property
    def positive(self) -> bool:
        """Whether every known number is above zero."""
        return len(self.known) > 0 and bool(self.known[0] > 0)

    @cached_property
    def knee(self) -> float:
        """Where the scale turns from linear to logarithmic when not all numbers are positive."""
        size = np.abs(self.known[self.known != 0])
        return float(np.quantile(size, 0.25)) if len(size) else 1.0

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """``values`` on the scale; what has no place on it (zero or less among positive numbers) is -inf."""
        if self.positive:
            out: np.ndarray = np.full(len(values), -np.inf)
            above = values > 0
            out[above] = np.log(values[above])
            return out
        signed: np.ndarray = np.sign(values) * np.log1p(np.abs(values) / self.knee)
        return signed

    @cached_property
    def limits(self) -> tuple[float, float, float]:
        """(low, high, inner width) on the scale; beyond low or high a number is far."""
        placed = self.placed_known
        q05, q95 = np.quantile(placed, [0.05, 0.95])
        width = float(q95 - q05)
        margin_low = margin_high = max(0.15 * width, 1e-9)
        ends = [self(values[[0, -1]]) for values in self.history.numbers if len(values)]
        for index, (low, high) in enumerate(ends):
            rest = ends[:index] + ends[index + 1 :]
            if rest:
                margin_low = max(margin_low, 2.0 * (min(end[0] for end in rest) - low))
                margin_high = max(margin_high, 2.0 * (high - max(end[1] for end in rest)))
        return float(placed[0] - margin_low), float(placed[-1] + margin_high), width

    @cached_property
    def lone_limits(self) -> tuple[float, float]:
        """(low, high) beyond which even one number is no record that chance explains.

        The tails are taken as exponential from the outer 1 % on; a lone record of a clean batch passes them in
        fewer than 2 of 1,000 batches.
        """
        placed = self.placed_known
        odds = np.log(max(2.0, 1.0 / (_LONE * max(1, len(self.history.numbers)))))
        q01, q99 = np.quantile(placed, [0.01, 0.99])
        upper, lower = placed[placed >= q99] - q99, q01 - placed[placed <= q01]
        low, high, _ = self.limits
        return (
            float(min(low, placed[0] - 1.5 * odds * lower.mean())),
            float(max(high, placed[-1] + 1.5 * odds * upper.mean())),
        )

    def far_alone(self, values: np.ndarray) -> np.ndarray:
        """Mask of the numbers that are far even when the batch has no other such number."""
        low, high = self.lone_limits
        placed = self(values)
        beyond: np.ndarray = (placed < low) | (placed > high)
        return beyond

    def far(self, values: np.ndarray) -> np.ndarray:
        """Mask of the numbers that lie beyond what the history explains."""
        low, high, _ = self.limits
        placed = self(values)
        beyond: np.ndarray = (placed < low) | (placed > high)
        if len(self.known) and self.known[0] >= 0:
            beyond |= values < 0
        if len(self.known) and self.known[-1] <= 0:
            beyond |= values > 0
        return beyond

    @cached_property
    def placed_known(self) -> np.ndarray:
        """Known numbers on the scale, ascending."""
        return self(self.known)

    def density(self, value: float) -> float:
        """How common a number is in the history, per unit of the scale; 0 outside what was seen."""
        if not len(self.known) or not self.known[0] <= value <= self.known[-1]:
            return 0.0
        at = float(self(np.array([value]))[0])
        half = max(0.04 * self.limits[2], 1e-9)
        inside = np.searchsorted(self.placed_known, at + half, "right") - np.searchsorted(self.placed_known, at - half)
        return (float(inside) + 0.05) / (len(self.known) * 2 * half)


@dataclass(frozen=True)
class Slip:
    """One explained cell: the repaired text, which slip it was, how likely."""

    after: str
    kind: str
    likelihood: float


@dataclass(frozen=True)
class Explained:
    """The far texts of a column: those with one explanation, and the rest."""

    slips: Mapping[Text, Slip]
    unexplained: tuple[str, ...]


def explain(counts: Counts, history: ColumnHistory) -> Explained:
    """Finds the far numbers of a column and what each slipped from.

    Nothing is far where the batch as a whole has moved (that is a shift), or in a key.
    """
    nothing = Explained({}, ())
    texts = [text for text in counts if text is not None and text not in history.pooled and is_number(text)]
    if not texts or not history.is_numeric or history.is_key or len(history.all_numbers) < 30:
        return nothing
    scale = Scale(history)
    values = np.array([float(text) for text in texts])
    finite = np.isfinite(values)
    far = scale.far(np.where(finite, values, 0.0)) & finite
    if not far.any():
        return nothing
    if far.sum() < 3 and not scale.far_alone(values[far]).any():
        return nothing
    rows = sum(counts.values())
    far_rows = sum(counts[text] for text, hit in zip(texts, far, strict=True) if hit)
    everything = numbers_of(counts)
    bulk, spread = everything[~scale.far(everything)], Spread(history)
    if far_rows > _MOST * rows or not len(bulk) or spread.distance(bulk) > 2 * spread.tolerance(len(bulk)):
        return nothing
    places = history.style.most_places
    options = {text: _options(text, scale, places, history) for text, hit in zip(texts, far, strict=True) if hit}
    shares = _shares(options, counts)
    slips: dict[Text, Slip] = {}
    for text, found in options.items():
        weights = {kind: shares[kind] * density for kind, (_, density) in found.items()}
        total = sum(weights.values())
        if total <= 0:
            continue
        kind = max(weights, key=lambda name: weights[name])
        if weights[kind] / total >= SURE:
            slips[text] = Slip(history.style.write(found[kind][0]), kind, weights[kind] / total)
    return Explained(slips, tuple(text for text in options if text not in slips))


def _shares(options: Mapping[str, Mapping[str, tuple[Decimal, float]]], counts: Counts) -> dict[str, float]:
    """Share of each slip among the far cells, from the prior and the cells themselves."""
    shares = dict(_PRIOR)
    for _ in range(10):
        seen = {kind: _PRIOR[kind] for kind in shares}
        for text, found in options.items():
            weights = {kind: shares[kind] * density for kind, (_, density) in found.items()}
            total = sum(weights.values())
            if total > 0:
                for kind, weight in weights.items():
                    seen[kind] += min(counts[text], 3) * weight / total
        whole = sum(seen.values())
        shares = {kind: weight / whole for kind, weight in seen.items()}
    return shares


def _options(text: str, scale: Scale, places: int, history: ColumnHistory) -> dict[str, tuple[Decimal, float]]:
    value = to_decimal(text)
    if value is None:
        return {}
    own_places = max(0, -int(value.as_tuple().exponent))
    found: dict[str, tuple[Decimal, float]] = {}
    for kind, (factor, offset) in {**DECIMAL, **UNIT, **SIGN}.items():
        restored = value * Decimal(factor) + Decimal(offset)
        if kind in UNIT:
            rounding = Decimal(10) ** -own_places * abs(Decimal(factor)) / 2
            grid = Decimal(10) ** -places
            nearest = round(restored, min(places, 12))
            if rounding > grid / 4 or abs(nearest - restored) > rounding * Decimal("1.01"):
                continue
            restored = nearest
        elif kind in DECIMAL:
            nearest = round(restored, min(places, 15))
            if abs(nearest - restored) > abs(restored) * Decimal("1e-9"):
                continue
            restored = nearest
        elif not ((value < 0 <= scale.known[0]) or (value > 0 >= scale.known[-1])):
            continue
        density = scale.density(float(restored))
        if density > 0 and not bool(scale.far(np.array([float(restored)]))[0]):
            found[kind] = (restored, density)
    return found
