"""A batch and its history as corruptions see them: kinds of columns, values as text and numbers, writing back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.corruptions._dates import date_format, parse_dates

Kind = Literal["int", "float", "bool", "date", "category", "text", "id", "key", "empty"]
NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_BOOLEANS = ({"true", "false"}, {"yes", "no"}, {"y", "n"}, {"t", "f"}, {"on", "off"}, {"ja", "nein"}, {"oui", "non"})


def flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One contiguous Arrow array."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    return column


def rendered(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The column as pa.string, nulls kept."""
    array = flat(column)
    if pa.types.is_string(array.type):
        return array
    if pa.types.is_timestamp(array.type) and array.type.unit != "s":
        seconds = pc.cast(array, pa.timestamp("s", tz=array.type.tz), safe=False)
        if pc.all(pc.equal(pc.cast(seconds, array.type), array)).as_py():
            array = seconds
    return pc.cast(array, pa.string())


def texts_of(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """The values as text in an object array, None for null."""
    values = np.empty(len(column), dtype=object)
    values[:] = rendered(column).to_pylist()
    return values


def numbers_of(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """float64 view: what is not a plain number is nan; dates of a typed column are seconds since 1970."""
    array = flat(column)
    if pa.types.is_string(array.type):
        plain = pc.match_substring_regex(array, NUMBER)
        array = pc.cast(pc.if_else(pc.fill_null(plain, False), array, None), pa.float64())
    elif pa.types.is_temporal(array.type):
        array = pc.cast(pc.cast(array, pa.timestamp("s"), safe=False), pa.int64())
    elif not (pa.types.is_integer(array.type) or pa.types.is_floating(array.type) or pa.types.is_boolean(array.type)):
        return np.full(len(array), np.nan)
    return np.array(pc.cast(array, pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=float)


@dataclass(frozen=True, eq=False)
class Column:
    """One column of the batch: ``text`` (object, None for null), ``present`` (neither null nor blank), ``kind``.

    ``numbers`` is float64 with nan, for numeric columns their values, for date columns seconds since 1970.
    ``decimals`` is the most decimals seen, ``form`` the date format.
    """

    name: str
    kind: Kind
    text: np.ndarray
    present: np.ndarray
    numbers: np.ndarray
    decimals: int = 0
    form: str | None = None
    typed: bool = False

    @property
    def numeric(self) -> bool:
        """Whether values are quantities."""
        return self.kind in ("int", "float")

    def distinct(self) -> list[str]:
        """Distinct present values, most frequent first (ties by text)."""
        values, counts = np.unique(self.text[self.present].astype(str), return_counts=True)
        return [str(value) for value in values[np.lexsort((values, -counts))]]


class Frame:
    """A batch with its history; columns are looked at once."""

    def __init__(self, table: pa.Table, history: Sequence[pa.Table] = ()) -> None:
        self.table = table
        self.history = tuple(history)
        self._columns: dict[str, Column] = {}

    @property
    def names(self) -> list[str]:
        """Column names of the batch."""
        return list(self.table.column_names)

    @property
    def row_count(self) -> int:
        """Rows of the batch."""
        return int(self.table.num_rows)

    def column(self, name: str) -> Column:
        """The column called ``name``."""
        if name not in self._columns:
            self._columns[name] = look(name, self.table[name])
        return self._columns[name]

    def past(self, name: str) -> list[pa.Array]:
        """The column in each history batch that has it."""
        return [flat(batch[name]) for batch in self.history if name in batch.column_names]

    def each_of_kind(self, rng: np.random.Generator, *kinds: Kind, at_least: int = 1) -> Iterator[Column]:
        """Columns of those kinds with enough present values, in random order, looked at one by one."""
        for index in rng.permutation(len(self.names)):
            column = self.column(self.names[int(index)])
            if column.kind in kinds and int(column.present.sum()) >= at_least:
                yield column

    def of_kind(self, rng: np.random.Generator, *kinds: Kind, at_least: int = 1) -> list[Column]:
        """At most 12 columns of those kinds, in random order."""
        return list(islice(self.each_of_kind(rng, *kinds, at_least=at_least), 12))


def look(name: str, data: pa.ChunkedArray) -> Column:
    """Recognises the kind of a column from its own values."""
    array = flat(data)
    text = texts_of(array)
    present = np.asarray([value is not None and value.strip() != "" for value in text.tolist()], dtype=bool)
    typed = not pa.types.is_string(array.type)
    count = int(present.sum())
    nothing = np.full(len(text), np.nan)
    if count == 0:
        return Column(name, "empty", text, present, nothing, typed=typed)
    if pa.types.is_boolean(array.type):
        return Column(name, "bool", text, present, numbers_of(array), typed=True)
    if pa.types.is_temporal(array.type):
        shown_as = "%Y-%m-%d" if pa.types.is_date(array.type) else "%Y-%m-%d %H:%M:%S"
        return Column(name, "date", text, present, numbers_of(array), form=shown_as, typed=True)
    numbers = numbers_of(array)
    shown = [str(value) for value in text[present][:200]]
    if int(np.isfinite(numbers).sum()) >= 0.95 * count:
        return _numeric(name, text, present, numbers, shown, typed)
    lowered = {value.strip().lower() for value in shown}
    if len(lowered) <= 2 and any(lowered <= spelling for spelling in _BOOLEANS):
        return Column(name, "bool", text, present, nothing, typed=typed)
    form = date_format(shown)
    if form is not None:
        return Column(name, "date", text, present, parse_dates(array, form), form=form, typed=typed)
    distinct = len(set(shown))
    length = float(np.mean([len(value) for value in shown]))
    if length > 30 or (distinct > 0.5 * len(shown) and sum(" " in value for value in shown) > 0.5 * len(shown)):
        kind: Kind = "text"
    elif len(shown) >= 10 and distinct == len(shown):
        kind = "key"
    else:
        kind = "category"
    return Column(name, kind, text, present, nothing, typed=typed)


def _numeric(
    name: str, text: np.ndarray, present: np.ndarray, numbers: np.ndarray, shown: list[str], typed: bool
) -> Column:
    decimals = max(
        (len(value.partition(".")[2]) for value in shown if re.fullmatch(r"[+-]?\d*\.?\d*", value)), default=0
    )
    whole = decimals == 0 and not any(sign in value for value in shown for sign in "eE")
    values = numbers[np.isfinite(numbers)]
    counter = whole and len(values) >= 10 and len(np.unique(values)) == len(values) and bool(np.all(values >= 0))
    dense = counter and float(values.max() - values.min()) < 20 * len(values)
    steps = np.diff(values)
    if counter and (dense or bool(np.all(steps > 0)) or bool(np.all(steps < 0))):
        return Column(name, "id", text, present, numbers, 0, typed=typed)
    padded = [value for value in shown if len(value) > 1 and value[0] == "0" and value.isdigit()]
    if padded and len({len(value) for value in shown}) <= 2:
        return Column(name, "category", text, present, np.full(len(text), np.nan), typed=typed)
    return Column(name, "int" if whole else "float", text, present, numbers, min(decimals, 9), typed=typed)


def put(table: pa.Table, name: str, values: np.ndarray) -> pa.Table:
    """The table with a column's text replaced; a typed column keeps its type if every value fits, else becomes text."""
    array = pa.array(values.tolist(), pa.string())
    kind = table.schema.field(name).type
    if not pa.types.is_string(kind):
        with suppress(pa.ArrowInvalid, pa.ArrowNotImplementedError):
            array = pc.cast(array, kind)
    return table.set_column(table.column_names.index(name), name, array)


def format_numbers(column: Column, values: np.ndarray) -> list[str]:
    """Numbers written as the column writes them: whole or with its decimals."""
    if column.kind in ("int", "id"):
        return [f"{value:.0f}" for value in values.tolist()]
    if column.typed or column.decimals > 6:
        return [
            f"{value:.{column.decimals}f}" if column.decimals <= 4 else repr(float(value)) for value in values.tolist()
        ]
    return [f"{value:.{column.decimals}f}" for value in values.tolist()]
