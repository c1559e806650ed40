"""One column of one record batch, with everything the states share computed once and only when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from airflow_provider_dqheal.profiling import patterns
from airflow_provider_dqheal.profiling.dates import MICROS_A_DAY, Dates, decode
from airflow_provider_dqheal.profiling.hashing import NULL_HASH, hash_floats, hash_ints, hash_text, text_buffers
from airflow_provider_dqheal.profiling.kinds import Kind, doubles, kind_of, normal

EXPONENT = r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d{1,3}$"
GROUPED = r"^[-+]?(\d{1,3}(,\d{3})+(\.\d+)?|\d{1,3}(\.\d{3})+(,\d+)?|\d{1,3}([' ]\d{3})+(\.\d+)?)$"
DECIMAL_COMMA = r"^[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+$"
_CODES = r"(\$|€|£|¥|₹|R\$|USD|EUR|GBP|JPY|CHF|CAD|AUD|INR|CNY|SEK|NOK|DKK|PLN|Rs\.?|kr\.?)"
CURRENCY = rf"^[-+]?{_CODES} ?[-+]?\d[\d,.' ]*$|^[-+]?\d[\d,.' ]*\s?{_CODES}$"
UNIT = r"^[-+]?\d+([.,]\d+)?\s?[A-Za-zµμ°Ω²³/]{1,6}\d?$"


_STRICT = r"^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"


@dataclass(frozen=True)
class Numbers:
    """Finite numbers, float64 (n,), and how many rows each stands for (None: one each)."""

    values: NDArray[np.float64]
    counts: NDArray[np.int64] | None

    @property
    def count(self) -> int:
        """Rows."""
        return len(self.values) if self.counts is None else int(self.counts.sum())

    def weigh(self, mask: NDArray[np.bool_]) -> int:
        """Rows where ``mask`` holds."""
        return int(np.count_nonzero(mask)) if self.counts is None else int(self.counts[mask].sum())


class ColumnView:
    """Rows of one column. ``array`` has a normal type; text is reduced to its distinct values with counts."""

    def __init__(self, array: pa.Array) -> None:
        self.array = normal(array)
        self.kind: Kind = kind_of(self.array.type)
        self.row_count = len(array)
        self.null_count = self.array.null_count

    # -- values and hashes ---------------------------------------------------------------------------------

    @cached_property
    def _encoded(self) -> pa.DictionaryArray:
        return self.array.dictionary_encode()

    @cached_property
    def texts(self) -> pa.Array:
        """Distinct values of a text column, without null."""
        return self._encoded.dictionary

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Rows of each of :attr:`texts`."""
        codes = self._encoded.indices
        if codes.null_count:
            codes = codes.drop_null()
        return np.bincount(codes.to_numpy(), minlength=len(self.texts)).astype(np.int64)

    @cached_property
    def valid(self) -> NDArray[np.generic]:
        """Values that are not null: int64 (also bool, days, microseconds) or float64, shape (n,)."""
        array = self.array.drop_null() if self.null_count else self.array
        if self.kind == "float":
            return np.asarray(doubles(array).to_numpy(zero_copy_only=False))
        if self.kind == "date":
            array = array.cast(pa.int32())
        elif self.kind == "bool":
            array = array.cast(pa.int8())
        return np.asarray(array.cast(pa.int64()).to_numpy(zero_copy_only=False))

    @cached_property
    def hashes(self) -> NDArray[np.uint64]:
        """A hash for each of :attr:`texts` (text) or :attr:`valid` (other kinds)."""
        if self.kind == "text":
            return hash_text(self.texts)
        return hash_floats(self.valid) if self.kind == "float" else hash_ints(self.valid)  # type: ignore[arg-type]

    def row_hashes(self) -> NDArray[np.uint64]:
        """A hash for each row, null included."""
        if self.kind == "text":
            codes = self._encoded.indices
            table = np.append(self.hashes, NULL_HASH)
            if codes.null_count:
                codes = pc.fill_null(codes.cast(pa.int64()), len(table) - 1)
            return table[codes.to_numpy()]
        if not self.null_count:
            return self.hashes
        rows = np.full(self.row_count, NULL_HASH, np.uint64)
        rows[self.array.is_valid().to_numpy(zero_copy_only=False)] = self.hashes
        return rows

    # -- what the text says --------------------------------------------------------------------------------

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Characters of each of :attr:`texts`."""
        return pc.utf8_length(self.texts).to_numpy().astype(np.int64)

    @cached_property
    def collapsed(self) -> pa.DictionaryArray:
        """Collapsed pattern of each of :attr:`texts`."""
        return patterns.collapsed_patterns(self.texts).dictionary_encode()

    @cached_property
    def flags(self) -> NDArray[np.int64]:
        """What the collapsed pattern says of each of :attr:`texts`."""
        known = [patterns.flags_of(p) for p in self.collapsed.dictionary.to_pylist()]
        return np.array(known, np.int64)[self.collapsed.indices.to_numpy()] if known else np.zeros(0, np.int64)

    @cached_property
    def trimmed(self) -> pa.Array:
        """:attr:`texts` without surrounding white space."""
        if (self.flags & (patterns.LEADING | patterns.TRAILING)).any():
            return pc.utf8_trim_whitespace(self.texts)
        return self.texts

    def matching(self, flag: int, regex: str) -> NDArray[np.bool_]:
        """Which of :attr:`texts` have the flag and match the expression."""
        mask = (self.flags & flag) != 0
        if mask.any():
            rows = np.flatnonzero(mask)
            found = pc.match_substring_regex(self.trimmed.take(pa.array(rows)), regex)
            mask[rows] = found.to_numpy(zero_copy_only=False)
        return mask

    @cached_property
    def exponents(self) -> NDArray[np.bool_]:
        """Which of :attr:`texts` are numbers with an exponent."""
        return self.matching(patterns.MAYBE_EXPONENT, EXPONENT)

    @cached_property
    def leading_zero(self) -> NDArray[np.bool_]:
        """Which of :attr:`texts` are digits with a leading zero (a code, not a quantity), such as 00501."""
        mask = ((self.flags & patterns.INT) != 0) & (self.lengths > 1)
        if mask.any():
            rows = np.flatnonzero(mask)
            offsets, data = text_buffers(self.trimmed)
            start = offsets[rows]
            signed = (data[start] == ord("-")) | (data[start] == ord("+"))
            first = start + signed
            mask[rows] = (data[first] == ord("0")) & (offsets[rows + 1] - first > 1)
        return mask

    @cached_property
    def number_rows(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Which of :attr:`texts` are finite numbers, and the numbers."""
        rows = np.flatnonzero(((self.flags & patterns.NUMBER) != 0) | self.exponents)
        if not len(rows):
            return rows, np.zeros(0)
        bare = pc.utf8_ltrim(self.trimmed.take(pa.array(rows)), "+")
        try:
            cast = bare.cast(pa.float64())
        except pa.ArrowInvalid:  # a sign or point written twice, which patterns do not tell from one
            cast = pc.if_else(pc.match_substring_regex(bare, _STRICT), bare, None).cast(pa.float64())
        values = np.asarray(cast.to_numpy(zero_copy_only=False), np.float64)
        finite = np.isfinite(values)
        return rows[finite], values[finite] + 0.0

    # -- views ---------------------------------------------------------------------------------------------

    @cached_property
    def numbers(self) -> Numbers:
        """The numeric view: numbers, or text that parses as one."""
        if self.kind == "text":
            rows, values = self.number_rows
            return Numbers(values, self.counts[rows])
        if self.kind == "int":
            return Numbers(self.valid.astype(np.float64), None)
        if self.kind == "float":
            values = np.asarray(self.valid, np.float64)
            finite = np.isfinite(values)
            return Numbers((values if finite.all() else values[finite]) + 0.0, None)
        return Numbers(np.zeros(0), None)

    @cached_property
    def date_rows(self) -> NDArray[np.int64]:
        """Which of :attr:`texts` may be dates: the texts behind :attr:`dates`."""
        return np.flatnonzero((self.flags & patterns.MAYBE_DATE) != 0)

    @cached_property
    def dates(self) -> tuple[Dates, NDArray[np.int64]]:
        """The date view and the rows each date stands for."""
        if self.kind == "text":
            return decode(self.trimmed.take(pa.array(self.date_rows))), self.counts[self.date_rows]
        if self.kind not in ("date", "datetime"):
            return decode(pa.array([], pa.string())), np.zeros(0, np.int64)
        values = self.valid.astype(np.int64, copy=False)
        if self.kind == "date":
            values, counts = np.unique(values, return_counts=True)
            values = values * MICROS_A_DAY
        else:
            counts = np.ones(len(values), np.int64)
        ones = np.ones(len(values), np.int8)
        return Dates(ones, values, values, np.zeros(len(values), np.int32), (self.kind,)), counts.astype(np.int64)
