"""What lies beyond everything that clean batches show: something is wrong, whatever the ensemble says.

The ensemble weighs what the faults it was trained on move; a fault of another kind may move a measurement further than
a clean batch of any table ever did, and still mean nothing to it. That something is wrong is then plain; which issue it
is, the ensemble says better than the measurement. Of time-ordered clean batches of the training corpus about one in 140
is raised by this alone, and of the faulty ones that the ensemble lets pass three in ten. So is a finding as
strong as in no clean batch of the corpus: dates and booleans that are written in a form never had, a date far outside
all others, numbers many times those of the history, numbers that are no longer what their rows make of them, cells
that are no JSON or not of the one form of numbers, rows or keys that repeat, a category that is gone, a level that
leaps, slips of the pen of a batch's one value, decimals that are all whole.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
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
    ("decimal_fail", "number", 0.9),
    ("negative.excess", "number", 1.7),
    ("deviation.own", "number", 6.4),
    ("reach_below.nearest", "number", 6.0),
    ("entropy.excess", "date", 1.45),
    ("past_z", "date", 19.0),
    ("parse_z", "", 2.5),
    ("null.own", "", 5.8),
    ("top.own", "", 5.1),
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
_COST = 0.003
"""Share of clean batches that this is given of what is promised; the calibrated score gets the rest."""

_PLAIN_STRENGTH = 3.0
_PLAIN_SHARE = 0.25
_FEW = 0.35

_ANY = frozenset({"number", "date", "bool", "text"})
_BATCH = frozenset({""})
"""The batch as a whole, or a column that is not judged by itself."""
_NUMBER, _DATE, _BOOL = (frozenset({kind}) for kind in ("number", "date", "bool"))
_MANY, _FEW_OF_MANY = 0.25, 0.15
"""The rows of a category that is no category any more; and of a column with a handful of cells, one may be many times
the others."""

CERTAIN: Sequence[tuple[str, frozenset[str], float, float, float]] = (
    ("new_form", _DATE | _BOOL, 1.2, 0.0, 1.0),
    ("boolean_spelling", _BOOL, 1.5, 0.0, 1.0),
    ("values_above", _DATE, 1.5, 0.0, 1.0),
    ("values_below", _DATE, 1.5, 0.0, 1.0),
    ("factor_above", _NUMBER, 2.0, 0.0, _FEW_OF_MANY),
    ("gone_values", _ANY, 1.5, _MANY, 1.0),
    ("repeated_keys", _ANY, 0.9, 0.0, 0.3),
    ("repeated_keys", _ANY, 1.0, 0.3, 1.0),
    ("far_step", _ANY, 1.0, 0.0, 1.0),
    ("mistyped_value", _ANY, 1.0, 0.0, 1.0),
    ("off_form", _ANY, 1.0, 0.0, 1.0),
    ("whole_numbers", _NUMBER, 1.0, 0.0, 1.0),
    ("day_times", _DATE, 1.0, 0.0, 1.0),
    ("duplicate_rows", _BATCH, 3.0, 0.05, 1.0),
    ("cut_digits", _ANY | _BATCH, 1.0, 0.0, 1.0),
    ("row_size", _ANY | _BATCH, 0.0, 0.0, 1.0),
    ("row_formula", _ANY | _BATCH, 0.0, 0.0, 1.0),
    ("row_label", _ANY | _BATCH, 0.0, 0.0, 1.0),
    ("row_missing", _ANY | _BATCH, 0.0, 0.0, 1.0),
    ("row_order", _ANY | _BATCH, 0.0, 0.0, 1.0),
    ("row_gap", _ANY | _BATCH, 0.0, 0.0, 1.0),
)
"""A finding, and in columns of which kinds no clean batch has it at this strength, with a share between these two.

Of 3,879 clean batches of the corpus, none that nothing else raised, but for one table whose columns did cross
(``row_order``); of ``off_form`` none of 372. Of some thousand drawn later ``row_formula`` and ``whole_numbers`` raised
one each: a table of fires that grew, and one whose shares were rounded from some year on.
"""

_WITHIN_ROWS = frozenset({"row_size", "row_formula", "row_label", "row_order", "row_gap"})
"""Those of them that say which columns no longer go together."""
_NAMING = frozenset(
    {
        "gone_values", "repeated_keys", "far_step", "mistyped_value", "off_form", "duplicate_rows", "cut_digits",
        "whole_numbers", "day_times", "row_missing", *_WITHIN_ROWS,
    }
)  # fmt: skip
"""Those of them that name the issue, too."""
_SEVERAL, _UNKNOWN = 3, 0.5
"""Different values that no list has, and how strong a finding of them is: of clean batches none has more than two."""
_RESPELLED = 10.0
"""Standard errors by which more values than ever are other spellings of known ones."""
_SLIP = 1.3
_PADDED = 0.1
"""Share of the values with blanks around them, which had none, from which on it is more than some strange cells."""
_SPARSE = 0.5
"""Share of missing cells from which on values that never came twice may do so now."""
_USUALLY, _BY_CHANCE = 0.75, -14.0
"""Share of missing cells up to which a column usually holds values, and how seldom (log) chance has it wholly empty."""
_GONE_SHARE = 0.999
"""Nothing but a stray cell is left of a column."""

_MEASURES = [AT[measure] for measure, _, _ in ENDS]
_ENDS = {
    of: np.asarray([end if kind in ("", of) else np.inf for _, kind, end in ENDS])
    for of in ("number", "date", "bool", "text")
}
"""Where clean batches end in each of :data:`ENDS`, by the kind of column."""


def rate_of_scores(rate: float) -> float:
    """The share of false alarms that the calibrated score is asked for, where both are to give a stated one.

    >>> rate_of_scores(0.03), rate_of_scores(0.01)
    (0.027, 0.01)
    """
    return round(rate - _COST, 6) if rate >= LEAST_RATE else rate


def beyond_clean(
    found: Iterable[Finding], columns: Sequence[str], kinds: Sequence[str], raw: np.ndarray
) -> list[str | None]:
    """The columns that lie beyond what clean batches show, by their findings or measurements; None: the batch itself.

    Args:
        found: the findings of the batch.
        columns: its C columns.
        kinds: number, date, bool or text: what each holds, by the history.
        raw: (C, features) measurements.
    """
    sparse = {columns[row] for row in np.flatnonzero(raw[:, AT["missing_share"]] > _SPARSE).tolist()}
    found = [one for one in found if one.metric != "repeated_keys" or one.column not in sparse]
    kind_of = dict(zip(columns, kinds, strict=True))
    plain = [one.column for one in found if _is_gone(one) or _is_certain(one, kind_of.get(one.column or "", ""))]
    far = [columns[row] for row in np.flatnonzero(_are_far(kinds, raw)).tolist()]
    if not any(one.metric in _WITHIN_ROWS for one in found):  # these say better what no longer goes together
        far += [columns[row] for row in np.flatnonzero(_are_apart(raw)).tolist()]
    return list(dict.fromkeys([*plain, *far, *rewritten(found, columns, kinds, raw)]))


def named_beyond(probability: np.ndarray, found: Iterable[Finding] = ()) -> int:
    """The place of the likeliest issue type, by probabilities (issue types, ...); a changed schema is a fact.

    What no measurement of the ensemble tells of is what its finding says (:func:`told_by`).
    """
    told = told_by(found)
    if told is not None:
        return told
    return max((i for i, name in enumerate(ISSUE_ORDER) if name != "schema_drift"), key=lambda i: float(probability[i]))


def told_by(found: Iterable[Finding]) -> int | None:
    """The place of the issue type that a finding tells better than any probability, or None.

    So do an empty column, rows or keys that repeat, a category that is gone, a level that leaps, lost digits, rows at
    odds, cells that are not of the column's form, and slips of the pen in a known one.
    """
    found = list(found)
    other_form = {finding.column for finding in found if finding.metric == "new_form"}
    for finding in found:
        slip = finding.metric == "near_values" and finding.strength >= _SLIP and finding.column not in other_form
        named = finding.metric in _NAMING and bool(_sure_of(finding))
        if slip or named or _is_empty(finding):
            return ISSUE_ORDER.index(finding.issue)
    return None


def plainly_named(
    found: Iterable[Finding], columns: Sequence[str], kinds: Sequence[str], raw: np.ndarray
) -> dict[int, list[str | None]]:
    """By the place of an issue type the columns that plainly have it, whatever else the ensemble says of them.

    Args:
        found: the findings of the batch.
        columns: its C columns.
        kinds: number, date, bool or text: what each holds, by the history.
        raw: (C, features) measurements.
    """
    found = list(found)
    written = rewritten(found, columns, kinds, raw)
    padded = [one.column for one in found if one.metric == "padding" and one.share >= _PADDED and _is_new(one)]
    named = {
        "type_mismatch": list(dict.fromkeys([*written, *padded])),
        "missing_data": [one.column for one in found if _is_empty(one)],
    }
    return {ISSUE_ORDER.index(name): those for name, those in named.items() if those}


def rewritten(
    found: Iterable[Finding], columns: Sequence[str], kinds: Sequence[str], raw: np.ndarray
) -> list[str | None]:
    """The columns whose values are plainly written in another way: a type mismatch, whatever else they are.

    So are values that do not read as what the column holds; blanks around most of them; most dates of a column in a
    form they never had (read by that form, day and month may change places: the dates seem to have moved, which is all
    the ensemble says); and most labels of a column in another spelling of known ones.

    Args:
        found: the findings of the batch.
        columns: its C columns.
        kinds: number, date, bool or text: what each holds, by the history.
        raw: (C, features) measurements.
    """
    kind_of = dict(zip(columns, kinds, strict=True))
    respelled = {columns[row] for row in np.flatnonzero(raw[:, AT["sign_respelled_z"]] > _RESPELLED).tolist()}
    return [one.column for one in found if _is_rewritten(one, kind_of.get(one.column or "", ""), respelled)]


def _is_new(finding: Finding) -> bool:
    return finding.strength >= 1.0 or finding.high == 0.0


def _is_rewritten(finding: Finding, kind: str, respelled: Container[str | None]) -> bool:
    if finding.metric in ("parse_failures", "off_form"):
        return finding.strength >= 1.0
    if finding.share < 0.5:
        return False
    if finding.metric == "padding":
        return finding.strength >= 1.0
    other = kind == "date" or (kind == "text" and finding.column in respelled)
    return other and finding.metric == "new_form" and finding.strength >= _PLAIN_STRENGTH


def _is_gone(finding: Finding) -> bool:
    """A quarter of a column is missing where it never was."""
    missing = finding.metric in ("missing_share", "stand_in")
    return missing and finding.strength >= _PLAIN_STRENGTH and finding.share >= _PLAIN_SHARE


def _is_certain(finding: Finding, kind: str) -> bool:
    """A finding that is as strong in no clean batch."""
    return any(kind in kinds for kinds in _sure_of(finding)) or _are_strays(finding)


def _sure_of(finding: Finding) -> list[frozenset[str]]:
    """The kinds of columns in which a finding is as strong in no clean batch."""
    return [
        kinds
        for metric, kinds, strength, least, most in CERTAIN
        if finding.metric == metric and finding.strength >= strength and least <= finding.share <= most
    ]


def _is_empty(finding: Finding) -> bool:
    """A column holds nothing any more."""
    return finding.metric == "missing_share" and finding.share >= _GONE_SHARE


def _are_strays(finding: Finding) -> bool:
    """Several different values are none of a list that was whole in every batch."""
    several = finding.metric == "unknown_values" and len(finding.examples) >= _SEVERAL
    return several and finding.strength >= _UNKNOWN


@lru_cache(maxsize=256)
def _ends_of(kinds: tuple[str, ...]) -> np.ndarray:
    """(C, :data:`ENDS`) where clean batches end in columns of these kinds."""
    return np.asarray([_ENDS[kind] for kind in kinds]).reshape(len(kinds), len(ENDS))


def _are_far(kinds: Sequence[str], raw: np.ndarray) -> np.ndarray:
    """(C,) bool: which columns lie beyond, by their measurements."""

    def measured(name: str) -> np.ndarray:
        column: np.ndarray = raw[:, AT[name]]
        return column

    number, text = (np.asarray([kind == which for kind in kinds], dtype=bool) for which in ("number", "text"))
    # No text was ever spelled nearly as oddly.
    strange = (measured("spelling_reach") > 2.5) & (measured("spelling_excess") > 3.0)
    strange &= measured("spelling_share") <= _FEW
    # Far beyond all records.
    above = number & (measured("reach_above.nearest") > 10.0) & (measured("reach_above.excess") > 2.3)
    # All of a column, from its low end to its high one, is where no batch was.
    ends = np.stack([measured(f"{end}.own") for end in ("low", "lower", "median", "upper", "high")])
    beside = np.stack([measured(f"{end}.excess") for end in ("lower", "median", "upper")]).min(axis=0)
    moved = number & (measured("is_moving") < 0.5) & ((ends > 5.0).all(axis=0) | (ends < -5.0).all(axis=0))
    moved &= ((beside > 2.5) & (measured("wasserstein.excess") > 3.0)) | (beside > 3.5)
    moved &= measured("log_distinct") > 2.3
    far = np.asarray((raw[:, _MEASURES] > _ends_of(tuple(kinds))).any(axis=1))
    # Another word for nothing, in place of values or of the usual word.
    nothing = (measured("spike_missing_z") > 3.5) & (measured("missing.own") < 1.5)
    # Texts that are new in every batch, all in a form that none had.
    form = text & (measured("odd_form") > 0.98) & (measured("odd_form_z") > 20.0) & (measured("form_loo") < 0.001)
    form &= measured("unseen_loo") > 0.5
    return far | strange | above | moved | nothing | form | _emptied(measured) | (text & _not_listed(measured))


def _are_apart(raw: np.ndarray) -> np.ndarray:
    """(C,) bool: columns that went together with another one row by row in every batch, and do no longer."""
    apart: np.ndarray = (raw[:, AT["association_excess"]] > 3.3) & (raw[:, AT["association_lost"]] > 0.9)
    return apart


def _emptied(measured: Callable[[str], np.ndarray]) -> np.ndarray:
    """(C,) bool: columns that hold nothing any more, or far less than ever."""
    own, near, missing = measured("missing.own"), measured("missing.near"), measured("missing_share")
    nothing = (missing >= _GONE_SHARE) & (own > 3.6) & (near > 9.0) & (measured("missing.excess") > 0.9)
    most, rows = measured("missing_max"), np.expm1(measured("log_rows"))
    nothing |= (missing >= _GONE_SHARE) & (most < _USUALLY) & (rows * np.log(np.maximum(most, 1e-9)) < _BY_CHANCE)
    return nothing | ((own > 4.6) & (near > 7.0) & (missing > measured("missing_max") + 0.15))


def _not_listed(measured: Callable[[str], np.ndarray]) -> np.ndarray:
    """(C,) bool: a closed list of values meets one that is a slip of the pen, or of a form that none of them has."""
    closed, near, form = measured("closed_z"), measured("near_share"), measured("odd_form")
    slip = (closed > 4.0) & (measured("near_z") > 4.0) & (measured("near_loo") == 0)
    slip &= (near >= 0.005) & (near <= _FEW)
    other = (closed > 5.0) & (measured("odd_form_z") > 5.0) & (measured("form_loo") < 0.002)
    other &= (form >= 0.01) & (form <= _FEW)
    return (measured("unseen_loo") == 0) & (slip | other)
