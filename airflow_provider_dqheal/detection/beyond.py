"""What lies beyond everything that clean batches show: something is wrong, whatever the ensemble says.

The ensemble weighs what the faults it was trained on move; a fault of another kind may move a measurement further than
a clean batch of any table ever did, and still mean nothing to it. That something is wrong is then plain; which issue it
is, the ensemble says better than the measurement. Of time-ordered clean batches of the training corpus about one in two
hundred is raised by this alone, and of the faulty ones that the ensemble lets pass one in eight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.compare import AT
from airflow_provider_dqheal.issues._base import Finding

ENDS: tuple[tuple[str, str, float], ...] = (
    ("length_spread.own", "text", 5.0),
    ("length_max.own", "text", 4.7),
    ("lengths.excess", "text", 2.9),
    ("number.excess", "text", 1.35),
    ("odd_form_z", "number", 1.6),
    ("word.own", "number", 3.4),
    ("decimal_fail", "number", 0.25),
    ("deviation.own", "number", 6.4),
    ("reach_below.nearest", "number", 6.0),
    ("entropy.excess", "date", 1.45),
    ("past_z", "date", 19.0),
    ("parse_z", "", 2.5),
    ("null.own", "", 5.8),
    ("top.own", "", 5.4),
    ("unit.own", "", 3.8),
    ("unit.excess", "", 2.05),
    ("association_excess", "", 4.7),
    ("sign_test_z", "", 2.3),
    ("sign_markup_z", "", 3.5),
    ("sign_escaped_z", "", 3.5),
    ("sign_masked_z", "", 3.5),
    ("sign_hashed_z", "", 3.5),
    ("sign_uuid_z", "", 3.5),
    ("sign_quoted_z", "", 3.5),
    ("sign_bracketed_z", "", 3.5),
)
"""A measurement, the kind of column it is read of (empty: any), and where clean batches end."""

LEAST_RATE = 0.02
"""Where a smaller share of false alarms is asked for, the calibrated score alone decides: this costs some, too."""

_PLAIN_STRENGTH = 3.0
_PLAIN_SHARE = 0.25
_FEW = 0.35
_MEASURES = [AT[measure] for measure, _, _ in ENDS]
_ENDS = {
    of: np.asarray([end if kind in ("", of) else np.inf for _, kind, end in ENDS])
    for of in ("number", "date", "bool", "text")
}
"""Where clean batches end in each of :data:`ENDS`, by the kind of column."""


def beyond_clean(found: Iterable[Finding], columns: Sequence[str], kinds: Sequence[str], raw: np.ndarray) -> list[str]:
    """The columns that lie beyond what clean batches show, by their findings or their measurements.

    Args:
        found: the findings of the batch.
        columns: its C columns.
        kinds: number, date, bool or text: what each holds, by the history.
        raw: (C, features) measurements.
    """
    gone = [finding.column for finding in found if _is_gone(finding)]
    far = [columns[row] for row in np.flatnonzero(_are_far(kinds, raw)).tolist()]
    return list(dict.fromkeys([*(column for column in gone if column is not None), *far]))


def named_beyond(probability: np.ndarray, found: Iterable[Finding] = ()) -> int:
    """The place of the likeliest issue type, by probabilities (issue types, ...); a changed schema is a fact.

    What no measurement of the ensemble tells of is what its finding says.
    """
    for finding in found:
        if _is_cut(finding) or _is_at_odds(finding):
            return ISSUE_ORDER.index(finding.issue)
    return max((i for i, name in enumerate(ISSUE_ORDER) if name != "schema_drift"), key=lambda i: float(probability[i]))


def _is_gone(finding: Finding) -> bool:
    """A quarter of a column is missing where it never was, it lost its last digits, or does not go with its rows."""
    missing = finding.metric in ("missing_share", "stand_in")
    lost = missing and finding.strength >= _PLAIN_STRENGTH and finding.share >= _PLAIN_SHARE
    return lost or _is_cut(finding) or _is_at_odds(finding)


def _is_cut(finding: Finding) -> bool:
    """Long identifiers have lost their last digits, in more cells than chance explains."""
    return finding.metric == "cut_digits" and finding.strength >= 1.0


def _is_at_odds(finding: Finding) -> bool:
    """Numbers do not go with the rest of their rows, as all did in the history."""
    return finding.metric == "row_size"


@lru_cache(maxsize=256)
def _ends_of(kinds: tuple[str, ...]) -> np.ndarray:
    """(C, :data:`ENDS`) where clean batches end in columns of these kinds."""
    return np.asarray([_ENDS[kind] for kind in kinds]).reshape(len(kinds), len(ENDS))


def _are_far(kinds: Sequence[str], raw: np.ndarray) -> np.ndarray:
    """(C,) bool: which columns lie beyond, by their measurements."""
    # No text was ever spelled nearly as oddly.
    strange = np.minimum(raw[:, AT["spelling_reach"]], raw[:, AT["spelling_excess"]]) > 3.0
    strange &= raw[:, AT["spelling_share"]] <= _FEW
    # Far beyond all records.
    above = (raw[:, AT["reach_above.nearest"]] > 10.0) & (raw[:, AT["reach_above.excess"]] > 2.3)
    above &= np.asarray([kind == "number" for kind in kinds], dtype=bool)
    # A key that repeats.
    key = (raw[:, AT["is_unique"]] > 0) & (raw[:, AT["repeat_loo"]] == 0) & (raw[:, AT["repeat_z"]] > 11.0)
    far: np.ndarray = (raw[:, _MEASURES] > _ends_of(tuple(kinds))).any(axis=1) | strange | above | key
    return far
