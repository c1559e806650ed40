"""Batches that cannot be read or judged, through the command line: exit codes, words, and nothing published."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from _support.orders import orders
from pyarrow import csv

from airflow_provider_dqheal.cli import main

ROWS = 200


class Answer(NamedTuple):
    """What a command left: its exit status and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Answer]


def text(day: int) -> bytes:
    """One day of orders as CSV."""
    sink = pa.BufferOutputStream()
    csv.write_csv(orders(day, ROWS), sink, csv.WriteOptions(quoting_style="needed"))
    return sink.getvalue().to_pybytes()


def lines(day: int = 6) -> list[bytes]:
    """Header and rows of one day."""
    return text(day).splitlines()


def joined(rows: list[bytes]) -> bytes:
    return b"\n".join(rows) + b"\n"


@pytest.fixture
def dqheal(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``dqheal ARGS`` in this process."""

    def run(*arguments: object) -> Answer:
        monkeypatch.setattr("sys.argv", ["dqheal", *map(str, arguments)])
        with pytest.raises(SystemExit) as done:
            main()
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        code = done.value.code
        return Answer(code if isinstance(code, int) else 0, out, err)

    return run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state that has learned six days of orders; every test brings batches of its own."""
    root = tmp_path_factory.mktemp("faults")
    paths = [root / f"h{day}.csv" for day in range(6)]
    for day, path in enumerate(paths):
        path.write_bytes(text(day))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DQHEAL_HOME", str(root / "home"))
        patch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
        patch.setattr("sys.argv", ["dqheal", "learn", "orders", *map(str, paths)])
        with pytest.raises(SystemExit) as done:
            main()
        assert not done.value.code
        yield root / "home"


def ended(dqheal: Run, batch_id: str) -> dict[str, Any] | None:
    """The line of a batch in the history."""
    found = [line for line in dqheal("history", "orders", "--json").document if line["batch_id"] == batch_id]
    return found[0] if found else None


def published(home: Path, batch_id: str) -> list[Path]:
    """Files published for a batch."""
    return [path for path in (home / "published").rglob("*") if batch_id in path.parts]


UNREADABLE = {
    "empty": (b"", "empty"),
    "latin1": (text(6).replace(b"DE", b"D\xcb", 3), "not UTF-8"),
    "utf16": (text(6).decode().encode("utf-16"), "not UTF-8"),
    "too-wide": (joined([*lines()[:9], lines()[9] + b",x,y", *lines()[10:]]), "7 cells, expected 5"),
    "too-narrow": (joined([*lines()[:9], b"1,2", *lines()[10:]]), "2 cells, expected 5"),
    "twice-named": (joined([lines()[0].replace(b"country", b"day"), *lines()[1:]]), "'day'"),
    "cut-gzip": (gzip.compress(text(6), mtime=0)[:-20], "gz"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_batch_is_an_error_and_is_not_published(name: str, tmp_path: Path, home: Path, dqheal: Run) -> None:
    content, words = UNREADABLE[name]
    path = tmp_path / f"{name}.csv{'.gz' if 'gzip' in name else ''}"
    path.write_bytes(content)
    for command in ("check", "heal"):
        answer = dqheal(command, "orders", path, "--json")
        assert answer.code == 2, answer
        assert answer.out == ""
        assert "BatchUnreadable" in answer.err
        assert words in answer.err
    line = ended(dqheal, name)
    assert line is not None, "a batch that was received is in the history"
    assert (line["status"], line["published_uri"], line["quality_score"]) == ("held", None, None)
    assert published(home, name) == []
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("truncated.parquet", b"PAR1garbage", "arquet"),
        ("broken.jsonl", b'{"a": 1}\n{"a":\n', "line 2"),
        ("deep.jsonl", b"[1, 2]\n", "line 1"),
    ],
)
def test_broken_files_of_other_formats_are_errors(
    name: str, content: bytes, words: str, tmp_path: Path, home: Path, dqheal: Run
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    answer = dqheal("check", "orders", path, "--json")
    assert (answer.code, answer.out) == (2, ""), answer
    assert "BatchUnreadable" in answer.err
    assert words in answer.err


def test_missing_file_is_an_error_and_leaves_no_batch(tmp_path: Path, home: Path, dqheal: Run) -> None:
    for command in ("check", "heal"):
        answer = dqheal(command, "orders", tmp_path / "nowhere.csv", "--json")
        assert (answer.code, answer.out) == (2, "")
        assert "no such file or folder" in answer.err
    assert published(home, "nowhere") == []


def test_folder_without_batch_files_is_an_error(tmp_path: Path, home: Path, dqheal: Run) -> None:
    (tmp_path / "hollow").mkdir()
    answer = dqheal("check", "orders", tmp_path / "hollow", "--format", "csv", "--json")
    assert (answer.code, answer.out) == (2, ""), answer
    assert "BatchUnreadable" in answer.err


def test_unreadable_history_is_not_learned(tmp_path: Path, home: Path, dqheal: Run) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(text(0))
    bad.write_bytes(b"")
    answer = dqheal("learn", "half", good, bad, "--json")
    assert answer.code == 2, answer
    assert "bad.csv" in answer.err
    later = dqheal("check", "half", good, "--json")
    assert later.code in (2, 3), "a history that could not be read whole judges nothing"


@pytest.mark.parametrize("rows", [0, 1])
def test_hardly_any_rows_are_an_issue_and_are_held(rows: int, tmp_path: Path, home: Path, dqheal: Run) -> None:
    path = tmp_path / f"rows-{rows}.csv"
    path.write_bytes(joined(lines()[: rows + 1]))
    answer = dqheal("check", "orders", path, "--json")
    assert answer.code == 1, answer
    assert answer.document["issues"]
    answer = dqheal("heal", "orders", path, "--json")
    assert (answer.code, answer.document["status"], answer.document["rows_in"]) == (3, "held", rows)
    assert published(home, path.stem) == []


def test_column_that_lost_every_value_is_named_and_held(tmp_path: Path, home: Path, dqheal: Run) -> None:
    path = tmp_path / "hollow-column.csv"
    country = lines()[0].replace(b'"', b"").split(b",").index(b"country")
    rows = [row.split(b",") for row in lines()]
    for row in rows[1:]:
        row[country] = b""
    path.write_bytes(joined([b",".join(row) for row in rows]))
    answer = dqheal("check", "orders", path, "--json")
    assert answer.code == 1, answer
    assert ["country"] in [issue["columns"] for issue in answer.document["issues"] if issue["type"] == "missing_data"]
    assert dqheal("heal", "orders", path, "--json").code == 3
    assert published(home, path.stem) == []


@pytest.mark.timeout(120)
def test_cell_of_ten_megabytes_is_not_published_as_it_came(tmp_path: Path, home: Path, dqheal: Run) -> None:
    path = tmp_path / "huge-cell.csv"
    rows = lines()
    rows[9] = rows[9].replace(b"2026-03-07", b"x" * 10_000_000)
    path.write_bytes(joined(rows))
    answer = dqheal("check", "orders", path, "--json")
    assert answer.code == 1, answer.out[:500]
    assert "day" in {column for issue in answer.document["issues"] for column in issue["columns"]}
    assert len(answer.out) < 100_000, "the cell is not printed"
    answer = dqheal("heal", "orders", path, "--json")
    assert answer.document["status"] == "held" or answer.document["quarantined_rows"] == 1, answer.out[:500]
    assert not any(b"x" * 1000 in file.read_bytes() for file in published(home, path.stem) if file.is_file())


@pytest.mark.timeout(280)
def test_two_thousand_columns_are_learned_and_judged(
    tmp_path: Path, home: Path, dqheal: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DQHEAL_DETECTION__MIN_HISTORY", "2")
    columns = 2000
    header = b",".join(b"c%d" % i for i in range(columns))
    paths = [tmp_path / f"wide-{day}.csv" for day in range(3)]
    for day, path in enumerate(paths):
        rows = [b",".join(b"%d" % ((day * 7 + row * 13 + i) % 97) for i in range(columns)) for row in range(20)]
        path.write_bytes(joined([header, *rows]))
    answer = dqheal("learn", "wide", *paths[:2], "--json")
    assert answer.code == 0, answer.err
    assert len(answer.document["columns"]) == columns
    paths[2].write_bytes(paths[2].read_bytes().replace(b",c1999\n", b",other\n", 1))
    answer = dqheal("check", "wide", paths[2], "--json")
    assert answer.code == 1, answer.err
    assert "schema_drift" in [issue["type"] for issue in answer.document["issues"]]


def test_history_of_one_batch_is_never_clean(tmp_path: Path, home: Path, dqheal: Run) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_bytes(text(0))
    second.write_bytes(text(1))
    assert dqheal("learn", "young", first).code == 0
    answer = dqheal("check", "young", second, "--json")
    assert (answer.code, answer.document["status"]) == (3, "insufficient_history")
    assert answer.document["quality_score"] is None
    answer = dqheal("heal", "young", second, "--json")
    assert (answer.code, answer.document["status"], answer.document["published_uri"]) == (3, "held", None)


def test_unknown_data_set_is_not_published(tmp_path: Path, home: Path, dqheal: Run) -> None:
    path = tmp_path / "stranger.csv"
    path.write_bytes(text(0))
    for command, codes in (("check", {2}), ("heal", {2, 3})):
        answer = dqheal(command, "nowhere", path)
        assert answer.code in codes, answer
        assert "dqheal learn nowhere" in answer.err + answer.out
    assert dqheal("history", "never-seen").code == 2
    assert published(home, "stranger") == []


def test_path_outside_the_allowed_roots_is_refused(
    tmp_path: Path, home: Path, dqheal: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / f"{folder.name}.csv").write_bytes(text(6))
    (inside / "escape.csv").symlink_to(outside / "outside.csv")
    monkeypatch.setenv("DQHEAL_ALLOWED_ROOTS", json.dumps([str(inside)]))
    for path in (outside / "outside.csv", inside / ".." / "outside" / "outside.csv", inside / "escape.csv"):
        for command in ("check", "heal", "learn"):
            answer = dqheal(command, "orders", path, "--json")
            assert answer.code == 2, answer
            assert "outside the allowed roots" in answer.err
    assert published(home, "outside") == published(home, "escape") == []
    assert dqheal("check", "orders", inside / "inside.csv", "--json").code in (0, 1)


def test_the_state_still_judges_after_all_of_this(tmp_path: Path, home: Path, dqheal: Run) -> None:
    path = tmp_path / "after.csv"
    path.write_bytes(text(7))
    answer = dqheal("heal", "orders", path, "--json")
    assert (answer.code, answer.document["status"], answer.document["issues"]) == (0, "published", []), answer
    assert [file.read_bytes() for file in published(home, "after") if file.suffix == ".csv"] == [path.read_bytes()]
