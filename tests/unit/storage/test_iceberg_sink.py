"""Batches in a real Iceberg table: staged on a branch, audited, fast-forwarded; whole for readers, never doubled."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from _support import iceberg as lake
from pyarrow import parquet
from pyiceberg.catalog import load_catalog
from pyiceberg.table import Table

from airflow_provider_dqheal.core.errors import ConfigError, PublishError, ValidationFailed
from airflow_provider_dqheal.core.types import BatchRef, ColumnSchema, TableSchema
from airflow_provider_dqheal.profiling.sources import as_batch_ref, read_raw
from airflow_provider_dqheal.remediation.working import Working
from airflow_provider_dqheal.storage.sinks import FolderSink, IcebergSink, iceberg

NAME = "lake.sales.orders"
ROWS = 200
SCHEMA = TableSchema(
    columns=(
        ColumnSchema(name="id", type="int"),
        ColumnSchema(name="name", type="string"),
        ColumnSchema(name="x", type="float"),
        ColumnSchema(name="day", type="date"),
    )
)


@pytest.fixture(autouse=True)
def catalog(tmp_path: Path) -> Iterator[None]:
    with lake.configured(tmp_path / "lake"):
        yield


@pytest.fixture
def sink(tmp_path: Path) -> IcebergSink:
    return IcebergSink(FolderSink(tmp_path / "out"), NAME)


def batch(folder: Path, name: str, rows: int = ROWS, x: str = "{i}.5") -> BatchRef:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.csv"
    lines = [f"{i},{name},{x.format(i=i)},2026-03-{i % 28 + 1:02d}\n" for i in range(rows)]
    path.write_text("id,name,x,day\n" + "".join(lines))
    return as_batch_ref(path, "orders")


def healed(ref: BatchRef, name: str) -> Working:
    start = Working.start(read_raw(ref))
    return start.replace(table=start.table.set_column(1, "name", pa.array([name] * start.table.num_rows)))


def loaded() -> Table:
    return load_catalog("lake").load_table("sales.orders")


def test_batches_are_rows_of_one_table_in_the_accepted_types(sink: IcebergSink, tmp_path: Path) -> None:
    for name in ("b1", "b2"):
        files = sink.publish(batch(tmp_path / "in", name), None, SCHEMA)
        assert (Path(files.uri) / f"{name}.csv").read_bytes() == (tmp_path / "in" / f"{name}.csv").read_bytes()
    rows = lake.read(NAME)
    assert rows.num_rows == 2 * ROWS
    kinds = [(pa.types.is_int64, "id"), (pa.types.is_float64, "x"), (pa.types.is_date32, "day")]
    assert all(holds(rows.schema.field(name).type) for holds, name in kinds)
    assert sorted(set(rows[iceberg.BATCH_COLUMN].to_pylist())) == ["b1", "b2"]
    assert rows.filter(pa.compute.equal(rows[iceberg.BATCH_COLUMN], "b2"))["x"].to_pylist() == [
        i + 0.5 for i in range(ROWS)
    ]
    assert set(loaded().refs()) == {"main"}
    assert loaded().current_snapshot().summary["dqheal.batch_id"] == "b2"


def test_publishing_again_replaces_and_leaves_the_others(sink: IcebergSink, tmp_path: Path) -> None:
    first, second = (batch(tmp_path / "in", name) for name in ("b1", "b2"))
    for ref in (first, second, first):
        sink.publish(ref, None, SCHEMA)
    files = sink.publish(first, healed(first, "healed"), SCHEMA)
    rows = lake.read(NAME)
    assert rows.num_rows == 2 * ROWS
    assert sorted(set(rows["name"].to_pylist())) == ["b2", "healed"]
    assert files.ledger_uri is not None
    assert parquet.read_table(files.ledger_uri).num_rows == 0


def test_reader_in_a_loop_sees_whole_batches(sink: IcebergSink, tmp_path: Path) -> None:
    ref = batch(tmp_path / "in", "b1")
    sink.publish(ref, healed(ref, "v0"), SCHEMA)
    stop, seen, wrong = threading.Event(), list[tuple[int, frozenset[str]]](), list[str]()

    def watch() -> None:
        while not stop.is_set():
            try:
                rows = lake.read(NAME)
            except Exception as error:
                wrong.append(repr(error))
                return
            seen.append((rows.num_rows, frozenset(rows["name"].to_pylist())))

    reader = threading.Thread(target=watch)
    reader.start()
    for number in range(1, 8):
        sink.publish(ref, healed(ref, f"v{number}"), SCHEMA)
    stop.set()
    reader.join(60)
    assert wrong == []
    assert {rows for rows, _ in seen} == {ROWS}
    assert all(len(names) == 1 for _, names in seen)
    assert len({names for _, names in seen}) > 1


def test_batches_published_at_once_are_all_there(tmp_path: Path) -> None:
    load_catalog("lake").close()  # SQLite makes its tables once
    refs = [batch(tmp_path / "in", f"b{number}") for number in range(4)]
    failed: list[BaseException] = []

    def publish(ref: BatchRef) -> None:
        try:
            IcebergSink(FolderSink(tmp_path / "out"), NAME).publish(ref, None, SCHEMA)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=publish, args=(ref,)) for ref in refs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failed == []
    assert sorted(set(lake.read(NAME)["name"].to_pylist())) == ["b0", "b1", "b2", "b3"]
    assert lake.read(NAME).num_rows == 4 * ROWS
    assert set(loaded().refs()) == {"main"}


def test_commit_that_came_between_is_kept(sink: IcebergSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink.publish(batch(tmp_path / "in", "b1"), None, SCHEMA)
    audit, other = iceberg._audit, [batch(tmp_path / "in", "other", rows=7)]

    def slow(*args: object) -> None:
        audit(*args)
        if other:
            IcebergSink(FolderSink(tmp_path / "elsewhere"), NAME).publish(other.pop(), None, SCHEMA)

    monkeypatch.setattr(iceberg, "_audit", slow)
    sink.publish(batch(tmp_path / "in", "b2"), None, SCHEMA)
    assert lake.read(NAME).num_rows == 2 * ROWS + 7
    assert set(loaded().refs()) == {"main"}


def test_failed_audit_leaves_readers_and_folder_as_they_were(
    sink: IcebergSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = batch(tmp_path / "in", "b1")
    sink.publish(ref, None, SCHEMA)
    write = iceberg._write
    monkeypatch.setattr(iceberg, "_write", lambda table, branch, ref, rows: write(table, branch, ref, rows.slice(1)))
    with pytest.raises(PublishError, match=r"holds 199 rows of it, expected 200; main is untouched") as raised:
        sink.publish(ref, healed(ref, "healed"), SCHEMA)
    assert raised.value.retryable
    assert set(lake.read(NAME)["name"].to_pylist()) == {"b1"}
    assert (tmp_path / "out" / "orders" / "b1" / "b1.csv").exists()
    assert set(loaded().refs()) == {"main"}


def test_branch_of_a_killed_run_is_in_nobodys_way(sink: IcebergSink, tmp_path: Path) -> None:
    ref = batch(tmp_path / "in", "b1")
    sink.publish(ref, None, SCHEMA)
    table = loaded()
    table.manage_snapshots().create_branch(table.current_snapshot().snapshot_id, "dqheal_b1").commit()
    table.append(lake.read(NAME), branch="dqheal_b1")
    sink.publish(ref, healed(ref, "healed"), SCHEMA)
    rows = lake.read(NAME)
    assert (rows.num_rows, set(rows["name"].to_pylist())) == (ROWS, {"healed"})
    assert set(loaded().refs()) == {"main"}


def test_column_that_the_table_does_not_have_is_added(sink: IcebergSink, tmp_path: Path) -> None:
    sink.publish(batch(tmp_path / "in", "b1"), None, SCHEMA)
    path = tmp_path / "in" / "b2.csv"
    path.write_text("id,name,x,day,note\n1,b2,2.5,2026-03-01,new\n")
    wider = SCHEMA.model_copy(update={"columns": (*SCHEMA.columns, ColumnSchema(name="note", type="string"))})
    sink.publish(as_batch_ref(path, "orders"), None, wider)
    rows = lake.read(NAME)
    assert rows.num_rows == ROWS + 1
    assert set(rows["note"].to_pylist()) == {None, "new"}


def test_types_and_columns_of_a_table_that_was_there_are_kept(sink: IcebergSink, tmp_path: Path) -> None:
    catalog = load_catalog("lake")
    catalog.create_namespace("sales")
    catalog.create_table("sales.orders", pa.schema([("x", pa.float32()), ("id", pa.int32()), ("more", pa.string())]))
    sink.publish(batch(tmp_path / "in", "b1"), None, SCHEMA)
    rows = lake.read(NAME)
    assert rows.schema.field("x").type == pa.float32()
    assert rows.schema.field("id").type == pa.int32()
    assert rows["id"].to_pylist() == list(range(ROWS))
    assert rows["more"].null_count == ROWS


def test_types_that_do_not_go_in_are_told_and_nothing_is_published(sink: IcebergSink, tmp_path: Path) -> None:
    catalog = load_catalog("lake")
    catalog.create_namespace("sales")
    catalog.create_table("sales.orders", pa.schema([("name", pa.int64())]))
    with pytest.raises(ValidationFailed, match="'name' is string and does not go into int64 of the table"):
        sink.publish(batch(tmp_path / "in", "b1"), None, SCHEMA)
    assert lake.read(NAME).num_rows == 0
    assert not (tmp_path / "out").exists()


def test_undone_batch_is_raw_where_the_table_can_hold_it_and_else_out(sink: IcebergSink, tmp_path: Path) -> None:
    plain, text = batch(tmp_path / "in", "b1"), batch(tmp_path / "in", "b2", x="{i} kg")
    sink.publish(plain, healed(plain, "healed"), SCHEMA)
    start = Working.start(read_raw(text))
    numbers = start.replace(table=start.table.set_column(2, "x", pa.array([str(i) for i in range(ROWS)])))
    sink.publish(text, numbers, SCHEMA)
    assert lake.read(NAME).num_rows == 2 * ROWS
    for ref in (plain, text):
        files = sink.publish(ref, None, SCHEMA, keep_aside=True)
        assert files.ledger_uri is not None
        assert (Path(files.uri) / Path(ref.uri).name).read_bytes() == Path(ref.uri).read_bytes()
    rows = lake.read(NAME)
    assert (rows.num_rows, set(rows["name"].to_pylist())) == (ROWS, {"b1"})


def test_cells_that_do_not_read_as_accepted_are_not_lost(sink: IcebergSink, tmp_path: Path) -> None:
    with pytest.raises(ValidationFailed, match="200 cells of 'x' do not read as float"):
        sink.publish(batch(tmp_path / "in", "b1", x="{i} kg"), None, SCHEMA)
    assert not (tmp_path / "out").exists()


def test_catalog_that_nobody_described_is_told(tmp_path: Path) -> None:
    sink = IcebergSink(FolderSink(tmp_path / "out"), "nowhere.sales.orders")
    with pytest.raises(ConfigError, match="PYICEBERG_CATALOG__NOWHERE__URI"):
        sink.publish(batch(tmp_path / "in", "b1"), None, SCHEMA)


def test_storage_that_fails_leaves_the_rows_that_readers_see(sink: IcebergSink, tmp_path: Path) -> None:
    ref = batch(tmp_path / "in", "b1")
    sink.publish(ref, None, SCHEMA)
    data = tmp_path / "lake" / "warehouse" / "sales" / "orders" / "data"
    (taken,) = data.iterdir()
    aside = taken.rename(tmp_path / "aside")
    taken.write_text("a file where a folder has to be")
    try:
        with pytest.raises(PublishError, match="the rows that readers see are untouched") as raised:
            sink.publish(ref, healed(ref, "healed"), SCHEMA)
        assert raised.value.retryable
    finally:
        taken.unlink()
        aside.rename(taken)
    assert set(lake.read(NAME)["name"].to_pylist()) == {"b1"}
    assert set(loaded().refs()) == {"main"}
