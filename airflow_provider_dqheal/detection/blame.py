"""The columns of an issue: which are blamed, and which are only suspected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from airflow_provider_dqheal.issues._base import Finding, IssueSpec

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.detector import Scores

SUSPICION = 1.0
"""How far below the logit of blamed columns that of suspected ones begins."""


@dataclass(frozen=True)
class Concerned:
    """``order``: all columns with evidence, blamed ones first (None: the batch as a whole); ``blamed``: those."""

    order: tuple[str | None, ...]
    blamed: frozenset[str]


def concerned(
    spec: IssueSpec, scores: Scores, place: int, found: Sequence[Finding], beyond: Sequence[str | None] = ()
) -> Concerned:
    """The columns of an issue, in the order of contribution.

    The ensemble blames; evidence by itself only casts suspicion, since one fault moves much that it is not in. An exact
    difference of the schema blames its own columns.

    Args:
        spec: the issue type.
        scores: of the batch.
        place: of the issue type in the scores.
        found: its findings in the batch, strongest first.
        beyond: columns that raised the issue, whatever the score: these are blamed, too.
    """
    strongest = {finding.column: finding.strength for finding in reversed(found)}
    exact = spec.name == "schema_drift" and bool(strongest)
    weight = {
        column: 2.0 * strength
        for column, strength in strongest.items()
        if column is None or exact or strength >= spec.own_strength
    }
    names = scores.features.columns
    excess = scores.columns[:, place] - scores.calibration.column_logit[place]
    if not exact:
        for row in np.flatnonzero(excess >= -SUSPICION).tolist():
            weight[names[row]] = weight.get(names[row], 0.0) + float(excess[row]) + SUSPICION + 0.1
        for column in beyond:
            weight.setdefault(column, 0.1)
        if not weight and names:
            weight[_likeliest(names, excess, strongest)] = 0.1
    above = (names[row] for row in np.flatnonzero(excess >= 0).tolist())
    blamed: set[str | None] = set(strongest) if exact else {*beyond, *above}
    order = sorted(weight, key=lambda column: (column is not None and column not in blamed, -weight[column]))
    return Concerned(tuple(order), frozenset(column for column in blamed if column is not None))


def _likeliest(names: Sequence[str], excess: np.ndarray, strongest: dict[str | None, float]) -> str:
    """The column that an issue is most likely in."""
    evidence = excess + np.asarray([strongest.get(name, 0.0) for name in names])
    return names[int(evidence.argmax())]
