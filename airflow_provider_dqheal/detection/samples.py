"""Training samples: featurised episodes, clean and with faults, with the truth about them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.core.errors import DQHealError
from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.corpus import CorpusError, TableRecipe, episode, rng_for, tables
from airflow_provider_dqheal.detection.corruptions import SEVERITIES, draw
from airflow_provider_dqheal.detection.features import Features, features_of
from airflow_provider_dqheal.detection.generators import Generator, generators
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.view import view_table
from airflow_provider_dqheal.issues._base import Finding

VARIANTS = 7
"""Faulty versions drawn of each clean batch; the clean one weighs more in the loss instead."""

HISTORY_SIZES = (5, 5, 8, 8, 8, 15, 30, 3)
MAX_COLUMNS = 40
MOST_EPISODES = 100_000
"""Episodes of one seed, at most: their numbers are told apart from those of another seed."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One judged batch; ``labels`` (issues,): 1 true, 0 false, -1 tolerated; ``column_labels`` (columns, types).

    ``found`` are the findings on the batch as a whole: the ensemble is not trained on them, the verdict acts on them.
    """

    values: np.ndarray
    context: np.ndarray
    facts: np.ndarray
    labels: np.ndarray
    column_labels: np.ndarray
    columns: tuple[str, ...]
    blamed: tuple[tuple[str, str], ...]
    key: str
    family: str
    corruption: str
    severity: str
    hard: bool
    history: int
    ordered: bool
    episode: int
    found: tuple[Finding, ...] = ()
    self_values: tuple[np.ndarray, ...] = ()
    self_context: tuple[np.ndarray, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing was done to the batch."""
        return not self.corruption


def sources(exclude_families: Collection[str] = ()) -> list[TableRecipe | Generator]:
    """The tables of the corpus and the generators."""
    return [*tables(exclude_families), *generators(exclude_families)]


def draw_samples(
    source: TableRecipe | Generator, seed: int, number: int, variants: int = VARIANTS, exclude: Collection[str] = ()
) -> list[Sample]:
    """The samples of one episode: the clean next batch and faulty versions of it.

    Raises:
        CorpusError: when the table is missing or too small.
    """
    name = source.name if isinstance(source, Generator) else source.key
    rng = rng_for("sample", name, seed, number)
    drawn = episode(source, rng, HISTORY_SIZES, max_rows=120_000)
    if drawn.batch.num_columns > MAX_COLUMNS:
        keep = drawn.batch.column_names[:MAX_COLUMNS]
        history, batch = [table.select(keep) for table in drawn.history], drawn.batch.select(keep)
    else:
        history, batch = drawn.history, drawn.batch
    stack = build_stack([view_table(table) for table in history])
    everything: list[Sample] = []

    def add(table_features: Features, labels: np.ndarray, blame: dict[str, tuple[str, ...]], **about: object) -> None:
        column_labels = np.zeros((len(table_features.columns), len(ISSUE_ORDER)), dtype=np.int8)
        for i, issue in enumerate(ISSUE_ORDER):
            for column in blame.get(issue, ()):
                if column in table_features.columns:
                    column_labels[table_features.columns.index(column), i] = 1
        everything.append(
            Sample(
                values=table_features.values.astype(np.float16),
                context=table_features.context.astype(np.float16),
                facts=table_features.table_facts.astype(np.float32),
                labels=labels,
                column_labels=column_labels,
                columns=table_features.columns,
                blamed=tuple((issue, column) for issue in ISSUE_ORDER for column in blame.get(issue, ())),
                key=drawn.table_key,
                family=drawn.family,
                history=len(history),
                ordered=drawn.ordered,
                episode=seed * MOST_EPISODES + number,
                found=table_features.table_found,
                self_values=tuple(v.astype(np.float16) for v in table_features.self_values) if not everything else (),
                self_context=tuple(v.astype(np.float16) for v in table_features.self_context) if not everything else (),
                **about,  # type: ignore[arg-type]
            )
        )

    clean = features_of(view_table(batch), stack)
    add(clean, np.zeros(len(ISSUE_ORDER), dtype=np.int8), {}, corruption="", severity="", hard=False)
    for _ in range(variants):
        severity = SEVERITIES[int(rng.integers(3))]
        found = draw(batch, rng, severity, history, exclude=exclude, several=0.2)
        if found is None:
            continue
        labels = np.asarray(
            [1 if name in found.issues else -1 if name in found.tolerated else 0 for name in ISSUE_ORDER], dtype=np.int8
        )
        features = features_of(view_table(found.table), stack)
        add(features, labels, dict(found.columns), corruption=found.family, severity=severity, hard=found.hard)
    return everything


def sample_stream(
    episodes: int, seed: int, exclude_families: Collection[str] = (), part: int = 0, parts: int = 1
) -> Iterator[list[Sample]]:
    """Episodes spread evenly over the sources, source by source; parts share the sources among them."""
    pool = sources(exclude_families)
    order = rng_for("order", seed).permutation(len(pool))
    each = max(1, round(episodes / len(pool)))
    for place in range(part, len(pool), parts):
        for number in range(each):
            try:
                yield draw_samples(pool[int(order[place])], seed, place * each + number)
            except (CorpusError, DQHealError):
                continue
