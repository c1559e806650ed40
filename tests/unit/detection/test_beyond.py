"""What lies beyond all that is clean is an issue whatever the ensemble says; clean batches are not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from _support.orders import orders
from _support.tables import put

from airflow_provider_dqheal.core.config import DetectionSettings
from airflow_provider_dqheal.core.types import Verdict
from airflow_provider_dqheal.detection.beyond import beyond_clean
from airflow_provider_dqheal.detection.compare import AT, FEATURES
from airflow_provider_dqheal.detection.detector import Scores, default_detector
from airflow_provider_dqheal.detection.facts import findings
from airflow_provider_dqheal.detection.features import features_of, featurize
from airflow_provider_dqheal.detection.stack import Stack, build_stack
from airflow_provider_dqheal.detection.verdict import assess, judge
from airflow_provider_dqheal.detection.view import view_table
from airflow_provider_dqheal.issues._base import Finding
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.local import profile_table


def day_of(day: int) -> pa.Table:
    """Orders as text, with a code and a free text."""
    rng, table = np.random.default_rng(day), orders(day)
    words = ["late", "parcel", "was", "left", "at", "the", "door", "again", "thanks", "for", "nothing"]
    note = [" ".join(rng.choice(words, 5)) for _ in range(table.num_rows)]
    table = table.append_column("code", pa.array([f"{value:016x}" for value in rng.integers(0, 2**62, table.num_rows)]))
    columns = {name: [str(value) for value in table[name].to_pylist()] for name in table.column_names}
    returned = [f"2026-0{rng.integers(4, 7)}-1{rng.integers(0, 9)}" if rng.random() < 0.4 else "" for _ in note]
    return pa.table({**columns, "note": note, "returned": returned})


@pytest.fixture(scope="module")
def history() -> list[pa.Table]:
    return [day_of(day) for day in range(8)]


@pytest.fixture(scope="module")
def baseline(history: list[pa.Table]) -> Baseline:
    return Baseline.build("orders", [profile_table(table) for table in history])


@pytest.fixture(scope="module")
def stack(history: list[pa.Table]) -> Stack:
    return build_stack([view_table(table) for table in history])


CASES = [
    ("amount", "tall", 8, "type_mismatch"),
    ("note", "xq#zk@@wv{}", 1, "outliers"),
    ("amount", "98765432109", 2, "outliers"),
    ("code", "00ff00ff00ff00ff", 60, "distribution_shift"),
    ("note", "<p>late</p>", 30, "type_mismatch"),
    ("country", "DEx", 30, "type_mismatch"),
    ("returned", "", 600, "missing_data"),
    ("returned", "", 400, "missing_data"),
    ("amount", "12,50", 20, "type_mismatch"),
    ("amount", "-1", 60, "missing_data"),
    ("returned", "2096-04-11", 5, "outliers"),
]


@pytest.mark.parametrize(("column", "value", "cells", "issue"), CASES)
def test_a_column_beyond_all_that_is_clean_is_an_issue(stack, baseline, column, value, cells, issue):
    batch = put(day_of(9), column, dict.fromkeys(range(cells), value))
    features = features_of(view_table(batch), stack)
    assert column in beyond_clean(findings(features), features.columns, features.kinds, features.raw)
    verdict = judge(profile_table(batch), baseline)
    assert column in verdict.issue(issue).columns


def judged_by_evidence(batch: pa.Table, baseline: Baseline, rate: float = 0.03) -> Verdict:
    """The verdict where the ensemble says nothing."""
    scores = default_detector().score(featurize(profile_table(batch), baseline))
    mute = Scores(scores.features, scores.levels - 50.0, scores.columns * 0 - 9.0, scores.model_id, scores.calibration)
    return assess(mute, DetectionSettings(false_alarm_rate=rate))


def test_it_is_one_where_the_ensemble_is_silent_and_the_promise_leaves_room(baseline):
    batch = put(day_of(9), "amount", dict.fromkeys(range(8), "tall"))
    (issue,) = judged_by_evidence(batch, baseline).issues
    assert issue.columns == ("amount",)
    assert not judged_by_evidence(batch, baseline, rate=0.01).issues


@pytest.mark.parametrize("cells", [400, 600])
def test_a_column_that_is_emptied_is_one_though_half_of_it_always_was(baseline, cells):
    batch = put(day_of(9), "returned", dict.fromkeys(range(cells), ""))
    (issue,) = judged_by_evidence(batch, baseline).issues
    assert issue.columns == ("returned",)


def test_rows_that_repeat_are_one_of_the_batch_as_a_whole(baseline):
    day = day_of(9)
    (issue,) = judged_by_evidence(pa.concat_tables([day, day.slice(0, 150)]), baseline).issues
    assert issue.type == "distribution_shift"
    assert "order_id" in issue.columns


def test_typos_in_a_closed_list_are_outliers(history):
    sizes = pa.array(np.resize(["small", "medium", "large"], 600))
    closed = Baseline.build("orders", [profile_table(table.append_column("size", sizes)) for table in history])
    clean = day_of(9).append_column("size", sizes)
    assert not judged_by_evidence(clean, closed).issues
    typos = dict.fromkeys(range(1, 28, 3), "meduim")
    (issue,) = judged_by_evidence(put(clean, "size", typos), closed).issues
    assert (issue.type, issue.columns) == ("outliers", ("size",))


def test_a_closed_list_that_meets_a_new_value_of_its_form_has_none(baseline):
    assert not judged_by_evidence(put(day_of(9), "country", {5: "AT", 6: "PL"}), baseline).issues


def test_dates_in_another_form_that_seem_moved_are_a_type_mismatch(baseline):
    days = [f"03/{day:02d}/2026" for day in np.random.default_rng(3).integers(8, 14, 600)]
    day = day_of(9)
    batch = day.set_column(day.column_names.index("day"), "day", [days])
    verdict = judge(profile_table(batch), baseline)
    assert "day" in verdict.issue("type_mismatch").columns


@pytest.mark.parametrize("write", [lambda text: f"{text}   ", str.upper])
def test_known_labels_in_another_spelling_are_a_type_mismatch(history, write):
    sizes = np.resize(["small size", "medium size", "large size"], 600).tolist()
    closed = Baseline.build("orders", [profile_table(one.append_column("size", [sizes])) for one in history])
    batch = day_of(9).append_column("size", [[write(text) for text in sizes]])
    assert judged_by_evidence(batch, closed).issue("type_mismatch").columns == ("size",)


def test_words_in_a_column_of_numbers_are_a_type_mismatch_also_where_they_may_stand_for_nothing(baseline):
    batch = put(day_of(9), "amount", dict.fromkeys(range(0, 600, 5), "pending"))
    assert judged_by_evidence(batch, baseline).issue("type_mismatch").columns == ("amount",)


def test_another_word_for_nothing_is_one_where_most_cells_always_were_none(history):
    def with_effects(table, put_in=""):
        effects = np.resize(["none"] * 8 + ["headache", "nausea"], 600).astype(object)
        effects[:36] = put_in or effects[:36]
        return table.append_column("effect", [effects.tolist()])

    known = Baseline.build("orders", [profile_table(with_effects(table)) for table in history])
    assert not judged_by_evidence(with_effects(day_of(9)), known).issues
    (issue,) = judged_by_evidence(with_effects(day_of(9), "\\N"), known).issues
    assert issue.columns == ("effect",)


@pytest.mark.parametrize("column", ["order_id", "code"])
def test_keys_that_repeat_are_one(baseline, column):
    day = day_of(9)
    keys = day[column].to_pylist()
    for row in range(0, 360, 10):
        keys[row] = keys[row + 1]
    (issue,) = judged_by_evidence(day.set_column(day.column_names.index(column), column, [keys]), baseline).issues
    assert (issue.type, issue.columns) == ("distribution_shift", (column,))


def test_several_values_of_no_closed_list_are_one(history):
    def with_ages(table, *odd):
        ages = np.resize(["18-24", "25-34", "35-44", "45-54"], 600).astype(object)
        ages[: len(odd)] = odd
        return table.append_column("age", [ages.tolist()])

    known = Baseline.build("orders", [profile_table(with_ages(table)) for table in history])
    assert not judged_by_evidence(with_ages(day_of(9), *["25-43"] * 2), known).issues
    (issue,) = judged_by_evidence(with_ages(day_of(9), *["25-43", "3-544", "4-554"] * 6), known).issues
    assert issue.columns == ("age",)


def test_a_category_that_is_gone_is_one(baseline):
    day = day_of(9)
    countries = np.array(day["country"].to_pylist())
    most = max(set(countries.tolist()), key=countries.tolist().count)
    assert (countries == most).mean() > 0.3
    (issue,) = judged_by_evidence(day.filter(pa.array(countries != most)), baseline).issues
    assert (issue.type, issue.columns) == ("distribution_shift", ("country",))


def test_texts_that_are_always_new_and_now_in_another_form_are_one(history):
    def with_terms(table, number, write=str):
        return table.append_column("term", [[write(f"WS{number}")] * 600])

    known = Baseline.build("orders", [profile_table(with_terms(one, day)) for day, one in enumerate(history)])
    assert not judged_by_evidence(with_terms(day_of(9), 9), known).issues
    (issue,) = judged_by_evidence(with_terms(day_of(9), 9, str.lower), known).issues
    assert issue.columns == ("term",)


def test_whole_numbers_that_are_decimals_now_are_one_where_the_ensemble_is_silent(stack):
    day = day_of(9)
    hours = [f"{int(value) / 60:.8f}" for value in day["order_id"].to_pylist()]
    batch = day.set_column(day.column_names.index("order_id"), "order_id", [hours])
    features = features_of(view_table(batch), stack)
    assert beyond_clean(findings(features), features.columns, features.kinds, features.raw) == ["order_id"]


def test_numbers_that_all_lie_where_none_did_are_one_where_the_ensemble_is_silent():
    def heat(seed: int, change=lambda value: value) -> pa.Table:
        values = np.random.default_rng(seed).normal(56 + np.sin(seed) / 2, 1, 300)
        return pa.table({"heat": [f"{change(value):.1f}" for value in values]})

    known = build_stack([view_table(heat(seed)) for seed in range(8)])
    for change, found in ((lambda value: value * 1.8 + 32, ["heat"]), (lambda value: value + 0.4, [])):
        features = features_of(view_table(heat(8, change)), known)
        assert beyond_clean([], features.columns, features.kinds, features.raw) == found


@pytest.mark.parametrize(("missing", "found"), [(0.1, ["count"]), (0.7, [])])
def test_keys_that_repeat_are_one_where_a_column_holds_values(missing, found):
    raw = np.zeros((1, len(FEATURES)))
    raw[0, AT["missing_share"]] = missing
    repeat = Finding("outliers", "count", "repeated_keys", 2.0, "values repeat", share=0.4)
    assert beyond_clean([repeat], ("count",), ("number",), raw) == found


@pytest.mark.parametrize(("most", "rows", "found"), [(0.6, 60, ["note"]), (0.6, 12, []), (0.9, 60, [])])
def test_a_wholly_empty_column_is_one_where_chance_would_not_have_it(most, rows, found):
    raw = np.zeros((1, len(FEATURES)))
    for name, value in (("missing_share", 1.0), ("missing_max", most), ("log_rows", np.log1p(rows))):
        raw[0, AT[name]] = value
    assert beyond_clean([], ("note",), ("text",), raw) == found


def test_clean_batches_are_not(stack):
    for day in range(8, 20):
        features = features_of(view_table(day_of(day)), stack)
        assert beyond_clean(findings(features), features.columns, features.kinds, features.raw) == []


def test_a_batch_without_a_known_column_has_none():
    assert beyond_clean([], (), (), np.zeros((0, len(FEATURES)))) == []


def prices(day: int) -> pa.Table:
    """A walk of prices: the lowest and the highest of a moment, and the last."""
    rng = np.random.default_rng(day)
    last = np.exp(4 + 0.002 * day + np.cumsum(rng.normal(0, 0.01, 300)))
    low, high = last * np.exp(-np.abs(rng.normal(0, 0.004, 300))), last * np.exp(np.abs(rng.normal(0, 0.004, 300)))
    texts = {name: [f"{one:.2f}" for one in of] for name, of in (("low", low), ("high", high), ("last", last))}
    return pa.table({**texts, "volume": [str(int(one)) for one in rng.lognormal(11, 1, 300)]})


def test_columns_that_no_longer_go_with_each_other_are_a_shift():
    walked = Baseline.build("prices", [profile_table(prices(day)) for day in range(8)])
    clean = prices(8)
    assert not judge(profile_table(clean), walked).issues
    order = np.random.default_rng(1).permutation(300)
    torn = clean.set_column(2, "last", clean["last"].take(pa.array(order)))
    [issue] = judge(profile_table(torn), walked).issues
    assert issue.type == "distribution_shift"
    assert "last" in issue.columns
