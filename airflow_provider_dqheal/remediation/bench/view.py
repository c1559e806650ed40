"""A clean batch as fault makers see it: kinds of columns, cells as text and numbers, and writing them back.

Kinds are told by plain rules of this module, not by the code that heals.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Kind = Literal["number", "date", "bool", "category", "text", "key", "empty"]
FORMATS: tuple[str, ...] = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_BOOLEANS = ({"true", "false"}, {"yes", "no"}, {"y", "n"}, {"t", "f"}, {"0", "1"})


def texts_of(column: pa.ChunkedArray | pa.Array) -> list[str | None]:
    """Every cell as a CSV file carries it; None for null."""
    kind = column.type
    if pa.types.is_string(kind):
        return [str(value) if value is not None else None for value in column.to_pylist()]
    if pa.types.is_boolean(kind):
        return [None if value is None else str(value).lower() for value in column.to_pylist()]
    if pa.types.is_floating(kind):
        return [None if value is None or value != value else repr(value) for value in column.to_pylist()]
    if pa.types.is_timestamp(kind):
        return [
            None if value is None else value.replace(tzinfo=None).isoformat(sep=" ") for value in column.to_pylist()
        ]
    return [None if value is None else str(value) for value in column.to_pylist()]


@dataclass(frozen=True)
class Look:
    """One column: its kind, its cells as text, float64 numbers (nan where none) and, for dates, its format."""

    name: str
    kind: Kind
    texts: tuple[str | None, ...]
    numbers: np.ndarray
    form: str | None = None

    @property
    def present(self) -> np.ndarray:
        """Positions of the cells that hold something."""
        return np.flatnonzero([text is not None and bool(text.strip()) for text in self.texts])

    @cached_property
    def places(self) -> int:
        """Most digits after the point, at most 9."""
        return max((len(text.partition(".")[2]) for text in self.texts if text and "e" not in text.lower()), default=0)

    @cached_property
    def moments(self) -> list[datetime | None]:
        """Dates as moments."""
        return [
            datetime.strptime(text, self.form) if self.form and text and text.strip() else None for text in self.texts
        ]


class View:
    """A clean batch beside its history."""

    def __init__(self, table: pa.Table, history: Sequence[pa.Table]) -> None:
        self.table, self.history = table, tuple(history)
        self._looks: dict[str, Look] = {}
        self._past: dict[str, list[str | None]] = {}

    @property
    def rows(self) -> int:
        """Rows of the batch."""
        return int(self.table.num_rows)

    def look(self, name: str) -> Look:
        """The column ``name``."""
        if name not in self._looks:
            self._looks[name] = _look(name, self.table[name], self.past(name))
        return self._looks[name]

    def past(self, name: str) -> list[str | None]:
        """All cells of a column in the history."""
        if name not in self._past:
            self._past[name] = [
                text for batch in self.history if name in batch.column_names for text in texts_of(batch[name])
            ]
        return self._past[name]

    def past_numbers(self, name: str) -> np.ndarray:
        """All numbers of a column in the history, ascending."""
        values = [float(text) for text in self.past(name) if text and _NUMBER.fullmatch(text)]
        return np.sort(np.array(values, np.float64))

    def pick(self, rng: np.random.Generator, *kinds: Kind, fits: Callable[[Look], bool] = lambda look: True) -> Look:
        """A random column of those kinds that fits and has at least 10 present cells.

        Raises:
            LookupError: when there is none.
        """
        for index in rng.permutation(self.table.num_columns):
            look = self.look(self.table.column_names[int(index)])
            if look.kind in kinds and len(look.present) >= 10 and fits(look):
                return look
        raise LookupError(f"no column of kind {', '.join(kinds)}")

    def put(self, name: str, values: Sequence[str | None], table: pa.Table | None = None) -> pa.Table:
        """The batch (or ``table``) with other cells; a typed column stays typed when every cell fits, else is text."""
        table = self.table if table is None else table
        kind = table.schema.field(name).type
        array = pa.array(list(values), pa.string())
        if not pa.types.is_string(kind):
            with suppress(pa.ArrowInvalid, pa.ArrowNotImplementedError):
                array = pc.cast(array, kind)
        return table.set_column(table.column_names.index(name), name, array)


def some(rng: np.random.Generator, positions: np.ndarray, share: float) -> np.ndarray:
    """A random share of positions, at least one, ascending."""
    count = max(1, round(share * len(positions)))
    return np.sort(rng.choice(positions, min(count, len(positions)), replace=False))


def _look(name: str, column: pa.ChunkedArray, past: Sequence[str | None]) -> Look:
    """The column; ``past`` tells day and month apart where its own dates do not."""
    texts = tuple(texts_of(column))
    present = [text for text in texts if text is not None and text.strip()]
    nothing = np.full(len(texts), np.nan)
    if not present:
        return Look(name, "empty", texts, nothing)
    counts = Counter(present)
    kind = column.type
    if pa.types.is_boolean(kind) or {text.lower() for text in counts} in _BOOLEANS:
        return Look(name, "bool", texts, nothing)
    if pa.types.is_temporal(kind):
        form = "%Y-%m-%d" if all(len(text) == 10 for text in present) else "%Y-%m-%d %H:%M:%S"
        usable = all(_reads(text, form) for text in present)
        return Look(name, "date" if usable else "text", texts, nothing, form if usable else None)
    if all(_NUMBER.fullmatch(text) for text in present):
        coded = any(len(text) > 1 and text[0] == "0" and text.isdigit() for text in present)
        numbers = np.array([float(text) if text and text.strip() else np.nan for text in texts])
        whole = all(text.lstrip("+-").isdigit() for text in present)
        if coded:
            return Look(name, "category", texts, nothing)
        unique = len(counts) == len(present) and len(present) >= 10 and whole
        return Look(name, "key" if unique else "number", texts, numbers)
    layouts = [form for form in FORMATS if all(_reads(text, form) for text in present)]
    if layouts:
        known = {text for text in past if text}
        layout = max(layouts, key=lambda form: sum(_reads(text, form) for text in known))
        return Look(name, "date", texts, nothing, layout)
    if len(counts) == len(present) and len(present) >= 10:
        return Look(name, "key", texts, nothing)
    return Look(name, "category" if len(counts) <= max(12, len(present) // 5) else "text", texts, nothing)


def _reads(text: str, form: str) -> bool:
    try:
        return datetime.strptime(text, form).strftime(form) == text
    except ValueError:
        return False


def write(look: Look, value: float) -> str:
    """A number with the column's digits after the point."""
    if look.places > 9:
        return repr(value)
    return f"{value:.{look.places}f}"


def determined(view: View, lefts: Sequence[str], right: Look) -> np.ndarray:
    """Present rows of ``right`` that the columns ``lefts`` determine: 4 or more rows of history agree, all do."""
    known: dict[tuple[str | None, ...], str] = {}
    seen: Counter[tuple[str | None, ...]] = Counter()
    for key, other in zip(zip(*map(view.past, lefts), strict=True), view.past(right.name), strict=True):
        if other and all(key):
            if known.setdefault(key, other) != other:
                return np.zeros(0, np.int64)
            seen[key] += 1
    if not known or len(known) > 0.4 * seen.total():
        return np.zeros(0, np.int64)
    keys = list(zip(*(view.look(left).texts for left in lefts), strict=True))
    rows = [row for row in right.present.tolist() if seen[keys[row]] >= 4 and known[keys[row]] == right.texts[row]]
    return np.array(rows, np.int64)
