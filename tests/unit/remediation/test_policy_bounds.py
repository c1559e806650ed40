"""Modes, ceilings, protected columns and budgets bound what healing does."""

from __future__ import annotations

import pytest

from airflow_provider_dqheal.core.errors import RemediationRefused
from airflow_provider_dqheal.core.policy import Budgets, IssuePolicy, Policy


def slipped(put, clean):
    return put(clean, "price", lambda v: f"{float(v) * 100:.0f}", 0.03)


def test_off_plans_nothing(bench, clean, put):
    made = bench.plan(slipped(put, clean), policy=Policy(mode="off"))
    assert (made.steps, made.mode) == ((), "off")


def test_off_for_one_issue_type_leaves_the_others(bench, clean, put):
    dirty = put(slipped(put, clean), "quantity", lambda v: f'"{v}"', 0.1)
    made = bench.plan(dirty, policy=Policy(issues={"outliers": IssuePolicy(mode="off")}))
    assert {step.issue for step in made.steps} == {"type_mismatch"}


def test_shadow_plans_and_the_runner_refuses(bench, clean, put):
    policy = Policy(mode="shadow")
    made = bench.plan(slipped(put, clean), policy=policy)
    assert made.mode == "shadow"
    assert made.steps
    with pytest.raises(RemediationRefused, match="shadow"):
        bench.apply(clean, made, policy)


def test_shadow_for_one_issue_type_holds(bench, clean, put):
    made = bench.plan(slipped(put, clean), policy=Policy(issues={"outliers": IssuePolicy(mode="shadow")}))
    assert any("shadow" in reason for reason in made.hold_reasons)


def test_approve_marks_every_step(bench, clean, put):
    made = bench.plan(slipped(put, clean), policy=Policy(mode="approve"))
    assert made.steps
    assert all(step.needs_approval for step in made.steps)


def test_ceiling_below_exact_holds_with_the_proposal(bench, clean, put):
    policy = Policy(issues={"outliers": IssuePolicy(ceiling="quarantine")})
    made = bench.plan(slipped(put, clean), policy=policy)
    assert made.steps == ()
    assert any("decimal_slip" in reason and "exact" in reason for reason in made.hold_reasons)


def test_protected_column_is_never_repaired_cell_by_cell(bench, clean, put):
    made = bench.plan(slipped(put, clean), policy=Policy(protected=("price",)))
    assert made.steps == ()
    assert any("protected" in reason for reason in made.hold_reasons)


def test_step_budget_trips_the_breaker(bench, clean, put):
    policy = Policy(budgets=Budgets(step_cells=0.001))
    made = bench.plan(slipped(put, clean), policy=policy)
    with pytest.raises(RemediationRefused, match="step_cells"):
        bench.apply(slipped(put, clean), made, policy)


def test_quarantine_can_be_switched_off(bench, clean, put, said):
    dirty = put(clean, "height", lambda v: "tall", 0.05)
    made = bench.plan(dirty, said(type_mismatch=("height",)), Policy(quarantine_rows=False))
    assert made.steps == ()
    assert made.hold_reasons


def test_unjudged_batch_is_held(bench, clean):
    from airflow_provider_dqheal.core.types import Verdict

    made = bench.plan(clean, Verdict(status="insufficient_history", reason="one accepted batch"))
    assert made.hold_reasons == ("one accepted batch",)
