"""The command line as a person and a script use it: stdout, stderr and exit codes."""

import json
import shutil

import pyarrow as pa
import pytest
from _support.orders import dearer, spoiled, with_currency
from pyarrow import csv


def test_history_is_learned_in_the_order_given(dqheal, batches):
    code, out, err = dqheal("learn", "orders", *(batches(day) for day in (2, 0, 1)), "--json")
    assert code == 0, err
    assert (json.loads(out)["learned"], json.loads(out)["batches"]) == (3, 3)
    assert "5 accepted batches are needed" in err
    listed = json.loads(dqheal("history", "orders", "--json")[1])
    assert [line["batch_id"] for line in listed] == ["b01", "b00", "b02"]


def test_clean_batch_exits_0_and_bad_batch_1(learned, batches):
    code, out, _ = learned("check", "orders", batches(11), "--json")
    assert code == 0
    assert json.loads(out)["issues"] == []
    code, out, _ = learned("check", "orders", batches(12, with_currency), "--json")
    assert code == 1
    assert "type_mismatch" in [issue["type"] for issue in json.loads(out)["issues"]]


def test_heal_publishes_and_undo_gives_back_the_raw_bytes(learned, batches, tmp_path):
    path = batches(12, with_currency)
    raw = path.read_bytes()
    code, out, err = learned("heal", "orders", path, "--out", tmp_path / "out", "--json")
    record = json.loads(out)
    assert code == 0, (record, err)
    assert record["status"] == "published"
    assert record["healed_cells"] == 200
    assert path.read_bytes() == raw
    published = list((tmp_path / "out").rglob("*.csv"))
    assert "EUR" not in published[0].read_text()
    code, out, err = learned("undo", "orders", "b12", "--json")
    assert code == 0, err
    assert json.loads(out)["status"] == "undone"
    restored = [p for p in (tmp_path / "out").rglob("*.csv") if p.read_bytes() == raw]
    assert restored
    assert learned("undo", "orders", "b12")[0] == 2


def test_clean_batch_is_published_byte_for_byte_and_learned(learned, batches, tmp_path):
    path = batches(11)
    code, out, _ = learned("heal", "orders", path, "--out", tmp_path / "out", "--json")
    assert code == 0
    assert json.loads(out)["issues"] == []
    assert [p for p in (tmp_path / "out").rglob("*.csv") if p.read_bytes() == path.read_bytes()]
    _, out, _ = learned("history", "orders", "--json")
    assert len(json.loads(out)) == 12


def test_a_repeated_heal_changes_nothing(learned, batches):
    path = batches(12, with_currency)
    first = json.loads(learned("heal", "orders", path, "--json")[1])
    second = json.loads(learned("heal", "orders", path, "--json")[1])
    assert first == second
    assert second["attempt"] == 1


def test_changed_content_opens_a_new_attempt(learned, batches):
    path = batches(12, with_currency)
    learned("heal", "orders", path, "--json")
    batches(12)
    record = json.loads(learned("heal", "orders", path, "--json")[1])
    assert (record["attempt"], record["issues"]) == (2, [])
    listed = [line for line in json.loads(learned("history", "orders", "--json")[1]) if line["batch_id"] == "b12"]
    assert [line["attempt"] for line in listed] == [2]


def test_held_batch_exits_3_and_can_be_accepted(learned, batches):
    code, out, _ = learned("heal", "orders", batches(12, dearer), "--json")
    assert code == 3
    record = json.loads(out)
    assert record["status"] == "held"
    assert record["published_uri"] is None
    assert record["reason"]
    code, out, _ = learned("accept", "orders", "b12", "--json")
    assert code == 0
    assert json.loads(out)["status"] == "published"


def test_history_of_one_batch_is_undecided(dqheal, batches):
    assert dqheal("learn", "orders", batches(0))[0] == 0
    code, out, err = dqheal("check", "orders", batches(1), "--json")
    assert (code, json.loads(out)["status"]) == (3, "insufficient_history")
    assert "accepted batches" in err


@pytest.mark.parametrize("command", ["check", "heal", "history"])
def test_unknown_data_set_says_what_to_do(dqheal, batches, command):
    path = [] if command == "history" else [batches(0)]
    code, out, err = dqheal(command, "nowhere", *path)
    assert code in (2, 3)
    assert "dqheal learn" in (out + err)


def test_plan_shows_steps_and_stores_nothing(learned, batches):
    code, out, _ = learned("plan", "orders", batches(12, with_currency), "--json")
    assert code == 0
    document = json.loads(out)
    assert [step["step_id"] for step in document["steps"]] == ["parse_numbers.amount"]
    assert (document["healed_cells"], len(document["diff"])) == (200, 20)
    assert (document["diff"][0]["row_id"], document["diff"][0]["before"][:4]) == (0, "EUR ")
    assert "b12" not in [line["batch_id"] for line in json.loads(learned("history", "orders", "--json")[1])]


def test_plan_shows_the_diff_in_shadow_too(learned, batches, tmp_path):
    policy = tmp_path / "shadow.yaml"
    policy.write_text("mode: shadow\n")
    code, out, _ = learned("plan", "orders", batches(12, with_currency), "--policy", policy, "--rows", 3)
    assert code == 3
    assert "200 cells changed, 3 of 200 lines shown" in out


def test_shadow_policy_plans_and_holds(learned, batches, tmp_path):
    policy = tmp_path / "shadow.yaml"
    policy.write_text("mode: shadow\n")
    code, out, _ = learned("heal", "orders", batches(12, with_currency), "--policy", policy, "--json")
    assert code == 3
    assert "shadow" in json.loads(out)["reason"]
    policy.write_text("mood: shadow\n")
    code, _, err = learned("heal", "orders", batches(13, with_currency), "--policy", policy, "--json")
    assert code == 2
    assert "mood" in err


def test_gzip_csv_is_read_and_published(learned, batches, tmp_path):
    import gzip

    path = batches(12, with_currency)
    packed = tmp_path / "orders" / "b12.csv.gz"
    with path.open("rb") as source, gzip.open(packed, "wb") as target:
        shutil.copyfileobj(source, target)
    code, out, err = learned("heal", "orders", packed, "--out", tmp_path / "out", "--json")
    assert code == 0, (out, err)
    assert json.loads(out)["batch_id"] == "b12"


def test_parquet_is_healed_into_the_accepted_types(dqheal, batches, tmp_path):
    from pyarrow import parquet

    paths = []
    for day in range(12):
        table = csv.read_csv(batches(day))
        if day == 11:
            table = with_currency(table)
        paths.append(tmp_path / f"p{day:02d}.parquet")
        parquet.write_table(table, paths[-1])
    assert dqheal("learn", "orders", *paths[:11])[0] == 0
    code, out, err = dqheal("heal", "orders", paths[11], "--out", tmp_path / "out", "--json")
    assert code == 0, (out, err)
    healed = parquet.read_table(next((tmp_path / "out").rglob("part-*.parquet")))
    assert healed.schema.field("amount").type == pa.float64()


def test_version_and_help_need_no_torch():
    import subprocess
    import sys

    code = (
        "import sys; sys.argv=['dqheal','--help']\n"
        "from airflow_provider_dqheal.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.exit(bool({'torch', 'pyspark', 'pandas', 'airflow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_an_unforeseen_error_is_an_error_not_an_issue(learned, batches, monkeypatch):
    def breaks(*_):
        raise RuntimeError("of the kind that nobody thought of")

    monkeypatch.setattr("airflow_provider_dqheal.detection.verdict.judge", breaks)
    code, out, err = learned("check", "orders", batches(11), "--json")
    assert (code, out) == (2, "")
    assert "RuntimeError (unforeseen) at test_cli.py:" in err
    assert "of the kind that nobody thought of" in err
    assert "Traceback" not in err
    assert "Traceback" in learned("--verbose", "check", "orders", batches(11))[2]


def test_another_folder_gets_the_batch_too(learned, batches, tmp_path):
    path = batches(12, with_currency)
    assert learned("heal", "orders", path, "--out", tmp_path / "one")[0] == 0
    code, out, err = learned("heal", "orders", path, "--out", tmp_path / "two", "--json")
    assert code == 0
    assert json.loads(out)["published_uri"].startswith(str(tmp_path / "two"))
    assert "new attempt" in err
    read = [next((tmp_path / out / "orders" / "b12").glob("*.csv")).read_bytes() for out in ("one", "two")]
    assert read[0] == read[1]


def test_undo_keeps_the_ledger_as_the_record(learned, batches, tmp_path):
    from pyarrow import parquet

    learned("heal", "orders", batches(12, with_currency), "--out", tmp_path / "out")
    record = json.loads(learned("undo", "orders", "b12", "--json")[1])
    assert parquet.read_table(record["ledger_uri"]).num_rows == 200
    assert (record["rows_published"], record["quarantined_rows"], record["healed_cells"]) == (600, 0, 0)


def test_learned_batch_was_never_published_and_cannot_be_undone(learned):
    code, out, err = learned("undo", "orders", "b03")
    assert (code, out) == (2, "")
    assert "NothingToUndo" in err


def test_held_batch_says_how_it_is_judged_again(learned, batches):
    path = batches(12, dearer)
    assert learned("heal", "orders", path)[0] == 3
    code, _, err = learned("heal", "orders", path)
    assert code == 3
    assert "--rerun" in err


def test_quarantine_and_approval_by_command(learned, batches, tmp_path, monkeypatch):
    policy = tmp_path / "policy.yaml"
    policy.write_text("mode: approve\n")
    monkeypatch.setenv("DQHEAL_POLICIES", str(policy))
    assert learned("heal", "orders", batches(14, spoiled))[0] == 3
    code, out, err = learned("approve", "orders", "b14", "--by", "ada", "--json")
    assert (code, json.loads(out)["status"]) == (0, "published"), err
    assert json.loads(learned("quarantine", "list", "orders", "--json")[1])["total"] == 30
    assert "unparsable" in learned("quarantine", "list", "orders", "--batch", "b14")[1]
    code, out, _ = learned("quarantine", "fix", "orders", "b14", 20, "amount=12.5", "--by", "ada", "--json")
    assert (code, json.loads(out)["fixed"]) == (0, {"amount": "12.5"})
    code, out, _ = learned("quarantine", "readmit", "orders", "b14", "--json")
    assert (code, json.loads(out)["readmitted"], json.loads(out)["rows_published"]) == (0, [20], 571)
    assert learned("quarantine", "show", "orders", "b14", 20)[0] == 2
    code, out, _ = learned("undo", "orders", "b14", "--step", "parse_numbers.amount", "--json")
    assert (code, json.loads(out)["healed_cells"]) == (0, 1)
    assert learned("reject", "orders", "b14")[0] == 2


def test_feedback_and_schema_by_command(learned, batches):
    assert learned("heal", "orders", batches(12, dearer))[0] == 3
    code, out, err = learned("feedback", "orders", "b12", "expected", "--by", "ada", "--note", "new prices", "--json")
    assert (code, json.loads(out)["status"]) == (0, "published"), err
    assert learned("feedback", "orders", "b12", "incident")[0] == 0
    assert learned("feedback", "orders", "b12", "perhaps")[0] == 2
    assert learned("feedback", "orders", "b99", "expected")[0] == 2
    (version,) = json.loads(learned("schema", "orders", "--json")[1])
    assert (version["version"], version["accepted_by"]) == (1, "learn")
    assert learned("schema", "nowhere")[0] == 2
