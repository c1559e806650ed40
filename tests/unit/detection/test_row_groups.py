"""Numbers that a text of their row tells: the price of another article is found, a new price of an article is not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.coded import CodedColumn
from airflow_provider_dqheal.detection.group_fit import fit_group

ROWS, HISTORY, ARTICLES = 300, 8, 40
PRICES = np.random.default_rng(0).lognormal(3, 1.6, ARTICLES)


def sales(seed: int, rows: int = ROWS) -> dict[str, list[str]]:
    rng = np.random.default_rng(seed)
    articles = rng.integers(0, ARTICLES, rows)
    return {
        "number": [str(10_000 + seed * rows + row) for row in range(rows)],
        "article": [f"ART-{one:03d}" for one in articles],
        "price": [f"{PRICES[one] * np.exp(rng.normal(0, 0.01)):.2f}" for one in articles],
        "region": rng.choice(["north", "south", "east"], rows).tolist(),
        "stock": [str(one) for one in rng.poisson(40, rows)],
    }


@pytest.fixture(scope="module")
def baseline():
    return api.learn([pa.table(sales(seed)) for seed in range(HISTORY)], dataset="sales")


def changed(factor: float, rows: list[int]) -> pa.Table:
    batch = sales(HISTORY)
    price = [f"{float(text) * factor:.2f}" if row in rows else text for row, text in enumerate(batch["price"])]
    return pa.table({**batch, "price": price})


def test_texts_tell_a_size_by_the_rows_that_have_them():
    rng = np.random.default_rng(1)
    codes = [rng.integers(0, 5, 80) for _ in range(6)]
    texts = CodedColumn.of(([f"t{one}" for one in range(5)], batch) for batch in codes)
    sizes = [batch + rng.normal(0, 0.01, 80) for batch in codes]
    fit = fit_group(texts, sizes)
    assert fit is not None
    assert fit.expected(["t3", "t0", None, "new"])[:2] == pytest.approx([3, 0], abs=0.01)
    assert np.isnan(fit.expected([None, "new"])).all()
    assert 0.02 < fit.reach < 0.05
    assert fit_group(texts, [rng.normal(0, 1, 80) for _ in range(6)]) is None


def test_a_batch_that_never_had_a_text_before_tells_nothing():
    places = np.array([0, 1] * 30)
    texts = CodedColumn.of([(["a", "b"], places)] * 4 + [(["c", "c"], places)])
    fit = fit_group(texts, [np.array([1.0, 5.0] * 30) for _ in range(5)])
    assert fit is not None
    assert np.isnan(fit.off[-1]).all()


def test_clean_batch_is_silent(baseline):
    assert not api.check(pa.table(sales(HISTORY)), baseline).issues


@pytest.mark.parametrize("factor", [10, 3, 0.1])
def test_usual_numbers_of_other_articles_are_outliers_and_set_aside(baseline, factor):
    rows = [5, 50, 150, 220, 280]
    batch = changed(factor, rows)
    [issue] = api.check(batch, baseline).issues
    assert (issue.type, issue.columns) == ("outliers", ("price",))
    assert "article" in issue.sentence
    done = api.heal(batch, baseline)
    assert not done.held
    assert set(rows) == {*done.quarantine["row_id"].to_pylist(), *done.ledger["row_id"].to_pylist()}


def test_all_prices_moved_by_a_row_are_a_shift(baseline):
    batch = sales(HISTORY)
    batch["price"] = [*batch["price"][1:], batch["price"][0]]
    [issue] = api.check(pa.table(batch), baseline).issues
    assert (issue.type, issue.columns) == ("distribution_shift", ("price",))


def test_a_new_price_of_some_articles_is_none(baseline):
    batch = sales(HISTORY)
    risen = {"ART-003", "ART-007", "ART-011"}
    price = [
        f"{float(text) * 1.8:.2f}" if article in risen else text
        for article, text in zip(batch["article"], batch["price"], strict=True)
    ]
    assert not api.check(pa.table({**batch, "price": price}), baseline).issues


def test_one_number_alone_is_left_to_chance(baseline):
    assert not api.check(changed(3, [5]), baseline).issues
