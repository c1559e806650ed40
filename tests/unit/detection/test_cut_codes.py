"""Codes of one width that lost their end are found and set aside; new and longer codes are no fault."""

from __future__ import annotations

import uuid

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.cut_codes import Code, code_of

ROWS, HISTORY = 250, 8


def patients(seed: int) -> list[str]:
    return [f"P{one:07d}" for one in np.random.default_rng(seed).integers(0, 10**7, ROWS)]


def calls(seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [str(uuid.UUID(bytes=rng.bytes(16))) for _ in range(ROWS)]


def table(seed: int, codes: list[str]) -> pa.Table:
    rng = np.random.default_rng(seed)
    return pa.table(
        {"code": codes, "ward": rng.choice(["a", "b", "c"], ROWS), "amount": rng.lognormal(3, 0.5, ROWS).round(2)}
    )


@pytest.fixture(scope="module", params=[patients, calls], ids=["patients", "calls"])
def learned(request):
    make = request.param
    return make, api.learn([table(seed, make(seed)) for seed in range(HISTORY)], dataset="codes")


@pytest.mark.parametrize("cut", [slice(None, -2), slice(2, None), slice(None, 5)], ids=["end", "beginning", "half"])
def test_codes_that_lost_an_end_are_a_type_mismatch_and_set_aside(learned, cut):
    make, baseline = learned
    codes = make(HISTORY)
    rows = set(range(3, 9 * 25, 25))
    if cut == slice(None, 5) and make is calls:
        cut = slice(None, 20)
    done = api.heal(table(HISTORY, [code[cut] if row in rows else code for row, code in enumerate(codes)]), baseline)
    issue = done.verdict.issue("type_mismatch")
    assert issue is not None
    assert "no whole code" in issue.sentence
    assert set(done.quarantine["row_id"].to_pylist()) == rows
    assert done.published


def test_new_codes_and_longer_ones_are_none(learned):
    make, baseline = learned
    codes = make(HISTORY)
    assert not api.check(table(HISTORY, codes), baseline).issues
    longer = [code + "0" if row % 3 == 0 else code for row, code in enumerate(codes)]
    found = api.check(table(HISTORY, longer), baseline)
    assert not any("no whole code" in issue.sentence for issue in found.issues)


def test_a_code_is_what_stands_at_each_place():
    code = code_of({f"AB-{number:04d}x" for number in range(60)}, 400)
    assert code == Code(("A", "B", r"\-", "0", "0", r"\d", r"\d", "x"), 400)
    assert [code.is_whole(text) for text in ("AB-0012x", "AB-001", "0012x", "AB-", "hello", "AB-00123x")] == [
        True, False, False, True, True, True,
    ]  # fmt: skip
    assert code_of({f"AB-{number}" for number in range(60)}, 400) is None
    assert code_of({f"AB-{number:04d}" for number in range(20)}, 400) is None
