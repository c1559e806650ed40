"""What the accepted batches say about each column: values, forms, styles, and how much batches differ by themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import TypeVar, cast

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.types import ColumnType, TableSchema
from airflow_provider_dqheal.detection.formula import Formula
from airflow_provider_dqheal.detection.formula_fit import fit_formulas
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.json_text import is_json
from airflow_provider_dqheal.remediation.kernels.booleans import pair_of
from airflow_provider_dqheal.remediation.kernels.dates import common_layout, readings
from airflow_provider_dqheal.remediation.kernels.numbers import (
    Digits,
    NumberStyle,
    is_number,
    numbers_in,
    significant_digits,
    to_decimal,
)
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, is_blank, is_missing_word

_USUAL_ROWS, _USUAL_BATCHES, _MOST_LISTED, _COVERED = 10, 4, 60, 0.9
_MOST_ADDED = 40
"""Columns among which sums are looked for."""
_ALL_JSON = 0.98
_PROBED = 1_000
"""Different texts that are read to learn how a column writes its numbers and dates."""

Counts = Mapping[Text, int]
T = TypeVar("T")
Rule = Callable[[Counts, "ColumnHistory"], Mapping[Text, Text]]
"""Maps odd texts of a column to their repair, given the column's history."""


@dataclass(frozen=True)
class ColumnHistory:
    """One column in the accepted batches: ``batches`` holds rows per distinct text, oldest batch first."""

    name: str
    type: ColumnType
    batches: tuple[Counts, ...]

    def without(self, index: int) -> ColumnHistory:
        """The same column as if batch ``index`` had not been accepted."""
        rest = ColumnHistory(self.name, self.type, self.batches[:index] + self.batches[index + 1 :])
        rest.__dict__["numbers"] = self.numbers[:index] + self.numbers[index + 1 :]  # parsed once
        return rest

    @cached_property
    def pooled(self) -> Counter[Text]:
        """Rows per distinct text over all batches."""
        total: Counter[Text] = Counter()
        for counts in self.batches:
            total.update(counts)
        return total

    @cached_property
    def present(self) -> dict[str, int]:
        """Rows per distinct text that is not a missing value."""
        return {text: count for text, count in self.pooled.items() if text is not None and not is_missing_word(text)}

    @cached_property
    def rows(self) -> int:
        """Rows seen."""
        return sum(self.pooled.values())

    @cached_property
    def present_rows(self) -> int:
        """Rows with a value."""
        return sum(self.present.values())

    @cached_property
    def missing_fractions(self) -> np.ndarray:
        """Share of missing cells in each batch."""
        return np.array([missing_rows(counts) / max(1, sum(counts.values())) for counts in self.batches])

    @cached_property
    def missing_form(self) -> Text | bool:
        """How the column writes a missing value (None: null); False when it never did."""
        forms = {text: count for text, count in self.pooled.items() if is_missing_word(text)}
        return max(forms, key=lambda text: forms[text]) if forms else False

    @cached_property
    def is_numeric(self) -> bool:
        """Whether the accepted type is a number and nearly all values are plain ones, without the zeros of codes."""
        if self.type not in ("int", "float") or self.is_code:
            return False
        plain = sum(count for text, count in self.present.items() if is_number(text))
        return self.present_rows > 0 and plain >= 0.98 * self.present_rows

    @cached_property
    def is_code(self) -> bool:
        """Whether values are digit strings with leading zeros (postal codes, account numbers)."""
        zeros = sum(
            count for text, count in self.present.items() if len(text) > 1 and text[0] == "0" and text.isdigit()
        )
        return zeros > 0 and zeros >= 0.001 * self.present_rows

    @cached_property
    def style(self) -> NumberStyle:
        """How numbers are written."""
        return NumberStyle.of(self.present)

    @cached_property
    def numbers(self) -> tuple[np.ndarray, ...]:
        """Ascending float64 values of each batch."""
        return tuple(numbers_of(counts) for counts in self.batches)

    @cached_property
    def all_numbers(self) -> np.ndarray:
        """Ascending float64 values of all batches."""
        parts = [values for values in self.numbers if len(values)]
        return np.sort(np.concatenate(parts)) if parts else np.zeros(0)

    @cached_property
    def different_numbers(self) -> np.ndarray:
        """Ascending float64 values of all batches, each once."""
        return np.unique(self.all_numbers)

    @cached_property
    def most_digits(self) -> int:
        """Most significant digits that a number of the column has."""
        return max(map(significant_digits, self._decimals), default=0)

    @cached_property
    def _decimals(self) -> list[Decimal]:
        found = (to_decimal(text) for text in islice(self.present, _PROBED))
        return [value for value in found if value is not None]

    @cached_property
    def digits(self) -> Digits:
        """How many digits the numbers have."""
        return Digits.of(self._decimals, self.style.exponents)

    @cached_property
    def grid(self) -> Decimal:
        """The largest power of ten, from 1 on, that 99 % of the numbers are multiples of; tiny when there is none."""
        values = np.abs(self.all_numbers)
        for power in range(9, -1, -1):
            if len(values) and (values % 10.0**power == 0).mean() >= 0.99 and values.max() >= 10.0 ** (power + 1):
                return Decimal(10) ** power
        return Decimal("1e-20")

    @cached_property
    def finest_place(self) -> int:
        """Digits after the point that the numbers have; negative where they are round (-3: whole thousands)."""
        return self.style.most_places or -max(0, self.grid.adjusted())

    def share_on(self, grid: Decimal) -> float:
        """Share of the numbers that are multiples of ``grid``, 0 to 1."""
        scaled = self.all_numbers / float(grid)
        return float((np.abs(scaled - np.round(scaled)) < 1e-6).mean()) if len(scaled) else 0.0

    @cached_property
    def date_layout(self) -> str | None:
        """The one layout that writes the column's dates, None when it holds none."""
        if self.is_numeric or not self.present:
            return None
        probe = next(iter(self.present))
        if not readings(probe):
            return None
        return common_layout(self.present.items())

    @cached_property
    def read_layouts(self) -> frozenset[str]:
        """The layouts that read every date of the column, also where none writes them all (1/2/24 beside 01/03/24)."""
        shared: set[str] | None = None
        for text in islice(self.present, _PROBED):
            found = {layout for layout, _ in readings(text)}
            shared = found if shared is None else shared & found
            if not shared:
                break
        return frozenset(shared or ())

    @cached_property
    def boolean_pair(self) -> tuple[str, str] | None:
        """The (false, true) spelling, None when the column is not boolean."""
        return pair_of(self.present)

    @cached_property
    def is_key(self) -> bool:
        """Whether every batch has no value twice (with enough rows to tell); measured decimals are no keys."""
        return (
            self.type != "float"
            and self.present_rows >= 20
            and all(all(count == 1 for text, count in counts.items() if not is_blank(text)) for counts in self.batches)
        )

    @cached_property
    def unseen_fractions(self) -> np.ndarray:
        """Per batch, the share of its present rows whose text no other batch has."""
        fractions = []
        for counts in self.batches:
            rows = fresh = 0
            for text, count in counts.items():
                if text in self.present:
                    rows += count
                    fresh += count if self.pooled[text] == count else 0
            fractions.append(fresh / rows if rows else 0.0)
        return np.array(fractions)

    @cached_property
    def is_categorical(self) -> bool:
        """Whether values repeat so much that a new one is news: at most 2 % unseen rows in any batch."""
        return self.is_repeating and bool(self.unseen_fractions.max() <= 0.02)

    @cached_property
    def is_repeating(self) -> bool:
        """Whether there are few different values for the rows that hold one; new ones may come."""
        if len(self.batches) < 2 or self.present_rows < 30:
            return False
        return len(self.present) <= max(20, self.present_rows // 5)

    @cached_property
    def listed(self) -> frozenset[str]:
        """The values of a list in which there were errors all the time: nine tenths of the rows, in most batches.

        Empty where there is no such list, and where nothing new is ever seen (:attr:`is_categorical`).
        """
        if self.is_categorical or self.is_numeric or self.is_code or self.date_layout is not None:
            return frozenset()
        came = Counter(text for counts in self.batches for text in counts)
        usual = {
            text
            for text, rows in self.present.items()
            if rows >= _USUAL_ROWS and 2 * came[text] >= len(self.batches) >= _USUAL_BATCHES
        }
        covered = sum(self.present[text] for text in usual)
        short = len(usual) <= _MOST_LISTED and covered >= _COVERED * self.present_rows
        return frozenset(usual) if usual and short else frozenset()

    @cached_property
    def is_json(self) -> bool:
        """Whether nearly all values are lists or objects in JSON."""
        probed = list(islice(self.present, _PROBED))
        return bool(probed) and sum(map(is_json, probed)) >= _ALL_JSON * len(probed)

    def explains(self, text: Text) -> bool:
        """Whether the history holds this very text."""
        return text in self.pooled

    def harmless(self, rule: Rule, share_now: float) -> bool:
        """Whether the rule would have left the history alone: judged batch by batch against the others.

        A history with faults of its own passes when it would have been touched ten times less than now.
        """
        if len(self.batches) < 2:
            return False
        for index, counts in enumerate(self.batches):
            touched = rule(counts, self.without(index))
            rows = sum(counts.get(text, 0) for text in touched)
            if rows and rows / max(1, sum(counts.values())) > share_now / 10:
                return False
        return True


@dataclass(frozen=True)
class TableHistory:
    """The accepted batches as samples of rows."""

    schema: TableSchema
    columns: Mapping[str, ColumnHistory]
    samples: tuple[pa.Table, ...]
    weights: tuple[np.ndarray, ...]
    row_counts: tuple[int, ...]
    physical: Mapping[str, str]

    @classmethod
    def of(cls, baseline: Baseline) -> TableHistory:
        """Reads the row samples of every accepted batch."""
        samples, weights = [], []
        for profile in baseline.profiles:
            samples.append(profile.sample_table())
            weights.append(np.asarray(profile.sample_counts, np.int64))
        physical = dict(baseline.profiles[-1].table_schema) if baseline.profiles else {}
        counts = tuple(profile.row_count for profile in baseline.profiles)
        columns = _columns(baseline.table_schema, samples, weights)
        return cls(baseline.table_schema, columns, tuple(samples), tuple(weights), counts, physical)

    def with_samples(self, samples: Sequence[pa.Table]) -> TableHistory:
        """The same batches with other cells in their row samples."""
        columns = _columns(self.schema, samples, self.weights)
        return TableHistory(self.schema, columns, tuple(samples), self.weights, self.row_counts, self.physical)

    @cached_property
    def _cells(self) -> dict[tuple[int, str], Cells]:
        return {}

    def cells(self, index: int, column: str) -> Cells:
        """The distinct texts of a column in the sample of batch ``index``, encoded once."""
        if (index, column) not in self._cells:
            self._cells[index, column] = Cells.of(self.samples[index].column(column))
        return self._cells[index, column]

    @cached_property
    def _made(self) -> dict[tuple[str, str], object]:
        return {}

    def once(self, make: Callable[[TableHistory, str], T], column: str) -> T:
        """What ``make`` makes of a column, made when it is first asked for and kept under the function's name."""
        key = (f"{make.__module__}.{make.__qualname__}", column)
        if key not in self._made:
            self._made[key] = make(self, column)
        return cast(T, self._made[key])

    @cached_property
    def missing_form(self) -> Text | bool:
        """The table's most common way to write a missing value; False when nothing was ever missing.

        A word that only one column has may be a value of it, and says nothing of the others.
        """
        forms: Counter[Text] = Counter()
        columns: Counter[Text] = Counter()
        for column in self.columns.values():
            found = {text: count for text, count in column.pooled.items() if is_missing_word(text)}
            forms.update(found)
            columns.update(found.keys())
        usual = [text for text, _ in forms.most_common() if text is None or not text.strip() or columns[text] > 1]
        return usual[0] if usual else False

    @cached_property
    def formulas(self) -> tuple[tuple[str, ...], tuple[Formula, ...]]:
        """The numeric columns that every sample has, and what accepted rows keep of them, by their places in these."""
        shared = set.intersection(*(set(sample.column_names) for sample in self.samples)) if self.samples else set()
        names = tuple(name for name, column in self.columns.items() if name in shared and column.is_numeric)
        names = names[:_MOST_ADDED]
        batches = [
            np.column_stack([numbers_in(self.cells(at, name)) for name in names])
            for at in range(len(self.samples) if len(names) > 1 else 0)
        ]
        return names, fit_formulas(batches)

    @cached_property
    def duplicate_fractions(self) -> np.ndarray:
        """Share of exact duplicate rows (copies beyond the first) in each batch's sample."""
        return np.array([1 - len(counts) / max(1, counts.sum()) for counts in self.weights if len(counts)])


def missing_rows(counts: Counts) -> int:
    """Rows whose text is a missing value."""
    return sum(count for text, count in counts.items() if is_missing_word(text))


def numbers_of(counts: Counts) -> np.ndarray:
    """The plain numbers among ``counts`` as ascending float64, each as often as it has rows."""
    pairs = [(float(text), count) for text, count in counts.items() if text is not None and is_number(text)]
    if not pairs:
        return np.zeros(0)
    values = np.array([value for value, _ in pairs])
    order = np.argsort(values, kind="stable")
    return np.repeat(values[order], np.array([count for _, count in pairs])[order])


def _columns(
    schema: TableSchema, samples: Sequence[pa.Table], weights: Sequence[np.ndarray]
) -> dict[str, ColumnHistory]:
    return {
        column.name: ColumnHistory(
            column.name,
            column.type,
            tuple(
                _weighted(sample, column.name, counts)
                for sample, counts in zip(samples, weights, strict=True)
                if column.name in sample.column_names
            ),
        )
        for column in schema.columns
    }


def _weighted(sample: pa.Table, column: str, weights: np.ndarray) -> Counts:
    cells = Cells.of(sample.column(column))
    if not len(cells.values):
        return {}
    rows = np.bincount(cells.codes, weights=weights, minlength=len(cells.values))
    return {text: int(count) for text, count in zip(cells.values, rows, strict=True)}
