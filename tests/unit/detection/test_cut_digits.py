"""Identifiers that a float has cut are told by their digits, although they look right; others are not."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.cut_digits import long_of
from airflow_provider_dqheal.detection.view import view_table

ROWS = 200


def as_javascript(text: str) -> str:
    """The shortest digits that tell a float from its neighbours, zeros behind."""
    return str(int(Decimal(repr(float(text)))))


def as_float(text: str) -> str:
    return str(int(float(text)))


def posts(batch: int, cut: Callable[[str], str] = str, share: float = 1.0) -> pa.Table:
    """Posts with identifiers that grow with time, of 18 digits; ``cut`` was done to the first ``share`` of them."""
    rng = np.random.default_rng(batch)
    first = 6 * 10**17 + batch * 10**15
    ids = [str(first + int(number)) for number in np.sort(rng.integers(0, 10**15, ROWS))]
    kept = int(share * ROWS)
    return pa.table(
        {
            "post": [*map(cut, ids[:kept]), *ids[kept:]],
            "likes": rng.poisson(20, ROWS).astype(str),
            "language": rng.choice(["de", "en", "fr"], ROWS, p=[0.2, 0.7, 0.1]),
        }
    )


@pytest.fixture(scope="module")
def baseline():
    return api.learn([posts(batch) for batch in range(8)])


@pytest.mark.parametrize("share", [1.0, 0.3])
@pytest.mark.parametrize("cut", [as_javascript, as_float])
def test_identifiers_that_a_float_has_cut_hold_the_batch(baseline, cut, share):
    done = api.heal(posts(8, cut, share), baseline)
    issue = done.verdict.issue("type_mismatch")
    assert issue is not None
    assert issue.columns == ("post",)
    assert "look cut" in issue.sentence
    assert done.held


def test_whole_identifiers_pass(baseline):
    for batch in range(8, 12):
        assert api.check(posts(batch), baseline).issues == ()


def test_a_table_whose_identifiers_were_always_cut_passes():
    cut = api.learn([posts(batch, as_javascript) for batch in range(8)])
    assert api.check(posts(8, as_javascript), cut).issues == ()
    mixed = api.learn([posts(batch, as_javascript, (0.2, 0.6, 0.9, 0.4)[batch % 4]) for batch in range(8)])
    assert api.check(posts(8, as_javascript, 0.85), mixed).issues == ()


def test_numbers_that_a_float_holds_anyway_are_not_counted():
    table = pa.table(
        {"short": ["123", "9007199254740991"], "word": ["a", "b"], "real": ["1e300", "644152567415515776.5"]}
    )
    view = view_table(table)
    assert [long_of(view.columns[name]) for name in ("short", "word", "real")] == [None, None, None]
    found = long_of(view_table(pa.table({"id": ["644152567415515776", "-644152567415515789"]})).columns["id"])
    assert found is not None
    assert (found.cells, found.held, found.examples) == (2.0, 1.0, ("644152567415515776",))


@pytest.mark.parametrize(
    "odd", ["１２３４５６７８９０１２３４５６７８", "٣٤٥", "9" * 400, "-" + "9" * 400, "+-12", "²"]
)
def test_digits_that_are_no_finite_number_are_passed_over(odd):
    column = view_table(pa.table({"id": ["644152567415515776", "644152567415515789", odd]})).columns["id"]
    found = long_of(column)
    assert (found.cells, found.held) == (2.0, 1.0)
