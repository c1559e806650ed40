"""Draws the raw batches behind samples once more, for methods that read batches and not features."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from airflow_provider_dqheal.core.errors import DQHealError
from airflow_provider_dqheal.detection.corpus import TableRecipe, episode, rng_for
from airflow_provider_dqheal.detection.corruptions import SEVERITIES, draw
from airflow_provider_dqheal.detection.generators import Generator
from airflow_provider_dqheal.detection.samples import HISTORY_SIZES, MAX_COLUMNS, MOST_EPISODES, VARIANTS, sources


class SamplesDiffer(DQHealError):
    """Raised when samples cannot be drawn again: another version drew them."""


@dataclass(frozen=True)
class RawEpisode:
    """The tables of one episode: ``batches`` are the clean one and its faulty versions, in the order of the samples.

    ``corruptions`` names what was done to each (empty: nothing).
    """

    history: list[pa.Table]
    batches: list[pa.Table]
    corruptions: list[str]


def redraw(source: TableRecipe | Generator, episode_number: int, variants: int = VARIANTS) -> RawEpisode:
    """The tables behind the samples of ``samples.draw_samples`` that carry this episode number.

    Raises:
        CorpusError: when the table is missing or too small.
    """
    seed, number = divmod(episode_number, MOST_EPISODES)
    rng = rng_for("sample", name_of(source), seed, number)
    drawn = episode(source, rng, HISTORY_SIZES, max_rows=120_000)
    history, batch = drawn.history, drawn.batch
    if batch.num_columns > MAX_COLUMNS:
        keep = batch.column_names[:MAX_COLUMNS]
        history, batch = [table.select(keep) for table in history], batch.select(keep)
    batches, corruptions = [batch], [""]
    for _ in range(variants):
        severity = SEVERITIES[int(rng.integers(3))]
        found = draw(batch, rng, severity, history, several=0.2)
        if found is not None:
            batches.append(found.table)
            corruptions.append(found.family)
    return RawEpisode(history, batches, corruptions)


def sources_by_name() -> dict[str, TableRecipe | Generator]:
    """Every table and generator by the key that its samples carry."""
    return {name_of(source): source for source in sources()}


def name_of(source: TableRecipe | Generator) -> str:
    """The key that samples of a source carry."""
    return source.name if isinstance(source, Generator) else source.key
