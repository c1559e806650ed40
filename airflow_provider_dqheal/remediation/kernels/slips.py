"""Single numbers that slipped: a moved decimal point, a lost sign, another unit.

A number is far when it lies farther outside the history than any batch went beyond the others. A far number is
explained when one slip is at least 98 % likely: candidates are weighed by how common the repaired value is, and by
how often each slip explains the other far cells of the batch (expectation maximisation over the slips' shares). Where
the rest of the row tells how large a number is (:mod:`row_context`), that decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts, numbers_of
from airflow_provider_dqheal.remediation.kernels.likeness import ks_distance
from airflow_provider_dqheal.remediation.kernels.numbers import is_number, to_decimal
from airflow_provider_dqheal.remediation.kernels.records import may_be_record, too_round
from airflow_provider_dqheal.remediation.kernels.scale import Scale
from airflow_provider_dqheal.remediation.kernels.slip_options import (
    DECIMAL,
    LONE_UNIT,
    NO_SLIP,
    SIGN,
    UNIT,
    Options,
    Slip,
    options_of,
    places_of,
)
from airflow_provider_dqheal.remediation.kernels.text import Text
from airflow_provider_dqheal.remediation.kernels.transforms import Spread

Rest = Callable[[Text, float], bool | None]
"""Whether a value in the place of a text is as the rest of its rows says; None where that cannot be told."""

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
"""Numbers that slipped alike surely, and how likely others beside them have to be: they came by the same way."""
_FEW = 0.05
"""Share of the rows that single numbers may be in a batch that has moved."""
_UNLIKE = 1.95
"""Kolmogorov-Smirnov distance times the root of the rows, that chance passes once in a thousand."""
_MOST = 0.3
_LEAST_KNOWN = 30
"""Numbers of the history, zeros left out, without which nothing tells a slip from a record."""
_OFTEN, _OFTEN_SHARE = 5, 0.1
"""Cells of a batch, and their share of it, that make a number one of those that its column holds."""
_MAINLY, _MAINLY_SHARE = 2, 0.8
"""Different numbers, at most, that a batch which has moved mainly holds, for slips from them; and their share."""
_NARROW = 1.6
"""How many times the smallest the largest usual number is, at most, so that few numbers are usual in some unit."""


@dataclass(frozen=True)
class Explained:
    """The far texts of a column: those with one explanation, and the rest; of it, those that only may be too far."""

    slips: Mapping[Text, Slip]
    unexplained: tuple[str, ...]
    doubtful: tuple[str, ...] = ()


def _untold(text: Text, value: float) -> bool | None:
    return None


def explain(counts: Counts, history: ColumnHistory, alarmed: bool = False, rest: Rest = _untold) -> Explained:
    """Finds the far numbers of a column and what each slipped from.

    Nothing is far in a key, nor where the batch as a whole has moved (that is a shift) but what slipped from a number
    that it holds often; nor are one or two numbers that a clean batch may have. Where the detector is ``alarmed`` by
    outliers here, these are, and of a batch that has moved the few that lie beyond all. What the ``rest`` of a row
    contradicts is no slip, and what it alone agrees with is one, however few there are.
    """
    nothing = Explained({}, ())
    texts = [text for text in counts if text is not None and text not in history.pooled and is_number(text)]
    if not texts or not history.is_numeric or history.is_key or len(history.all_numbers) < _LEAST_KNOWN:
        return nothing
    scale = Scale(history)
    values = np.array([float(text) for text in texts])
    finite = np.isfinite(values)
    places = history.style.most_places
    finer = np.array([places <= 4 and places_of(text) > places for text in texts], bool)
    far = (scale.far(np.where(finite, values, 0.0)) | finer) & finite
    if not far.any():
        return nothing
    alarmed &= len(history.different_numbers) >= _TELLING
    chance = far.sum() < 3 and not alarmed and not (scale.far_alone(values[far]) | finer[far]).any()
    everything, rows = numbers_of(counts), sum(counts.values())
    if _rows_of(texts, far, counts) > _MOST * rows:
        far &= ~np.isin(values, _usual_of(everything))  # a level that nobody knew is no slip
    far_rows = _rows_of(texts, far, counts)
    bulk, spread = everything[~np.isin(everything, values[far])], Spread(history)
    if not 0 < far_rows <= _MOST * rows or not len(bulk):
        return nothing
    moved = spread.distance(bulk) > 2 * spread.tolerance(len(bulk))
    usual = _usual_of(bulk)
    scale = Scale(history, tuple(bulk[:: max(1, len(bulk) // 5_000)].tolist()))
    listed = np.union1d(history.different_numbers, usual)
    options: dict[str, Options] = {
        text: options_of(text, scale, places, history, listed) for text, hit in zip(texts, far, strict=True) if hit
    }
    if moved:
        mainly = usual if len(usual) <= _MAINLY and np.isin(bulk, usual).mean() >= _MAINLY_SHARE else usual[:0]
        options = {text: _leading_to(mainly, found) for text, found in options.items()}
    told = _told_by_row(options, history, rest)
    if chance:
        return Explained(told, ())
    options = {text: _not_against(rest, text, found) for text, found in options.items()}
    slips = {**_sure(options, counts, history, bulk, usual), **told}
    by_chance = _fitting_by_chance(slips, options, scale, places)
    slips = {text: slip for text, slip in slips.items() if slip.kind not in by_chance}
    left = [text for text in options if text not in slips]
    alone = scale.far_surely(np.array([float(text) for text in left]))
    surely = tuple(text for text, hit in zip(left, alone, strict=True) if hit)
    if moved:
        few = alarmed and far_rows <= max(_COMPANY, _FEW * rows)
        reach = float(bulk[-1] - bulk[0])
        apart = [text for text in surely if not bulk[0] - reach <= float(text) <= bulk[-1] + reach]
        return Explained(slips, tuple(apart) if few else ())
    return Explained(slips, surely, tuple(text for text, hit in zip(left, alone, strict=True) if not hit))


def _told_by_row(options: Mapping[str, Options], history: ColumnHistory, rest: Rest) -> dict[Text, Slip]:
    """The slips that agree with the rest of the row, where neither the number itself nor any other reading does."""
    told = dict[Text, Slip]()
    for text, found in options.items():
        sizes = {kind: value for kind, (value, _) in found.items() if kind not in SIGN and kind != "other"}
        says = {kind: rest(text, float(value)) for kind, value in sizes.items()}
        agreed = [kind for kind, agrees in says.items() if agrees is not False]
        if says.get("record") is False and len(agreed) == 1 and says[agreed[0]] and agreed[0] not in NO_SLIP:
            told[text] = Slip(history.style.write(sizes[agreed[0]]), agreed[0], SURE)
    return told


def _not_against(rest: Rest, text: Text, found: Options) -> Options:
    """Of what a far number may be, no slip that the rest of the row contradicts, nor any where it is right as it is."""
    right = rest(text, float(found["record"][0])) if "record" in found else None
    return {
        kind: option
        for kind, option in found.items()
        if kind in NO_SLIP or kind in SIGN or (not right and rest(text, float(option[0])) is not False)
    }


def _sure(
    options: Mapping[str, Options], counts: Counts, history: ColumnHistory, bulk: np.ndarray, usual: np.ndarray
) -> dict[Text, Slip]:
    """The far numbers that one slip explains, beside the batch's ascending other numbers and the ``usual`` of these."""
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
        elif weights[kind] / total >= _SURE_IN_COMPANY and kind not in NO_SLIP:
            likely[text] = Slip(history.style.write(found[kind][0]), kind, weights[kind] / total)
    if sum(slip.kind in SIGN for slip in slips.values()) >= _COMPANY:
        slips |= {text: slip for text, slip in likely.items() if slip.kind in SIGN}
    slips |= _pointed_alike({**slips, **likely}, options, history)
    signs = {text: slip for text, slip in slips.items() if slip.kind in SIGN}
    if not any(_sign_is_random(signs, counts, known) for known in (history.all_numbers, bulk)):
        slips = {text: slip for text, slip in slips.items() if slip.kind not in SIGN}
    slips = {text: slip for text, slip in slips.items() if slip.kind not in UNIT or _proven(text, slip, slips, history)}
    slips = {text: slip for text, slip in slips.items() if not may_be_record(text, slip, slips, history)}
    round_ones = too_round({text: slip for text, slip in slips.items() if float(slip.after) not in usual}, history)
    slips = {text: slip for text, slip in slips.items() if text not in round_ones}
    aliens = sum(counts[text] for text, found in options.items() if not set(found) - {"record", "other"})
    if 2 * aliens >= sum(counts[text] for text in slips):
        return {}  # what made those made these as well, and it is no slip
    # Zeros tell nothing of how far the others reach.
    return slips if np.count_nonzero(history.all_numbers) >= _LEAST_KNOWN else {}


def _fitting_by_chance(
    slips: Mapping[Text, Slip], options: Iterable[Text], scale: Scale, places: int
) -> frozenset[str]:
    """The moved points that as many other far numbers would have had, but for a digit too many; and units among others.

    5.20 is ten times 0.52, and 5.23 is ten times nothing that is written to the cent: where numbers are far by chance,
    some of them end in a zero. So is one of several usual in some unit.
    """
    found = set()
    left = [value for text in options if text not in slips and (value := to_decimal(text)) is not None]
    for kind, count in Counter(slip.kind for slip in slips.values()).items():
        if kind in DECIMAL:
            back = [value * Decimal(DECIMAL[kind][0]) for value in left]
            others = sum(scale.is_usual(float(value)) and round(value, places) != value for value in back)
        else:
            others = len(left) if kind in UNIT else 0
        if others >= count:
            found.add(kind)
    return frozenset(found)


def _pointed_alike(slips: dict[Text, Slip], options: Iterable[Text], history: ColumnHistory) -> dict[Text, Slip]:
    """The slips of numbers with more digits behind the point than any, where one moved point explains all of them."""
    finer = [text for text in options if places_of(text) > history.style.most_places]
    kinds = {slips[text].kind if text in slips else None for text in finer}
    alike = len(finer) >= _COMPANY and len(kinds) == 1 and kinds <= DECIMAL.keys()
    return {text: slips[text] for text in finer} if alike else {}


def _usual_of(bulk: np.ndarray) -> np.ndarray:
    """The numbers that a batch itself holds often: what is new and usual in it is one of the column's, too."""
    different, times = np.unique(bulk, return_counts=True)
    return different[times >= max(_OFTEN, _OFTEN_SHARE * len(bulk))]


def _rows_of(texts: list[str], mask: np.ndarray, counts: Counts) -> int:
    return sum(counts[text] for text, hit in zip(texts, mask, strict=True) if hit)


def _leading_to(usual: np.ndarray, found: Options) -> Options:
    """Of what a far number may be, no slip but from one of these numbers."""
    return {kind: option for kind, option in found.items() if kind in NO_SLIP or float(option[0]) in usual}


def _sign_is_random(slips: Mapping[Text, Slip], counts: Counts, numbers: np.ndarray) -> bool:
    """Whether the numbers that lost their sign are such as the ascending ``numbers``: it is lost whatever the size.

    What stretched beyond zero, as in a batch that spreads wider, is small or large alone.
    """
    sizes = np.sort(np.concatenate([[float(slip.after)] * counts[text] for text, slip in slips.items()] or [[]]))
    known = numbers[numbers != 0]
    if not len(sizes) or not len(known):
        return True
    return ks_distance(sizes, known) * np.sqrt(len(sizes)) <= _UNLIKE


def _proven(text: Text, slip: Slip, slips: Mapping[Text, Slip], history: ColumnHistory) -> bool:
    """Whether a unit slip shows in the digits (two more than the column writes), or in several cells alike.

    Several cells are no proof where much is usual: what lies anywhere beyond is then a usual number in some unit.
    """
    places = history.style.most_places
    if places_of(text) >= places + 2:
        return True
    alike = sum(other.kind == slip.kind for other in slips.values())
    low, high = np.quantile(history.all_numbers, [0.01, 0.99])
    return alike >= LONE_UNIT and places > 0 and 0 < high < _NARROW * low


def _shares(options: Mapping[str, Options], counts: Counts) -> dict[str, float]:
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
