"""What an issue type is: a name, the evidence it reads from a compared column, and the words it uses.

A sixth issue type is one more file in this folder that registers an :class:`IssueSpec`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from airflow_provider_dqheal.core.registry import Registry
from airflow_provider_dqheal.core.types import ISSUE_ORDER, Severity

_AT_ODDS, _NO_FORMULA, _FEW_AT_ODDS = 1.5, 3.0, 0.35
"""Strength of numbers that do not go with their rows, as no accepted one did, and of a sum that does not come out;
share up to which they are outliers."""


@dataclass(frozen=True)
class Described:
    """A statistic in the units of the column: observed now, and the range over the history."""

    observed: float | str | None = None
    low: float | str | None = None
    high: float | str | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Reading:
    """One column of a batch, compared with the history.

    Attributes:
        column: its name.
        measures: raw measurements by name (see ``detection/compare.py``); 0 is no evidence.
        history: batches in the history.
        rows: rows judged (of the sample where the batch is larger).
        present: cells that hold a value.
        kind: number, date, bool or text: what the history's values are.
        describe: a statistic by name in the column's own units, with examples.
    """

    column: str
    measures: Callable[[str], float]
    history: int
    rows: float
    present: float
    kind: str
    describe: Callable[[str], Described]

    def __call__(self, name: str) -> float:
        """The measurement called ``name``."""
        return self.measures(name)


@dataclass(frozen=True)
class SchemaReading:
    """How names and types differ from what the history has. ``renamed`` maps the old to the likely new name."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retyped: tuple[tuple[str, str, str], ...] = ()
    reordered: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether names or types differ (order alone does not count)."""
        return bool(self.added or self.removed or self.retyped)


@dataclass(frozen=True)
class CutDigits:
    """Long whole numbers of a column whose last digits a float has cut.

    ``share`` of them in the batch, ``usual`` the largest share in a batch of the history, some ``examples``;
    ``deviation`` from the history's rate, beyond that of any of its batches, in standard errors.
    """

    column: str
    share: float
    usual: float
    deviation: float
    examples: tuple[str, ...]


@dataclass(frozen=True)
class DayTimes:
    """Moments of a column that lie at other times of the day than ever.

    All by as many ``hours`` later (earlier below 0; 0 where that is not told), or a ``share`` of them on the day beside
    the one of the batch.
    """

    column: str
    hours: int
    share: float


@dataclass(frozen=True)
class WholeNumbers:
    """A column of decimals whose numbers are all whole; ``usual`` the largest share in a batch, some ``examples``."""

    column: str
    usual: float
    examples: tuple[str, ...]


@dataclass(frozen=True)
class RowSizes:
    """Numbers of a column that do not go with those of other columns in the same rows.

    ``by`` the columns that tell how large they are, the ``share`` of rows at odds among those that can be told,
    some ``examples`` and what was ``expected`` in their place.
    """

    column: str
    by: tuple[str, ...]
    share: float
    examples: tuple[str, ...]
    expected: tuple[float, ...]


@dataclass(frozen=True)
class RowFormula:
    """Numbers of a column that are not what others of their rows make, as a sum or a product.

    ``formula`` of the others, the ``share`` of rows that break it, some ``examples`` and what was ``expected`` in
    their place.
    """

    column: str
    formula: str
    share: float
    examples: tuple[str, ...]
    expected: tuple[float, ...]


@dataclass(frozen=True)
class RowLabels:
    """Labels of a column that do not go with those of another in the same rows.

    ``by`` the column that they do not go with, the ``share`` of rows at odds among those that can be told, some
    ``examples`` and what was ``expected`` in their place, where that is told.
    """

    column: str
    by: str
    share: float
    examples: tuple[str, ...]
    expected: tuple[str, ...]


@dataclass(frozen=True)
class RowMissing:
    """A column that lacks cells where a label in the same row says that it holds one.

    ``by`` the column of the labels, the ``rows`` that lack a value and their ``share`` of those that should hold one,
    some of the ``labels``.
    """

    column: str
    by: str
    rows: int
    share: float
    labels: tuple[str, ...]


@dataclass(frozen=True)
class RowOrder:
    """A column that is above (``lower``) or below another in the same rows, against the order of the history.

    ``other`` the column beside it, the ``share`` of rows that break the order, and some ``examples``.
    """

    column: str
    other: str
    lower: bool
    share: float
    examples: tuple[str, ...]


@dataclass(frozen=True)
class RowGap:
    """Dates of a column that lie farther from another one in their rows than in any of the history.

    ``other`` the column beside it, the ``share`` of such rows, some ``examples``; how far ``apart`` the two are in the
    middle one of these, and where the distances of the history ended, all in seconds.
    """

    column: str
    other: str
    share: float
    examples: tuple[str, ...]
    apart: float
    least: float
    most: float


@dataclass(frozen=True)
class FarStep:
    """A column whose level, which always rose or always fell, went much further than ever, or as far back.

    ``times`` the largest step of the history (below 0: down), the median ``now`` and that of the batch ``before``.
    """

    column: str
    times: float
    now: float | str
    before: float | str


@dataclass(frozen=True)
class Mistyped:
    """Misspellings in a column of one value a batch: the ``value``, their ``share`` and some ``examples``."""

    column: str
    value: str
    share: float
    examples: tuple[str, ...]


@dataclass(frozen=True)
class OffForm:
    """Cells that are not what a column always held: JSON, numbers such as '1,234.50'.

    ``form`` names that; their ``share``, the ``usual`` one, and some ``examples``.
    """

    column: str
    form: str
    share: float
    usual: float
    examples: tuple[str, ...]


@dataclass(frozen=True)
class TableReading:
    """What concerns the batch as a whole. Shares are in [0, 1], ``usual_*`` the most seen in the history."""

    rows: int
    usual_rows_low: int
    usual_rows_high: int
    history: int
    repeat_share: float
    usual_repeat: float
    repeated_batch: str | None
    duplicate_share: float
    usual_duplicate: float
    schema: SchemaReading
    measures: Callable[[str], float]
    cut: tuple[CutDigits, ...] = ()
    at_odds: tuple[RowSizes, ...] = ()
    formulas: tuple[RowFormula, ...] = ()
    labels: tuple[RowLabels, ...] = ()
    lacking: tuple[RowMissing, ...] = ()
    out_of_order: tuple[RowOrder, ...] = ()
    gaps: tuple[RowGap, ...] = ()
    far_steps: tuple[FarStep, ...] = ()
    mistyped: tuple[Mistyped, ...] = ()
    off_form: tuple[OffForm, ...] = ()
    whole: tuple[WholeNumbers, ...] = ()
    day_times: tuple[DayTimes, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A piece of evidence. ``strength`` 1 is where it fires by itself at the default false-alarm budget.

    ``share`` is the share of the column's cells (or of the rows) concerned, where that can be said.
    """

    issue: str
    column: str | None
    metric: str
    strength: float
    sentence: str
    observed: float | str | None = None
    low: float | str | None = None
    high: float | str | None = None
    examples: tuple[str, ...] = ()
    share: float = 0.0


@dataclass(frozen=True)
class IssueSpec:
    """One issue type.

    Attributes:
        name: snake_case, equal to the file name.
        order: place in the order of healing.
        title: for people.
        read_column: evidence in one column, strongest first; empty when there is none.
        read_table: evidence in the batch as a whole.
        grade: severity from the calibrated probability and the findings.
        fallback: the sentence for a column that the ensemble blames without a single finding.
        signs: what single values may show instead (see ``_signs``), the most telling first.
        needs: conditions on measurements, one of which holds wherever ``read_column`` finds anything, so that it is
            not asked in vain; None where that cannot be said.
        own_strength: a finding of at least this strength casts suspicion on its column, whatever the ensemble says of
            the column.
    """

    name: str
    order: int
    title: str
    read_column: Callable[[Reading], Sequence[Finding]]
    read_table: Callable[[TableReading], Sequence[Finding]]
    grade: Callable[[float, Sequence[Finding]], Severity]
    fallback: Callable[[Reading], Finding]
    signs: tuple[str, ...] = ()
    needs: tuple[str, ...] | None = None
    own_strength: float = 0.8


registry: Registry[IssueSpec] = Registry("issue type", "airflow_provider_dqheal.issues")


def register(spec: IssueSpec) -> IssueSpec:
    """Adds an issue type.

    Raises:
        RegistryError: when the name is taken.
    """
    registry.register(spec.name)(spec)
    return spec


def ordered() -> tuple[IssueSpec, ...]:
    """All issue types in the order of healing."""
    return tuple(sorted(registry.values(), key=attrgetter("order")))


def heal_order() -> tuple[str, ...]:
    """The names of all issue types in the order of healing."""
    return tuple(spec.name for spec in ordered())


def order_of(name: str) -> int:
    """The place of a built-in issue type in the order of healing."""
    return ISSUE_ORDER.index(name)


def nothing(_: TableReading) -> Sequence[Finding]:
    """An issue type that is not read from the batch as a whole."""
    return ()


def by_share(score: float, findings: Sequence[Finding]) -> Severity:
    """Severity from the largest share concerned: a third is high, nearly all is critical.

    Source: project convention; see docs of the verdict.
    """
    share = max((finding.share for finding in findings), default=0.0)
    if share >= 0.9:
        return "critical"
    if share >= 0.3:
        return "high"
    if share >= 0.02 or score >= 0.9:
        return "medium"
    return "low"


def number(value: float | str | None) -> str:
    """A number as people write it: 12,400; 0.0312; 1.2e+09.

    >>> number(12400.0), number(0.03123), number(3.14159)
    ('12,400', '0.0312', '3.14')
    """
    if value is None:
        return "unknown"
    if isinstance(value, str):
        return value
    if value != value:
        return "unknown"
    size = abs(value)
    if size >= 1e9 or (0 < size < 1e-4):
        return f"{value:.3g}"
    if size >= 1000:
        return f"{value:,.0f}"
    if size >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


def percent(share: float) -> str:
    """A share as per cent.

    >>> percent(0.3), percent(0.004)
    ('30 %', '0.4 %')
    """
    value = share * 100
    return f"{value:.0f} %" if value >= 10 or value == 0 else f"{value:.1f} %"


def duration(seconds: float) -> str:
    """A time in its largest unit.

    >>> duration(90), duration(5_400), duration(86_400 * 31)
    ('2 minutes', '1.5 hours', '31 days')
    """
    for unit, size in (("days", 86_400.0), ("hours", 3_600.0)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 60.0:.0f} minutes"


def span(low: float | str | None, high: float | str | None) -> str:
    """``118 to 131``, or one number when both are written alike."""
    one, other = number(low), number(high)
    return one if one == other else f"{one} to {other}"


def within_rows(issue: str, table: TableReading, few: bool) -> list[Finding]:
    """Findings of columns that no longer go with the others of their rows, in a few of these or in many.

    They are not of the size that others tell, not what others make (which explains the size), or out of order.
    """
    history = f"the last {table.history} batches"
    explained = {odd.column for odd in table.formulas}
    found: list[tuple[RowSizes | RowFormula | RowLabels | RowOrder | RowGap, str, float, str]] = [
        (
            odd, "row_size", _AT_ODDS,
            f"{percent(odd.share)} of the values do not go with {' and '.join(odd.by)} in the same row"
            f" ({shown(odd.examples)}; expected about {', '.join(map(number, odd.expected))}), as all did in {history}",
        )
        for odd in table.at_odds
        if odd.column not in explained
    ]  # fmt: skip
    found += [
        (
            odd, "row_formula", _NO_FORMULA,
            f"{percent(odd.share)} of the values are not {odd.formula} in the same row ({shown(odd.examples)}; expected"
            f" {', '.join(map(number, odd.expected))}), as they were in {history}",
        )
        for odd in table.formulas
    ]  # fmt: skip
    found += [
        (
            odd, "row_label", _AT_ODDS,
            f"{percent(odd.share)} of the values do not go with {odd.by} in the same row ({shown(odd.examples)}"
            f"{'; expected ' + shown(odd.expected) if odd.expected else ''}), as all did in {history}",
        )
        for odd in table.labels
    ]  # fmt: skip
    found += [
        (
            odd, "row_order", _AT_ODDS,
            f"{'above' if odd.lower else 'below'} {odd.other} in {percent(odd.share)} of the rows"
            f" ({shown(odd.examples)}), in none of {history}",
        )
        for odd in table.out_of_order
    ]  # fmt: skip
    crossed = {odd.column for odd in table.out_of_order}
    found += [
        (
            odd, "row_gap", _AT_ODDS,
            f"{percent(odd.share)} of the values lie {duration(odd.apart)} from {odd.other} in the same row"
            f" ({shown(odd.examples)}), expected {duration(odd.least)} to {duration(odd.most)} as in {history}",
        )
        for odd in table.gaps
        if odd.column not in crossed
    ]  # fmt: skip
    return [
        Finding(
            issue, odd.column, metric, strength, f"{odd.column}: {told}", odd.share, 0.0, 0.0, odd.examples, odd.share,
        )
        for odd, metric, strength, told in found
        if (odd.share <= _FEW_AT_ODDS) == few
    ]  # fmt: skip


def shown(examples: Sequence[str]) -> str:
    """Up to three examples in quotes, cut to 24 characters."""
    return ", ".join(f"'{text[:24]}'" for text in examples[:3])
