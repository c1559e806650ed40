"""Where and how much: which columns and which rows a fault hits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from airflow_provider_dqheal.detection.corruptions._frame import Frame

Where = Literal["scattered", "block", "segment", "head", "tail", "by_value", "stride", "ramp", "period", "column"]
_DRAWN: tuple[tuple[Where, float], ...] = (
    ("scattered", 0.44),
    ("block", 0.13),
    ("segment", 0.15),
    ("head", 0.04),
    ("tail", 0.05),
    ("by_value", 0.08),
    ("stride", 0.03),
    ("ramp", 0.04),
    ("period", 0.04),
)
_SHARES = {"low": (0.01, 0.04), "medium": (0.04, 0.15), "high": (0.15, 0.6)}


def share(rng: np.random.Generator, severity: str) -> float:
    """Share of cells hit, log-uniform: low 1 to 4 %, medium 4 to 15 %, high 15 to 60 %."""
    low, high = _SHARES[severity]
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def few(rng: np.random.Generator, severity: str) -> float:
    """Share of cells hit by rare faults: a tenth to a third of :func:`share`."""
    return share(rng, severity) * float(rng.uniform(0.1, 0.35))


def rows_where(
    frame: Frame,
    rng: np.random.Generator,
    eligible: np.ndarray,
    fraction: float,
    where: Where | None = None,
    at_least: int = 1,
) -> tuple[np.ndarray, Where]:
    """The row numbers hit, and in which pattern.

    Args:
        frame: the batch.
        rng: draws the pattern and the rows.
        eligible: bool mask of rows that can be hit.
        fraction: of the eligible rows.
        where: the pattern; drawn when None. ``by_value`` prefers rows with large (or small) values of some
            number (missing not at random); ``segment`` the rows of one category; ``stride`` every n-th row (one of
            several workers); ``ramp`` more and more towards the end; ``period`` the rows of a stretch of time.
        at_least: rows hit where there are that many.
    """
    rows = np.flatnonzero(eligible)
    count = min(len(rows), max(at_least, round(fraction * len(rows))))
    drawn: Where = where or _DRAWN[int(rng.choice(len(_DRAWN), p=[weight for _, weight in _DRAWN]))][0]
    if fraction >= 1.0:
        return rows, "column"
    score = rng.random(len(rows))
    if drawn == "block":
        start = int(rng.integers(0, max(1, len(rows) - count + 1)))
        return rows[start : start + count], drawn
    if drawn == "head":
        return rows[:count], drawn
    if drawn == "tail":
        return rows[len(rows) - count :], drawn
    if drawn == "stride":
        every = max(1, len(rows) // max(1, count))
        return rows[int(rng.integers(0, every)) :: every][:count], drawn
    if drawn == "ramp":
        return np.sort(rows[np.argsort(-score * np.linspace(0.0, 1.0, len(rows)) ** 2, kind="stable")[:count]]), drawn
    if drawn == "segment":
        inside = _segment(frame, rng, rows, fraction)
        if inside is not None and where is None and 0.4 * count <= inside.sum() <= 2.5 * count:
            return rows[inside], drawn
        if inside is not None:
            score += inside
        else:
            drawn = "scattered"
    if drawn in ("by_value", "period"):
        number = frame.any_of_kind(rng, *(("int", "float") if drawn == "by_value" else ("date",)))
        if number is not None:
            ranks = np.argsort(np.argsort(np.nan_to_num(number.numbers[rows]), kind="stable")) / max(1, len(rows))
            if drawn == "period":
                score = -np.abs(ranks - rng.uniform(0.0, 1.0))
            else:
                score = 0.3 * score + (ranks if rng.random() < 0.5 else 1.0 - ranks)
        else:
            drawn = "scattered"
    return np.sort(rows[np.argsort(-score, kind="stable")[:count]]), drawn


def _segment(frame: Frame, rng: np.random.Generator, rows: np.ndarray, fraction: float) -> np.ndarray | None:
    """The rows of a category, of the one whose share is next to ``fraction`` or of any; None without categories."""
    column = frame.any_of_kind(rng, "category", "bool")
    if column is None or len(rows) == 0:
        return None
    text = np.where(column.present, column.text, "").astype(str)[rows]
    values, counts = np.unique(text, return_counts=True)
    nearest = int(np.argmin(np.abs(np.log(counts / len(rows)) - np.log(max(fraction, 1e-6)))))
    chosen = nearest if rng.random() < 0.7 else int(rng.integers(len(values)))
    return np.asarray(text == values[chosen])


def columns_wanted(rng: np.random.Generator) -> int:
    """How many columns are hit: one mostly, two or three sometimes, a dozen rarely."""
    return int(rng.choice([1, 2, 3, 12], p=[0.68, 0.16, 0.1, 0.06]))


def chance(rng: np.random.Generator, probability: float) -> bool:
    """A biased coin."""
    return bool(rng.random() < probability)


def pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    """One of the options."""
    return options[int(rng.integers(len(options)))]


def one_of(rng: np.random.Generator, *options: float) -> float:
    """One of the numbers."""
    return options[int(rng.integers(len(options)))]


def column_count(frame: Frame, rng: np.random.Generator, severity: str) -> int:
    """Columns hit by a change of schema: one at low, up to three at medium, up to all but one at high."""
    most = {"low": 1, "medium": 3, "high": max(2, len(frame.targets) - 1)}[severity]
    return int(rng.integers(1, min(most, max(1, len(frame.targets))) + 1))
