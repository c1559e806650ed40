"""What needs no estimate: evidence so plain that it is an issue whatever the ensemble says.

Each rule was kept because it hardly ever holds on clean batches: of 4,480 time-ordered clean batches of the training
corpus none is raised by the first rule of :func:`plain` alone, and two to four by each of the others.
"""

from __future__ import annotations

from collections.abc import Iterable

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.issues._base import Finding, Reading

_PLAIN_STRENGTH = 2.5
_PLAIN_SHARE = 0.25
_FEW = 0.35


def certain(found: Iterable[Finding], readings: Iterable[Reading]) -> set[int]:
    """Places in ``ISSUE_ORDER`` of the issue types that are plain from findings or from a column's measurements."""
    named = {finding.issue for finding in found if _is_plain(finding)}
    for reading in readings:
        named |= plain(reading)
    return {ISSUE_ORDER.index(issue) for issue in named}


def _is_plain(finding: Finding) -> bool:
    """A quarter of a column is gone, or new where nothing ever was."""
    gone = finding.metric in ("missing_share", "stand_in") or (finding.metric == "new_values" and finding.high == 0)
    return gone and finding.strength >= _PLAIN_STRENGTH and finding.share >= _PLAIN_SHARE


def plain(reading: Reading) -> set[str]:
    """The issue types that a column's measurements show by themselves."""
    named = set()
    if reading("parse_z") > 1.8:  # values do not read as the number, date or truth value that all were so far
        named.add("type_mismatch")
    strange = min(reading("spelling_reach"), reading("spelling_excess"))
    if strange > 2.5 and reading("spelling_share") <= _FEW:  # no text was ever spelled nearly as oddly
        named.add("outliers")
    beyond = reading("reach_above.nearest") > 8.0 and reading("reach_above.excess") > 2.3
    if reading.kind == "number" and beyond:  # far beyond all records
        named.add("outliers")
    if reading("is_unique") and reading("repeat_loo") == 0 and reading("repeat_z") > 11.0:  # a key that repeats
        named.add("distribution_shift")
    return named
