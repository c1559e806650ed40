"""Trains the detector: samples from corpus, generators and corruptions; members; calibration on held-out families."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import structlog

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.calibration import Calibration, calibrate, fit_columns
from airflow_provider_dqheal.detection.samples import Sample, sample_stream, sources
from airflow_provider_dqheal.detection.weights import write_weights

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.network import Member

MEMBERS = 4
"""Networks of an ensemble, by turns trained with all measurements and with blocks of them hidden."""

FOLDS = 3
RATE = 0.03
"""The promise at which the budget is shared out and columns are cut: the default one."""

PER_ROUND = 4
MOST_ROUNDS = 1000
"""Episodes of a source in a round of drawing, and the largest number of rounds: their seeds must differ."""


def train(
    output: Path,
    seed: int = 0,
    episodes: int = 14_720,
    exclude_families: Collection[str] = ("nyc13",),
    samples: Sequence[Sample] | None = None,
) -> dict[str, Any]:
    """Trains on ``episodes`` episodes (each a clean batch and its faulty versions) and writes the weights.

    Writes ``member-<i>.safetensors`` and ``metadata.json`` into ``output`` and returns the metadata. Equal arguments
    give equal weights on one machine. ``samples``: ready ones instead of drawing them.
    """
    import torch

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    log = structlog.get_logger()
    drawn = list(samples) if samples is not None else draw_all(episodes, seed, exclude_families)
    log.info("samples", count=len(drawn), clean=sum(s.clean for s in drawn))
    channels, columns = held_out(drawn, seed)
    calibration = calibration_of(drawn, channels, columns)
    everything = np.arange(len(drawn))
    members = fit_members(drawn, [(everything, seed * 101 + i // 2, hides(i)) for i in range(MEMBERS)])
    about = {
        "seed": seed,
        "episodes": len({(s.key, s.episode) for s in drawn}),
        "samples": len(drawn),
        "excluded_families": sorted(exclude_families),
    }
    return write_weights(output, members, calibration, about)


def draw_all(episodes: int, seed: int, exclude_families: Collection[str], processes: int = 2) -> list[Sample]:
    """All samples, drawn in rounds over all sources and in parallel; the number of processes changes nothing."""
    rounds = max(1, round(episodes / (PER_ROUND * len(sources(exclude_families)))))
    each = round(episodes / rounds)
    arguments = [
        (each, seed * MOST_ROUNDS + number, tuple(exclude_families), part, processes)
        for number in range(rounds)
        for part in range(processes)
    ]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(_draw_part, arguments))
    found = [sample for part in parts for episode in part for sample in episode]
    return sorted(found, key=lambda s: (s.key, s.episode))


def _draw_part(arguments: tuple[int, int, tuple[str, ...], int, int]) -> list[list[Sample]]:
    return list(sample_stream(*arguments))


def held_out(samples: Sequence[Sample], seed: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Channel scores (batches, channels) and column logits of every sample by members that never saw its family."""
    channels = np.zeros((len(samples), 2 * len(ISSUE_ORDER) + 1))
    columns: list[np.ndarray] = [np.zeros((0, len(ISSUE_ORDER)))] * len(samples)
    folds = fold_of(samples, seed)
    jobs = [
        (np.flatnonzero(folds != fold), seed * 101 + 50 + fold + FOLDS * (i // 2), hides(i))
        for fold in range(FOLDS)
        for i in range(MEMBERS)
    ]
    members = fit_members(samples, jobs)
    for fold in range(FOLDS):
        inside = np.flatnonzero(folds == fold).tolist()
        own = members[fold * MEMBERS : (fold + 1) * MEMBERS]
        channels[inside], of = score_samples(own, [samples[i] for i in inside])
        for row, i in enumerate(inside):
            columns[i] = of[row]
    return channels, columns


Job: TypeAlias = tuple[np.ndarray, int, bool]
"""The places of a member's samples, its seed, and whether blocks are hidden."""


def hides(place: int) -> bool:
    """Whether the member at a place of the ensemble is trained with blocks hidden; two neighbours share a seed."""
    return place % 2 == 1


def fit_members(samples: Sequence[Sample], jobs: Sequence[Job], processes: int = 2) -> list[Member]:
    """Trains one member a job. Does not depend on the number of processes."""
    _shared.clear()
    _shared.extend(samples)
    try:
        with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
            return list(pool.map(_fit_one, jobs))
    finally:
        _shared.clear()


_shared: list[Sample] = []
"""The samples of :func:`fit_members`, which its processes get by being forked."""


def _fit_one(job: Job) -> Member:
    from airflow_provider_dqheal.detection.ensemble import fit

    places, seed, hiding = job
    return fit([_shared[i] for i in places.tolist()], seed, hiding)


def fold_of(samples: Sequence[Sample], seed: int) -> np.ndarray:
    """The fold of each sample; a family is in one fold."""
    families = sorted({s.family for s in samples})
    order = np.random.default_rng(seed + 7).permutation(len(families))
    place = {family: int(order[i]) % FOLDS for i, family in enumerate(families)}
    return np.asarray([place[s.family] for s in samples])


def score_samples(members: Sequence[Member], samples: Sequence[Sample]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Channel scores after the self-test, and column logits."""
    from airflow_provider_dqheal.detection.ensemble import self_tested
    from airflow_provider_dqheal.detection.fused import Fused

    network = Fused(members)
    batch, columns = network.logits([s.values for s in samples], [s.context for s in samples])
    carriers = [s for s in samples if s.self_values]
    scored, _ = network.logits(
        [v for s in carriers for v in s.self_values], [c for s in carriers for c in s.self_context]
    )
    own: dict[tuple[str, int], np.ndarray] = {}
    at = 0
    for s in carriers:
        own[s.key, s.episode] = scored[at : at + len(s.self_values)]
        at += len(s.self_values)
    none = np.zeros((0, batch.shape[1]))
    tested = np.stack([self_tested(batch[i], own.get((s.key, s.episode), none)) for i, s in enumerate(samples)])
    return np.concatenate([tested, np.stack([s.facts for s in samples])], axis=1), columns


def calibration_of(samples: Sequence[Sample], channels: np.ndarray, columns: list[np.ndarray]) -> Calibration:
    """The calibration from held-out scores: promises on time-ordered clean batches; hard cases left out."""
    used = np.asarray([not s.hard and (not s.clean or s.ordered) for s in samples])
    clean = np.asarray([s.clean for s in samples])[used]
    labels = np.stack([s.labels for s in samples])[used]
    history = np.asarray([s.history for s in samples])[used]
    family = [s.family for s, there in zip(samples, used, strict=True) if there]
    found = calibrate(channels[used], labels, clean, history, family, RATE)
    kept = np.flatnonzero(used).tolist()
    said = found.named(channels[used], history, RATE)
    cuts = fit_columns([columns[i] for i in kept], [samples[i].column_labels for i in kept], labels, said)
    return replace(found, column_logit=cuts)
