"""Replays a table's own history with injected faults: what the detector would have said, before it is switched on.

Each batch is judged by those before it, first as it came (a false alarm is an alarm on it), then with faults put in.

>>> share(3, 3)
Share(hits=3, of=3, rate=1.0, low=0.4385, high=1.0)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from math import sqrt
from typing import Any

import pyarrow as pa

from airflow_provider_dqheal.core.config import DetectionSettings
from airflow_provider_dqheal.core.errors import DQHealError
from airflow_provider_dqheal.core.types import ISSUE_ORDER, Verdict
from airflow_provider_dqheal.detection.corpus import rng_for
from airflow_provider_dqheal.detection.corruptions import SEVERITIES, Corrupted, CorruptionRefused, Severity, inject
from airflow_provider_dqheal.detection.verdict import judge
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.profiling.profile import Profile

_Z = 1.959964


class BacktestRefused(DQHealError):
    """Raised when a history is too short to be replayed."""


@dataclass(frozen=True)
class Share:
    """Hits of trials with their rate and its 95 % Wilson interval; the rate of nothing is None."""

    hits: int
    of: int
    rate: float | None
    low: float
    high: float


def share(hits: int, of: int) -> Share:
    """The rate of ``hits`` in ``of`` independent trials. Source: Wilson 1927."""
    if of == 0:
        return Share(0, 0, None, 0.0, 1.0)
    rate, square = hits / of, _Z * _Z
    middle = (rate + square / (2 * of)) / (1 + square / of)
    half = _Z * sqrt(rate * (1 - rate) / of + square / (4 * of * of)) / (1 + square / of)
    return Share(hits, of, round(rate, 4), round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4))


@dataclass(frozen=True)
class Trial:
    """One injected fault and what was said of it.

    Attributes:
        batch: place of the batch in the history.
        family: name of the corruption.
        issues: the issue types that are true of the batch.
        severity: low, medium or high.
        hard: undecidable from the history, by the rule of the corruption library.
        alarmed: whether any issue was named.
        right: whether one of ``issues`` was named.
        others: issue types named that are neither true nor tolerated.
        found_columns: columns blamed that were hit.
        blamed_columns: columns blamed by the issues named rightly.
        hit_columns: columns hit by those issues.
    """

    batch: int
    family: str
    issues: tuple[str, ...]
    severity: str
    hard: bool
    alarmed: bool
    right: bool
    others: tuple[str, ...]
    found_columns: int
    blamed_columns: int
    hit_columns: int


@dataclass(frozen=True)
class Backtest:
    """What came out of a replay.

    Attributes:
        dataset: name of the data set.
        batches: batches given.
        judged: places of the batches that were judged, each by those before it.
        promised: the stated rate of false alarms; ``promised_watch`` that of the looser level.
        clean_alarms: for each judged batch the issue types named on it as it came.
        clean_watched: for each judged batch those of the looser level.
        trials: the injected faults.
    """

    dataset: str
    batches: int
    judged: tuple[int, ...]
    promised: float
    promised_watch: float
    clean_alarms: tuple[tuple[str, ...], ...]
    clean_watched: tuple[tuple[str, ...], ...]
    trials: tuple[Trial, ...] = field(repr=False)

    @property
    def false_alarms(self) -> Share:
        """Batches with an alarm although nothing was put in."""
        return share(sum(bool(names) for names in self.clean_alarms), len(self.judged))

    @property
    def false_watches(self) -> Share:
        """Batches with an alarm or a remark of the looser level."""
        both = zip(self.clean_alarms, self.clean_watched, strict=True)
        return share(sum(bool(names or looser) for names, looser in both), len(self.judged))

    def recall(
        self, right: bool = False, severity: str | None = None, issue: str | None = None, hard: bool = False
    ) -> Share:
        """Faults found: with any alarm, or (``right``) under their own name.

        Args:
            right: count only alarms that name the fault's own issue type.
            severity: only faults of that severity.
            issue: only faults of that issue type.
            hard: the undecidable ones instead of the others.
        """
        chosen = [
            trial
            for trial in self.trials
            if trial.hard == hard
            and (severity is None or trial.severity == severity)
            and (issue is None or issue in trial.issues)
        ]
        return share(sum(trial.right if right else trial.alarmed for trial in chosen), len(chosen))

    @property
    def column_f1(self) -> float | None:
        """F1 of the columns blamed by issues that were named rightly; None where no fault had columns."""
        found, blamed, hit = (
            sum(getattr(trial, name) for trial in self.trials if not trial.hard)
            for name in ("found_columns", "blamed_columns", "hit_columns")
        )
        return round(2 * found / (blamed + hit), 4) if blamed + hit else None

    def missed_families(self) -> list[tuple[str, Share]]:
        """Families by how often they were found, least first; the undecidable left out."""
        names = sorted({trial.family for trial in self.trials if not trial.hard})
        found = []
        for name in names:
            own = [trial.alarmed for trial in self.trials if trial.family == name and not trial.hard]
            found.append((name, share(sum(own), len(own))))
        return sorted(found, key=lambda pair: (pair[1].rate or 0.0, pair[0]))

    def to_json(self) -> dict[str, Any]:
        """The figures as plain values."""
        present = [name for name in ISSUE_ORDER if any(name in trial.issues for trial in self.trials)]
        return {
            "dataset": self.dataset,
            "batches": self.batches,
            "judged": len(self.judged),
            "promised": self.promised,
            "false_alarms": asdict(self.false_alarms),
            "promised_watch": self.promised_watch,
            "false_watches": asdict(self.false_watches),
            "alarms_on_clean": [
                {"batch": place, "issues": list(names)}
                for place, names in zip(self.judged, self.clean_alarms, strict=True)
                if names
            ],
            "faults": len(self.trials),
            "recall": asdict(self.recall()),
            "recall_right_issue": asdict(self.recall(right=True)),
            "recall_hard": asdict(self.recall(hard=True)),
            "column_f1": self.column_f1,
            "by_severity": {name: asdict(self.recall(severity=name)) for name in SEVERITIES},
            "by_issue": {
                name: {"any": asdict(self.recall(issue=name)), "right": asdict(self.recall(True, issue=name))}
                for name in present
            },
            "by_family": {name: asdict(found) for name, found in self.missed_families()},
        }


def backtest(
    batches: Sequence[pa.Table],
    dataset: str = "dataset",
    settings: DetectionSettings | None = None,
    faults: Collection[str] = ISSUE_ORDER,
    severities: Sequence[Severity] = SEVERITIES,
    last: int = 30,
    each: int = 1,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Judges each batch by those before it, as it came and with faults put in.

    Args:
        batches: accepted batches, oldest first, in their raw representation.
        dataset: its name; part of the seed.
        settings: the promises, and how much history is needed and used.
        faults: families or issue types that are put in, each into every judged batch it applies to.
        severities: how much.
        last: judge only so many of the newest batches.
        each: faults of each kind and severity a batch.
        seed: equal seeds give equal faults.
        progress: called with (batches judged so far, batches to judge).

    Raises:
        BacktestRefused: when there are not more batches than ``settings.min_history``.
        CorruptionRefused: when a fault has a name that is neither a family nor an issue type.
        ModelLoadError: when the weights are missing or altered.
    """
    settings = settings or DetectionSettings()
    if len(batches) <= settings.min_history:
        raise BacktestRefused(
            f"{dataset}: {len(batches)} batches, expected at least {settings.min_history + 1}: each is judged by "
            f"{settings.min_history} or more before it; give more of the history"
        )
    profiles = [profile_table(batch) for batch in batches]
    judged = list(range(max(settings.min_history, len(batches) - last), len(batches)))
    alarms, watched, trials = [], [], []
    for count, place in enumerate(judged):
        first = max(0, place - settings.history_size)
        history, baseline = batches[first:place], Baseline.build(dataset, profiles[first:place])
        verdict = _judged(profiles[place], baseline, settings)
        alarms.append(tuple(issue.type for issue in verdict.issues))
        watched.append(tuple(issue.type for issue in verdict.watch))
        for bad in _faulty(batches[place], history, faults, severities, each, (dataset, seed, place)):
            trials.append(_trial(place, bad, _judged(profile_table(bad.table), baseline, settings)))
        if progress is not None:
            progress(count + 1, len(judged))
    return Backtest(
        dataset=dataset,
        batches=len(batches),
        judged=tuple(judged),
        promised=settings.false_alarm_rate,
        promised_watch=settings.watch_rate,
        clean_alarms=tuple(alarms),
        clean_watched=tuple(watched),
        trials=tuple(trials),
    )


def _judged(profile: Profile, baseline: Baseline, settings: DetectionSettings) -> Verdict:
    verdict = judge(profile, baseline, settings)
    if verdict.status != "scored":
        raise BacktestRefused(f"{baseline.dataset}: a batch was not judged ({verdict.reason or verdict.status})")
    return verdict


def _faulty(
    batch: pa.Table,
    history: Sequence[pa.Table],
    faults: Collection[str],
    severities: Sequence[Severity],
    each: int,
    key: tuple[str | int, ...],
) -> Iterator[Corrupted]:
    """The batch with one fault at a time; families that do not apply to it are passed over."""
    for name in faults:
        for severity in severities:
            for number in range(each):
                drawn = int(rng_for("backtest", *key, name, severity, number).integers(2**31))
                try:
                    yield inject(batch, name, severity, drawn, history)
                except CorruptionRefused as refused:
                    if not refused.inapplicable:
                        raise


def _trial(place: int, bad: Corrupted, verdict: Verdict) -> Trial:
    named = {issue.type: set(issue.columns) for issue in verdict.issues}
    right = bad.issues & set(named)
    hit = {(issue, column) for issue in right for column in bad.columns[issue]}
    blamed = {(issue, column) for issue in right if bad.columns[issue] for column in named[issue]}
    return Trial(
        batch=place,
        family=bad.family,
        issues=tuple(name for name in ISSUE_ORDER if name in bad.issues),
        severity=bad.severity,
        hard=bad.hard,
        alarmed=bool(named),
        right=bool(right),
        others=tuple(sorted(set(named) - bad.issues - bad.tolerated)),
        found_columns=len(hit & blamed),
        blamed_columns=len(blamed),
        hit_columns=len(hit),
    )
