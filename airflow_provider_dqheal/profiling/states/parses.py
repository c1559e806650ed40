"""What text parses as: numbers and the ways of writing them, dates, booleans."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.profiling import patterns
from airflow_provider_dqheal.profiling import view as views
from airflow_provider_dqheal.profiling.states._base import Metrics, registry, share
from airflow_provider_dqheal.profiling.view import ColumnView
from airflow_provider_dqheal.profiling.words import FALSE_WORDS, TRUE_WORDS


@registry.register("parses")
@dataclass(frozen=True)
class Parses:
    """Rows of text (neither empty nor blank) by what they parse as; one row may count in several.

    ``integers`` fit 64 bits; ``decimals`` have decimals or an exponent; ``boolean`` is spelled or 0/1 (``bit``).
    """

    texts: int = 0
    integers: int = 0
    decimals: int = 0
    exponent: int = 0
    grouped: int = 0
    comma: int = 0
    percent: int = 0
    currency: int = 0
    unit: int = 0
    signed_plus: int = 0
    leading_zero: int = 0
    boolean: int = 0
    true: int = 0
    bit: int = 0
    json: int = 0

    @classmethod
    def empty(cls) -> Self:
        """No text."""
        return cls()

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        if view.kind != "text" or not len(view.texts):
            return self
        flags, counts = view.flags, view.counts

        def rows(mask: Any) -> int:
            return int(counts[mask].sum())

        whole = (flags & patterns.INT) != 0
        if whole.any():
            whole &= view.lengths <= 19
        grouped = view.matching(patterns.MAYBE_GROUPED, views.GROUPED)
        comma = view.matching(patterns.MAYBE_COMMA, views.DECIMAL_COMMA) & ~grouped
        currency = view.matching(patterns.MAYBE_CURRENCY, views.CURRENCY)
        unit = view.matching(patterns.MAYBE_UNIT, views.UNIT) & ~currency & ~view.exponents
        true, false, bit = _booleans(view)
        first = view.matching(patterns.NUMBER, r"^\+") if _any_plus(view) else np.zeros(len(flags), bool)
        return self + type(self)(
            texts=rows((flags & (patterns.EMPTY | patterns.BLANK)) == 0),
            integers=rows(whole),
            decimals=rows(((flags & patterns.DECIMAL) != 0) | view.exponents),
            exponent=rows(view.exponents),
            grouped=rows(grouped),
            comma=rows(comma),
            percent=rows((flags & patterns.PERCENT) != 0),
            currency=rows(currency),
            unit=rows(unit),
            signed_plus=rows(first),
            leading_zero=rows(view.leading_zero),
            boolean=true + false,
            true=true,
            bit=bit,
            json=_json(view),
        )

    def __add__(self, other: Self) -> Self:
        return type(self)(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def to_json(self) -> Any:
        """The counts, in the order of the fields."""
        return list(astuple(self)) if any(astuple(self)) else None

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        return cls(*value) if value else cls()

    def metrics(self, row_count: int) -> Metrics:
        """parse_*_fraction over text that is there (not empty, not blank)."""
        names = (
            "exponent", "grouped", "comma", "percent", "currency", "unit", "signed_plus", "leading_zero",
            "boolean", "bit", "json",
        )  # fmt: skip
        found: Metrics = {f"parse_{name}_fraction": share(getattr(self, name), self.texts) for name in names}
        found["parse_number_fraction"] = share(self.integers + self.decimals, self.texts)
        found["parse_int_fraction"] = share(self.integers, self.texts)
        found["parse_float_fraction"] = share(self.decimals, self.texts)
        return found


def _any_plus(view: ColumnView) -> bool:
    return any(pattern.lstrip().startswith("+") for pattern in view.collapsed.dictionary.to_pylist())


def _booleans(view: ColumnView) -> tuple[int, int, int]:
    rows = np.flatnonzero((view.lengths <= 8) & ((view.flags & patterns.EMPTY) == 0))
    if not len(rows):
        return 0, 0, 0
    words = pc.utf8_lower(view.trimmed.take(pa.array(rows)))
    counts = view.counts[rows]
    found = []
    for spellings in (TRUE_WORDS, FALSE_WORDS, ("0", "1")):
        hits = pc.is_in(words, value_set=pa.array(spellings)).to_numpy(zero_copy_only=False)
        found.append(int(counts[hits].sum()))
    return found[0], found[1], found[2]


def _json(view: ColumnView) -> int:
    dictionary = view.collapsed.dictionary.to_pylist()
    like = np.array([p.strip()[:1] in ("{", "[") for p in dictionary], bool)
    return int(view.counts[like[view.collapsed.indices.to_numpy()]].sum()) if like.any() else 0
