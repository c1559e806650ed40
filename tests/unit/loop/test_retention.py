"""What is older than the policy keeps it goes; rows, and the way back, stay."""

import os
import time
from pathlib import Path

import pytest
from _support.orders import spoiled

from airflow_provider_dqheal.pipeline.quarantine import quarantined
from airflow_provider_dqheal.pipeline.retention import expire
from airflow_provider_dqheal.pipeline.run import run_batch
from airflow_provider_dqheal.pipeline.undo import undo
from airflow_provider_dqheal.profiling.sources import as_batch_ref

DAY_S = 86_400


@pytest.fixture
def services(open_learned, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("retention: {staged_days: 3, quarantine_days: 10}\n")
    return open_learned(12, policies=policy)


def aged(folder: Path, days: float) -> None:
    """As if all below ``folder`` had been written so long ago."""
    moment = time.time() - days * DAY_S
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (moment, moment), follow_symlinks=False)


def test_old_files_go_and_rows_stay(services, batches, home):
    record = run_batch(services, as_batch_ref(batches(14, spoiled), "orders"))
    assert record.status == "published", record.reason
    assert [one.model_dump(exclude={"bytes"}) for one in expire(services)] == [
        {"dataset": "orders", "staged": 0, "quarantines": 0, "ledgers": 0}
    ]
    aged(home / "staging", 4)
    (counted,) = expire(services, "orders", dry_run=True)
    assert (counted.staged, counted.quarantines) == (1, 0)
    assert services.staging(record.ref).exists()
    (removed,) = expire(services, "orders")
    assert removed == counted
    assert not services.staging(record.ref).exists()
    assert quarantined(services, "orders")[1] == 30

    aged(home / "published", 11)
    (removed,) = expire(services)
    assert (removed.quarantines, removed.ledgers) == (1, 0)
    assert quarantined(services, "orders") == ((), 0)
    after = services.store.batch("orders", "b14")
    assert (after.status, after.quarantine_uri, after.rows_published) == ("published", None, 570)
    assert Path(after.ledger_uri).is_file()
    assert list((home / "published").rglob("quarantine.parquet")) == []
    told = [r.event.data for r in services.store.events() if r.event.type == "dqheal.retention.removed"]
    assert [data["quarantines"] for data in told] == [0, 1]
    restored = undo(services, "orders", "b14")
    assert next(Path(restored.published_uri).glob("*.csv")).read_bytes() == Path(record.ref.uri).read_bytes()


def test_batch_on_its_way_keeps_what_is_staged(services, batches, home):
    record = run_batch(services, as_batch_ref(batches(14, spoiled), "orders"))
    services.store.set_status(record.ref, "healing")
    aged(home / "staging", 400)
    assert expire(services)[0].staged == 0
    assert services.staging(record.ref).exists()
