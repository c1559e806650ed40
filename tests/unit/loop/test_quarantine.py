"""Rows that were set aside: looked at, fixed, validated anew and merged back once; steps undone one by one."""

import csv
import threading
from pathlib import Path

import pyarrow as pa
import pytest
from _support.orders import spoiled
from pyarrow import parquet

from airflow_provider_dqheal.core.errors import NothingToUndo, QuarantineError, RemediationRefused, ValidationFailed
from airflow_provider_dqheal.pipeline.quarantine import fix, quarantined, quarantined_row, readmit
from airflow_provider_dqheal.pipeline.rebuild import decided, rebuilt
from airflow_provider_dqheal.pipeline.run import run_batch
from airflow_provider_dqheal.pipeline.undo import undo, undo_step
from airflow_provider_dqheal.profiling.sources import as_batch_ref
from airflow_provider_dqheal.remediation.working import Working

ASIDE = tuple(range(0, 600, 20))


@pytest.fixture
def services(open_learned):
    return open_learned(12)


@pytest.fixture
def healed(services, batches):
    """A published batch with thirty rows set aside."""
    record = run_batch(services, as_batch_ref(batches(14, spoiled), "orders"))
    assert (record.status, record.rows_published, record.quarantined_rows) == ("published", 570, 30), record.reason
    return record


def published(record) -> dict[int, dict[str, str]]:
    """Published rows by order id; an id that is there twice fails."""
    (part,) = Path(record.published_uri).glob("part-*.csv")
    with part.open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = {int(row["order_id"]): row for row in rows}
    assert len(found) == len(rows)
    assert list(found) == sorted(found), "the order of the raw batch is kept"
    return found


def test_every_row_set_aside_is_listed_with_its_values_and_place(services, healed):
    rows, total = quarantined(services, "orders")
    assert total == 30
    assert tuple(row.row_id for row in rows) == ASIDE
    assert rows[1].values == {
        "order_id": str(14 * 600 + 20), "day": "2026-03-15", "amount": "tall",
        "country_code": rows[1].values["country_code"], "express": rows[1].values["express"],
    }  # fmt: skip
    assert rows[1].reasons == ("unparsable float in 'amount'",)
    assert (rows[1].batch_id, rows[1].uri, rows[1].state) == ("b14", healed.ref.uri, "waiting")
    page, total = quarantined(services, "orders", limit=4, offset=28)
    assert ([row.row_id for row in page], total) == ([560, 580], 30)
    told = parquet.read_schema(healed.quarantine_uri).metadata
    assert (told[b"dqheal.batch_id"], told[b"dqheal.attempt"]) == (b"b14", b"1")


def test_fixed_row_is_merged_back_once_healed_like_the_others(services, healed):
    fix(services, "orders", "b14", 20, {"amount": "12.5"}, by="ada")
    fix(services, "orders", "b14", 40, {"amount": "7", "country_code": "FR"}, by="ada")
    assert quarantined_row(services, "orders", "b14", 40).fixed == {"amount": "7", "country": "FR"}
    for readmitted, already in (((20, 40), ()), ((), (20, 40))):
        done = readmit(services, "orders", "b14", by="grace", row_ids=None if readmitted else [20, 40])
        assert (done.readmitted, done.already) == (readmitted, already)
        assert (done.batch.rows_published, done.batch.quarantined_rows) == (572, 28)
        rows = published(done.batch)
        assert len(rows) == 572
        assert rows[14 * 600 + 20]["amount"] == "12.5"
        assert (rows[14 * 600 + 40]["amount"], rows[14 * 600 + 40]["country"]) == ("7", "FR")
    ledger = parquet.read_table(done.batch.ledger_uri).to_pylist()
    lines = [line for line in ledger if line["strategy"] == "person"]
    assert ("amount", 20, "tall", "12.5") in [(x["column"], x["row_id"], x["before"], x["after"]) for x in lines]
    assert {line["reason"] for line in lines} == {"fixed in quarantine by grace"}
    with pytest.raises(QuarantineError):
        fix(services, "orders", "b14", 20, {"amount": "13"}, by="ada")
    told = [r.event.type for r in services.store.events() if "quarantine" in r.event.type]
    assert told.count("dqheal.batch.quarantine.fixed") == 2


def test_row_that_does_not_pass_changes_nothing(services, healed):
    before = published(healed)
    for cells in ({}, {"amount": "high"}, {"amount": "1e9"}):
        if cells:
            fix(services, "orders", "b14", 20, cells, by="ada")
        with pytest.raises(ValidationFailed, match="1 rows back"):
            readmit(services, "orders", "b14", by="ada", row_ids=[20])
    assert quarantined(services, "orders")[1] == 30
    record = services.store.batch("orders", "b14")
    assert published(record) == before
    assert record.rows_published == 570


def test_what_cannot_be_done_is_told(services, healed):
    with pytest.raises(QuarantineError, match="not in quarantine"):
        readmit(services, "orders", "b14", by="ada", row_ids=[21])
    with pytest.raises(QuarantineError, match="no row was fixed"):
        readmit(services, "orders", "b14", by="ada")
    with pytest.raises(QuarantineError, match="no column 'colour'"):
        fix(services, "orders", "b14", 20, {"colour": "red"}, by="ada")
    with pytest.raises(QuarantineError, match="not in quarantine"):
        fix(services, "orders", "b14", 21, {"amount": "1"}, by="ada")


def test_rows_taken_back_by_two_at_once_are_all_there_once(services, healed):
    rows = ASIDE[:6]
    for row in rows:
        fix(services, "orders", "b14", row, {"amount": "20"}, by="ada")
    wrong: list[BaseException] = []

    def take(mine: list[int]) -> None:
        try:
            readmit(services, "orders", "b14", by="ada", row_ids=mine)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=take, args=(mine,)) for mine in ([*rows[:4]], [*rows[2:]])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    record = services.store.batch("orders", "b14")
    assert (record.rows_published, record.quarantined_rows) == (576, 24)
    assert {14 * 600 + row for row in rows} <= set(published(record))


def test_what_is_made_again_is_what_was_published(services, healed):
    known = decided(services, healed.ref)
    again = rebuilt(services, healed.ref, known.steps, ())
    was = Working.load(services.staging(healed.ref) / "type_mismatch")
    assert again.table.equals(was.table)
    assert again.ledger.equals(was.ledger)
    assert again.quarantine.equals(was.quarantine)


def test_one_step_is_undone_and_the_others_hold(services, healed):
    record = undo_step(services, "orders", "b14", "parse_numbers.amount", by="ada")
    assert (record.status, record.rows_published, record.healed_cells) == ("published", 570, 0)
    rows = published(record)
    assert sum(row["amount"].startswith("EUR ") for row in rows.values()) == 190
    assert "country" in next(iter(rows.values()))
    record = undo_step(services, "orders", "b14", "quarantine_unparsable.amount", by="ada")
    assert (record.rows_published, record.quarantined_rows) == (600, 0)
    with pytest.raises(NothingToUndo, match=r"expected one of: rename\.country"):
        undo_step(services, "orders", "b14", "parse_numbers.amount", by="ada")
    record = undo_step(services, "orders", "b14", "rename.country", by="ada")
    assert record.status == "undone"
    (part,) = Path(record.published_uri).glob("*.csv")
    assert part.read_bytes() == Path(healed.ref.uri).read_bytes()
    told = [r.event.data["step"] for r in services.store.events() if r.event.type == "dqheal.batch.undo.step_undone"]
    assert told == ["parse_numbers.amount", "quarantine_unparsable.amount", "rename.country"]


def test_rows_taken_back_stay_when_a_step_is_undone(services, healed):
    fix(services, "orders", "b14", 20, {"amount": "12.5"}, by="ada")
    readmit(services, "orders", "b14", by="ada")
    record = undo_step(services, "orders", "b14", "parse_numbers.amount", by="ada")
    assert published(record)[14 * 600 + 20]["amount"] == "12.5"
    assert record.rows_published == 571
    assert undo(services, "orders", "b14").rows_published == 600
    assert quarantined(services, "orders") == ((), 0)


def test_step_that_others_stand_on_is_refused(services, batches):
    def change(table):
        slipped = [v * 1000 if i % 100 == 7 else v for i, v in enumerate(table["amount"].to_pylist())]
        table = table.set_column(table.column_names.index("amount"), "amount", pa.array(slipped))
        return table.rename_columns([{"amount": "amounts"}.get(name, name) for name in table.column_names])

    record = run_batch(services, as_batch_ref(batches(15, change), "orders"))
    known = decided(services, record.ref)
    assert [step.step_id for step in known.steps] == ["rename.amount", "decimal_slip.amount"]
    with pytest.raises(RemediationRefused, match="undo it as well, or the whole batch"):
        undo_step(services, "orders", "b15", "rename.amount", by="ada")
    assert services.store.batch("orders", "b15") == record
    assert decided(services, record.ref) == known
