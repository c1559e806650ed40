"""The yardsticks on the same batches as the detector."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import structlog

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.corpus import CorpusError
from airflow_provider_dqheal.detection.evaluation._base import Judged, Truth
from airflow_provider_dqheal.detection.evaluation.raw import SamplesDiffer, redraw, sources_by_name
from airflow_provider_dqheal.detection.samples import Sample
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.view import view_table
from airflow_provider_dqheal.detection.yardsticks import YARDSTICKS, Opinion


@dataclass(frozen=True, eq=False)
class Rivals:
    """``rows``: places of the judged samples; ``judged``: the yardsticks by name, on those rows."""

    rows: np.ndarray
    judged: dict[str, Judged]


def episodes_for(samples: Sequence[Sample], episodes: int, seed: int = 0) -> list[list[int]]:
    """Places of the samples of some episodes, one table after the other, so that every table has as many."""
    of: dict[tuple[str, int], list[int]] = {}
    for i, sample in enumerate(samples):
        of.setdefault((sample.key, sample.episode), []).append(i)
    rng = np.random.default_rng(seed + 19)
    turn: dict[str, int] = {}
    ranked = []
    for key, number in [sorted(of)[int(k)] for k in rng.permutation(len(of))]:
        turn[key] = turn.get(key, 0) + 1
        ranked.append((turn[key], key, number))
    return [of[key, number] for _, key, number in sorted(ranked)[:episodes]]


def judge_yardsticks(samples: Sequence[Sample], truth: Truth, chosen: Sequence[Sequence[int]]) -> Rivals:
    """What each yardstick says of the batches behind samples.

    Args:
        samples: all samples.
        truth: the truth about them.
        chosen: places of the samples of the episodes to judge.

    Raises:
        SamplesDiffer: when the batches behind the samples cannot be drawn again.
    """
    known = sources_by_name()
    log = structlog.get_logger()
    rows: list[int] = []
    opinions: dict[str, list[Opinion]] = {one.name: [] for one in YARDSTICKS}
    seconds = dict.fromkeys(opinions, 0.0)
    for done, places in enumerate(chosen):
        first = samples[places[0]]
        try:
            raw = redraw(known[first.key], first.episode)
        except (KeyError, CorpusError) as error:
            raise SamplesDiffer(f"{first.key}: cannot be drawn again ({error}); draw the samples anew") from error
        if raw.corruptions != [samples[i].corruption for i in places]:
            raise SamplesDiffer(
                f"{first.key}/{first.episode}: drawn again, it has other faults than the samples: they are of another "
                "version; draw them anew"
            )
        history = build_stack([view_table(table) for table in raw.history])
        for place, table in zip(places, raw.batches, strict=True):
            view = view_table(table)
            rows.append(place)
            for one in YARDSTICKS:
                started = time.perf_counter()
                opinions[one.name].append(one.judge(history, view))
                seconds[one.name] += time.perf_counter() - started
        if done % 100 == 99:
            log.info("yardsticks", episodes=done + 1, of=len(chosen))
    names = [truth.names[i] for i in rows]
    return Rivals(
        rows=np.asarray(rows, dtype=int),
        judged={name: judged_of(of, names, seconds[name]) for name, of in opinions.items()},
    )


def judged_of(opinions: Sequence[Opinion], names: Sequence[tuple[str, ...]], seconds: float) -> Judged:
    """Opinions as arrays."""
    predicted = np.zeros((len(opinions), len(ISSUE_ORDER)), dtype=bool)
    blamed = []
    for row, (opinion, columns) in enumerate(zip(opinions, names, strict=True)):
        said = np.zeros((len(columns), len(ISSUE_ORDER)), dtype=bool)
        for issue, of in opinion.flagged.items():
            i = ISSUE_ORDER.index(issue)
            predicted[row, i] = True
            said[[columns.index(name) for name in of if name in columns], i] = True
        blamed.append(said)
    return Judged(
        score=np.asarray([opinion.score for opinion in opinions]),
        flagged=np.asarray([opinion.alarm for opinion in opinions]),
        predicted=predicted,
        blamed=tuple(blamed),
        seconds=seconds,
    )
