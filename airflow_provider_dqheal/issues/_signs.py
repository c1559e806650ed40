"""Words for what single values show by themselves: markup, masks, words of forms and tests, decimals never had."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_provider_dqheal.issues._base import Finding, Reading, percent, shown

_SAID = {
    "sign_markup": "hold markup",
    "sign_escaped": "hold escaped characters",
    "sign_masked": "are masked",
    "sign_hashed": "look like hashes",
    "sign_uuid": "look like UUIDs",
    "sign_bracketed": "stand in brackets",
    "sign_quoted": "stand in quotes",
    "sign_invisible": "hold invisible characters",
    "sign_machine": "read like the message of a program",
    "sign_unspoken": "are letters that form no words",
    "sign_test": "read like test data",
    "sign_nothing": "say that there is no value",
    "sign_generic": "are words for anything",
    "sign_repeating": "repeat one character",
    "sign_elsewhere": "are known in another column only",
    "sign_respelled": "are known values in another spelling",
    "sign_cut": "are the beginning of known values",
    "sign_embedding": "hold a known value and more",
    "sign_foreign": "hold a kind of character that none had",
    "finer": "have more decimals than any had",
    "rounder": "are rounder than usual",
}
_LEAST = 0.9
"""Standard errors beyond the history; a single cell that shows a sign for the first time has about one."""


def by_sign(issue: str, reading: Reading, signs: Sequence[str]) -> Finding | None:
    """The first of ``signs`` that the column shows more often than any batch of its history, in words."""
    for sign in signs:
        if reading(f"{sign}_z") >= _LEAST:
            described = reading.describe(sign)
            share = described.observed if isinstance(described.observed, float) else None
            cells = "some" if share is None else percent(share)
            examples = f" ({shown(described.examples)})" if described.examples else ""
            return Finding(
                issue, reading.column, sign.removeprefix("sign_"), 0.5,
                f"{reading.column}: {cells} of the values {_SAID[sign]}{examples}, unlike the last"
                f" {reading.history} batches",
                described.observed, described.low, described.high, described.examples,
                share or 0.0,
            )  # fmt: skip
    return None
