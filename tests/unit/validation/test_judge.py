"""The judge finds what a healer must not do, whoever did it."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from airflow_provider_dqheal.core.policy import Policy
from airflow_provider_dqheal.core.types import Evidence, Issue, RemediationPlan, Step, Verdict
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.remediation.edits import quarantine_rows, set_cells
from airflow_provider_dqheal.remediation.working import Working
from airflow_provider_dqheal.validation.constraints import mine
from airflow_provider_dqheal.validation.judge import validate

CLEAN = Verdict(status="scored")


def day(index, rows=300):
    rng = random.Random(index)
    return pa.table(
        {
            "order_id": [str(index * rows + row) for row in range(rows)],
            "price": [f"{rng.lognormvariate(3, 0.4):.2f}" for _ in range(rows)],
            "country": rng.choices(["DE", "FR", "IT"], [5, 3, 2], k=rows),
        }
    )


@pytest.fixture(scope="module")
def baseline():
    return Baseline.build("orders", [profile_table(day(index)) for index in range(6)])


def found(*columns, type="outliers"):
    issue = Issue(
        type=type, score=0.9, severity="high", columns=columns, evidence=(Evidence(metric="m", sentence="found"),)
    )
    return Verdict(status="scored", issues=(issue,))


def step(*columns):
    return Step(step_id="s1", issue="outliers", strategy="by_hand", columns=columns, reason="a test")


def judged(working, baseline, steps=(), verdict=CLEAN, again=CLEAN, held=()):
    plan = RemediationPlan(dataset="orders", batch_id="b", steps=tuple(steps), hold_reasons=held)
    return validate(working, plan, verdict, baseline, Policy(), lambda table: again)


def failed(result):
    return {check.name for check in result.failures}


def test_clean_untouched_batch_passes(baseline):
    for index in range(6, 12):
        assert judged(Working.start(day(index)), baseline).passed


def test_good_repair_passes(baseline):
    raw = day(7)
    clean = raw["price"].to_pylist()
    dirty = raw.set_column(1, "price", pa.array(["99999.00", *clean[1:]]))
    healed = set_cells(Working.start(dirty), step("price"), "price", pa.array([0]).to_numpy(), [clean[0]])
    result = judged(healed, baseline, [step("price")], found("price"))
    assert result.passed, result.failures


def test_repair_to_a_value_out_of_range_fails(baseline):
    healed = set_cells(Working.start(day(7)), step("price"), "price", pa.array([0]).to_numpy(), ["99999.00"])
    assert "range" in failed(judged(healed, baseline, [step("price")]))


def test_change_without_a_ledger_line_fails(baseline):
    start = Working.start(day(7))
    price = start.raw["price"].to_pylist()
    silent = start.replace(table=start.table.set_column(1, "price", pa.array(["20.00", *price[1:]])))
    assert failed(judged(silent, baseline)) == {"do_no_harm"}


def test_ledger_that_tells_another_value_fails(baseline):
    healed = set_cells(Working.start(day(7)), step("price"), "price", pa.array([0]).to_numpy(), ["20.00"])
    price = healed.table["price"].to_pylist()
    other = healed.replace(table=healed.table.set_column(1, "price", pa.array(["21.00", *price[1:]])))
    assert "do_no_harm" in failed(judged(other, baseline, [step("price")]))


def test_lost_row_fails(baseline):
    start = Working.start(day(7))
    lost = start.replace(table=start.table.slice(1), row_ids=start.row_ids.slice(1))
    assert "rows_conserved" in failed(judged(lost, baseline))


def test_row_both_published_and_quarantined_fails(baseline):
    start = Working.start(day(7))
    both = quarantine_rows(start, [3], "a test").replace(table=start.table, row_ids=start.row_ids)
    assert "rows_conserved" in failed(judged(both, baseline))


def test_quarantined_rows_pass_with_a_reason(baseline):
    working = quarantine_rows(Working.start(day(7)), [3, 5], "a test")
    assert judged(working, baseline, [step("price")], found("price")).passed


def test_missing_column_fails(baseline):
    start = Working.start(day(7))
    assert "schema" in failed(
        judged(start.replace(table=start.table.drop_columns(["country"])), baseline, [step("price")])
    )


def test_text_in_a_number_column_fails(baseline):
    raw = day(7)
    dirty = raw.set_column(1, "price", pa.array(["tall", *raw["price"].to_pylist()[1:]]))
    assert "parses" in failed(judged(Working.start(dirty), baseline, verdict=found("price", type="type_mismatch")))


def test_lost_values_in_a_blamed_column_fail(baseline):
    raw = day(7)
    dirty = raw.set_column(1, "price", pa.array(["", "", *raw["price"].to_pylist()[2:]]))
    assert "missing" in failed(judged(Working.start(dirty), baseline, verdict=found("price", type="missing_data")))


def test_repeated_key_fails(baseline):
    raw = day(7)
    ids = raw["order_id"].to_pylist()
    healed = set_cells(Working.start(raw), step("order_id"), "order_id", pa.array([0]).to_numpy(), [ids[1]])
    assert "unique" in failed(judged(healed, baseline, [step("order_id")]))


def test_unknown_labels_fail(baseline):
    raw = day(7)
    dirty = raw.set_column(2, "country", pa.array(["XX"] * 30 + raw["country"].to_pylist()[30:]))
    assert "domain" in failed(judged(Working.start(dirty), baseline, verdict=found("country")))


def test_repair_that_moves_away_from_the_history_fails(baseline):
    working = Working.start(day(7))
    price = [f"{float(value) * 2:.2f}" for value in working.raw["price"].to_pylist()]
    working = set_cells(working, step("price"), "price", pa.array(range(300)).to_numpy(), price)
    assert "not_farther" in failed(judged(working, baseline, [step("price")]))


def test_batch_that_the_detector_still_dislikes_fails(baseline):
    healed = set_cells(Working.start(day(7)), step("price"), "price", pa.array([0]).to_numpy(), ["20.00"])
    result = judged(healed, baseline, [step("price")], found("price"), again=found("country"))
    assert failed(result) == {"redetected"}
    assert judged(healed, baseline, [step("price")], again=Verdict(status="error", reason="broken")).passed is False


def test_hold_reason_fails(baseline):
    assert not judged(Working.start(day(7)), baseline, held=("a person decides",)).passed


def test_repeats_that_came_with_the_batch_are_not_the_repairs_doing(baseline):
    raw = day(8)
    ids = raw["order_id"].to_pylist()
    raw = raw.set_column(0, "order_id", pa.array([*ids[:-1], ids[0]]))
    edited = set_cells(Working.start(raw), step("country"), "country", pa.array([0]).to_numpy(), ["FR"])
    assert "unique" not in failed(judged(edited, baseline, [step("country")], found("order_id", "country")))
    worse = set_cells(edited, step("order_id"), "order_id", pa.array([1]).to_numpy(), [ids[0]])
    assert "unique" in failed(judged(worse, baseline, [step("order_id")], found("order_id")))


def test_repeats_survive_a_rule_for_the_whole_column(baseline):
    raw = day(8)
    ids = [f"{text}.0" for text in raw["order_id"].to_pylist()]
    raw = raw.set_column(0, "order_id", pa.array([*ids[:-1], ids[0]]))
    after = [text.removesuffix(".0") for text in raw["order_id"].to_pylist()]
    every = pa.array(range(300)).to_numpy()
    healed = set_cells(Working.start(raw), step("order_id"), "order_id", every, after)
    assert "unique" not in failed(judged(healed, baseline, [step("order_id")]))
    merged = set_cells(healed, step("order_id"), "order_id", pa.array([1]).to_numpy(), [after[2]])
    assert "unique" in failed(judged(merged, baseline, [step("order_id")]))


def test_record_that_came_so_is_left_beside_a_repair_but_none_is_written(baseline):
    raw = day(7)
    price = raw["price"].to_pylist()
    _, high = mine(baseline)["price"].range()
    record, far = f"{high + 1:.2f}", f"{high * 9:.2f}"
    beside = raw.set_column(1, "price", pa.array(["99999.00", record, *price[2:]]))
    healed = set_cells(Working.start(beside), step("price"), "price", pa.array([0]).to_numpy(), [price[0]])
    assert judged(healed, baseline, [step("price")], found("price")).passed
    written = set_cells(healed, step("price"), "price", pa.array([5]).to_numpy(), [record])
    assert "range" in failed(judged(written, baseline, [step("price")], found("price")))
    left = set_cells(
        Working.start(beside.set_column(1, "price", pa.array(["99999.00", far, *price[2:]]))),
        step("price"),
        "price",
        pa.array([0]).to_numpy(),
        [price[0]],
    )
    assert "range" in failed(judged(left, baseline, [step("price")], found("price")))


def test_missing_cells_that_are_only_named_beside_another_issue_may_stay(baseline):
    raw = day(7)
    dirty = raw.set_column(1, "price", pa.array(["", "", *raw["price"].to_pylist()[2:]]))
    blamed = found("price", type="missing_data")
    both = {"issues": (*blamed.issues, *found("country", type="outliers").issues)}
    beside = blamed.model_copy(update={**both, "scores": {"missing_data": 0.5}, "thresholds": {"missing_data": 0.8}})
    assert "missing" in failed(judged(Working.start(dirty), baseline, verdict=blamed))
    assert "missing" not in failed(judged(Working.start(dirty), baseline, verdict=beside))


def test_column_that_is_hardly_ever_filled_is_no_key():
    def filled(index):
        marks = ["1" if row == index else "" for row in range(300)]
        return day(index).append_column("mark", pa.array(marks))

    baseline = Baseline.build("orders", [profile_table(filled(index)) for index in range(6)])
    raw = day(7).append_column("mark", pa.array(["1", "USA", *[""] * 298]))
    healed = set_cells(Working.start(raw), step("mark"), "mark", pa.array([1]).to_numpy(), ["1"])
    assert "unique" not in failed(judged(healed, baseline, [step("mark")]))


def test_a_twentieth_of_the_usual_rows_is_not_a_whole_batch(baseline):
    assert failed(judged(Working.start(day(7).slice(0, 15)), baseline)) == {"arrived"}
    assert judged(Working.start(day(7).slice(0, 150)), baseline).passed


def test_rows_taken_out_do_not_put_the_values_of_the_others_in_doubt(baseline):
    raw = day(7)
    dirty = raw.set_column(2, "country", pa.array(["XX"] * 30 + raw["country"].to_pylist()[30:]))
    header = quarantine_rows(Working.start(dirty), [200], "repeated header")
    assert judged(header, baseline, [step("order_id", "country")], found("country")).passed
    healed = set_cells(header, step("country"), "country", pa.array([0]).to_numpy(), ["DE"])
    assert "domain" in failed(judged(healed, baseline, [step("country")], found("country")))


def test_one_record_among_many_numbers_that_a_rule_read_is_let_through(baseline):
    raw = day(7)
    price = raw["price"].to_pylist()
    _, high = mine(baseline)["price"].range()
    for records, passes in (
        ([f"{high + 1:.2f}"], True),
        ([f"{high + 1:.2f}"] * 5, False),
        ([f"{high * 9:.2f}"], False),
    ):
        after = [*records, *price[len(records) : 20]]
        dirty = raw.set_column(1, "price", pa.array([f"{value} cm" for value in after] + price[20:]))
        healed = set_cells(Working.start(dirty), step("price"), "price", pa.array(range(20)).to_numpy(), after)
        assert ("range" not in failed(judged(healed, baseline, [step("price")]))) == passes


def test_stand_ins_taken_out_of_a_column_that_has_moved_bring_it_no_farther(baseline):
    raw = day(7)
    moved = [f"{float(value) + 30:.2f}" for value in raw["price"].to_pylist()]
    dirty = raw.set_column(1, "price", pa.array(["-999"] * 60 + moved[60:]))
    taken = quarantine_rows(Working.start(dirty), list(range(60)), "missing value in 'price'")
    assert "not_farther" not in failed(judged(taken, baseline, [step("price")]))


def test_a_column_that_never_lacked_a_value_is_not_published_half_empty(baseline):
    raw = day(7)
    half = raw.set_column(1, "price", pa.array([None] * 150 + raw["price"].to_pylist()[150:]))
    assert failed(judged(Working.start(half), baseline)) == {"filled"}
    some = raw.set_column(1, "price", pa.array([None] * 15 + raw["price"].to_pylist()[15:]))
    assert judged(Working.start(some), baseline).passed


def test_numbers_may_be_read_to_where_all_others_of_the_column_have_moved(baseline):
    raw = day(7)
    _, high = mine(baseline)["price"].range()
    moved = [f"{high * 3:.2f}"] * 300
    dirty = raw.set_column(1, "price", pa.array([f"'{value}'" for value in moved[:60]] + moved[60:]))
    healed = set_cells(Working.start(dirty), step("price"), "price", pa.array(range(60)).to_numpy(), moved[:60])
    assert "range" not in failed(judged(healed, baseline, [step("price")], found("price", type="type_mismatch")))
    assert "range" in failed(judged(healed, baseline, [step("price")], found("price")))
    beyond = [f"{high * 30:.2f}"] * 60
    healed = set_cells(Working.start(dirty), step("price"), "price", pa.array(range(60)).to_numpy(), beyond)
    assert "range" in failed(judged(healed, baseline, [step("price")], found("price", type="type_mismatch")))
