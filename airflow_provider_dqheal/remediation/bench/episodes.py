"""Episodes of the bench: eight accepted batches of a table and the one that came next."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from airflow_provider_dqheal.detection.corpus import CorpusError, Episode, TableRecipe, episode, rng_for, tables
from airflow_provider_dqheal.detection.generators import Generator, generators
from airflow_provider_dqheal.remediation.bench.view import texts_of

HISTORY = 8


def episodes(count: int, seed: int, rows: int = 700, columns: int = 30) -> Iterator[Episode]:
    """Episodes in turn from our generators and, where their packages are installed, from real tables.

    Args:
        count: how many.
        seed: decides everything.
        rows: most rows a batch.
        columns: wider tables are left out.
    """
    real = [recipe for recipe in tables() if recipe.columns <= columns]
    made = generators()
    order = rng_for("bench repair", seed)
    sources: list[TableRecipe | Generator] = []
    for index in order.permutation(max(len(real), len(made))):
        sources += [*real[index : index + 1], *made[index : index + 1]]
    drawn = turn = 0
    while drawn < count and turn < 20 * count:
        source = sources[turn % len(sources)]
        rng = rng_for("bench repair", seed, turn)
        turn += 1
        try:
            found = episode(source, rng, (HISTORY,), max_rows=rows * (HISTORY + 1))
        except CorpusError:
            continue
        if len(found.history) == HISTORY and found.batch.num_rows >= 60:
            drawn += 1
            yield found


def write_csv(table: pa.Table, path: Path) -> Path:
    """A table as a CSV file, cell by cell as :func:`texts_of` gives them, null as nothing."""
    columns: Sequence[list[str | None]] = [texts_of(column) for column in table.columns]
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(table.column_names)
        writer.writerows(["" if cell is None else cell for cell in row] for row in zip(*columns, strict=True))
    return path
