"""What repairs leave is judged again before rows are set aside or the batch is held."""

from __future__ import annotations

import pyarrow as pa

from airflow_provider_dqheal import api
from airflow_provider_dqheal.core.policy import Policy
from airflow_provider_dqheal.core.types import BatchRef, Evidence, Issue, Verdict
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.remediation._base import registry
from airflow_provider_dqheal.remediation.plan import plan

REF = BatchRef(dataset="orders", batch_id="today", uri="memory", format="csv")


def shown(**issues):
    """A verdict whose issues are measured on the one column that each blames."""
    return Verdict(
        status="scored",
        issues=tuple(
            Issue(
                type=name,
                score=0.95,
                severity="high",
                columns=(column,),
                evidence=(Evidence(metric="test", column=column, score=5.0, sentence=f"{name} was found"),),
            )
            for name, column in issues.items()
        ),
    )


def planned(bench, raw, first, redetect=None):
    return plan(raw, profile_table(raw), bench.baseline, first, Policy(), REF, redetect)


def test_an_issue_named_beside_the_healed_one_does_not_hold_when_it_is_gone(bench, clean, put):
    dirty = put(clean, "price", lambda v: f"EUR {v}")
    first = shown(type_mismatch="price", distribution_shift="quantity")
    assert planned(bench, dirty, first).hold_reasons
    made = planned(bench, dirty, first, lambda table: Verdict(status="scored"))
    assert [step.strategy for step in made.steps] == ["parse_numbers"]
    assert made.hold_reasons == ()


def test_rows_that_only_the_repaired_batch_shows_are_set_aside(bench, clean, put):
    dirty = put(clean, "price", lambda v: f"EUR {v}")
    heights = ["900000.0", *dirty["height"].to_pylist()[1:]]
    dirty = dirty.set_column(dirty.column_names.index("height"), "height", [heights])
    made = planned(bench, dirty, shown(type_mismatch="price"), lambda table: shown(outliers="height"))
    assert [step.strategy for step in made.steps] == ["parse_numbers", "quarantine_outliers"]


def test_a_shift_named_beside_rows_that_were_set_aside_is_judged_again(bench, clean):
    heights = ["900000.0", *clean["height"].to_pylist()[1:]]
    dirty = clean.set_column(clean.column_names.index("height"), "height", [heights])
    first = shown(outliers="height", distribution_shift="price")
    made = planned(bench, dirty, first, lambda table: Verdict(status="scored"))
    assert [step.strategy for step in made.steps] == ["quarantine_outliers"]
    assert made.hold_reasons == ()
    assert planned(bench, dirty, first, lambda table: shown(distribution_shift="price")).hold_reasons
    watched = Verdict(status="scored", watch=shown(distribution_shift="price").issues)
    assert "do not explain it" in planned(bench, dirty, first, lambda table: watched).hold_reasons[0]
    assert planned(bench, dirty, first).hold_reasons


def test_a_batch_without_repairs_is_judged_once(bench, clean):
    def never(table):
        raise AssertionError("nothing was repaired")

    assert planned(bench, clean, shown(distribution_shift="quantity"), never).hold_reasons


def test_what_a_fill_leaves_missing_is_set_aside(bench, clean, put):
    dirty = put(clean, "city", lambda v: "", 0.3)
    place, zips = dirty["city"].to_pylist().index(""), dirty["country"].to_pylist()
    zips[place] = "XX"  # a country that nobody knows determines no city
    dirty = dirty.set_column(dirty.column_names.index("country"), "country", [zips])
    made = planned(bench, dirty, shown(missing_data="city"), lambda table: Verdict(status="scored"))
    assert [step.strategy for step in made.steps] == ["fill_from_dependency", "quarantine_missing"]
    assert made.hold_reasons == ()


def test_a_strategy_that_fails_holds_the_batch_and_is_named(bench, clean, put, monkeypatch):
    def fails(self, context):
        raise ZeroDivisionError("in a repair")

    monkeypatch.setattr(type(registry.get("decimal_slip")), "propose", fails)
    dirty = put(clean, "price", lambda v: f"EUR {v}")
    made = planned(bench, dirty, shown(type_mismatch="price"))
    assert [step.strategy for step in made.steps] == ["parse_numbers"]
    (reason,) = made.hold_reasons
    assert reason.startswith("strategy decimal_slip failed on this batch (ZeroDivisionError)")


def test_a_column_that_never_held_a_value_is_not_joined_from_two_new_ones(day_of_orders):
    def day(index):
        table = day_of_orders(index)
        return table.append_column("remark", pa.nulls(table.num_rows, pa.string()))

    came = day_of_orders(8)
    for name in ("first", "second"):
        came = came.append_column(name, pa.nulls(came.num_rows, pa.string()))
    healed = api.heal(came, api.learn([day(index) for index in range(8)]))
    assert [reason for reason in healed.plan.hold_reasons if "failed" in reason] == []
    assert "join_split" not in [step.strategy for step in healed.plan.steps]


def test_few_cells_that_made_a_typed_column_text_cost_their_rows(make_bench, day_of_orders):
    def typed(index: int) -> pa.Table:
        table = day_of_orders(index)
        return table.set_column(5, "quantity", pa.array([int(text) for text in table["quantity"].to_pylist()]))

    bench, clean = make_bench([typed(index) for index in range(8)]), typed(8)
    for odd, strategy in (("0.5", "quarantine_unparsable"), ("n.a.", "quarantine_missing")):
        texts = ["7" if row else odd for row in range(clean.num_rows)]
        made = planned(bench, clean.set_column(5, "quantity", pa.array(texts)), shown(schema_drift="quantity"))
        assert strategy in [step.strategy for step in made.steps]
        assert made.hold_reasons == ()
    many = ["0.5" if row < 30 else "7" for row in range(clean.num_rows)]
    made = planned(bench, clean.set_column(5, "quantity", pa.array(many)), shown(schema_drift="quantity"))
    assert made.hold_reasons
