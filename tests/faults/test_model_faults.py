"""Weights that are missing or altered: an error, the batch held, and judged as soon as they are right again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from _support.orders import orders, with_currency
from pyarrow import csv

from airflow_provider_dqheal.cli import main
from airflow_provider_dqheal.core.resources import resource

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def dqheal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs ``dqheal ARGS`` with a home that has learned six days; returns (exit code, stdout, stderr)."""
    monkeypatch.setenv("DQHEAL_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["dqheal", *map(str, arguments)])
        with pytest.raises(SystemExit) as done:
            main()
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        code = done.value.code
        return code if isinstance(code, int) else 0, out, err

    paths = [written(tmp_path, f"h{day}", orders(day, 200)) for day in range(6)]
    assert run("learn", "orders", *paths)[0] == 0
    return run


def written(folder: Path, name: str, table: pa.Table) -> Path:
    path = folder / f"{name}.csv"
    csv.write_csv(table, path)
    return path


def _missing(folder: Path) -> None:
    shutil.rmtree(folder)


def _altered(folder: Path) -> None:
    weights = next(folder.glob("*.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)


@pytest.mark.parametrize("spoil", [_missing, _altered])
def test_batch_is_held_until_the_weights_are_right(
    spoil: Callable[[Path], None], tmp_path: Path, dqheal: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "bad", with_currency(orders(6, 200)))
    weights = tmp_path / "weights"
    shutil.copytree(resource("weights"), weights)
    spoil(weights)
    monkeypatch.setenv("DQHEAL_DETECTION__WEIGHTS", str(weights))
    for command in ("check", "heal"):
        code, out, err = dqheal(command, "orders", path, "--json")
        assert (code, out) == (2, ""), err
        assert "ModelLoadError" in err
    (line,) = [one for one in json.loads(dqheal("history", "orders", "--json")[1]) if one["batch_id"] == "bad"]
    assert (line["status"], line["published_uri"], line["quality_score"]) == ("held", None, None)
    monkeypatch.delenv("DQHEAL_DETECTION__WEIGHTS")
    code, out, err = dqheal("heal", "orders", path, "--json")
    assert (code, json.loads(out)["status"], json.loads(out)["attempt"]) == (0, "published", 1), err
