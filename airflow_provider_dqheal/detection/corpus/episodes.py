"""Draws episodes: some accepted batches of history and the batch that came next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.corpus.batches import BOOLEAN_SPELLINGS, as_text, cut_rows, draw_rows
from airflow_provider_dqheal.detection.corpus.load import CorpusError, prepare
from airflow_provider_dqheal.detection.corpus.recipes import TableRecipe
from airflow_provider_dqheal.detection.generators import Generator

HISTORY_SIZES: tuple[int, ...] = (3, 5, 8, 15, 30)


@dataclass(frozen=True)
class Episode:
    """A clean case: ``history`` (oldest first) and the ``batch`` that really came next.

    Attributes:
        history: earlier batches, all text or all typed.
        batch: the batch to judge, in the same representation as the history.
        table_key: which table (or generator) it is from.
        family: tables of one family stay on one side of a split.
        ordered: whether the batches follow the order in which the rows really came.
        text: whether every column is pa.string as in a CSV file.
    """

    history: list[pa.Table]
    batch: pa.Table
    table_key: str
    family: str
    ordered: bool
    text: bool


def episode(
    source: TableRecipe | Generator,
    rng: np.random.Generator,
    history_sizes: Sequence[int] = HISTORY_SIZES,
    text: bool | None = None,
    max_rows: int = 400_000,
) -> Episode:
    """One episode: history size, batch size, place in time and representation are drawn from ``rng``.

    Args:
        source: a table of the corpus, or a generator.
        rng: seeded generator; equal seeds give equal episodes.
        history_sizes: the numbers of history batches to draw from; fewer where the table has fewer periods.
        text: text (True) or typed (False); a coin when None.
        max_rows: bound on the rows of history and batch together.

    Raises:
        CorpusError: when the table's package is missing, or the table is too small for three batches.
    """
    wanted = int(rng.choice(np.asarray(history_sizes)))
    as_csv = bool(rng.random() < 0.5) if text is None else text
    spelling = BOOLEAN_SPELLINGS[int(rng.integers(len(BOOLEAN_SPELLINGS)))]
    if isinstance(source, Generator):
        rows = draw_rows(max_rows, wanted, rng, min(max_rows, 100_000))
        batches = source.generate(int(rng.integers(2**62)), wanted + 1, rows)
        ordered, key, family = True, source.name, source.family
    else:
        batches = _real_batches(source, rng, wanted, max_rows)
        ordered, key, family = source.ordered, source.key, source.family
    if as_csv:
        batches = [as_text(batch, spelling) for batch in batches]
    return Episode(batches[:-1], batches[-1], key, family, ordered, as_csv)


def episodes(
    source: TableRecipe | Generator,
    rng: np.random.Generator,
    history_sizes: Sequence[int] = HISTORY_SIZES,
    count: int | None = None,
) -> Iterator[Episode]:
    """Episodes of one source, ``count`` of them or without end."""
    drawn = 0
    while count is None or drawn < count:
        yield episode(source, rng, history_sizes)
        drawn += 1


def _real_batches(recipe: TableRecipe, rng: np.random.Generator, wanted: int, max_rows: int) -> list[pa.Table]:
    table = prepare(recipe)
    rows = draw_rows(table.table.num_rows, wanted, rng, max_rows)
    batches = cut_rows(table, recipe, rng, rows)
    while len(batches) < wanted + 1 and rows > 30:
        rows = max(30, rows // 2)
        batches = cut_rows(table, recipe, rng, rows)
    if len(batches) < 4:
        raise CorpusError(f"{recipe.key}: gives {len(batches)} batches, expected at least 4; leave the table out")
    end = int(rng.integers(min(wanted, len(batches) - 1), len(batches)))
    chosen = batches[max(0, end - wanted) : end + 1]
    return [table.table.take(pa.array(_bounded(part, max_rows // len(chosen), rng))) for part in chosen]


def _bounded(rows: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    if len(rows) <= most:
        return rows
    return rows[np.sort(rng.choice(len(rows), most, replace=False))]
