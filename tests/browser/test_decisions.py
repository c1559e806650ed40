"""A person decides in the dashboard, and sees what came of it without a reload."""

from __future__ import annotations

from pathlib import Path

from _support.orders import orders, spoiled
from _support.serving import serving
from playwright.sync_api import Page, expect
from pyarrow import csv

from airflow_provider_dqheal.core.config import Settings
from airflow_provider_dqheal.pipeline.learn import learn_batches
from airflow_provider_dqheal.pipeline.run import run_batch
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.sources import as_batch_ref


def test_steps_are_approved_undone_and_the_batch_called_an_incident(page: Page, home: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("mode: approve\n")
    refs = []
    for day in range(13):
        path = tmp_path / f"b{day:02d}.csv"
        csv.write_csv(spoiled(orders(day)) if day == 12 else orders(day), path)
        refs.append(as_batch_ref(path, "orders"))
    with Services.open(Settings(home=home, policies=policy)) as services:
        learn_batches(services, "orders", refs[:12])
        held = run_batch(services, refs[12])
        assert held.status == "held", held.reason
        incident = services.store.incident_of(held.ref)
        assert incident is not None
    with serving(home) as served:
        page.goto(f"{served.base}/incidents/{incident.id}")
        page.wait_for_selector("[data-connection=live]", timeout=90_000)
        page.evaluate("window.notReloaded = true")
        decisions = page.get_by_test_id("decisions")

        decisions.get_by_role("button", name="Reject the steps").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("600 rows")
        dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_be_hidden()

        decisions.get_by_role("button", name="Approve the steps").click()
        expect(dialog).to_contain_text("3 planned steps on 600 rows")
        dialog.get_by_label("Your name").fill("ada")
        dialog.get_by_label("Why").fill("the feed changed")
        dialog.get_by_role("button", name="Confirm").click()
        expect(decisions.get_by_role("button", name="Undo")).to_be_visible(timeout=60_000)
        expect(dialog).to_be_hidden()
        expect(page.get_by_text("Steps for schema drift approved by ada")).to_be_visible()
        expect(decisions.get_by_role("button", name="Approve the steps")).to_be_hidden()

        decisions.get_by_role("button", name="Undo").click()
        dialog.get_by_role("button", name="Confirm").click()
        expect(page.get_by_text("undone: raw restored")).to_be_visible(timeout=90_000)

        decisions.get_by_role("button", name="This was an incident").click()
        dialog.get_by_role("button", name="Confirm").click()
        expect(page.get_by_text("Called an incident by ada: not learned from")).to_be_visible(timeout=90_000)
        assert page.evaluate("window.notReloaded") is True
