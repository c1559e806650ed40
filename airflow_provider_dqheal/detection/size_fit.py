"""How large a number is by the others of its row: a bmi by weight and height, an amount by price and pieces.

Sizes go by multiplication, so that the natural logarithm of a column is fitted by those of up to three others. How far
that may be off is asked of each batch of the history by a fit on the rest.

Source: Goodnight 1979, A Tutorial on the SWEEP Operator (forward selection on a matrix of correlations).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

_LEAST_ROWS, LEAST_BATCHES = 200, 3
"""Rows of the history that have to be predicted, without the batch that they are of; and batches."""
_LEAST_SHARE = 0.3
"""Share of the history's numbers that have to be predicted."""
_TELLING = 0.5
"""Reach (natural logarithm) up to which a moved point can be told from none."""
_NARROWS = 0.5
"""Times the reach of the column's own median, at most, that others have to come to."""
_REACH = 0.995
"""Share of the history's rows that lie within the reach of what the rest of the row says."""
_CLOSE = 0.1
"""Reach of a fit up to which it tells a size so closely that a number far off is wrong."""
_TIMES, _BESIDE, _RECORD = 3.0, 0.3, 1.5
"""Times the reach and beside it, and times the farthest accepted row, beyond which a row is at odds."""
LEAST_LEVEL, _LEVELS, _LEVEL_REACH = 20, 6.0, 1.5
"""Rows of a batch that have a middle; times the farthest middle of a batch, and the reach, beyond which all moved."""
_MOST_COLUMNS, _WORTH, _PIVOT = 3, 0.96, 1e-9
"""Columns of a fit, how far each has to shrink the variance that is left, and what has to be left of its own."""


@dataclass(frozen=True, eq=False)
class SizeFit:
    """What one column's sizes are by those of others.

    Attributes:
        columns: the places of the others.
        weights: (1 + others,) of a constant and of each.
        low: (others,) the smallest size of each in the history; ``high``: the largest.
        high: see ``low``.
        off: per batch (rows,) how far its sizes are from what the other batches say; nan where a column lacks one.
        reach: how far accepted rows are off, as a natural logarithm.
    """

    columns: tuple[int, ...]
    weights: np.ndarray
    low: np.ndarray
    high: np.ndarray
    off: tuple[np.ndarray, ...]
    reach: float

    @cached_property
    def limit(self) -> float:
        """See :func:`odds_limit`."""
        return odds_limit(self.off, self.reach)

    @cached_property
    def most_level(self) -> float:
        """How far the middle of a batch may be from what others say; infinite where no batch shows it."""
        each = [one[np.isfinite(one)] for one in self.off]
        levels = [abs(float(np.median(one))) for one in each if len(one) >= LEAST_LEVEL]
        return max(_LEVELS * max(levels), _LEVEL_REACH * self.reach) if len(levels) >= LEAST_BATCHES else float("inf")

    @cached_property
    def told(self) -> int:
        """Rows of the history that were predicted."""
        return sum(int(np.isfinite(one).sum()) for one in self.off)

    def expected(self, sizes: np.ndarray) -> np.ndarray:
        """(rows,) what the sizes (rows, columns) of a batch say, nan where one is missing."""
        told: np.ndarray = self.weights[0] + sizes[:, self.columns] @ self.weights[1:]
        return told

    def usual(self, sizes: np.ndarray) -> np.ndarray:
        """(rows,) bool, whether the others are as large as they were in the history."""
        others = sizes[:, self.columns]
        inside: np.ndarray = np.all((others >= self.low) & (others <= self.high), axis=1)
        return inside


def sizes(numbers: np.ndarray) -> np.ndarray:
    """The natural logarithms of numbers without their sign; nan where there is none, or zero."""
    there = np.isfinite(numbers) & (numbers != 0)
    found: np.ndarray = np.where(there, np.log(np.abs(np.where(there, numbers, 1.0))), np.nan)
    return found


def fit_sizes(batches: Sequence[np.ndarray], targets: Sequence[int] | None = None) -> dict[int, SizeFit]:
    """The fit of each column that others tell well enough.

    Args:
        batches: the sizes (rows, columns) of each batch of the history.
        targets: the places of the columns to fit; all when None.
    """
    if len(batches) < LEAST_BATCHES or sum(map(len, batches)) < _LEAST_ROWS:
        return {}
    pooled = np.concatenate(batches)
    related, usable = correlations(pooled, _LEAST_ROWS)
    found = {}
    for target in range(pooled.shape[1]) if targets is None else targets:
        others = forward(related, target, _MOST_COLUMNS, _WORTH) if usable[target] else ()
        fit = _fitted(batches, pooled, target, others) if others else None
        if fit is not None:
            found[target] = fit
    return found


def correlations(numbers: np.ndarray, least: int) -> tuple[np.ndarray, np.ndarray]:
    """(columns, columns) correlations of numbers (rows, columns), nan where there is none, and which columns vary.

    Those with fewer than ``least`` numbers, or too large ones, are left out, too: they have 0 on the diagonal.
    """
    there = np.isfinite(numbers)
    told = there.sum(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.where(there, numbers, 0.0).sum(axis=0) / np.maximum(told, 1)
        centred = np.where(there, numbers - mean, 0.0)
        spread = np.sqrt((centred**2).sum(axis=0))
    usable = (told >= least) & (spread > 0) & np.isfinite(spread)
    scaled = np.where(usable, centred, 0.0) / np.where(usable, spread, 1.0)
    return scaled.T @ scaled, usable


def forward(related: np.ndarray, target: int, most: int, worth: float = 1.0) -> tuple[int, ...]:
    """The columns that explain most of a target, one after the other.

    Args:
        related: (columns, columns) correlations; 0 on the diagonal of a column that is left out.
        target: the place of the column to explain.
        most: columns to find.
        worth: what each has to shrink the variance that is left to, at most.
    """
    swept, chosen = related.copy(), list[int]()
    own = related.diagonal()
    while len(chosen) < most:
        pivots = swept.diagonal()
        free = (own > 0) & (pivots > _PIVOT)
        free[[target, *chosen]] = False
        gain = np.where(free, swept[target] ** 2 / np.where(free, pivots, 1.0), 0.0)
        best, left = int(gain.argmax()), float(swept[target, target])
        if left <= 0 or gain[best] <= 0 or left - gain[best] > worth * left:
            break
        swept = swept - np.outer(swept[:, best], swept[best]) / swept[best, best]
        chosen.append(best)
    return tuple(chosen)


def _fitted(batches: Sequence[np.ndarray], pooled: np.ndarray, target: int, others: tuple[int, ...]) -> SizeFit | None:
    """The fit of a target on others, if it comes near enough."""
    parts = [np.column_stack([np.ones(len(one)), one[:, others]]) for one in batches]
    full = [np.isfinite(one[:, [target, *others]]).all(axis=1) for one in batches]
    grams = np.array([x[rows].T @ x[rows] for x, rows in zip(parts, full, strict=True)])
    moments = np.array([x[rows].T @ y[rows, target] for x, rows, y in zip(parts, full, batches, strict=True)])
    weights = _solved(grams.sum(axis=0), moments.sum(axis=0))
    off = tuple(
        one[:, target] - x @ _solved(grams.sum(axis=0) - gram, moments.sum(axis=0) - moment)
        for one, x, gram, moment in zip(batches, parts, grams, moments, strict=True)
    )
    reach = telling_reach(off, pooled[:, target])
    if reach is None:
        return None
    rows = np.concatenate(full)
    known = pooled[rows][:, others]
    return SizeFit(others, weights, known.min(axis=0), known.max(axis=0), off, reach)


def _solved(gram: np.ndarray, moment: np.ndarray) -> np.ndarray:
    weights: np.ndarray = np.linalg.lstsq(gram, moment, rcond=None)[0]
    return weights


def telling_reach(off: Sequence[np.ndarray], own: np.ndarray) -> float | None:
    """How far nearly all rows of batches left out are off, as a natural logarithm.

    None where too few of a column's ``own`` sizes are told, or not much more narrowly than by their median alone.
    """
    own = own[np.isfinite(own)]
    known = np.concatenate([np.zeros(0), *off])
    known = known[np.isfinite(known)]
    if len(known) < max(_LEAST_ROWS, _LEAST_SHARE * len(own)):
        return None
    reach = float(np.quantile(np.abs(known), _REACH))
    alone = float(np.quantile(np.abs(own - np.median(own)), _REACH))
    return reach if alone > 0 and reach <= min(_TELLING, _NARROWS * alone) else None


def odds_limit(off: Sequence[np.ndarray], reach: float, close: float = _CLOSE) -> float:
    """How far a size may be from what others say before its row is at odds; infinite where they do not tell closely."""
    if reach > close:
        return float("inf")
    record = max(float(np.abs(one[np.isfinite(one)]).max(initial=0.0)) for one in off)
    return max(_TIMES * reach + _BESIDE, _RECORD * record)
