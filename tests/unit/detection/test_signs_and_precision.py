"""Texts that show dirt by themselves, and numbers that are written more finely or more roundly than ever."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from _support.tables import put

from airflow_provider_dqheal.detection.compare import AT
from airflow_provider_dqheal.detection.features import Features, features_of
from airflow_provider_dqheal.detection.precision import PRECISION
from airflow_provider_dqheal.detection.signs import SIGNS
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.verdict import judge
from airflow_provider_dqheal.detection.view import view_table
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.local import profile_table

CITIES = ("Berlin", "Bergamo", "St. Gallen", "Lyon", "Porto", "Málaga")
PARTS = ("ar", "bel", "cor", "dan", "el", "fin", "gor")


def sales(day: int, rows: int = 240) -> pa.Table:
    rng = np.random.default_rng(500 + day)
    names = ["".join(rng.choice(PARTS, 3)).title() for _ in range(rows)]
    return pa.table(
        {
            "customer": names,
            "city": rng.choice(CITIES, rows).tolist(),
            "country": rng.choice(["DE", "IT", "FR"], rows).tolist(),
            "amount": [f"{value:.2f}" for value in rng.lognormal(3, 1, rows)],
            "pieces": [str(value) for value in rng.integers(1, 900, rows)],
        }
    )


@pytest.fixture(scope="module")
def history() -> list[pa.Table]:
    return [sales(day) for day in range(8)]


def compared(batch: pa.Table, history: list[pa.Table]) -> Features:
    return features_of(view_table(batch), build_stack([view_table(table) for table in history]))


def measured(features: Features, column: str, name: str) -> float:
    return float(features.raw[features.columns.index(column), AT[name]])


def shown(features: Features, column: str) -> set[str]:
    found = {name for name in (*SIGNS, *PRECISION) if name.endswith("_z") and measured(features, column, name) > 0.9}
    return {name.removeprefix("sign_").removesuffix("_z") for name in found}


@pytest.mark.parametrize(
    ("column", "text", "signs"),
    [
        ("customer", "<p>Dancorel</p>", {"markup", "foreign"}),
        ("customer", "Dan&#39;el", {"markup", "foreign"}),
        ("city", "''Berlin''", {"escaped", "quoted", "foreign", "embedding"}),
        ("city", "B****n", {"masked", "foreign", "repeating"}),
        ("customer", "5ebe173930e44bf4", {"hashed", "foreign"}),
        ("country", "ERROR 500: DE", {"machine", "foreign", "embedding"}),
        ("city", "asdf", {"test"}),
        ("city", "see above", {"nothing"}),
        ("country", "misc", {"generic", "foreign"}),
        ("city", "mgnpwnktyzz", {"unspoken"}),
        ("customer", "Dan\u200bcorel", {"invisible", "foreign"}),
        ("city", "DE", {"elsewhere"}),
        ("city", "BERLIN", {"respelled"}),
        ("city", "Berga", {"cut"}),
    ],
)
def test_a_single_cell_shows_its_sign(history, column, text, signs):
    assert shown(compared(put(sales(8), column, {3: text}), history), column) >= signs


def test_new_values_of_the_usual_kind_show_nothing(history):
    batch = put(sales(8), "city", dict.fromkeys(range(30), "Verona"))
    features = compared(batch, history)
    assert not [(column, found) for column in features.columns if (found := shown(features, column))]


def test_what_the_history_shows_as_well_is_no_sign(history):
    dirty = [put(table, "customer", {0: "<b>Dan</b>", 1: "asdf", 2: "Dan***"}) for table in history]
    features = compared(put(sales(8), "customer", {5: "<i>El</i>", 6: "test", 7: "El***"}), dirty)
    assert not shown(features, "customer") & {"markup", "test", "masked"}


def test_the_history_is_told_by_its_other_batches(history):
    dirty = [*history[:4], put(history[4], "city", {0: "BERLIN", 1: "N°5"}), *history[5:]]
    features = compared(sales(8), dirty)
    own = features.self_values[4][features.columns.index("city")]
    assert own[AT["sign_respelled_z"]] > 0.5
    assert own[AT["sign_foreign_z"]] > 0.5
    assert features.self_values[3][features.columns.index("city")][AT["sign_respelled_z"]] == 0


def test_a_factor_leaves_decimals_that_the_column_never_had(history):
    amounts = [float(value) for value in sales(8).column("amount").to_pylist()]
    features = compared(put(sales(8), "amount", {at: repr(amounts[at] / 1.07) for at in range(20)}), history)
    assert measured(features, "amount", "finer_z") > 3
    assert measured(features, "amount", "finer_share") == pytest.approx(20 / 240)
    whole = compared(put(sales(8), "pieces", {4: "312.5"}), history)
    assert "finer" in shown(whole, "pieces")


def test_rounding_takes_decimals_away(history):
    rounded = [f"{round(float(value))}" for value in sales(8).column("amount").to_pylist()]
    features = compared(put(sales(8), "amount", dict(enumerate(rounded))), history)
    assert measured(features, "amount", "rounder_share") > 0.6
    assert measured(features, "amount", "finer_z") == 0
    tens = [f"{round(int(value), -1)}" for value in sales(8).column("pieces").to_pylist()]
    assert measured(compared(put(sales(8), "pieces", dict(enumerate(tens))), history), "pieces", "rounder_z") > 10


def test_clean_batches_show_nothing(history):
    stack = [shown(compared(sales(day), history), column) for day in range(8, 12) for column in sales(0).column_names]
    assert not any(stack)


@pytest.mark.parametrize(
    ("text", "cells", "issue", "words"),
    [
        ("asdf", 8, "missing_data", "read like test data ('asdf')"),
        ("see above", 15, "missing_data", "say that there is no value ('see above')"),
        ("<p>Berlin</p>", 12, "type_mismatch", "never seen before ('<p>Berlin</p>')"),
        ("mgnpwnktyzz", 4, "outliers", "'mgnpwnktyzz'"),
    ],
)
def test_the_verdict_says_what_the_texts_show(history, text, cells, issue, words):
    baseline = Baseline.build("sales", [profile_table(table) for table in history])
    verdict = judge(profile_table(put(sales(8), "city", dict.fromkeys(range(cells), text))), baseline)
    found = next(one for one in verdict.issues if one.type == issue)
    assert found.columns == ("city",)
    assert any(words in evidence.sentence for evidence in found.evidence)
