"""Faults from the command line: listed, injected into a copy, and a history replayed with them."""

import json

import pytest
from _support.orders import orders
from pyarrow import csv, parquet

from airflow_provider_dqheal.core.types import ISSUE_ORDER


def test_families_are_listed_with_description_and_source(dqheal):
    code, out, _ = dqheal("inject", "--list", "--json")
    assert code == 0
    listed = json.loads(out)
    assert {one["issue"] for one in listed} == set(ISSUE_ORDER)
    assert all(one["name"] and one["description"] and one["source"] for one in listed)
    code, out, _ = dqheal("inject", "--list", "--issue", "outliers")
    assert code == 0
    assert "extreme_value" in out


def test_inject_writes_a_copy_and_leaves_the_batch_alone(dqheal, batches, tmp_path):
    path, out = batches(5), tmp_path / "bad" / "b05.csv"
    raw = path.read_bytes()
    arguments = ("inject", path, "--fault", "currency_sign", "--columns", "amount", "--severity", "high", "--json")
    code, said, err = dqheal(*arguments, "--out", out, "--history", batches(3), "--history", batches(4))
    assert code == 0, err
    record = json.loads(said)
    assert record["issues"] == {"type_mismatch": ["amount"]}
    assert record["undecidable"] is False
    assert path.read_bytes() == raw
    before, after = csv.read_csv(path), csv.read_csv(out)
    assert after.num_rows == before.num_rows
    assert str(after["amount"].type) == "string"
    assert after.drop_columns(["amount"]).equals(before.drop_columns(["amount"]))
    first = out.read_bytes()
    dqheal(*arguments, "--out", out, "--history", batches(3), "--history", batches(4))
    assert out.read_bytes() == first


def test_inject_keeps_types_where_they_still_fit(dqheal, tmp_path):
    path, out = tmp_path / "b.parquet", tmp_path / "bad.parquet"
    parquet.write_table(orders(1), path)
    code, said, err = dqheal("inject", path, "--fault", "scale_power_of_ten", "--out", out, "--json")
    assert code == 0, err
    assert json.loads(said)["issues"] == {"distribution_shift": ["amount"]}
    assert parquet.read_table(out).schema == parquet.read_table(path).schema


def test_inject_refuses_with_exit_code_2(dqheal, batches, tmp_path):
    path, out = batches(1), tmp_path / "bad.csv"
    for arguments, word in (
        (("--fault", "currency_sing", "--out", out), "currency_sign"),
        (("--fault", "currency_sign", "--columns", "country", "--out", out), "does not apply"),
        (("--fault", "currency_sign", "--out", path), "never changed"),
        (("--fault", "currency_sign", "--out", tmp_path / "bad.doc"), "names no format"),
        (("--fault", "currency_sign", "--issue", "outliers", "--out", out), "one of --fault and --issue"),
        (("--issue", "outliers", "--severity", "enormous", "--out", out), "low, medium, high"),
    ):
        code, _, err = dqheal("inject", path, *arguments)
        assert code == 2
        assert word in err
    assert not out.exists()


@pytest.mark.parametrize("learn", [True, False])
def test_backtest_reports_promise_observation_and_recall(dqheal, batches, learn):
    paths = [batches(day) for day in range(8)]
    if learn:
        assert dqheal("learn", "orders", *paths)[0] == 0
    target = ["orders"] if learn else paths
    code, out, err = dqheal("backtest", *target, "--issue", "type_mismatch", "--last", "2", "--json")
    assert code == 0, err
    report = json.loads(out)
    assert report["judged"] == 2
    assert report["promised"] == 0.03
    assert report["false_alarms"]["of"] == 2
    assert 4 <= report["faults"] <= 6
    assert report["recall"]["rate"] > 0.5
    assert set(report["by_issue"]) == {"type_mismatch"}


def test_backtest_shows_tables_and_says_what_is_left_out(dqheal, batches):
    paths = [batches(day) for day in range(8)]
    assert dqheal("learn", "orders", *paths)[0] == 0
    paths[0].unlink()
    paths[1].write_text(paths[1].read_text() + "\n")
    code, out, err = dqheal("backtest", "orders", "--fault", "decimal_comma", "--severity", "high", "--last", "1")
    assert code == 0, err
    assert "promised at most" in out
    assert "found under its own name" in out
    assert "left out b00" in err
    assert "b01: its file was changed" in err


def test_backtest_needs_more_batches_than_the_detector_does(dqheal, batches):
    code, _, err = dqheal("backtest", batches(0), batches(1))
    assert code == 2
    assert "expected at least 6" in err
