"""Decides whether a staged batch may be published: it must be conserved, harmless, lawful, nearer, and found clean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import sqrt

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.policy import Policy
from airflow_provider_dqheal.core.types import Check, IssueType, RemediationPlan, ValidationResult, Verdict
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.schema import cast_table
from airflow_provider_dqheal.profiling.schema import is_missing as missing_cells
from airflow_provider_dqheal.validation.conservation import do_no_harm, quarantine_is_raw, rows_conserved
from airflow_provider_dqheal.validation.constraints import (
    ColumnConstraints,
    counts_of,
    is_missing,
    mine,
    numbers,
    repeats,
    without,
)
from airflow_provider_dqheal.validation.staged import Staged

_SIGMA = 3.0
_RECORD = 2.0
"""Times the margin of what is accepted, up to which a number that came so may be a record."""
_READ, _RECORDS = 10, 0.06
"""Numbers that one rule wrote, from which on that share of them may be records: a wrong rule moves most."""
_BESIDE = 20
"""Untouched numbers of a column that show where it is now."""
_NEW_IN_MADE = 0.1
"""Share of new values that may be in a column made of others by its name; one made wrongly has hardly any known one."""
_STEADY, _FEW = 2.0, 4.0
"""Batches whose sizes differ by less than that factor; one that many times smaller than all of them is not whole."""
_BATCHES, _LACKS = 4, 0.2
"""Batches that show what was never so, and the share of missing values that is no chance then."""


def validate(
    working: Staged,
    plan: RemediationPlan,
    verdict: Verdict,
    baseline: Baseline,
    policy: Policy,
    redetect: Callable[[pa.Table], Verdict],
) -> ValidationResult:
    """Judges the staged batch by checks that do not come from what planned it.

    A batch without issues and without steps passes by conservation alone, if most of it is there: its rows, and the
    values of columns that never lacked one. Constraints are asked of columns that were changed, or blamed where nothing
    was; what is left is the detector's business.

    Args:
        working: the staged batch beside the raw one.
        plan: what was planned; hold reasons fail the batch.
        verdict: what the detector said of the raw batch.
        baseline: the accepted history.
        policy: budgets, and what happens to added columns.
        redetect: judges a table in raw representation again.
    """
    checks = [Check(name="held", passed=False, observed=reason) for reason in plan.hold_reasons]
    checks += [rows_conserved(working), quarantine_is_raw(working), do_no_harm(working)]
    checks += [*_arrived(working, baseline), *_filled(working, baseline)]
    if not plan.steps and not verdict.issues and verdict.status == "scored":
        return _result(checks)
    checks.append(_schema(working, baseline, policy))
    if checks[-1].passed:
        touched = {column for step in plan.steps for column in step.columns}
        if not plan.steps:
            touched = {column for issue in verdict.issues for column in issue.concerned}
        names = touched & set(baseline.table_schema.names)
        checks += _columns(working, baseline, verdict, names, whole=not plan.steps)
    checks.append(_rows(working, baseline, policy))
    checks.append(_redetected(working, redetect))
    return _result(checks)


def _result(checks: list[Check]) -> ValidationResult:
    return ValidationResult(passed=all(check.passed for check in checks), checks=tuple(checks))


def _arrived(working: Staged, baseline: Baseline) -> Iterator[Check]:
    """Whether most of the batch is there, where batches were always about as large."""
    counts = [profile.row_count for profile in baseline.profiles]
    if len(counts) >= _BATCHES and max(counts) < _STEADY * min(counts):
        least = min(counts) / _FEW
        yield Check(
            name="arrived",
            passed=working.raw.num_rows >= least,
            observed=f"{working.raw.num_rows:,} rows",
            expected=f"at least {least:,.0f}: a {_FEW:.0f}th of the smallest accepted batch",
        )


def _filled(working: Staged, baseline: Baseline) -> Iterator[Check]:
    """Whether columns that never lacked a value are there: a fifth of nothing is no chance, whatever else is odd."""
    if len(baseline.profiles) < _BATCHES or not working.table.num_rows:
        return
    never = [column.name for column in baseline.table_schema.columns if not column.nullable]
    lacking = {
        name: share
        for name in never
        if name in working.table.column_names
        and (share := float(missing_cells(working.table.column(name)).mean())) >= _LACKS
    }
    told = ", ".join(f"{share:.0%} of {name!r}" for name, share in lacking.items())
    yield Check(
        name="filled",
        passed=not lacking,
        observed=f"{told} missing" if told else "no such column lacks its values",
        expected=f"less than {_LACKS:.0%} missing in columns that never lacked a value",
    )


def _schema(working: Staged, baseline: Baseline, policy: Policy) -> Check:
    names, accepted = working.table.column_names, list(baseline.table_schema.names)
    kept = [name for name in names if name not in accepted]
    whole = baseline.optional.union(names).issuperset(accepted)
    passed = whole and baseline.in_order(names) and (not kept or policy.added_columns == "keep")
    return Check(name="schema", passed=passed, observed=", ".join(names), expected=", ".join(accepted))


def _columns(working: Staged, baseline: Baseline, verdict: Verdict, names: set[str], whole: bool) -> Iterator[Check]:
    """Constraints of the columns in ``names``, of every cell where an issue blames the values, else of what changed.

    Cells that nobody blamed and nobody touched are the detector's business: a rename does not make them worse, nor does
    a row that is taken out. ``whole``: also blamed columns without a changed value are judged cell by cell.
    """
    _, unread = cast_table(working.table, baseline.table_schema)
    origins = dict(working.origins)
    constraints, written_in = mine(baseline), set(working.ledger["column"].to_pylist())
    for name in (column for column in baseline.table_schema.names if column in names):
        law = constraints[name]
        if not law.batches or not law.pooled:
            continue
        counts = counts_of(working.table.column(name))
        rows = max(1, counts.total())
        origin = origins.get(name)
        came = origin is not None and origin in working.raw.column_names
        before = counts_of(working.raw.column(str(origin))) if came else counts - counts
        blamed = _is_concerned(verdict, name, "outliers", "distribution_shift") and (whole or name in written_in)
        judged = counts if not came or blamed else counts - before
        yield _parses(name, law, counts, unread.get(name), rows)
        lacking = _is_concerned(verdict, name, "missing_data")
        yield _missing(name, law, counts, rows, None if lacking else _missing_before(working, name, origin), not came)
        if law.unique:
            came_so, now_so = repeats(before), repeats(counts)
            yield Check(
                name="unique",
                column=name,
                passed=now_so <= came_so,
                observed=f"{now_so:,} repeated values",
                expected=f"at most {came_so:,}, as they came",
            )
        elif law.numeric:
            written = without(numbers(counts), numbers(before))
            kept = without(numbers(judged), written)
            # Where all cells were written anew, the column's own rare values are among them; a wrong rule moves most.
            beside = np.zeros(0) if blamed else numbers(before & counts)
            yield _range(name, law, written, kept, beside, max(2, rows // 100) if len(written) > rows / 2 else 0)
        elif law.unseen_bound is not None:
            yield _domain(name, law, law.unseen_bound, judged, rows, 0.0 if came else _NEW_IN_MADE)
        if came and not law.unique:
            stayed = before & counts  # what is taken out brings the rest no nearer, and no farther
            was, now = max(law.distance(before), law.distance(stayed)), law.distance(counts)
            slack = 0.02 + 1.0 / sqrt(rows)
            yield Check(
                name="not_farther",
                column=name,
                passed=now <= was + slack,
                observed=f"distance to the history {now:.3f}",
                expected=f"at most {was:.3f} (the raw batch's), plus {slack:.3f}",
            )


def _is_concerned(verdict: Verdict, name: str, *types: IssueType) -> bool:
    """Whether an issue of these types that alarms by itself may concern the column."""
    return any(
        issue.type in types and name in issue.concerned and verdict.alarms_alone(issue.type) for issue in verdict.issues
    )


def _parses(
    name: str, law: ColumnConstraints, counts: dict[str | None, int], unread: np.ndarray | None, rows: int
) -> Check:
    failing = int(unread.sum()) if unread is not None else 0
    allowed = 0
    if failing and law.numeric:
        strange = law.pooled.total() - len(law.all_numbers) - sum(c for t, c in law.pooled.items() if is_missing(t))
        allowed = int(np.ceil(2 * rows * strange / max(1, law.pooled.total())))
    elif failing:
        known = sum(count for text, count in counts.items() if text in law.pooled)
        allowed = failing if known == rows else 0
    return Check(
        name="parses",
        column=name,
        passed=failing <= allowed,
        observed=f"{failing:,} cells of {name!r} do not parse as the accepted type",
        expected=f"at most {allowed:,}",
    )


def _missing_before(working: Staged, name: str, origin: str | None) -> int:
    """Cells that were missing in the raw column already, disguised ones that the ledger names included."""
    if origin is None or origin not in working.raw.column_names:
        return 0
    before = sum(count for text, count in counts_of(working.raw.column(origin)).items() if is_missing(text))
    lines = working.ledger.select(["row_id", "column", "before", "after"]).to_pylist()
    return before + sum(
        line["row_id"] is not None
        and line["column"] == name
        and is_missing(line["after"])
        and not is_missing(line["before"])
        for line in lines
    )


def _missing(
    name: str, law: ColumnConstraints, counts: dict[str | None, int], rows: int, before: int | None, built: bool
) -> Check:
    """``before``: missing cells of the raw column when no issue blames them; making them visible is no harm.

    ``built``: the column was put together from others, so that nobody knows how many it lacked. As many as the history
    can have lacked by chance (rule of three) are none that were lost.
    """
    most, _ = law.missing_bound
    if built and law.pooled:
        most = max(most, 3 / law.pooled.total())
    share = sum(count for text, count in counts.items() if is_missing(text)) / rows
    bound = most + _SIGMA * sqrt(max(most * (1 - most), 0.0) / rows) + (0.01 if most else 0.0)
    if before is not None:
        bound = max(bound, before / rows)
    return Check(
        name="missing",
        column=name,
        passed=share <= bound,
        observed=f"{share:.2%} of {name!r} missing",
        expected=f"at most {bound:.2%}",
    )


def _range(
    name: str, law: ColumnConstraints, written: np.ndarray, kept: np.ndarray, beside: np.ndarray, allowed: int
) -> Check:
    """Judges numbers that were written, and those ``kept`` as they came, among which a record may be.

    ``beside``: numbers that nobody touched or blamed: where most of them are (the year has moved on), others may be.

    ``allowed``: values outside that a column put together from others may have, as it may come so by itself.
    """
    (low, high), read = law.range(), len(written)
    if len(beside) >= _BESIDE:
        first, last = (float(end) for end in np.quantile(beside, [0.05, 0.95]))
        written = written[(written < first) | (written > last)]
    far = _beyond(written, *law.range(_RECORD))
    near = _beyond(written, low, high) - far
    if read >= _READ and near <= max(1, int(_RECORDS * read)):
        near = 0
    outside = far + near + _beyond(kept, *law.range(_RECORD))
    return Check(
        name="range",
        column=name,
        passed=outside <= allowed,
        observed=f"{outside:,} values of {name!r} outside the accepted range",
        expected=f"{low:g} to {high:g}",
    )


def _beyond(values: np.ndarray, low: float, high: float) -> int:
    return int(((values < low) | (values > high)).sum())


def _domain(
    name: str, law: ColumnConstraints, usual: float, counts: dict[str | None, int], rows: int, least: float
) -> Check:
    unseen = sum(count for text, count in counts.items() if text not in law.pooled and not is_missing(text)) / rows
    bound = 2 * usual + _SIGMA * sqrt(max(usual, 1 / rows) / rows) + 0.005
    bound = max(bound, least)
    return Check(
        name="domain",
        column=name,
        passed=unseen <= bound,
        observed=f"{unseen:.2%} of {name!r} are values the history does not know",
        expected=f"at most {bound:.2%}",
    )


def _rows(working: Staged, baseline: Baseline, policy: Policy) -> Check:
    counts = [profile.row_count for profile in baseline.profiles] or [0]
    now, raw = working.table.num_rows, working.raw.num_rows
    low, high = min(counts) / 2, max(counts) * 2
    lost_rows = sum(reasons != ["duplicate"] for reasons in working.quarantine["reasons"].to_pylist())
    share = lost_rows / max(1, raw)
    lost = low <= raw <= high and not low <= now <= high
    return Check(
        name="row_count",
        passed=not lost and share <= policy.budgets.batch_quarantined_rows,
        observed=f"{now:,} of {raw:,} rows published",
        expected=f"at most {policy.budgets.batch_quarantined_rows:.0%} quarantined, within {low:,.0f} to {high:,.0f}",
    )


def _redetected(working: Staged, redetect: Callable[[pa.Table], Verdict]) -> Check:
    again = redetect(working.table)
    left = [issue for issue in again.issues if not _only_row_count(issue.evidence, working.quarantine.num_rows)]
    told = "; ".join(f"{issue.type} in {', '.join(issue.columns) or 'the table'}: {issue.sentence}" for issue in left)
    return Check(
        name="redetected",
        passed=again.status == "scored" and not left,
        observed=told or (again.reason or again.status if again.status != "scored" else "no issue"),
        expected="the detector finds no issue in the healed batch",
    )


def _only_row_count(evidence: tuple[object, ...], quarantined: int) -> bool:
    """Whether all that is left to say is that rows were taken out."""
    metrics = {getattr(item, "metric", "") for item in evidence}
    return bool(quarantined and metrics) and all("row_count" in metric for metric in metrics)
