"""Folders of every format: atomic under a reader in a loop, replaced and never doubled, typed where converted."""

from __future__ import annotations

import threading
from pathlib import Path

import pyarrow as pa
import pytest
from _support.waiting import until
from pyarrow import csv, dataset, orc, parquet

from airflow_provider_dqheal.core.errors import BatchUnreadable, ValidationFailed
from airflow_provider_dqheal.core.types import BatchRef, ColumnSchema, TableSchema
from airflow_provider_dqheal.profiling.sources import as_batch_ref, open_source, read_raw
from airflow_provider_dqheal.remediation.working import Working
from airflow_provider_dqheal.storage.sinks import FolderSink

ROWS = 300
FORMATS = ("csv", "jsonl", "parquet", "orc")
SCHEMA = TableSchema(
    columns=(
        ColumnSchema(name="id", type="int"),
        ColumnSchema(name="name", type="string"),
        ColumnSchema(name="x", type="float"),
    )
)


def _table(name: str) -> pa.Table:
    return pa.table({"id": pa.array(range(ROWS), pa.int64()), "name": [name] * ROWS, "x": [i / 4 for i in range(ROWS)]})


def _written(folder: Path, format: str, name: str = "raw") -> BatchRef:
    folder.mkdir(exist_ok=True)
    path = folder / f"b1.{format}"
    table = _table(name)
    if format == "csv":
        csv.write_csv(table, path)
    elif format == "jsonl":
        path.write_text("".join(f'{{"id":{r["id"]},"name":"{r["name"]}","x":{r["x"]}}}\n' for r in table.to_pylist()))
    else:
        {"parquet": parquet, "orc": orc}[format].write_table(table, path)
    return as_batch_ref(path, "orders")


def _healed(ref: BatchRef, name: str) -> Working:
    start = Working.start(read_raw(ref))
    return start.replace(table=start.table.set_column(1, "name", pa.array([name] * ROWS)))


def _read(version: Path, format: str) -> pa.Table:
    """As a reader of data does it: every file of the folder whose name starts with neither . nor _."""
    paths = [str(path) for path in version.iterdir() if not path.name.startswith(("_", "."))]
    if format == "jsonl":
        return read_raw(BatchRef(dataset="orders", batch_id="b1", uri=str(version), format="jsonl"))
    return dataset.dataset(paths, format=format).to_table()


@pytest.mark.parametrize("format", FORMATS)
def test_reader_in_a_loop_sees_whole_batches_while_they_are_replaced(format: str, tmp_path: Path) -> None:
    ref = _written(tmp_path / "in", format)
    sink = FolderSink(tmp_path / "out")
    uri = Path(sink.publish(ref, _healed(ref, "v0"), SCHEMA).uri)
    stop, reads, wrong = threading.Event(), list[tuple[int, frozenset[str]]](), list[str]()

    def read() -> None:
        while not stop.is_set():
            try:
                table = _read(uri.resolve(), format)  # a reader holds one version: the link is followed once
            except Exception as error:
                wrong.append(repr(error))
                return
            reads.append((table.num_rows, frozenset(table["name"].to_pylist())))

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(1, 15):
        sink.publish(ref.model_copy(update={"attempt": number}), _healed(ref, f"v{number}"), SCHEMA)
        version = frozenset({f"v{number}"})
        until(lambda version=version: (bool(reads) and reads[-1][1] == version) or not thread.is_alive())
    stop.set()
    thread.join(30)
    assert wrong == []
    assert {rows for rows, _ in reads} == {ROWS}
    assert all(len(names) == 1 for _, names in reads)
    assert {f"v{number}" for number in range(1, 15)} <= {name for _, names in reads for name in names}
    assert sorted(path.name for path in uri.parent.iterdir() if not path.name.startswith(".")) == ["b1"]


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("target", FORMATS)
def test_batch_is_published_in_the_format_of_the_policy(source: str, target: str, tmp_path: Path) -> None:
    ref = _written(tmp_path / "in", source)
    sink = FolderSink(tmp_path / "out", target)
    for working, name in ((None, "raw"), (_healed(ref, "healed"), "healed")):
        uri = Path(sink.publish(ref, working, SCHEMA).uri)
        (part,) = [path for path in uri.iterdir() if path.is_file()]
        assert part.suffix == f".{target}"
        table = _read(uri, target)
        assert table.num_rows == ROWS
        assert set(table["name"].to_pylist()) == {name}
        if target in ("parquet", "orc"):
            assert table.schema.field("x").type == pa.float64()
            assert table["x"].to_pylist() == _table(name)["x"].to_pylist()
    if source == target:
        (part,) = [p for p in Path(sink.publish(ref, None, SCHEMA).uri).iterdir() if p.is_file()]
        assert part.read_bytes() == Path(ref.uri).read_bytes()


def test_cell_that_does_not_read_as_accepted_is_not_lost_by_a_conversion(tmp_path: Path) -> None:
    path = tmp_path / "b1.csv"
    path.write_text("id,name,x\n1,a,tall\n")
    with pytest.raises(ValidationFailed, match="1 cells of 'x' do not read as float"):
        FolderSink(tmp_path / "out", "parquet").publish(as_batch_ref(path, "orders"), None, SCHEMA)
    assert not (tmp_path / "out" / "orders" / "b1").exists()


def test_orc_is_read_by_stripes_like_whole(tmp_path: Path) -> None:
    path = tmp_path / "b1.orc"
    table = pa.table({"id": pa.array(range(200_000), pa.int64()), "text": [f"row {i * 7919}" for i in range(200_000)]})
    orc.write_table(table, path, stripe_size=65_536)
    source = open_source(as_batch_ref(path, "orders"))
    splits = source.splits()
    assert len(splits) > 1
    parts = [batch for split in splits for batch in split.record_batches()]
    assert pa.Table.from_batches(parts) == read_raw(as_batch_ref(path, "orders")) == table
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(BatchUnreadable, match="no complete ORC file"):
        read_raw(as_batch_ref(path, "orders"))
