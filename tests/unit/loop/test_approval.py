"""Policy ``approve``: nothing is carried out before a person says so, and then exactly what was shown."""

import pyarrow as pa
import pytest
from _support.orders import with_currency

from airflow_provider_dqheal.core.errors import RemediationRefused
from airflow_provider_dqheal.pipeline.approve import approve
from airflow_provider_dqheal.pipeline.run import run_batch
from airflow_provider_dqheal.profiling.sources import as_batch_ref


@pytest.fixture
def services(open_learned, tmp_path, request):
    """Twelve learned days under the policy that the test names."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(request.param)
    return open_learned(12, policies=policy)


@pytest.mark.parametrize(
    "services", ["mode: approve", "issues: {type_mismatch: {mode: approve}}"], indirect=True, ids=["all", "one"]
)
def test_held_until_approved_then_published_as_planned(services, batches):
    held = run_batch(services, as_batch_ref(batches(12, with_currency), "orders"))
    assert (held.status, held.published_uri) == ("held", None)
    assert "type_mismatch: 1 step wait for approval" in held.reason
    planned = services.store.stage(held.ref, "decide").document
    done = approve(services, held.ref, by="ada", note="the currency is always EUR")
    assert (done.attempt, done.status, done.healed_cells) == (1, "published", 200)
    assert services.store.stage(held.ref, "decide").document == planned
    incident = services.store.incident_of(held.ref)
    assert incident.state == "resolved"
    assert [(entry.actor, entry.action) for entry in incident.timeline] == [
        ("dqheal", "opened"),
        ("ada", "acknowledged"),
        ("dqheal", "resolved"),
    ]
    told = [r.event for r in services.store.events() if r.event.type == "dqheal.batch.approval.approved"]
    assert [event.data["by"] for event in told] == ["ada"]
    with pytest.raises(RemediationRefused, match="published already"):
        approve(services, held.ref, by="ada")


@pytest.mark.parametrize("services", ["mode: approve"], indirect=True)
def test_rejected_stays_held_and_can_be_approved_later(services, batches):
    held = run_batch(services, as_batch_ref(batches(12, with_currency), "orders"))
    rejected = approve(services, held.ref, by="ada", note="ask the sender", decision="rejected")
    assert rejected.status == "held"
    assert rejected.reason == "type_mismatch: 1 step rejected by ada: ask the sender"
    assert approve(services, held.ref, by="grace").status == "published"


@pytest.mark.parametrize("services", ["{mode: approve, issues: {type_mismatch: {mode: auto}}}"], indirect=True)
def test_an_issue_type_may_be_exempt(services, batches):
    assert run_batch(services, as_batch_ref(batches(12, with_currency), "orders")).status == "published"


@pytest.mark.parametrize("services", ["{mode: shadow, issues: {type_mismatch: {mode: auto}}}"], indirect=True)
def test_the_shadow_switch_exempts_nothing(services, batches):
    held = run_batch(services, as_batch_ref(batches(12, with_currency), "orders"))
    assert held.status == "held"
    with pytest.raises(RemediationRefused):
        approve(services, held.ref, by="ada")


def _tall(table):
    """Thirty amounts that are no numbers."""
    values = [("tall" if i % 20 == 0 else str(v)) for i, v in enumerate(table["amount"].to_pylist())]
    return table.set_column(table.column_names.index("amount"), "amount", pa.array(values))


@pytest.mark.parametrize("services", ["mode: auto"], indirect=True)
def test_copies_of_a_batch_that_was_loaded_twice_are_in_no_budget(services, batches):
    for index in (12, 13):
        twice = batches(index, lambda table: pa.concat_tables([table, table]))
        record = run_batch(services, as_batch_ref(twice, "orders"))
        assert (record.status, record.quarantined_rows) == ("published", record.rows_published), record.reason


@pytest.mark.parametrize(
    ("services", "said"),
    [
        ("budgets: {step_quarantined_rows: 0.01}", "budgets.step_quarantined_rows"),
        ("budgets: {day_quarantined_rows: 0.03}", "budgets.day_quarantined_rows"),
    ],
    indirect=["services"],
)
def test_budgets_of_a_step_and_of_a_day_trip_the_breaker(services, batches, said):
    clean = run_batch(services, as_batch_ref(batches(12), "orders"))
    assert clean.status == "published"
    first = run_batch(services, as_batch_ref(batches(13, _tall), "orders"))
    second = run_batch(services, as_batch_ref(batches(14, _tall), "orders"))
    if "day" in said:
        assert (first.status, first.quarantined_rows) == ("published", 30), first.reason
    assert second.status == "held"
    assert said in second.reason
    assert "30 of 600" in second.reason or "60 of 1,800 rows set aside in 24 hours (3 batches)" in second.reason
