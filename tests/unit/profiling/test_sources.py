"""Reading batches: text first, in raw order, and clear words for what cannot be read."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from airflow_provider_dqheal.core.errors import BatchUnreadable
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.profiling.local import profile_source, profile_table
from airflow_provider_dqheal.profiling.sources import as_batch_ref, open_source, read_raw
from airflow_provider_dqheal.profiling.sources import csv as csv_source
from airflow_provider_dqheal.profiling.sources import jsonl as jsonl_source
from airflow_provider_dqheal.profiling.sources import parquet as parquet_source


def raw(path: Path, content: str | bytes | None = None, **options: Any) -> pa.Table:
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_raw(as_batch_ref(path, "orders", **options))


def test_csv_cells_are_text_and_empty_cells_are_empty_text(tmp_path: Path) -> None:
    table = raw(tmp_path / "b.csv", 'id,name\n007,"a ""b"", c"\n8,\n9,NULL\n')
    assert table.to_pydict() == {"id": ["007", "8", "9"], "name": ['a "b", c', "", "NULL"]}
    assert {str(f.type) for f in table.schema} == {"string"}


def test_csv_keeps_line_breaks_inside_quotes(tmp_path: Path) -> None:
    assert raw(tmp_path / "b.csv", 'a,b\r\n1,"x\r\ny\n"\r\n2,z\r\n').to_pydict() == {
        "a": ["1", "2"],
        "b": ["x\r\ny\n", "z"],
    }


def test_csv_options_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    assert raw(path, "\ufeffa;b\n1;2\n", delimiter=";").to_pydict() == {"a": ["1"], "b": ["2"]}
    assert raw(path, "1;2\n3;4\n", delimiter=";", header=False).to_pydict() == {
        "column_1": ["1", "3"],
        "column_2": ["2", "4"],
    }


def test_csv_of_one_column_keeps_empty_cells(tmp_path: Path) -> None:
    assert raw(tmp_path / "b.csv", "a\n1\n\n3\n").to_pydict() == {"a": ["1", "", "3"]}


def test_gzip_is_read_like_plain(tmp_path: Path) -> None:
    path = tmp_path / "2024-01.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    ref = as_batch_ref(path, "orders")
    assert (ref.batch_id, ref.format) == ("2024-01", "csv")
    assert read_raw(ref).to_pydict() == {"a": ["1"], "b": ["2"]}


def test_header_alone_is_a_batch_without_rows(tmp_path: Path) -> None:
    table = raw(tmp_path / "b.csv", "a,b\n")
    assert (table.column_names, table.num_rows) == (["a", "b"], 0)
    profile = profile_table(table)
    assert profile.row_count == 0
    assert profile.columns["a"].metrics["null_fraction"] is None
    assert profile.columns["a"].metrics["mean"] is None


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("b.csv", b"", ["empty", "finished writing"]),
        ("b.csv", b"a,b\n1,2\n3\n", ["row 2 has 1 cells", "expected 2"]),
        ("b.csv", b"a,b\n1,2\n3,\xff4\n", ["line 3", "not UTF-8", "iconv"]),
        ("b.csv", b"\xffa,b\n1,2\n", ["line 1", "not UTF-8"]),
        ("b.csv", b"a,b,a\n1,2,3\n", ["['a']", "more than once"]),
        ("b.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 9000, mtime=0)[:-20], ["cannot be read", "complete"]),
        ("b.csv.gz", b"a,b\n1,2\n", ["cannot be read"]),
        ("b.jsonl", b'{"a": 1}\n[2]\n', ["line 2", "no JSON object"]),
        ("b.jsonl", b'{"a": 1}\n{"a": 2\n', ["line 2", "no JSON"]),
        ("b.jsonl", b'{"a": 1, "a": 2}\n', ["line 1", "key twice"]),
        ("b.jsonl", b'{"a": "\xff"}\n', ["line 1", "not UTF-8"]),
        ("b.jsonl", b'{"a": "\\ud800"}\n', ["surrogate"]),
        ("b.jsonl", b"\n", ["no objects"]),
        ("b.parquet", b"", ["the file is empty"]),
        ("b.parquet", b"PAR1 not really", ["no complete Parquet file"]),
    ],
)
def test_bad_files_are_refused_in_clear_words(tmp_path: Path, name: str, content: bytes, words: list[str]) -> None:
    with pytest.raises(BatchUnreadable) as caught:
        raw(tmp_path / name, content)
    for word in (*words, name):
        assert word in str(caught.value)


def test_ragged_message_does_not_quote_the_row(tmp_path: Path) -> None:
    with pytest.raises(BatchUnreadable) as caught:
        raw(tmp_path / "b.csv", "a,b\nsecret\n")
    assert "secret" not in str(caught.value)


def test_missing_paths_and_other_roots_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BatchUnreadable, match="no such file"):
        as_batch_ref(tmp_path / "none.csv", "orders")
    path = tmp_path / "b.csv"
    path.write_text("a\n1\n")
    with pytest.raises(BatchUnreadable, match="outside the allowed roots"):
        open_source(as_batch_ref(path, "orders"), [tmp_path / "other"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(BatchUnreadable, match="no data files"):
        open_source(BatchRef(dataset="o", batch_id="b", uri=str(tmp_path / "empty")))
    with pytest.raises(BatchUnreadable, match="names no format"):
        as_batch_ref(_touch(tmp_path / "b.xlsx"), "orders")


def _touch(path: Path) -> Path:
    path.write_text("x")
    return path


def test_large_cell_and_many_columns_are_read(tmp_path: Path) -> None:
    big = "x" * (10 * 1024 * 1024)
    table = raw(tmp_path / "big.csv", f"a,b\n1,{big}\n2,small\n")
    assert table.column("b")[0].as_py() == big
    profile = profile_table(table)
    assert profile.columns["b"].metrics["length_max"] == len(big)
    assert len(profile.to_bytes()) < 20_000
    wide = raw(tmp_path / "wide.csv", ",".join(f"c{i}" for i in range(2000)) + "\n" + ",".join(["1"] * 2000) + "\n")
    assert wide.num_columns == 2000
    assert len(profile_table(wide).columns) == 2000


def test_folder_is_read_in_sorted_order_without_hidden_files(tmp_path: Path) -> None:
    for name, value in (("b", 2), ("a", 1), ("_SUCCESS", 8), (".c", 9)):
        (tmp_path / f"{name}.csv").write_text(f"x\n{value}\n")
    ref = as_batch_ref(tmp_path, "orders")
    assert read_raw(ref).to_pydict() == {"x": ["1", "2"]}
    before = open_source(ref).digest()
    assert open_source(ref).digest() == before
    (tmp_path / "b.csv").rename(tmp_path / "c.csv")
    assert open_source(ref).digest() != before
    (tmp_path / "d.csv").write_text("y\n3\n")
    with pytest.raises(BatchUnreadable, match=r"d\.csv.*expected \['x'\]"):
        read_raw(ref)


def test_json_lines_are_text_with_keys_in_order_of_appearance(tmp_path: Path) -> None:
    table = raw(tmp_path / "b.jsonl", '{"a": 1.10, "b": true}\n\n{"c": {"x": [1, 2]}, "a": null}\n{"b": "t"}\n')
    assert table.column_names == ["a", "b", "c"]
    assert table.to_pydict() == {"a": ["1.10", None, None], "b": ["true", None, "t"], "c": [None, '{"x":[1,2]}', None]}


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    table = pa.table({"a": [1, None], "b": ["x", "y"], "c": [1.5, 2.5]})
    pq.write_table(table, tmp_path / "b.parquet")
    assert raw(tmp_path / "b.parquet").equals(table)
    with pytest.raises(BatchUnreadable, match="takes no options"):
        raw(tmp_path / "b.parquet", delimiter=";")


@pytest.mark.parametrize("step", [1, 7, 50, 333])
def test_splits_of_text_are_whole_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    for module in (csv_source, jsonl_source):
        monkeypatch.setattr(module, "SPLIT_BYTES", step)
    monkeypatch.setattr(parquet_source, "SPLIT_ROWS", step)
    rows = [f'{i},"line\n{i}, ""quoted"""\n' if i % 3 else f"{i},plain\n" for i in range(200)]
    (tmp_path / "b.csv").write_text("a,b\n" + "".join(rows))
    (tmp_path / "b.jsonl").write_text("".join(f'{{"a": {i}, "b": "x"}}\n' for i in range(200)))
    pq.write_table(pa.table({"a": list(range(200))}), tmp_path / "b.parquet", row_group_size=20)
    for name in ("b.csv", "b.jsonl", "b.parquet"):
        source = open_source(as_batch_ref(tmp_path / name, "orders"))
        splits = source.splits()
        assert len(splits) > 1 or (name, step) == ("b.parquet", 333)
        parts = [batch for split in splits for batch in split.record_batches()]
        whole = pa.Table.from_batches(list(source.record_batches()), schema=source.field_types)
        assert pa.Table.from_batches(parts, schema=source.field_types).equals(whole)


def test_csv_whose_quotes_do_not_pair_up_is_one_split(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("a,b\n" + '1,5" pipe\n' * 21)
    assert csv_source.row_starts(path, 20, '"') == []


def test_source_and_table_give_one_profile(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("a,b\n" + "".join(f"{i % 9},v{i}\n" for i in range(3000)))
    ref = as_batch_ref(path, "orders")
    assert profile_source(open_source(ref), ref) == profile_table(read_raw(ref), ref)
