"""Of a batch with a few repaired cells the baseline learns the rows that nothing touched, and no others."""

from __future__ import annotations

import pyarrow as pa
import pytest
from _support.orders import orders, with_currency

from airflow_provider_dqheal.core.errors import ModelLoadError
from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.pipeline import publish
from airflow_provider_dqheal.pipeline.feedback import give_feedback
from airflow_provider_dqheal.pipeline.replay import accepted_batches
from airflow_provider_dqheal.pipeline.run import run_batch
from airflow_provider_dqheal.pipeline.untouched import MOST_TOUCHED, untouched_rows
from airflow_provider_dqheal.profiling.sources import as_batch_ref
from airflow_provider_dqheal.remediation.edits import set_cells
from airflow_provider_dqheal.remediation.working import Working

ROWS = 600
SLIPPED = 3
"""The row of the slip."""


@pytest.fixture
def services(open_learned):
    return open_learned(8)


def with_slip(table: pa.Table) -> pa.Table:
    """One amount whose point has moved."""
    amounts = table["amount"].to_pylist()
    amounts[SLIPPED] = round(amounts[SLIPPED] * 1000, 2)
    return table.set_column(table.column_names.index("amount"), "amount", pa.array(amounts))


def newest(services):
    return services.store.baseline("orders").profiles[-1]


def test_rows_beside_a_healed_cell_are_learned_and_the_healed_one_is_not(services, batches):
    done = run_batch(services, as_batch_ref(batches(8, with_slip), "orders"))
    assert (done.status, done.healed_cells, done.accepted_by) == ("published", 1, "clean rows")
    learned = newest(services)
    assert (learned.batch.batch_id, learned.row_count) == ("b08", ROWS - 1)
    whole = services.store.profile(done.ref)
    assert whole.row_count == ROWS  # what was found of the batch stays
    (table,) = accepted_batches(services, "orders").tables[-1:]
    assert table.num_rows == ROWS - 1
    assert str(orders(8)["order_id"][SLIPPED]) not in table["order_id"].to_pylist()


def test_a_rename_is_healed_and_its_values_are_learned_under_the_accepted_name(services, batches):
    renamed = {"country": "country_code"}
    path = batches(8, lambda table: table.rename_columns([renamed.get(n, n) for n in table.column_names]))
    done = run_batch(services, as_batch_ref(path, "orders"))
    assert (done.status, done.healed_cells, done.accepted_by) == ("published", 0, "clean rows")
    assert (newest(services).row_count, "country" in newest(services).columns) == (ROWS, True)


def test_a_column_healed_in_many_rows_is_not_learned(services, batches):
    done = run_batch(services, as_batch_ref(batches(8, with_currency), "orders"))
    assert (done.status, done.accepted_by) == ("published", None)
    assert newest(services).batch.batch_id == "b07"


def test_a_person_who_expects_the_batch_has_all_of_it_learned(services, batches):
    done = run_batch(services, as_batch_ref(batches(8, with_slip), "orders"))
    give_feedback(services, done.ref, "expected", by="ada")
    assert newest(services).row_count == ROWS
    assert not services.store.is_learned_in_part(done.ref)


def test_a_batch_called_an_incident_is_not_learned_when_it_is_healed_again(services, batches):
    path = batches(8, with_slip)
    done = run_batch(services, as_batch_ref(path, "orders"))
    give_feedback(services, done.ref, "incident", by="ada")
    assert newest(services).batch.batch_id == "b07"
    again = run_batch(services, as_batch_ref(path, "orders"), rerun=True)
    assert (again.status, again.accepted_by) == ("published", None)


def test_what_cannot_be_learned_is_published_all_the_same(services, batches, monkeypatch):
    def refuse(*_):
        raise ModelLoadError("the weights are gone")

    monkeypatch.setattr(publish, "lesson", refuse)
    done = run_batch(services, as_batch_ref(batches(8, with_slip), "orders"))
    assert (done.status, done.healed_cells, done.accepted_by) == ("published", 1, None)


def test_a_table_that_moves_on_is_learned_through_daily_slips(services, batches):
    """Otherwise the fourth is held, and every one after it."""

    def moved(table: pa.Table, day: int) -> pa.Table:
        amounts = [round(v * 1.03 ** (day - 7), 2) for v in table["amount"].to_pylist()]
        return with_slip(table.set_column(table.column_names.index("amount"), "amount", pa.array(amounts)))

    for day in range(8, 15):
        path = batches(day, lambda table, day=day: moved(table, day))
        done = run_batch(services, as_batch_ref(path, "orders"))
        assert (done.status, done.accepted_by) == ("published", "clean rows"), (day, done.reason)


@pytest.mark.parametrize("changed", [0, 1, 5, 6, 100])
def test_untouched_rows_are_those_of_a_batch_that_is_nearly_whole(changed: int) -> None:
    raw = pa.table({"a": [str(i) for i in range(100)], "b": ["x"] * 100})
    working = Working.start(raw)
    if changed:
        step = Step(step_id="s", issue="outliers", strategy="person", columns=("b",), reason="a test")
        working = set_cells(working, step, "b", range(changed), ["y"] * changed)
    rows = untouched_rows(working)
    if changed > MOST_TOUCHED * 100:
        assert rows is None
    else:
        assert rows.equals(raw.slice(changed))


def test_a_batch_with_a_column_that_was_added_is_not_learned() -> None:
    raw = pa.table({"a": ["1", "2"]})
    working = Working.start(raw)
    added = working.replace(
        table=raw.append_column("b", pa.nulls(2, pa.string())), origins=(*working.origins, ("b", None))
    )
    assert untouched_rows(added) is None
