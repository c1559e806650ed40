"""Columns that appeared, vanished, were renamed or changed their physical type: exact, from a diff."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_provider_dqheal.core.types import Severity
from airflow_provider_dqheal.issues._base import Finding, IssueSpec, Reading, TableReading, order_of, register

NAME = "schema_drift"


def read_column(reading: Reading) -> Sequence[Finding]:
    """Nothing: drift of the schema is read from the table."""
    return ()


def read_table(table: TableReading) -> Sequence[Finding]:
    """One finding for each renamed, removed, added or retyped column."""
    schema = table.schema
    found = []
    for old, new in schema.renamed.items():
        found.append(
            Finding(
                NAME, new, "renamed", 10.0, f"column '{old}' is gone and '{new}' looks like it: renamed",
                new, old, old, (), 1.0,
            )
        )  # fmt: skip
    for name in schema.removed:
        if name not in schema.renamed:
            found.append(
                Finding(NAME, name, "removed", 9.0,
                        f"column '{name}' is gone; all {table.history} earlier batches had it",
                        "absent", "present", "present", (), 1.0)
            )  # fmt: skip
    renamed = set(schema.renamed.values())
    for name in schema.added:
        if name not in renamed:
            found.append(
                Finding(NAME, name, "added", 8.0,
                        f"column '{name}' is new; none of the {table.history} earlier batches had it",
                        "present", "absent", "absent", (), 1.0)
            )  # fmt: skip
    for name, before, after in schema.retyped:
        found.append(
            Finding(NAME, name, "retyped", 7.0 if drastic(before, after) else 0.6,
                    f"{name}: stored as {after}, expected {before}", after, before, before, (), 1.0)
        )  # fmt: skip
    if schema.reordered and not found:
        found.append(
            Finding(NAME, None, "reordered", 2.0, "the columns stand in another order than in every earlier batch",
                    "other order", "known order", "known order", (), 0.0)
        )  # fmt: skip
    return found


def drastic(before: str, after: str) -> bool:
    """Whether a change of physical type is more than a widening that readers accept.

    >>> drastic("int64", "double"), drastic("double", "string"), drastic("int32", "int64")
    (False, True, False)
    """
    return _family(before) != _family(after) and "null" not in (before, after)


def _family(kind: str) -> str:
    for family, starts in (
        ("number", ("int", "uint", "float", "double", "half", "decimal")),
        ("time", ("date", "timestamp")),
        ("text", ("string", "large_string", "string_view", "dictionary")),
    ):
        if kind.startswith(starts):
            return family
    return kind


def grade(score: float, findings: Sequence[Finding]) -> Severity:
    """Removed or renamed columns are high, added ones medium, order alone low."""
    kinds = {finding.metric for finding in findings}
    if kinds & {"removed", "renamed"}:
        return "high"
    if kinds & {"added", "retyped"}:
        return "medium"
    return "low"


def fallback(reading: Reading) -> Finding:
    """Words for a column that the ensemble blames."""
    return Finding(NAME, reading.column, "content", 0.5, f"{reading.column}: holds what another column used to hold")


register(IssueSpec(NAME, order_of(NAME), "Schema drift", read_column, read_table, grade, fallback, needs=()))
