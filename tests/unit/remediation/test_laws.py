"""Conservation, idempotence, untouched cells and undo, over random mixtures of faults."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_provider_dqheal.core.types import RemediationPlan
from airflow_provider_dqheal.remediation.working import Working

FAULTS = {
    "euro": ("price", lambda v: f"EUR {v}"),
    "comma": ("price", lambda v: v.replace(".", ",")),
    "hundredfold": ("price", lambda v: f"{float(v) * 100:.0f}" if v.replace(".", "").isdigit() else v),
    "words": ("height", lambda v: "tall"),
    "gone": ("height", lambda v: ""),
    "sentinel": ("quantity", lambda v: "-999"),
    "capitals": ("city", str.upper),
    "n/a": ("city", lambda v: "N/A"),
    "null": ("note", lambda v: None),
    "yes": ("express", lambda v: "yes" if v == "true" else v),
    "zeros": ("zip", lambda v: v.lstrip("0")),
}
COLUMNS = ("price", "height", "quantity", "city", "note", "express", "zip")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.lists(
        st.tuples(st.sampled_from(sorted(FAULTS)), st.sampled_from([0.02, 0.15, 0.6])), min_size=1, max_size=4
    ),
    rename=st.booleans(),
    doubled=st.booleans(),
    alarm=st.booleans(),
)
def test_any_plan_conserves_is_idempotent_and_can_be_undone(bench, clean, put, said, faults, rename, doubled, alarm):
    raw = clean
    for name, share in faults:
        column, change = FAULTS[name]
        raw = put(raw, column, lambda v, change=change: v if v is None else change(v), share)
    if rename:
        raw = raw.rename_columns([" Price" if name == "price" else name for name in raw.column_names])
    if doubled:
        raw = pa.concat_tables([raw, raw.slice(10, 20)])
    verdict = said(type_mismatch=COLUMNS, missing_data=COLUMNS, outliers=COLUMNS) if alarm else said()
    made = bench.plan(raw, verdict)
    assert made == bench.plan(raw, verdict)
    assert RemediationPlan.model_validate(json.loads(json.dumps(made.model_dump(mode="json")))) == made
    if any("budget" in reason for reason in made.hold_reasons):
        return
    working = bench.apply(raw, made)

    every = np.sort(np.concatenate([working.row_ids.to_numpy(), working.quarantine["row_id"].to_numpy()]))
    assert np.array_equal(every, np.arange(raw.num_rows))
    assert working.raw.equals(raw)

    from airflow_provider_dqheal.core.policy import Policy
    from airflow_provider_dqheal.remediation.runner import apply_steps

    again = apply_steps(working, made.steps, Policy(), bench.baseline)
    assert again.table.equals(working.table)
    assert again.ledger.equals(working.ledger)
    assert again.quarantine.equals(working.quarantine)

    lines = working.ledger.to_pylist()
    wide = {
        line["column"] for line in lines if line["row_id"] is None and line["strategy"] not in ("rename", "reorder")
    }
    told = {(line["row_id"], line["column"]) for line in lines}
    ids = working.row_ids.to_pylist()
    for column, origin in working.origins:
        if origin is None or column in wide:
            continue
        before, after = raw[origin].to_pylist(), working.table[column].to_pylist()
        silent = [row for at, row in enumerate(ids) if before[row] != after[at] and (row, column) not in told]
        assert silent == []

    cells = {(line["column"], line["row_id"]): None for line in lines if line["row_id"] is not None}
    current = {column: dict(zip(ids, working.table[column].to_pylist(), strict=True)) for column, _ in working.origins}
    for line in reversed(lines):
        if line["row_id"] is not None and line["row_id"] in current.get(line["column"], {}):
            assert current[line["column"]][line["row_id"]] == line["after"]
            current[line["column"]][line["row_id"]] = line["before"]
    for column, row in cells:
        origin = dict(working.origins)[column]
        if row in current[column] and origin is not None and column not in wide:
            assert current[column][row] == raw[origin][row].as_py()


def test_saved_state_loads_equal(bench, clean, put, said, tmp_path):
    dirty = put(put(clean, "price", lambda v: f"EUR {v}", 0.1), "height", lambda v: "tall", 0.03)
    _, working, _ = bench.heal(dirty, said(type_mismatch=("price", "height")))
    working.save(tmp_path / "staged")
    loaded = Working.load(tmp_path / "staged")
    assert loaded.table.equals(working.table)
    assert loaded.raw.equals(working.raw)
    assert loaded.quarantine.equals(working.quarantine)
    assert loaded.ledger.equals(working.ledger)
    assert loaded.row_ids.equals(working.row_ids)
    assert (loaded.origins, loaded.applied) == (working.origins, working.applied)
    working.save(tmp_path / "staged")
    assert [path.name for path in tmp_path.iterdir()] == ["staged"]
