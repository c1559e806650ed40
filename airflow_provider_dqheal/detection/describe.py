"""Statistics of one column in its own units, for sentences: observed now, and the range over the history."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from airflow_provider_dqheal.detection.likeness import near_texts
from airflow_provider_dqheal.detection.scalars import angle
from airflow_provider_dqheal.detection.signs import PATTERNS
from airflow_provider_dqheal.detection.spelling import expectation, surprise
from airflow_provider_dqheal.detection.spikes import kinds_of
from airflow_provider_dqheal.detection.stack import ColumnStack
from airflow_provider_dqheal.detection.texts import is_broken, kind_of, shape, stands_for_missing
from airflow_provider_dqheal.detection.view import ColumnView
from airflow_provider_dqheal.issues._base import Described

_EXAMPLES = 3


def describer(view: ColumnView, stack: ColumnStack, dominant: str | None) -> Callable[[str], Described]:
    """The function that describes a statistic of this column by name; unknown names give an empty description."""

    def describe(name: str) -> Described:
        there = [other for other in stack.views if other is not None]
        if name == "median":
            return _median(view, there)
        if name in ("extreme_above", "extreme_below"):
            return _extreme(view, there, name.endswith("above"))
        if name == "missing":
            return _missing(view, there, stack)
        if name == "unparsed":
            return _texts(view, lambda text: not _reads_as(text, dominant))
        if name == "forms":
            usual = sorted(stack.form_labels, key=lambda form: -float(stack.forms[:, stack.form_labels[form]].sum()))
            found = _texts(view, lambda text: shape(text) not in stack.form_labels)
            return Described(found.observed, _quoted(usual[:2]), None, found.examples)
        if name == "decimals":
            return _texts(view, lambda text: text.endswith((".0", ".00", ".")))
        if name == "edges":
            most = max((other.edges / max(other.present, 1.0) for other in there), default=0.0)
            found = _texts(view, lambda text: text != text.strip())
            return Described(found.observed, 0.0, most, found.examples)
        if name.removeprefix("sign_") in PATTERNS:
            return _texts(view, re.compile(PATTERNS[name.removeprefix("sign_")]).search)
        if name == "unseen" or name.startswith("sign_"):
            return _texts(view, lambda text: text not in stack.labels)
        if name == "near":
            fresh = [text for text in view.values if text not in stack.labels]
            return _texts(view, near_texts(fresh, stack.slips).__contains__)
        if name == "broken":
            return _texts(view, is_broken)
        if name == "repeated":
            often = {text for text, count in zip(view.values, view.counts, strict=True) if count > 1}
            return _texts(view, often.__contains__)
        if name == "strange":
            return _strange(view, there)
        if name == "lost":
            return _lost(view, stack)
        if name == "mix":
            return _mix(view, stack)
        if name.startswith("spike_"):
            return _spike(view, stack, name.removeprefix("spike_"))
        return Described()

    return describe


def _quoted(forms: list[str]) -> str:
    return " or ".join(f"the form '{form}'" for form in forms) or "another form"


def readable(value: float, temporal: bool) -> float | str:
    """A number, or the date that it is in seconds since 1970."""
    if not temporal:
        return float(value)
    moment = datetime.fromtimestamp(float(value), tz=UTC)
    return moment.strftime("%Y-%m-%d" if value % 86400 == 0 else "%Y-%m-%d %H:%M")


def _median(view: ColumnView, there: list[ColumnView]) -> Described:
    half = np.asarray([0.5])
    mine = view.quantiles(half)
    theirs = [float(q[0]) for other in there if (q := other.quantiles(half)) is not None]
    if mine is None or not theirs:
        return Described(None if mine is None else readable(mine[0], view.temporal))
    temporal = view.temporal
    return Described(
        readable(mine[0], temporal), readable(min(theirs), temporal), readable(max(theirs), temporal), view.values[:2]
    )


def _extreme(view: ColumnView, there: list[ColumnView], above: bool) -> Described:
    lows = [float(other.numbers[0]) for other in there if len(other.numbers)]
    highs = [float(other.numbers[-1]) for other in there if len(other.numbers)]
    if not len(view.numbers) or not lows:
        return Described()
    edge = view.numbers[-1] if above else view.numbers[0]
    beyond = view.numbers[view.numbers > max(highs)][::-1] if above else view.numbers[view.numbers < min(lows)]
    examples = tuple(str(readable(x, True)) if view.temporal else f"{x:g}" for x in beyond[:_EXAMPLES])
    return Described(
        readable(edge, view.temporal), readable(min(lows), view.temporal), readable(max(highs), view.temporal), examples
    )


def _missing(view: ColumnView, there: list[ColumnView], stack: ColumnStack) -> Described:
    shares = [1.0 - other.present / max(other.rows, 1.0) for other in there]
    words = sorted(view.words, key=lambda word: -view.words[word])[:_EXAMPLES]
    return Described(
        1.0 - view.present / max(view.rows, 1.0), min(shares, default=0.0), max(shares, default=0.0), tuple(words)
    )


def _texts(view: ColumnView, wanted: Callable[[str], object]) -> Described:
    hits = [(text, float(count)) for text, count in zip(view.values, view.counts, strict=True) if wanted(text)]
    share = sum(count for _, count in hits) / max(view.present, 1.0)
    return Described(share, 0.0, 0.0, tuple(text for text, _ in hits[:_EXAMPLES]))


def _reads_as(text: str, kind: str | None) -> bool:
    found = kind_of(text)
    return found == kind or (kind == "number" and found == "int")


def _strange(view: ColumnView, there: list[ColumnView]) -> Described:
    """The texts whose characters go together least, by the history."""
    known = [other.pairs.counts for other in there if other.pairs is not None]
    if view.pairs is None or not known:
        return Described()
    found = surprise(view.pairs, expectation(np.sum(known, axis=0)))
    return Described(None, None, None, tuple(view.values[i] for i in np.argsort(-found)[:_EXAMPLES]))


def _lost(view: ColumnView, stack: ColumnStack) -> Described:
    """The values that were in every batch and are not in this one, the usually most frequent first."""
    trough = dict(zip(stack.labels, (stack.shares.min(axis=0, initial=1.0) * stack.valued).tolist(), strict=True))
    gone = [label for label in trough if trough[label] > 0 and label not in view.values]
    return Described(0.0, None, None, tuple(sorted(gone, key=lambda label: -trough[label])[:_EXAMPLES]))


def _mix(view: ColumnView, stack: ColumnStack) -> Described:
    usual = dict(zip(stack.labels, stack.shares.mean(axis=0).tolist(), strict=True))
    now = dict(zip(view.labels, view.shares.tolist(), strict=True))
    moved = sorted({**usual, **now}, key=lambda label: -abs(now.get(label, 0.0) - usual.get(label, 0.0)))
    examples = [
        f"{label} {usual.get(label, 0.0):.0%} -> {now.get(label, 0.0):.0%}"
        for label in moved
        if not stands_for_missing(label)
    ]
    return Described(None, 0.0, None, tuple(examples[:_EXAMPLES]))


def _spike(view: ColumnView, stack: ColumnStack, kind: str) -> Described:
    best: tuple[float, str, float, float] | None = None
    for label, share in zip(view.labels, view.shares.tolist(), strict=True):
        at = stack.labels.get(label)
        record = float(stack.shares[:, at].max()) if at is not None else 0.0
        gain = float(angle(share) - angle(record))
        if kind in kinds_of(label, stack, at is not None and record > 0) and (best is None or gain > best[0]):
            best = (gain, label, share, record)
    if best is None:
        return Described()
    return Described(best[2], 0.0, best[3], (best[1],))
