"""A data set whose policy names an Iceberg table: healed rows in it, re-admitted ones too, undone ones no longer."""

import pytest
from _support import iceberg as lake
from _support.orders import orders, spoiled

from airflow_provider_dqheal.core.errors import ValidationFailed
from airflow_provider_dqheal.pipeline.feedback import give_feedback
from airflow_provider_dqheal.pipeline.quarantine import fix, readmit
from airflow_provider_dqheal.pipeline.rebuild import decided
from airflow_provider_dqheal.pipeline.run import run_batch
from airflow_provider_dqheal.pipeline.undo import undo, undo_step
from airflow_provider_dqheal.profiling.sources import as_batch_ref

NAME = "lake.sales.orders"


@pytest.fixture
def services(open_learned, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"sink: {{iceberg: {NAME}}}\n")
    with lake.configured(tmp_path / "lake"):
        yield open_learned(12, policies=policy)


def amounts() -> dict[int, float]:
    rows = lake.read(NAME)
    return dict(zip(rows["order_id"].to_pylist(), rows["amount"].to_pylist(), strict=True))


def test_healed_batch_is_in_the_table_and_changes_with_what_people_decide(services, batches):
    clean = run_batch(services, as_batch_ref(batches(13), "orders"))
    assert clean.status == "published", clean.reason
    healed = run_batch(services, as_batch_ref(batches(14, spoiled), "orders"))
    assert (healed.status, healed.rows_published) == ("published", 570), healed.reason
    assert services.store.stage(healed.ref, "publish").document["table"] == NAME
    truth = dict(zip(*(orders(14)[name].to_pylist() for name in ("order_id", "amount")), strict=True))
    seen = amounts()
    assert len(seen) == 600 + 570
    assert all(seen[key] == value for key, value in truth.items() if key in seen)
    assert "country_code" not in lake.read(NAME).column_names

    fix(services, "orders", "b14", 20, {"amount": "12.50"}, by="ada")
    readmit(services, "orders", "b14", by="ada")
    assert amounts()[14 * 600 + 20] == 12.5
    assert len(amounts()) == 600 + 571

    done = undo(services, "orders", "b14")  # its raw cells are no numbers: a typed table cannot hold them
    assert done.status == "undone"
    assert set(amounts()) == set(orders(13)["order_id"].to_pylist())


def test_batch_that_is_accepted_as_it_came_goes_into_the_table(services, batches):
    moved = run_batch(services, as_batch_ref(batches(13, lambda table: table.slice(0, 60)), "orders"))
    if moved.status != "published":
        give_feedback(services, moved.ref, "expected", by="ada")
    assert len(amounts()) == 60


def test_step_that_the_types_need_cannot_be_undone_alone(services, batches):
    record = run_batch(services, as_batch_ref(batches(14, spoiled), "orders"))
    before = amounts()
    with pytest.raises(ValidationFailed, match="do not read as float, so it cannot be written as an Iceberg table"):
        undo_step(services, "orders", "b14", "parse_numbers.amount", by="ada")
    assert amounts() == before
    assert decided(services, record.ref).undone == frozenset()
