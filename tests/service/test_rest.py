from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from _support.serving import Player, Served, outliers, serving
from _support.waiting import until

from airflow_provider_dqheal.core.config import ServiceSettings, Settings
from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.service.app import create_app
from airflow_provider_dqheal.storage.store import Store


def get(served: Served, path: str, expect: int = 200, **params: Any) -> Any:
    answer = httpx.get(f"{served.base}/api/v1/{path}", params=params or None, timeout=20)
    assert answer.status_code == expect, answer.text
    if expect >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


def board_when(served: Served, ready: Any) -> dict[str, Any]:
    def fetch() -> dict[str, Any] | None:
        board: dict[str, Any] = get(served, "overview")
        return board if ready(board) else None

    found = until(fetch, 10, "the board")
    assert isinstance(found, dict)
    return found


def table(scale: float = 1.0) -> pa.Table:
    return pa.table(
        {"id": [str(i) for i in range(300)], "price": [f"{scale * (100 + i % 37):.2f}" for i in range(300)]},
        schema=pa.schema([("id", pa.string()), ("price", pa.string())]),
    )


def healed(player: Player, home: Path) -> BatchRef:
    """A batch with outliers, healed, with its profile, ledger and history."""
    player.dataset()
    for day in range(3):
        ref = player.clean(f"day{day}")
        player.store.put_profile(ref, profile_table(table(), ref))
        player.store.accept(ref, by="clean verdict")
    ref = player.receive("faulty")
    player.profile(ref)
    player.store.put_profile(ref, profile_table(table(100.0), ref))
    player.detect(ref, outliers(), score=0.4)
    step = {"step_id": "s1", "issue": "outliers", "strategy": "undo_slip", "columns": ["price"], "reason": "slipped"}
    player.decide(ref, [step])
    player.heal(ref)
    player.validate(ref)
    ledger = home / "ledger.parquet"
    rows = 30
    columns = {
        "row_id": list(range(rows)),
        "column": ["price"] * rows,
        "before": ["12400.50 EUR"] * rows,
        "after": ["124.00"] * rows,
        "strategy": ["undo_slip"] * rows,
    }
    pq.write_table(pa.table(columns), ledger)
    player.publish(ref, cells=rows, ledger_uri=str(ledger))
    return ref


def test_overview_counts_what_the_store_holds(served: Served, player: Player, home: Path) -> None:
    healed(player, home)
    held = player.receive("held")
    player.hold(held, "a person decides")
    board = board_when(served, lambda b: b["tiles"]["held_batches"] == 1 and b["tiles"]["healed_cells_24h"] == 30)
    tiles = board["tiles"]
    assert tiles["mean_score"] == pytest.approx(0.4)
    assert tiles["open_incidents"] == 1
    assert tiles["open_by_severity"] == {"critical": 0, "high": 1, "medium": 0, "low": 0}
    assert tiles["healed_batches_24h"] == 1
    assert tiles["batches_24h"] == 5
    assert tiles["published_24h"] == 4
    assert tiles["median_heal_s"] > 0
    assert board["datasets"][0]["health"] == "critical"


def test_incident_tells_why_and_what_changed(served: Served, player: Player, home: Path) -> None:
    healed(player, home)
    board = board_when(served, lambda b: b["incidents"] and b["tiles"]["healed_cells_24h"] == 30)
    detail = get(served, f"incidents/{board['incidents'][0]['id']}")
    evidence = detail["verdict"]["issues"][0]["evidence"][0]
    assert evidence["sentence"].startswith("price: largest value 12,400")
    assert evidence["expected_high"] == 131.0
    assert evidence["examples"] == ["99999.99"]
    assert detail["verdict"]["issues"][0]["threshold"] == 0.5
    column = detail["columns"][0]
    assert column["name"] == "price"
    assert sum(bar["baseline"] for bar in column["histogram"]) == pytest.approx(1.0, abs=1e-3)
    assert sum(bar["batch"] for bar in column["histogram"]) == pytest.approx(1.0, abs=1e-3)
    assert column["histogram"][0]["baseline"] > 0.9
    assert column["histogram"][0]["batch"] < 0.1
    largest = next(row for row in column["metrics"] if row["metric"] == "max")
    assert largest["outside"]
    assert largest["expected_high"] == pytest.approx(136.0)
    assert [step["state"] for step in detail["remediation"]["steps"]] == ["done"]
    assert detail["validation"]["passed"]
    assert [event["stage"] for event in detail["events"]][-1] == "publish"
    assert detail["history_batches"] == 3


def test_rows_are_masked_until_asked_for(served: Served, player: Player, home: Path) -> None:
    healed(player, home)
    board = board_when(served, lambda b: b["incidents"])
    path = f"incidents/{board['incidents'][0]['id']}/rows/ledger"
    page = get(served, path, limit=10, offset=25)
    assert (page["total"], len(page["rows"]), page["masked"]) == (30, 5, True)
    line = dict(zip(page["columns"], page["rows"][0], strict=True))
    assert line == {
        "row_id": "25",
        "column": "price",
        "before": "99999.99 AAA",
        "after": "999.99",
        "strategy": "undo_slip",
    }
    shown = get(served, path, limit=1, reveal=True)
    assert shown["rows"][0][2] == "12400.50 EUR"
    get(served, f"incidents/{board['incidents'][0]['id']}/rows/quarantine", expect=404)


def test_stale_change_of_an_incident_is_refused(served: Served, player: Player, home: Path) -> None:
    healed(player, home)
    incident = board_when(served, lambda b: b["incidents"])["incidents"][0]
    address = f"{served.base}/api/v1/incidents/{incident['id']}"
    first = httpx.post(address, json={"state": "acknowledged", "version": incident["version"]})
    assert first.status_code == 200
    assert first.json()["state"] == "acknowledged"
    second = httpx.post(address, json={"state": "resolved", "version": incident["version"]})
    assert second.status_code == 409
    assert second.headers["content-type"] == "application/problem+json"
    board_when(served, lambda b: b["incidents"][0]["state"] == "acknowledged")
    foreign = httpx.post(address, json={"state": "open", "version": 2}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403


def test_lists_are_filtered_and_bounded(served: Served, player: Player, home: Path) -> None:
    healed(player, home)
    board_when(served, lambda b: b["incidents"])
    assert get(served, "incidents", severity="high")["total"] == 1
    assert get(served, "incidents", severity="low")["total"] == 0
    assert get(served, "incidents", state="resolved")["items"] == []
    assert len(get(served, "batches", limit=2)["items"]) == 2
    assert [one["batch_id"] for one in get(served, "batches", status="published", limit=1)["items"]] == ["faulty"]
    assert len(get(served, "events", after=2, limit=3)["items"]) == 3
    detail = get(served, "datasets/orders")
    assert len(detail["dataset"]["timeline"]) == 4
    assert [column["name"] for column in detail["table_schema"]["columns"]] == ["id", "price"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("incidents/999", 404),
        ("incidents/abc", 404),
        ("datasets/nope", 404),
        ("nowhere", 404),
        ("batches?limit=100000", 422),
        ("events?after=-1", 422),
        ("incidents?severity=dire", 422),
    ],
)
def test_errors_are_problems(served: Served, path: str, status: int) -> None:
    body = get(served, path, expect=status)
    assert body["status"] == status
    assert body["title"]


def test_pages_carry_the_browser_headers(served: Served) -> None:
    page = httpx.get(f"{served.base}/incidents/1")
    assert page.status_code == 200
    assert '<base href="/" />' in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self' http://127.0.0.1:8080 http://localhost:8080" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-cache"
    assert "access-control-allow-origin" not in httpx.get(served.base, headers={"Origin": "https://a.example"}).headers
    script = page.text.split('src="./')[1].split('"')[0]
    asset = httpx.get(f"{served.base}/{script}")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-type"].startswith("text/javascript")
    assert httpx.get(f"{served.base}/assets/none.js").status_code == 404
    assert httpx.get(f"{served.base}/..%2fapp.py").text == page.text


def test_rebound_host_is_turned_away(served: Served) -> None:
    answer = httpx.get(f"{served.base}/api/v1/overview", headers={"Host": "evil.example"})
    assert answer.status_code == 421


def test_runs_under_a_prefix(home: Path, store: Store) -> None:
    with serving(home, service={"public_url": "http://localhost/quality/board"}) as served:
        for prefix in ("", "/quality/board"):
            page = httpx.get(f"{served.base}{prefix}/incidents")
            assert '<base href="/quality/board/" />' in page.text
            assert httpx.get(f"{served.base}{prefix}/api/v1/health").status_code == 200


def test_token_guards_rest_but_not_health(home: Path, store: Store) -> None:
    with serving(home, service={"token": "open sesame"}) as served:
        get(served, "overview", expect=401)
        answer = httpx.get(f"{served.base}/api/v1/overview", headers={"Authorization": "Bearer open sesame"})
        assert answer.status_code == 200
        assert get(served, "health")["status"] == "ok"


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "::", "example.org"])
def test_refuses_the_network_without_a_token(host: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"service\.token is not set"):
        create_app(Settings(home=tmp_path, service=ServiceSettings(host=host)))
    create_app(Settings(home=tmp_path, service=ServiceSettings(host=host, token="secret")))


def test_store_that_comes_later_is_found(tmp_path: Path) -> None:
    """A store that cannot be opened is tried again; meanwhile health says so and pages are served."""
    home = tmp_path / "home"
    (home / "dqheal.db").mkdir(parents=True)
    served = Served(home, {}, {})
    served.begin()
    try:
        until(lambda: httpx.get(f"{served.base}/api/v1/health").status_code == 503, 20, "a degraded service")
        assert httpx.get(served.base).status_code == 200
        get(served, "system")
        (home / "dqheal.db").rmdir()
        until(served.healthy, 40, "the store")
    finally:
        served.stop()
