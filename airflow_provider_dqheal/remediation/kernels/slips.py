"""Single numbers that slipped: a moved decimal point, a lost sign, another unit.

A number is far when it lies farther outside the history than any batch went beyond the others. A far number is
explained when one slip is at least 98 % likely: candidates are weighed by how common the repaired value is, and by
how often each slip explains the other far cells of the batch (expectation maximisation over the slips' shares).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import comb

import numpy as np

from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts, numbers_of
from airflow_provider_dqheal.remediation.kernels.likeness import ks_distance
from airflow_provider_dqheal.remediation.kernels.numbers import is_number, significant_digits, to_decimal
from airflow_provider_dqheal.remediation.kernels.proof import known_ones
from airflow_provider_dqheal.remediation.kernels.scale import Scale
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
NO_SLIP = ("record", "double", "lossy", "other")
"""What else a far number can be: a true record, a doubled digit, a slip that lost digits, anything; not repaired."""
_PRIOR = {
    "record": 0.3,
    "double": 0.01,
    "other": 0.005,
    "lossy": 0.12,
    **dict.fromkeys(DECIMAL, 0.12),
    **dict.fromkeys(UNIT, 0.008),
    **dict.fromkeys(SIGN, 0.2),
}
SURE = 0.98
_TELLING = 10
"""Different numbers of the history, from which on one beyond them is no mere seldom one (a flag that is up)."""
_COMPANY, _SURE_IN_COMPANY = 3, 0.8
"""Numbers that lost their sign surely, and how likely others beside them have to be: they came by the same way."""
_UNLIKE = 1.95
"""Kolmogorov-Smirnov distance times the root of the rows, that chance passes once in a thousand."""
_MOST = 0.3
_STRANGE = 0.02
"""How much less likely a true value is that has more digits than the column ever had, or is not in its short list."""
_ROUND = 0.5
"""Share of round numbers in the history from which on a shortened number is taken for one, not for a rounded one."""
_LEAST_KNOWN = 30
"""Numbers of the history, zeros left out, without which nothing tells a slip from a record."""
_RECORD = 3.0
"""Times the largest whole number so far, up to which a lone one may be a record."""
_COUNTS = 30
"""Different whole numbers of a column of counts, at most: ten times two is no more than many."""
_MANY, _ROUND_BY_CHANCE = 10.0, ("x100", "x1000")
"""Times the largest count, from which on one in whole hundreds or thousands is no record; few records are so round."""
_ONE_ZERO = "x10"
_SELDOM_ROUND = 0.2
"""Share of the history's numbers that are as round, up to which a number counts as round."""
_BY_CHANCE = 0.02
"""Share of the whole numbers in reach that a short list holds, at most: whatever slipped back into it was in it."""
_LONE_UNIT = 3
"""Cells of one unit slip that stand for each other, where no digits prove it."""
_NARROW = 1.6
"""How many times the smallest the largest usual number is, at most, so that few numbers are usual in some unit."""


@dataclass(frozen=True)
class Slip:
    """One explained cell: the repaired text, which slip it was, how likely."""

    after: str
    kind: str
    likelihood: float


@dataclass(frozen=True)
class Explained:
    """The far texts of a column: those with one explanation, and the rest; of it, those that only may be too far."""

    slips: Mapping[Text, Slip]
    unexplained: tuple[str, ...]
    doubtful: tuple[str, ...] = ()


def explain(counts: Counts, history: ColumnHistory, alarmed: bool = False) -> Explained:
    """Finds the far numbers of a column and what each slipped from.

    Nothing is far where the batch as a whole has moved (that is a shift), or in a key; nor are one or two numbers that
    a clean batch may have, unless the detector is ``alarmed`` by outliers here.
    """
    nothing = Explained({}, ())
    texts = [text for text in counts if text is not None and text not in history.pooled and is_number(text)]
    if not texts or not history.is_numeric or history.is_key or len(history.all_numbers) < _LEAST_KNOWN:
        return nothing
    scale = Scale(history)
    values = np.array([float(text) for text in texts])
    finite = np.isfinite(values)
    places = history.style.most_places
    finer = np.array([places <= 4 and _places(text) > places for text in texts], bool)
    far = (scale.far(np.where(finite, values, 0.0)) | finer) & finite
    if not far.any():
        return nothing
    alarmed &= len(history.different_numbers) >= _TELLING
    if far.sum() < 3 and not alarmed and not (scale.far_alone(values[far]) | finer[far]).any():
        return nothing
    rows = sum(counts.values())
    far_rows = sum(counts[text] for text, hit in zip(texts, far, strict=True) if hit)
    everything = numbers_of(counts)
    bulk, spread = everything[~scale.far(everything)], Spread(history)
    if far_rows > _MOST * rows or not len(bulk) or spread.distance(bulk) > 2 * spread.tolerance(len(bulk)):
        return nothing
    scale = Scale(history, tuple(bulk[:: max(1, len(bulk) // 5_000)].tolist()))
    options = {text: _options(text, scale, places, history) for text, hit in zip(texts, far, strict=True) if hit}
    shares = _shares(options, counts)
    slips, likely = dict[Text, Slip](), dict[Text, Slip]()
    for text, found in options.items():
        weights = {kind: shares[kind] * density for kind, (_, density) in found.items()}
        total = sum(weights.values())
        if total <= 0:
            continue
        kind = max(weights, key=lambda name: weights[name])
        if weights[kind] / total >= SURE and kind not in NO_SLIP:
            slips[text] = Slip(history.style.write(found[kind][0]), kind, weights[kind] / total)
        elif weights[kind] / total >= _SURE_IN_COMPANY and kind in SIGN:
            likely[text] = Slip(history.style.write(found[kind][0]), kind, weights[kind] / total)
    if sum(slip.kind in SIGN for slip in slips.values()) >= _COMPANY:
        slips |= likely
    if not _sign_is_random({text: slip for text, slip in slips.items() if slip.kind in SIGN}, counts, history):
        slips = {text: slip for text, slip in slips.items() if slip.kind not in SIGN}
    slips = {text: slip for text, slip in slips.items() if slip.kind not in UNIT or _proven(text, slip, slips, history)}
    slips = {text: slip for text, slip in slips.items() if not _may_be_record(text, slip, slips, history)}
    round_ones = _too_round(slips, history)
    slips = {text: slip for text, slip in slips.items() if text not in round_ones}
    aliens = sum(counts[text] for text, found in options.items() if not set(found) - {"record", "other"})
    if 2 * aliens >= sum(counts[text] for text in slips):
        slips = {}  # what made those made these as well, and it is no slip
    if np.count_nonzero(history.all_numbers) < _LEAST_KNOWN:
        slips = {}  # zeros tell nothing of how far the others reach
    rest = [text for text in options if text not in slips]
    alone = scale.far_surely(np.array([float(text) for text in rest]))
    surely = tuple(text for text, hit in zip(rest, alone, strict=True) if hit)
    return Explained(slips, surely, tuple(text for text, hit in zip(rest, alone, strict=True) if not hit))


def _sign_is_random(slips: Mapping[Text, Slip], counts: Counts, history: ColumnHistory) -> bool:
    """Whether the numbers that lost their sign are such as the column holds: a sign is lost whatever the size.

    What stretched beyond zero, as in a batch that spreads wider, is small or large alone.
    """
    sizes = np.sort(np.concatenate([[float(slip.after)] * counts[text] for text, slip in slips.items()] or [[]]))
    known = history.all_numbers[history.all_numbers != 0]
    if not len(sizes) or not len(known):
        return True
    return ks_distance(sizes, known) * np.sqrt(len(sizes)) <= _UNLIKE


def _proven(text: Text, slip: Slip, slips: Mapping[Text, Slip], history: ColumnHistory) -> bool:
    """Whether a unit slip shows in the digits (two more than the column writes), or in several cells alike.

    Several cells are no proof where much is usual: what lies anywhere beyond is then a usual number in some unit.
    """
    places = history.style.most_places
    if _places(text) >= places + 2:
        return True
    alike = sum(other.kind == slip.kind for other in slips.values())
    low, high = np.quantile(history.all_numbers, [0.01, 0.99])
    return alike >= _LONE_UNIT and places > 0 and 0 < high < _NARROW * low


def _may_be_record(text: Text, slip: Slip, slips: Mapping[Text, Slip], history: ColumnHistory) -> bool:
    """Whether a lone whole number is no farther than a record may be; of small counts, any may be one.

    Nor does one zero at its end, which every tenth number has, tell a slip from anything else that went wrong where
    much is usual. It is none where the repaired number is one of a short list that a number is seldom in by chance.
    """
    alike = sum(other.kind == slip.kind for other in slips.values())
    if history.style.most_places or slip.kind not in DECIMAL or alike >= _LONE_UNIT or _places(text):
        return False
    known = history.different_numbers
    low, high = float(known[0]), float(known[-1])
    if _is_short_list(history) and float(slip.after) in known:
        return False
    times = abs(float(str(text))) / max(abs(low), abs(high), 1.0)
    if len(known) <= _COUNTS and low < high / 2:
        return times < _MANY or slip.kind not in _ROUND_BY_CHANCE
    return times < _RECORD or (slip.kind == _ONE_ZERO and low < high / 2)


def _too_round(slips: Mapping[Text, Slip], history: ColumnHistory) -> set[Text]:
    """Those of the numbers too large by a moved point that are rounder than such a slip leaves the column's numbers.

    It keeps every digit: of 12.34, 25.99 and 30.05 come 1234, 2599 and 3005, and hardly 1200, 2500 and 3000, which
    somebody ordered.
    """
    larger = [text for text, slip in slips.items() if slip.kind.startswith("x")]
    shares = {text: _share_as_round(Decimal(slips[text].after), history) for text in larger}
    seldom = [text for text, share in shares.items() if share <= _SELDOM_ROUND]
    if not seldom:
        return set()
    rate, tries = max(shares[text] for text in seldom), len(larger)
    fewer = sum(comb(tries, hits) * rate**hits * (1 - rate) ** (tries - hits) for hits in range(len(seldom)))
    return set(seldom) if 1 - fewer < _BY_CHANCE else set()


def _share_as_round(value: Decimal, history: ColumnHistory) -> float:
    """Share of the history's numbers that are as round as this one."""
    step = history.grid if history.grid >= 1 else Decimal(10) ** -history.style.most_places
    if abs(value) > step * 10**25:
        return 1.0  # more digits than a remainder can be told of
    while value and value % (step * 10) == 0:
        step *= 10
    return history.share_on(step)


def _is_short_list(history: ColumnHistory) -> bool:
    """Whether a column holds few different whole numbers, far apart, and hardly ever a new one."""
    known = history.different_numbers
    sparse = len(known) <= min(_COUNTS, _BY_CHANCE * float(known[-1] - known[0]))
    return sparse and history.is_categorical and not history.style.most_places


def _places(text: Text) -> int:
    """Digits after the point."""
    value = to_decimal(text)
    return 0 if value is None else max(0, -int(value.normalize().as_tuple().exponent))


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
    own_places = _places(text)
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
        density = scale.density(float(restored)) if _on_grid(restored, history) else 0.0
        if density > 0 and scale.is_usual(float(restored)):
            found[kind] = (restored, density)
    finer = own_places > places
    strange = finer or _is_short_list(history)
    found["record"] = (value, scale.genuine(float(value)) * (_STRANGE if strange else 1.0))
    found["other"] = (value, 1.0 / (3.0 * scale.limits[2] + 7.0))
    for shorter in _without_double(text):
        density = scale.density(float(shorter)) if _on_grid(shorter, history) else 0.0
        if density > found.get("double", (value, 0.0))[1]:
            found["double"] = (shorter, density)
    return found


def _without_double(text: str) -> list[Decimal]:
    """What the number would be if one of two equal neighbouring digits was typed twice."""
    at = [place for place in range(1, len(text)) if text[place].isdigit() and text[place] == text[place - 1] != "0"]
    return [value for place in at if (value := to_decimal(text[:place] + text[place + 1 :])) is not None]


def _on_grid(value: Decimal, history: ColumnHistory) -> bool:
    """Whether the value may be the column's: a known one where no other ever comes, else a multiple of its grid.

    The grid is the power of ten that (nearly) all known numbers are multiples of.
    """
    if history.is_categorical and not len(known_ones(np.array([float(value)]), history.different_numbers)):
        return value == 0 and history.different_numbers[0] == 0
    return history.grid < 1 or (abs(value) < Decimal(10) ** 25 and value % history.grid == 0)
