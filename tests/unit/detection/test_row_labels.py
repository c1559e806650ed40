"""Labels that another label of their row tells: the city of another postal code is found, a moved code is not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.coded import CodedColumn
from airflow_provider_dqheal.detection.label_fit import fit_labels

ROWS, HISTORY, CODES = 300, 8, 60
ZIPS = [f"{one:05d}" for one in np.random.default_rng(0).choice(99_999, CODES, replace=False)]


def coded(batches: list[list[str | None]]) -> CodedColumn:
    return CodedColumn.of((rows, np.arange(len(rows))) for rows in batches)


def places(seed: int, wrong: int = 0) -> dict[str, list[str]]:
    """Postal codes, of which two or three are in a city, of which three or four are in a state."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, CODES, ROWS)
    cities = [f"city {code % 25:02d}" for code in codes]
    for row in range(wrong):
        cities[7 * row] = f"city {(codes[7 * row] + 3) % 25:02d}"
    return {
        "number": [str(1_000 + seed * ROWS + row) for row in range(ROWS)],
        "zip": [ZIPS[code] for code in codes],
        "city": cities,
        "state": [f"S{code % 25 % 7}" for code in codes],
        "amount": [f"{one:.2f}" for one in rng.lognormal(3, 0.5, ROWS)],
    }


@pytest.fixture(scope="module", params=[0, 1], ids=["clean history", "with errors"])
def baseline(request):
    return api.learn([pa.table(places(seed, request.param * (seed % 2))) for seed in range(HISTORY)], dataset="places")


def test_labels_tell_what_goes_with_them_in_nearly_every_row():
    labels = [["a", "b", "c", None] * 20 for _ in range(6)]
    own = [["1", "2", "1", "3"] * 20 for _ in range(6)]
    fit = fit_labels(coded(labels), coded(own))
    assert fit is not None
    assert fit.expected(["c", "b", None, "new"]) == ["1", "2", None, None]
    assert fit_labels(coded(own), coded([["a", "b", "c", "d"] * 20] * 6)) is None
    many = [[f"{row % 3}-{row % 7}" for row in range(80)] for _ in range(6)]
    assert fit_labels(coded(own), coded(many)) is None


def test_a_column_of_one_value_is_told_by_nothing():
    assert fit_labels(coded([["a", "b"] * 40] * 6), coded([["x"] * 80] * 6)) is None


def test_labels_that_all_rows_give_another_are_given_anew():
    labels = ["a"] * 10 + ["b"] * 10 + ["c"] * 20
    own = ["1"] * 10 + ["2"] * 10 + ["3"] * 20
    fit = fit_labels(coded([labels * 3] * 8), coded([own * 3] * 8))
    assert fit is not None
    moved, asked = fit.at_odds(labels, ["9"] * 10 + ["2"] * 10 + ["3"] * 20)
    assert (len(moved), asked) == (0, 40)
    mixed, _ = fit.at_odds(labels, ["9"] * 5 + ["1"] * 5 + ["2"] * 10 + ["3"] * 20)
    assert mixed.tolist() == [0, 1, 2, 3, 4]
    every, _ = fit.at_odds(labels, ["9"] * 40)
    assert len(every) == 40


def test_clean_batches_are_silent_and_untouched(baseline):
    for seed in range(HISTORY, HISTORY + 3):
        done = api.heal(pa.table(places(seed)), baseline)
        assert not done.verdict.issues
        assert done.quarantine.num_rows == 0


def test_cities_of_other_codes_are_outliers_and_set_aside(baseline):
    batch = places(HISTORY, wrong=15)
    right = places(HISTORY)["city"]
    wrong = {row for row, city in enumerate(batch["city"]) if city != right[row]}
    [issue] = api.check(pa.table(batch), baseline).issues
    assert (issue.type, issue.columns) == ("outliers", ("city",))
    assert "zip" in issue.sentence or "state" in issue.sentence
    done = api.heal(pa.table(batch), baseline)
    assert not done.held
    assert done.ledger.num_rows == 0
    assert set(done.quarantine["row_id"].to_pylist()) == wrong


def test_codes_that_no_longer_go_with_city_and_state_are_the_wrong_ones(baseline):
    batch = places(HISTORY)
    batch["zip"] = [ZIPS[(ZIPS.index(text) + 3) % CODES] if row < 12 else text for row, text in enumerate(batch["zip"])]
    [issue] = api.check(pa.table(batch), baseline).issues
    assert (issue.type, issue.columns) == ("outliers", ("zip",))


def test_cities_changed_about_in_all_rows_are_a_shift_that_is_held(baseline):
    batch = places(HISTORY)
    batch["city"] = [*batch["city"][1:], batch["city"][0]]
    assert api.check(pa.table(batch), baseline).issue("distribution_shift").columns[0] == "city"
    assert api.heal(pa.table(batch), baseline).held


def test_a_code_that_belongs_to_another_city_from_now_on_is_no_issue(baseline):
    batch = places(HISTORY)
    moved = set(ZIPS[:4])
    batch["city"] = [
        "city 24" if code in moved else city for code, city in zip(batch["zip"], batch["city"], strict=True)
    ]
    batch["state"] = [
        "S3" if code in moved else state for code, state in zip(batch["zip"], batch["state"], strict=True)
    ]
    assert not api.check(pa.table(batch), baseline).issues


def staff(seed: int) -> dict[str, list[str]]:
    """The same people in every batch, with an account that only theirs is."""
    rng = np.random.default_rng(7)
    return {
        "person": [f"P{one:04d}" for one in range(ROWS)],
        "account": [f"DE{one}" for one in rng.integers(10**17, 10**18, ROWS)],
        "hours": [str(one) for one in np.random.default_rng(seed).integers(120, 180, ROWS)],
    }


def test_slips_of_the_pen_in_what_a_key_always_had_are_set_aside_and_new_values_are_not():
    baseline = api.learn([pa.table(staff(seed)) for seed in range(HISTORY)], dataset="staff")
    batch = staff(HISTORY)
    rows = range(5, 285, 20)
    account = list(batch["account"])
    for row in rows:
        text = account[row]
        at = next(at for at in range(6, len(text)) if text[at] != text[at - 1])
        account[row] = text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    slipped = pa.table({**batch, "account": account})
    [issue] = api.check(slipped, baseline).issues
    assert (issue.type, issue.columns) == ("outliers", ("account",))
    done = api.heal(slipped, baseline)
    assert (done.held, done.ledger.num_rows) == (False, 0)
    assert done.quarantine["row_id"].to_pylist() == list(rows)
    renewed = [f"DE{10**17 + row}" if row in rows else text for row, text in enumerate(batch["account"])]
    assert not api.check(pa.table({**batch, "account": renewed}), baseline).issues
