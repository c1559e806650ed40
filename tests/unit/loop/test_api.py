"""The API as a script uses it."""

import subprocess
import sys

import pyarrow as pa
import pytest
from _support.orders import dearer, orders, with_currency

from airflow_provider_dqheal import api
from airflow_provider_dqheal.core.errors import BatchUnreadable, ConfigError


@pytest.fixture(scope="module")
def baseline():
    return api.learn([orders(day) for day in range(11)], dataset="orders")


def test_importing_the_api_loads_neither_airflow_nor_spark_nor_torch():
    code = (
        "import sys; from airflow_provider_dqheal import api; "
        "print(sorted({'airflow', 'pyspark', 'torch', 'confluent_kafka'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_clean_batch_is_published_as_it_was(baseline):
    healed = api.heal(orders(11), baseline)
    assert healed.verdict.status == "scored"
    assert healed.verdict.issues == ()
    assert healed.published
    assert not healed.held
    assert healed.ledger.num_rows == 0
    assert healed.quarantine.num_rows == 0
    assert healed.table["amount"].to_pylist() == orders(11)["amount"].to_pylist()
    assert healed.row_ids.to_pylist() == list(range(600))


def test_currency_in_amounts_is_found_and_healed_exactly(baseline):
    bad = with_currency(orders(12))
    assert "type_mismatch" in [issue.type for issue in api.check(bad, baseline).issues]
    healed = api.heal(bad, baseline)
    assert healed.published, healed.validation.failures
    assert healed.table["amount"].to_pylist() == orders(12)["amount"].to_pylist()
    changed = {row for row in healed.ledger["row_id"].to_pylist() if row is not None}
    assert changed in (set(), set(range(0, 600, 3)))


def test_renamed_column_is_restored(baseline):
    names = ["order_id", "day", "Amount ", "country", "express"]
    healed = api.heal(orders(13).rename_columns(names), baseline)
    assert healed.published, healed.validation.failures
    assert healed.table.column_names == orders(13).column_names
    assert healed.table["amount"].to_pylist() == orders(13)["amount"].to_pylist()


def test_real_shift_is_held_and_left_alone(baseline):
    other = dearer(orders(14))
    healed = api.heal(other, baseline)
    assert healed.verdict.issues
    assert healed.held
    assert not healed.published
    assert healed.table.equals(other)
    assert healed.ledger.num_rows == 0
    assert healed.plan.hold_reasons or healed.validation.failures


def test_every_row_is_published_or_quarantined_once(baseline):
    for change in (with_currency, lambda t: pa.concat_tables([t, t.slice(0, 300)])):
        bad = change(orders(15))
        healed = api.heal(bad, baseline)
        ids = healed.row_ids.to_pylist() + healed.quarantine["row_id"].to_pylist()
        assert sorted(ids) == list(range(bad.num_rows))


def test_short_history_is_undecided_never_clean():
    baseline = api.learn([orders(0)], dataset="orders")
    verdict = api.check(orders(1), baseline)
    assert verdict.status == "insufficient_history"
    assert verdict.quality_score is None
    healed = api.heal(orders(1), baseline)
    assert healed.held
    assert not healed.published


def test_same_batch_gives_the_same_result_twice(baseline):
    first, second = (api.heal(with_currency(orders(16)), baseline) for _ in range(2))
    assert first.table.equals(second.table)
    assert first.ledger.equals(second.ledger)
    assert first.verdict == second.verdict


def test_pandas_and_paths_are_judged_alike(baseline, batches):
    pd = pytest.importorskip("pandas")
    assert pd
    path = batches(11)
    from_path = api.check(path, baseline)
    from_frame = api.check(orders(11).to_pandas(), baseline)
    assert from_path.issues == from_frame.issues == ()


def test_declared_schema_wins_over_the_text(batches):
    schema = [{"name": n, "type": "string"} for n in ("order_id", "day", "amount", "country", "express")]
    baseline = api.learn([batches(day) for day in range(6)], schema=schema, dataset="orders")
    healed = api.heal(batches(7), baseline)
    assert healed.table.schema.types == [pa.string()] * 5


@pytest.mark.parametrize("bad", ["no/such/file.csv", 42])
def test_unreadable_batch_says_what_and_what_next(baseline, bad):
    with pytest.raises(BatchUnreadable, match=";"):
        api.check(bad, baseline)


def test_unusable_schema_is_refused():
    with pytest.raises(ConfigError, match="expected"):
        api.learn([orders(0)], schema=[{"name": "a", "type": "decimal"}])
