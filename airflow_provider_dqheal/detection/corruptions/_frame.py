"""A batch and its history as corruptions see them: kinds of columns, values as text and numbers, writing back."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.corruptions._arrow import flat, is_text, numbers_of, plain, texts_of
from airflow_provider_dqheal.detection.corruptions._dates import date_format, parse_dates

Kind = Literal["int", "float", "bool", "date", "category", "text", "id", "key", "empty"]
Style = Literal["fixed", "short", "point_zero"]
_BOOLEANS = ({"true", "false"}, {"yes", "no"}, {"y", "n"}, {"t", "f"}, {"on", "off"}, {"ja", "nein"}, {"oui", "non"})


@dataclass(frozen=True, eq=False)
class Column:
    """One column of the batch: ``text`` (object, None for null), ``present`` (neither null nor blank), ``kind``.

    ``numbers`` is float64 with nan, for numeric columns their values, for date columns seconds since 1970.
    ``decimals`` is the most decimals seen, ``form`` the date format, ``blank`` how an empty cell looks: null in a table
    with types (and wherever the column has nulls), else the empty text. ``style`` is how numbers are written: with a
    fixed number of decimals, as short as possible, or so but whole ones with ``.0``.
    """

    name: str
    kind: Kind
    text: np.ndarray
    present: np.ndarray
    numbers: np.ndarray
    decimals: int = 0
    form: str | None = None
    typed: bool = False
    blank: str | None = None
    style: Style = "fixed"

    @property
    def has_clock(self) -> bool:
        """Whether its dates have a time of day."""
        return "H" in (self.form or "")

    @property
    def clock(self) -> str:
        """The time part of the date format, with the sign before it; empty without one."""
        found = re.search("[ T]%-?H.*", self.form or "")
        return found.group() if found else ""

    @property
    def numeric(self) -> bool:
        """Whether values are quantities."""
        return self.kind in ("int", "float")

    def distinct(self) -> list[str]:
        """Distinct present values, most frequent first (ties by text)."""
        values, counts = np.unique(self.text[self.present].astype(str), return_counts=True)
        return [str(value) for value in values[np.lexsort((values, -counts))]]


class Frame:
    """A batch with its history; columns are looked at once.

    Args:
        table: the batch.
        history: the accepted batches, oldest first.
        only: the columns that may be hit; None for all.
    """

    def __init__(self, table: pa.Table, history: Sequence[pa.Table] = (), only: Collection[str] | None = None) -> None:
        self.table = plain(table)
        self.history = tuple(plain(batch) for batch in history)
        self.targets = [name for name in table.column_names if only is None or name in only]
        self._columns: dict[str, Column] = {}
        self._csv = all(is_text(kind) for kind in table.schema.types)

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
            column = look(name, self.table[name])
            nulls = self.table[name].null_count or any(batch.null_count for batch in self.past(name))
            self._columns[name] = replace(column, blank="") if self._csv and not nulls else column
        return self._columns[name]

    def new_column(self, values: Sequence[str | None]) -> pa.Array:
        """Values of a column that was not there: text in a table of text, else typed by what they are."""
        array = pa.array(list(values), pa.string())
        if not self._csv and array.null_count < len(array):
            for kind in (pa.int64(), pa.float64(), pa.bool_(), pa.timestamp("us")):
                with suppress(pa.ArrowInvalid, pa.ArrowNotImplementedError):
                    return pc.cast(array, kind)
        return array

    def past(self, name: str) -> list[pa.Array]:
        """The column in each history batch that has it."""
        return [flat(batch[name]) for batch in self.history if name in batch.column_names]

    def each_of_kind(self, rng: np.random.Generator, *kinds: Kind, at_least: int = 1) -> Iterator[Column]:
        """Columns that may be hit, of those kinds, with enough present values, in random order, one by one."""
        for index in rng.permutation(len(self.targets)):
            column = self.column(self.targets[int(index)])
            if column.kind in kinds and int(column.present.sum()) >= at_least:
                yield column

    def any_of_kind(self, rng: np.random.Generator, *kinds: Kind) -> Column | None:
        """A column of those kinds, be it one that may be hit or not."""
        names = self.names
        for index in rng.permutation(len(names)):
            column = self.column(names[int(index)])
            if column.kind in kinds:
                return column
        return None

    def of_kind(self, rng: np.random.Generator, *kinds: Kind, at_least: int = 1) -> list[Column]:
        """At most 12 columns of those kinds, in random order."""
        return list(islice(self.each_of_kind(rng, *kinds, at_least=at_least), 12))


def _untouchable(kind: pa.DataType) -> bool:
    """Nested, binary, time and duration columns: their values are not rewritten."""
    temporal = pa.types.is_time(kind) or pa.types.is_duration(kind) or pa.types.is_interval(kind)
    return bool(pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or temporal)


def look(name: str, data: pa.ChunkedArray) -> Column:
    """Recognises the kind of a column from its own values."""
    array = flat(data)
    text = texts_of(array)
    present = np.asarray([value is not None and value.strip() != "" for value in text.tolist()], dtype=bool)
    typed = not is_text(array.type)
    count = int(present.sum())
    nothing = np.full(len(text), np.nan)
    if count == 0 or _untouchable(array.type):
        return Column(name, "empty", text, present, nothing, typed=typed)
    if pa.types.is_boolean(array.type):
        return Column(name, "bool", text, present, numbers_of(array), typed=True)
    if pa.types.is_date(array.type) or pa.types.is_timestamp(array.type):
        seconds = numbers_of(array)
        shown_as = "%Y-%m-%d" if pa.types.is_date(array.type) else "%Y-%m-%d %H:%M:%S"
        if np.any(np.nan_to_num(seconds) % 1.0 != 0.0):
            shown_as += ".%f"
        return Column(name, "date", text, present, seconds, form=shown_as, typed=True)
    numbers = numbers_of(array)
    shown = [str(value) for value in text[present][:200]]
    if int(np.isfinite(numbers).sum()) >= 0.95 * count:
        if not typed and set(shown) == {"0", "1"} and bool(np.all(np.isin(numbers[present], (0.0, 1.0)))):
            return Column(name, "bool", text, present, numbers)
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
    if whole:
        return Column(name, "int", text, present, numbers, 0, typed=typed)
    plain = [value for value in shown if "e" not in value.lower()]
    fixed = decimals <= 6 and len({len(value.partition(".")[2]) for value in plain}) <= 1
    zeros = any(value.endswith(".0") for value in plain)
    style: Style = "fixed" if fixed else "point_zero" if zeros else "short"
    return Column(name, "float", text, present, numbers, min(decimals, 9), typed=typed, style=style)


def put(table: pa.Table, name: str, values: np.ndarray) -> pa.Table:
    """The table with a column's text replaced.

    A typed column keeps its type if every value fits; whole numbers that no longer fit become wider ones or floats;
    else the column becomes text.
    """
    array = pa.array(values.tolist(), pa.string())
    kind = table.schema.field(name).type
    place = table.column_names.index(name)
    if pa.types.is_dictionary(kind):
        return table.set_column(place, name, array.dictionary_encode())
    wider: tuple[pa.DataType, ...] = (pa.int64(), pa.float64()) if pa.types.is_integer(kind) else ()
    if pa.types.is_decimal(kind):
        wider = (pa.decimal128(38, kind.scale),)
    if pa.types.is_timestamp(kind) and kind.unit == "ms":
        array = pc.replace_substring_regex(array, r"(\.\d{3})\d{3}$", r"\1")
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        with suppress(pa.ArrowInvalid, pa.ArrowNotImplementedError):
            naive = pc.cast(pc.replace_substring_regex(array, r"Z$", ""), pa.timestamp(kind.unit))
            return table.set_column(place, name, pc.cast(pc.assume_timezone(naive, "UTC"), kind))
    for target in (kind, *wider):
        with suppress(pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return table.set_column(place, name, pc.cast(array, target))
    return table.set_column(place, name, array)


def format_numbers(column: Column, values: np.ndarray) -> list[str]:
    """Numbers written as the column writes them: whole, with its decimals, or as short as possible."""
    if column.kind in ("int", "id", "bool"):
        return [f"{value:.0f}" for value in values.tolist()]
    if column.style == "fixed":
        return [f"{value:.{column.decimals}f}" for value in values.tolist()]
    tail = ".0" if column.style == "point_zero" else ""
    return [_short(value, column.decimals, tail) for value in values.tolist()]


def _short(value: float, decimals: int, tail: str) -> str:
    text = repr(float(value)) if decimals > 6 else f"{value:.{decimals}f}"
    if "." not in text or "e" in text:
        return text
    text = text.rstrip("0").removesuffix(".")
    text = "0" if text == "-0" else text
    return text if "." in text else text + tail
