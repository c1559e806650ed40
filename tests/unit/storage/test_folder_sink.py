"""Publishing is all or nothing, and gives back what was not healed byte for byte."""

from __future__ import annotations

import csv
import errno
import gzip
import threading
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from airflow_provider_dqheal.core.errors import PublishError
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.profiling.sources import read_raw
from airflow_provider_dqheal.remediation.working import Working
from airflow_provider_dqheal.storage.sinks import FolderSink, folder

ROWS = b'id;name\r\n1;"a;b"\r\n2;"say ""hi"""\r\n3;\r\n'


@pytest.fixture
def batch(tmp_path: Path) -> BatchRef:
    path = tmp_path / "in" / "d1.csv"
    path.parent.mkdir()
    path.write_bytes(ROWS)
    return BatchRef(dataset="orders", batch_id="d1", uri=str(path), options={"delimiter": ";"})


def _data(uri: str) -> list[Path]:
    return [path for path in sorted(Path(uri).iterdir()) if not path.name.startswith(("_", "."))]


def _renamed(ref: BatchRef, name: str) -> Working:
    raw = read_raw(ref)
    started = Working.start(raw)
    healed = raw.set_column(1, "name", pa.array([name] * raw.num_rows))
    return Working(raw, healed, started.row_ids, started.ledger, started.quarantine)


def test_untouched_batch_is_a_copy_of_its_bytes(batch: BatchRef, tmp_path: Path) -> None:
    (published,) = _data(FolderSink(tmp_path / "out").publish(batch, None, None).uri)
    assert published.read_bytes() == ROWS


def test_untouched_gzip_stays_as_it_was_packed(tmp_path: Path) -> None:
    path = tmp_path / "d1.csv.gz"
    path.write_bytes(gzip.compress(ROWS))
    ref = BatchRef(dataset="orders", batch_id="d1", uri=str(path), options={"delimiter": ";"})
    sink = FolderSink(tmp_path / "out")
    (published,) = _data(sink.publish(ref, None, None).uri)
    assert published.read_bytes() == path.read_bytes()
    (healed,) = _data(sink.publish(ref, _renamed(ref, "x"), None).uri)
    assert gzip.decompress(healed.read_bytes()).startswith(b"id;name\r\n1;x\r\n")


def test_healed_batch_keeps_delimiter_and_line_ends(batch: BatchRef, tmp_path: Path) -> None:
    files = FolderSink(tmp_path / "out").publish(batch, _renamed(batch, 'q"; \n'), None)
    (published,) = _data(files.uri)
    assert published.read_bytes().startswith(b'id;name\r\n1;"q""; \n"\r\n')
    with published.open(newline="") as file:
        assert list(csv.reader(file, delimiter=";"))[3] == ["3", 'q"; \n']
    assert files.quarantine_uri is not None
    assert files.ledger_uri is not None
    assert parquet.read_table(files.quarantine_uri).num_rows == 0
    assert parquet.read_table(files.ledger_uri).num_rows == 0


def test_reader_never_sees_a_half_batch_nor_a_missing_one(batch: BatchRef, tmp_path: Path) -> None:
    sink = FolderSink(tmp_path / "out")
    uri = sink.publish(batch, _renamed(batch, "v0"), None).uri
    stop, wrong, reads = threading.Event(), [], []

    def read() -> None:
        while not stop.is_set():
            version = Path(uri).resolve()  # a reader holds one version: the link is followed once
            try:
                (part,) = _data(str(version))
                names = {line.split(";")[1] for line in part.read_text().splitlines()[1:]}
            except (OSError, ValueError) as error:
                wrong.append(repr(error))
                return
            reads.append(names)

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(1, 40):
        seen = len(reads)
        sink.publish(batch, _renamed(batch, f"v{number}"), None)
        while len(reads) <= seen + 1 and thread.is_alive():
            pass
    stop.set()
    thread.join(20)
    assert wrong == []
    assert all(len(names) == 1 for names in reads)
    assert len({name for names in reads for name in names}) > 20


def test_full_disk_leaves_what_was_published(batch: BatchRef, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = FolderSink(tmp_path / "out")
    uri = sink.publish(batch, None, None).uri
    before = sorted(path.name for path in (tmp_path / "out").rglob("*"))

    def no_space(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folder, "write_table", no_space)
    with pytest.raises(PublishError, match="No space left") as raised:
        sink.publish(batch, _renamed(batch, "x"), None)
    assert raised.value.retryable
    assert _data(uri)[0].read_bytes() == ROWS
    assert sorted(path.name for path in (tmp_path / "out").rglob("*")) == before


def test_names_that_climb_stay_inside_the_root(batch: BatchRef, tmp_path: Path) -> None:
    root = tmp_path / "out"
    climbing = batch.model_copy(update={"dataset": "../../x", "batch_id": "../.."})
    uri = FolderSink(root).publish(climbing, None, None).uri
    assert root.resolve() in Path(uri).resolve().parents
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
