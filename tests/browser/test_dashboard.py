from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow.csv as csv
from _support.orders import orders
from _support.serving import Player, Served, outliers, serving
from playwright.sync_api import Page, expect

from airflow_provider_dqheal.core.types import Evidence, Issue
from airflow_provider_dqheal.storage.store import Store

LIVE = "[data-connection=live]"


def open_page(page: Page, served: Served, path: str = "") -> None:
    page.goto(f"{served.base}/{path}")
    page.wait_for_selector(LIVE, timeout=90_000)
    page.evaluate("window.notReloaded = true")


def assert_not_reloaded(page: Page) -> None:
    assert page.evaluate("window.notReloaded") is True


def test_batch_goes_from_received_to_published_without_a_reload(page: Page, served: Served, player: Player) -> None:
    player.dataset()
    open_page(page, served)
    expect(page.get_by_text("No batch yet")).to_be_visible()
    row = page.locator("[data-batch=b1]")

    ref = player.receive("b1")
    player.profile(ref)
    player.emit(ref, "detect", "started")
    expect(row.locator("[data-stage=detect]")).to_have_attribute("data-state", "running")
    player.detect(ref, outliers())
    expect(row).to_have_attribute("data-status", "detected")
    expect(row.get_by_text("Outliers")).to_be_visible()
    expect(page.locator("[data-incident]").get_by_text("price: largest value 12,400")).to_be_visible()
    player.decide(ref)
    player.heal(ref)
    expect(row.locator("[data-stage=heal]")).to_have_attribute("data-state", "done")
    player.validate(ref)
    player.publish(ref)
    expect(row).to_have_attribute("data-status", "published")
    expect(row.get_by_text("12 cells healed")).to_be_visible()
    expect(page.get_by_test_id("tiles").get_by_text("12 cells")).to_be_visible()
    expect(page.get_by_role("log").get_by_text("Published 1,000 rows, 12 cells healed")).to_be_visible()
    assert_not_reloaded(page)


def test_page_comes_back_by_itself_after_a_restart(page: Page, home: Path, player: Player) -> None:
    with serving(home) as served:
        player.clean("b1")
        open_page(page, served)
        expect(page.locator("[data-batch=b1]")).to_have_attribute("data-status", "published")
        served.stop()
        page.wait_for_selector("[data-connection=reconnecting], [data-connection=offline]")
        player.clean("b2")
        page.wait_for_selector("[data-connection=offline]", timeout=90_000)
        expect(page.get_by_text("What you see is as of")).to_be_visible()
        served.start()
        page.locator("[data-connection] button").click()
        page.wait_for_selector(LIVE, timeout=90_000)
        expect(page.locator("[data-batch=b2]")).to_have_attribute("data-status", "published")
        seen = page.locator("[data-seq]").evaluate_all("rows => rows.map(row => Number(row.dataset.seq))")
        assert seen == list(range(player.store.last_seq(), player.store.last_seq() - len(seen), -1))
        assert_not_reloaded(page)


def test_incident_page_shows_the_evidence(page: Page, served: Served, player: Player) -> None:
    player.dataset()
    ref = player.receive("b1")
    player.profile(ref)
    player.detect(ref, outliers())
    step = {"step_id": "s1", "issue": "outliers", "strategy": "undo_slip", "columns": ["price"], "reason": "slipped"}
    player.decide(ref, [step])
    open_page(page, served)
    page.locator("[data-incident]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "price: largest value 12,400, expected 118 to 131 over the last 8 batches"
    )
    evidence = page.get_by_test_id("evidence")
    expect(evidence).to_contain_text("observed 12,400")
    expect(evidence).to_contain_text("expected 118 to 131")
    expect(evidence).to_contain_text("99999.99")
    expect(page.get_by_test_id("step")).to_contain_text("Undo slip")
    expect(page.locator("[data-stage=heal]")).to_have_attribute("data-state", "waiting")
    player.heal(ref)
    expect(page.locator("[data-stage=heal]")).to_have_attribute("data-state", "done")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Acknowledged", exact=True)).to_be_visible()
    page.get_by_role("button", name="Show values").is_visible()
    assert_not_reloaded(page)


def test_real_batch_is_seen_from_detected_to_its_end(page: Page, home: Path, served: Served) -> None:
    """The real loop on real files, watched by a page that was open before."""
    from airflow_provider_dqheal.pipeline.learn import learn_batches
    from airflow_provider_dqheal.pipeline.run import run_batch
    from airflow_provider_dqheal.pipeline.services import Services
    from airflow_provider_dqheal.profiling.sources import as_batch_ref

    paths = []
    for day in range(9):
        table = orders(day)
        path = home / f"day{day}.csv"
        if day == 8:
            table = table.rename_columns(["order_id", "day", "Amount ", "country", "express"])
        csv.write_csv(table, path)
        paths.append(path)
    open_page(page, served)
    with Services.open(served.settings) as services:
        learn_batches(services, "orders", [as_batch_ref(path, "orders") for path in paths[:8]])
        record = run_batch(services, as_batch_ref(paths[8], "orders"))
    row = page.locator("[data-batch=day8]")
    expect(row).to_have_attribute("data-status", record.status, timeout=90_000)
    assert "schema_drift" in record.issues
    expect(row.get_by_text("Schema drift")).to_be_visible()
    assert record.status == "published"
    row.click()
    expect(page.locator("[data-issue=schema_drift]")).to_be_visible()
    expect(page.get_by_test_id("step").first).to_be_visible()
    assert_not_reloaded(page)


def test_hostile_names_are_only_text(page: Page, served: Served, player: Player) -> None:
    attack = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
    issue = Issue(
        type="outliers",
        score=0.9,
        severity="critical",
        columns=(attack,),
        evidence=(Evidence(metric="max", column=attack, sentence=f"{attack}: odd", examples=(attack,)),),
    )
    ref = player.receive("b1", dataset="<b>orders</b>")
    player.profile(ref)
    player.detect(ref, issue)
    open_page(page, served)
    page.locator("[data-incident]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{attack}: odd")
    assert page.evaluate("window.hacked") is None


def test_feed_stands_still_while_it_is_read(page: Page, served: Served, player: Player) -> None:
    for number in range(12):
        player.clean(f"b{number}")
    open_page(page, served)
    feed = page.get_by_role("log")
    newest = feed.locator("[data-seq]").first
    expect(newest).to_have_attribute("data-seq", str(player.store.last_seq()))
    feed.evaluate("feed => feed.scrollTop = 400")
    shown = feed.locator("[data-seq]").evaluate_all("rows => rows.map(row => row.dataset.seq)")
    player.clean("later")
    button = page.get_by_role("button", name="new events")
    expect(button).to_be_visible()
    still = feed.locator("[data-seq]").evaluate_all("rows => rows.map(row => row.dataset.seq)")
    assert set(shown) & set(still)
    assert str(player.store.last_seq()) not in still
    button.click()
    expect(newest).to_have_attribute("data-seq", str(player.store.last_seq()))


def test_token_is_asked_for_and_taken(page: Page, home: Path, store: Store) -> None:
    with serving(home, service={"token": "open sesame"}) as served:
        page.goto(served.base)
        page.wait_for_selector("[data-connection=denied]")
        page.get_by_label("The value of service.token").fill("open sesame")
        page.get_by_role("button", name="Connect").click()
        page.wait_for_selector(LIVE)
        page.goto(f"{served.base}/system")
        expect(page.get_by_text("sqlite, reachable")).to_be_visible()


def test_runs_under_a_prefix_and_in_a_frame(page: Page, home: Path, player: Player) -> None:
    """As Airflow embeds it: another origin, a sandbox, a path of its own."""
    player.dataset()
    player.clean("b1")
    folder = home / "airflow"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as airflow:
        threading.Thread(target=airflow.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{airflow.server_port}"
        service = {"public_url": "http://localhost/quality", "frame_ancestors": (origin,)}
        with serving(home, service=service) as served:
            page.goto(f"{served.base}/quality/datasets/orders")
            page.wait_for_selector(LIVE)
            expect(page.locator("[data-batch=b1]")).to_be_visible()
            page.get_by_role("link", name="Overview", exact=True).click()
            assert page.url == f"{served.base}/quality/"
            sandbox = "allow-scripts allow-same-origin allow-forms allow-downloads"
            frame = f'<iframe sandbox="{sandbox}" src="{served.base}/quality/" width="1200" height="700"></iframe>'
            (folder / "index.html").write_text(frame)
            page.goto(f"{origin}/")
            page.frame_locator("iframe").locator(LIVE).wait_for(timeout=90_000)
        airflow.shutdown()


def test_pages_are_reached_by_keyboard(page: Page, served: Served, player: Player) -> None:
    player.dataset()
    ref = player.receive("b1")
    player.profile(ref)
    player.detect(ref, outliers())
    open_page(page, served)
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page.get_by_role("heading", name="Incidents", level=1)).to_be_visible()
    expect(page.locator("main [data-incident]")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("evidence")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
