"""What a person says of a batch changes the baseline at once, and stays."""

from pathlib import Path

import pyarrow as pa
import pytest
from _support.orders import dearer, with_currency

from airflow_provider_dqheal.pipeline.accept import accept
from airflow_provider_dqheal.pipeline.feedback import give_feedback
from airflow_provider_dqheal.pipeline.run import run_batch
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.sources import as_batch_ref


@pytest.fixture
def services(open_learned):
    return open_learned(8)


def learned(services) -> list[str]:
    return [profile.batch.batch_id for profile in services.store.baseline("orders").profiles]


def test_expected_shift_is_published_and_learned_at_once(services, batches):
    held = run_batch(services, as_batch_ref(batches(8, dearer), "orders"))
    assert held.status == "held"
    assert "distribution_shift" in held.issues
    record = give_feedback(services, held.ref, "expected", by="ada", note="prices were raised")
    assert (record.status, record.accepted_by, record.rows_published) == ("published", "ada", 600)
    assert next(Path(record.published_uri).glob("*.csv")).read_bytes() == Path(held.ref.uri).read_bytes()
    assert learned(services)[-1] == "b08"
    incident = services.store.incident_of(held.ref)
    assert (incident.state, incident.timeline[-1].actor) == ("resolved", "ada")
    with Services.open() as later:
        (said,) = later.store.feedback("orders")
        assert (said.batch_id, said.kind, said.by, said.note) == ("b08", "expected", "ada", "prices were raised")
        assert [(f.batch_id, f.kind) for f in later.store.baseline("orders").feedback] == [("b08", "false_alarm")]
    (event,) = [r.event for r in services.store.events() if r.event.type == "dqheal.batch.feedback.expected"]
    assert (event.data["by"], event.data["baseline_changed"]) == ("ada", True)


def test_the_new_level_is_judged_by_once_it_was_expected_often_enough(services, batches):
    scores = []
    for day in range(8, 14):
        record = run_batch(services, as_batch_ref(batches(day, dearer), "orders"))
        scores.append(record.quality_score)
        if record.status == "published":
            break
        give_feedback(services, record.ref, "expected", by="ada")
    assert record.status == "published", scores
    assert scores[-1] > scores[0]


def test_incident_leaves_the_baseline_at_once_and_is_not_learned_again(services, batches):
    path = batches(8)
    clean = run_batch(services, as_batch_ref(path, "orders"))
    assert (clean.status, clean.accepted_by) == ("published", "clean verdict")
    assert learned(services)[-1] == "b08"
    record = give_feedback(services, clean.ref, "incident", by="ada", note="test data")
    assert (record.status, record.accepted_by) == ("published", None)
    assert "b08" not in learned(services)
    incident = services.store.incident_of(clean.ref)
    assert (incident.state, incident.timeline[-1].note) == ("open", "called an incident: test data")
    again = run_batch(services, as_batch_ref(path, "orders"), rerun=True)
    assert (again.attempt, again.status, again.accepted_by) == (2, "published", None)
    assert "b08" not in learned(services)
    assert [f.kind for f in services.store.baseline("orders").feedback] == ["missed"]
    give_feedback(services, again.ref, "expected", by="grace")
    assert learned(services)[-1] == "b08"


def test_incident_in_learned_history_opens_one(services):
    ref = services.store.batch("orders", "b03").ref
    give_feedback(services, ref, "incident", by="ada")
    assert learned(services) == [f"b{day:02d}" for day in (0, 1, 2, 4, 5, 6, 7)]
    assert services.store.incident_of(ref).state == "open"


def test_healed_batch_that_was_expected_is_published_as_it_came(services, batches):
    path = batches(8, with_currency)
    healed = run_batch(services, as_batch_ref(path, "orders"))
    assert healed.healed_cells == 200, healed.reason
    record = give_feedback(services, healed.ref, "expected", by="ada")
    assert (record.status, record.healed_cells, record.ledger_uri) == ("published", 0, None)
    assert next(Path(record.published_uri).glob("*.csv")).read_bytes() == path.read_bytes()
    amount = services.store.baseline("orders").table_schema.column("amount")
    assert amount.type == "string"


def with_channel(table: pa.Table) -> pa.Table:
    """A new column, and one column less."""
    channel = pa.array([("web", "shop")[i % 3 == 0] for i in range(table.num_rows)])
    return table.append_column("channel", channel).drop_columns(["express"])


def test_accepted_columns_are_a_new_version_with_who_accepted_them(services, batches):
    first = run_batch(services, as_batch_ref(batches(8, with_channel), "orders"))
    assert "schema_drift" in first.issues
    accept(services, first.ref, by="ada")
    versions = services.store.schemas("orders")
    assert [(v.version, v.accepted_by) for v in versions] == [(1, "learn"), (2, "ada")]
    assert versions[1].names == ("order_id", "day", "amount", "country", "channel")
    assert versions[1].column("amount") == versions[0].column("amount")
    following = run_batch(services, as_batch_ref(batches(9, with_channel), "orders"))
    assert "schema_drift" not in following.issues, following
    accept(services, following.ref, by="grace")
    assert len(services.store.schemas("orders")) == 2


def test_first_accepted_batch_makes_the_data_set(home, batches):
    with Services.open() as services:
        held = run_batch(services, as_batch_ref(batches(0), "orders"))
        assert held.status == "held"
        accept(services, held.ref, by="ada")
        assert [(v.version, v.accepted_by) for v in services.store.schemas("orders")] == [(1, "ada")]
        assert learned(services) == ["b00"]
