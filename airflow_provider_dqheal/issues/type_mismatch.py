"""Values that are not of the column's type, or are written in a form it never had."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_provider_dqheal.issues._base import (
    Finding,
    IssueSpec,
    Reading,
    TableReading,
    by_share,
    order_of,
    percent,
    register,
    shown,
)

NAME = "type_mismatch"
_SIGNS = (
    "sign_markup",
    "sign_escaped",
    "sign_masked",
    "sign_hashed",
    "sign_uuid",
    "sign_bracketed",
    "sign_quoted",
    "sign_invisible",
    "sign_foreign",
)
_NEEDS = (
    "parse_fail > 0.004",
    "odd_form > 0.004",
    "decimal_fail > 0",
    "unseen_share > 0.004 and is_bool > 0",
    "broken.own > 4",
    "edges.own > 4",
)
_CELLS = 3.0
_CERTAIN = 4.0
"""Standard errors beyond every batch of the history that chance does not explain."""


def read_column(reading: Reading) -> Sequence[Finding]:
    """Parse failures where there were none, and literal forms never seen in a column of regular form."""
    found = []
    failing = reading("parse_fail")
    enough = failing * reading.present >= _CELLS
    if enough and failing > 2 * reading("parse_loo") + 0.004:
        described = reading.describe("unparsed")
        found.append(
            Finding(
                NAME, reading.column, "parse_failures", reading("parse_z") / 5.0,
                f"{reading.column}: {percent(failing)} of the values do not read as {reading.kind}"
                f" ({shown(described.examples)}), expected at most {percent(reading('parse_loo'))} over the last"
                f" {reading.history} batches",
                failing, 0.0, reading("parse_loo"), described.examples, failing,
            )
        )  # fmt: skip
    odd = reading("odd_form")
    regular = reading.kind in ("number", "date", "bool") or reading("form_loo") < 0.002
    if odd * reading.present >= _CELLS and odd > 4 * reading("form_loo") + 0.004 and regular:
        described = reading.describe("forms")
        certain = 5.0 if reading.kind in ("number", "date", "bool") else 12.0
        found.append(
            Finding(
                NAME, reading.column, "new_form", reading("odd_form_z") / certain,
                f"{reading.column}: {percent(odd)} of the values are written in a form never seen before"
                f" ({shown(described.examples)}), expected {described.low}",
                odd, 0.0, reading("form_loo"), described.examples, odd,
            )
        )  # fmt: skip
    whole = reading("whole_decimal")
    if reading("decimal_fail") * reading.present >= _CELLS and whole > 0.8 * reading("decimal_fail"):
        described = reading.describe("decimals")
        found.append(
            Finding(
                NAME, reading.column, "decimal_form", reading("decimal_z") / 6.0,
                f"{reading.column}: whole numbers are written with a decimal point"
                f" ({shown(described.examples)}) in {percent(whole)} of the values, never before",
                whole, 0.0, 0.0, described.examples, whole,
            )
        )  # fmt: skip
    spelled = reading("unseen_share")
    if reading.kind == "bool" and spelled * reading.present >= _CELLS and spelled > 4 * reading("unseen_loo") + 0.004:
        described = reading.describe("unseen")
        found.append(
            Finding(
                NAME, reading.column, "boolean_spelling", reading("unseen_z") / 5.0,
                f"{reading.column}: {percent(spelled)} of the booleans are spelled in a way never seen before"
                f" ({shown(described.examples)})",
                spelled, 0.0, reading("unseen_loo"), described.examples, spelled,
            )
        )  # fmt: skip
    broken = reading("broken.own")
    if broken > 4 and reading("broken.excess") > 1.0:
        described = reading.describe("broken")
        found.append(
            Finding(
                NAME, reading.column, "broken_text", min(broken / 6.0, reading("broken.excess") / 1.5),
                f"{reading.column}: characters were read in the wrong encoding ({shown(described.examples)}),"
                f" more often than in the last {reading.history} batches",
                described.observed, described.low, described.high, described.examples, 0.1,
            )
        )  # fmt: skip
    edges = reading("edges.own")
    if edges > 4 and reading("edges.excess") > 1.5:
        described = reading.describe("edges")
        found.append(
            Finding(
                NAME, reading.column, "padding", edges / 7.0,
                f"{reading.column}: {percent(float(described.observed or 0))} of the values start or end with blanks,"
                f" expected at most {percent(float(described.high or 0))}",
                described.observed, 0.0, described.high, described.examples, float(described.observed or 0),
            )
        )  # fmt: skip
    return sorted(found, key=lambda finding: -finding.strength)


def read_table(table: TableReading) -> Sequence[Finding]:
    """Long identifiers that a float has cut, and cells that are not of a form that all were."""
    off_form = [
        Finding(
            NAME, broken.column, "off_form", _CERTAIN,
            f"{broken.column}: {percent(broken.share)} of the values are no {broken.form} ({shown(broken.examples)}),"
            f" expected {percent(broken.usual)} over the last {table.history} batches",
            broken.share, 0.0, broken.usual, broken.examples, broken.share,
        )
        for broken in table.off_form
    ]  # fmt: skip
    return off_form + [
        Finding(
            NAME, cut.column, "cut_digits", min(cut.deviation / _CERTAIN, 6.0),
            f"{cut.column}: {percent(cut.share)} of the long numbers have no more digits than a 64-bit float holds"
            f" ({shown(cut.examples)}), expected at most {percent(cut.usual)} over the last {table.history} batches;"
            " the last digits look cut",
            cut.share, 0.0, cut.usual, cut.examples, cut.share,
        )
        for cut in table.cut
        if cut.share > cut.usual and cut.deviation > _CERTAIN
    ]  # fmt: skip


def fallback(reading: Reading) -> Finding:
    """Words for a column that the ensemble blames."""
    described = reading.describe("forms")
    return Finding(
        NAME, reading.column, "form", 0.5,
        f"{reading.column}: the values are written differently from the last {reading.history} batches",
        described.observed, described.low, described.high, described.examples, reading("form_share"),
    )  # fmt: skip


register(IssueSpec(NAME, order_of(NAME), "Type mismatch", read_column, read_table, by_share, fallback, _SIGNS, _NEEDS))
