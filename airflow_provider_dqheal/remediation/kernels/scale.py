"""How far a number lies outside what a column's history holds, and how common it is inside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from airflow_provider_dqheal.remediation.history import ColumnHistory

_LONE = 0.002
_REFERENCE = 20_000
_OWN_ROWS = 20


@dataclass(frozen=True)
class Scale:
    """The scale on which a column's numbers are compared, and how far its batches reach beyond each other."""

    history: ColumnHistory
    own: tuple[float, ...] = ()
    """The batch's own numbers that nobody doubts, ascending: where a level has moved on, values are common there."""

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

    def far_surely(self, values: np.ndarray) -> np.ndarray:
        """Mask of the numbers that lie twice as far beyond the history as a lone record may."""
        low, high = self.lone_limits
        first, last = float(self.placed_known[0]), float(self.placed_known[-1])
        placed = self(values)
        beyond: np.ndarray = (placed < first - 2 * (first - low)) | (placed > last + 2 * (high - last))
        return beyond | self.far(values) & (self.known[0] >= 0) & (values < 0)

    def genuine(self, value: float) -> float:
        """How likely a record of that size is, per unit of the scale: the history's own tail, stretched twice.

        Numbers on the other side of zero are compared on the linear scale, where zero is no wall.
        """
        low, high, width = self.limits
        at = float(self(np.array([value]))[0])
        placed = self.placed_known
        if not np.isfinite(at) or (self.known[0] >= 0 > value) or (self.known[-1] <= 0 < value):
            known = self.known
            end = float(known[0] if value < known[0] else known[-1])
            inner = np.quantile(known, [0.01, 0.05, 0.25])
            outer = np.quantile(known, [0.99, 0.95, 0.75])
            near = np.abs(end - (inner if value < known[0] else outer))
            reach = max(2.0 * float(near[0]), 0.5 * float(near[1]), 0.2 * float(near[2]), 1e-12)
            return float(np.exp(-abs(value - end) / reach) / max(width, 1e-9))
        if at > placed[-1]:
            q99 = float(np.quantile(placed, 0.99))
            reach = max(2.0 * float((placed[placed >= q99] - q99).mean()), 0.05 * width, (high - placed[-1]) / 2, 1e-9)
            return float(np.exp(-(at - placed[-1]) / reach) / reach)
        if at < placed[0]:
            q01 = float(np.quantile(placed, 0.01))
            reach = max(2.0 * float((q01 - placed[placed <= q01]).mean()), 0.05 * width, (placed[0] - low) / 2, 1e-9)
            return float(np.exp(-(placed[0] - at) / reach) / reach)
        return self.density(value)

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
        """How common a number is in the history, per unit of the scale; 0 outside what it and the batch hold."""
        at = float(self(np.array([value]))[0])
        half = max(0.04 * self.limits[2], 1e-9)
        found = 0.0
        for placed, least in ((self.placed_known, 1), (self._placed_own, _OWN_ROWS)):
            if len(placed) >= least and placed[0] <= at <= placed[-1]:
                inside = np.searchsorted(placed, at + half, "right") - np.searchsorted(placed, at - half)
                found = max(found, (float(inside) + 0.05) / (len(placed) * 2 * half))
        return found

    def is_usual(self, value: float) -> bool:
        """Whether the number is not far, or lies among the batch's own."""
        return not bool(self.far(np.array([value]))[0]) or (
            len(self.own) >= _OWN_ROWS and self.own[0] <= value <= self.own[-1]
        )

    @cached_property
    def _placed_own(self) -> np.ndarray:
        return self(np.array(self.own))
