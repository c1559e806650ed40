"""Far numbers that may be true after all: records of counts, and orders in round numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from airflow_provider_dqheal.detection.scalars import at_least
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.slip_options import (
    DECIMAL,
    FEW_VALUES,
    LONE_UNIT,
    Slip,
    is_short_list,
    places_of,
)
from airflow_provider_dqheal.remediation.kernels.text import Text

_RECORD = 3.0
"""Times the largest whole number so far, up to which a lone one may be a record."""
_MANY, _ROUND_BY_CHANCE = 10.0, ("x100", "x1000")
"""Times the largest count, from which on one in whole hundreds or thousands is no record; few records are so round."""
_TAIL = 0.01
"""Share of a count's largest number, below which it has no end; a scale from 1 to 5 is used to its end."""
_ONE_ZERO = "x10"
_SELDOM_ROUND, _BY_CHANCE = 0.2, 0.02
"""Share of the history's numbers that are as round, up to which one counts as round; how seldom chance has more."""


def may_be_record(text: Text, slip: Slip, slips: Mapping[Text, Slip], history: ColumnHistory) -> bool:
    """Whether a lone whole number is no farther than a record may be; of small counts, any may be one.

    Several are not either where a count is open: who orders two may order two hundred, or send two back.
    Nor does one zero at its end, which every tenth number has, tell a slip from anything else that went wrong where
    much is usual. It is none where the repaired number is one of a short list that a number is seldom in by chance.
    """
    if _is_open_count(history) and not places_of(text):
        return True
    alike = sum(other.kind == slip.kind for other in slips.values())
    if history.style.most_places or slip.kind not in DECIMAL or alike >= LONE_UNIT or places_of(text):
        return False
    known = history.different_numbers
    low, high = float(known[0]), float(known[-1])
    if is_short_list(history) and float(slip.after) in known:
        return False
    times = abs(float(str(text))) / max(abs(low), abs(high), 1.0)
    if len(known) <= FEW_VALUES and low < high / 2:
        return times < _MANY or slip.kind not in _ROUND_BY_CHANCE
    return times < _RECORD or (slip.kind == _ONE_ZERO and low < high / 2)


def _is_open_count(history: ColumnHistory) -> bool:
    """Whether a column counts something: few different whole numbers, the largest of them seldom."""
    known = history.different_numbers
    if history.style.most_places or known[0] < 0 or not 2 < len(known) <= FEW_VALUES or is_short_list(history):
        return False
    return bool((history.all_numbers == known[-1]).mean() < _TAIL)


def too_round(slips: Mapping[Text, Slip], history: ColumnHistory) -> set[Text]:
    """Those of the numbers too large by a moved point that are rounder than such a slip leaves the column's numbers.

    It keeps every digit: of 12.34, 25.99 and 30.05 come 1234, 2599 and 3005, and hardly 1200, 2500 and 3000, which
    somebody ordered.
    """
    larger = [text for text, slip in slips.items() if slip.kind.startswith("x")]
    shares = {text: _share_as_round(Decimal(slips[text].after), history) for text in larger}
    seldom = [text for text, share in shares.items() if share <= _SELDOM_ROUND]
    if not seldom:
        return set()
    rate = max(shares[text] for text in seldom)
    return set(seldom) if at_least(len(seldom), len(larger), rate) < _BY_CHANCE else set()


def _share_as_round(value: Decimal, history: ColumnHistory) -> float:
    """Share of the history's numbers that are as round as this one."""
    step = history.grid if history.grid >= 1 else Decimal(10) ** -history.style.most_places
    if abs(value) > step * 10**25:
        return 1.0  # more digits than a remainder can be told of
    while value and value % (step * 10) == 0:
        step *= 10
    return history.share_on(step)
