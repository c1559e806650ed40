"""The DAG files: short, light to import, and wired as documented."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "dags").glob("*.py"))
HEAVY = ("torch", "pyspark", "pandas", "confluent_kafka")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_file_is_wiring_only(file: Path) -> None:
    assert len(file.read_text().splitlines()) < 100


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_importing_a_dag_file_pulls_in_nothing_heavy(file: Path, airflow: Any) -> None:
    code = f"import runpy, sys; runpy.run_path({str(file)!r}); print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=airflow.env, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"


@pytest.fixture(scope="module")
def dags(airflow: Any) -> dict[str, Any]:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(ROOT / "dags"))
    assert bag.import_errors == {}
    return dict(bag.dags)


def test_both_dags_are_there(dags: dict[str, Any]) -> None:
    assert set(dags) == {"dqheal_heal", "dqheal_dispatch"}


def test_one_group_per_registered_issue_type_in_the_order_of_healing(dags: dict[str, Any]) -> None:
    from airflow.sdk import TriggerRule

    from airflow_provider_dqheal.issues._base import heal_order

    dag = dags["dqheal_heal"]
    groups = [name for name in dag.task_group.get_task_group_dict() if name]
    assert groups == list(heal_order())
    for before, after in itertools.pairwise(groups):
        assert f"{after}.heal" in dag.get_task(f"{before}.heal").downstream_task_ids
    for group in groups:
        entry = dag.get_task(f"{group}.heal")
        assert entry.trigger_rule == TriggerRule.NONE_FAILED
        assert "decide" in entry.upstream_task_ids
        assert "validate" in entry.downstream_task_ids


def test_status_runs_whatever_happened_and_does_not_decide_the_run(dags: dict[str, Any]) -> None:
    status = dags["dqheal_heal"].get_task("status")
    assert status.is_teardown
    assert not status.on_failure_fail_dagrun
    assert "publish" in status.upstream_task_ids


def test_dispatcher_runs_one_at_a_time_for_ever(dags: dict[str, Any]) -> None:
    dag = dags["dqheal_dispatch"]
    assert dag.max_active_runs == 1
    assert type(dag.timetable).__name__ == "ContinuousTimetable"
    assert dag.get_task("await_message").downstream_task_ids == {"dispatch"}


def test_groups_begin_with_an_approval_where_it_is_asked_for() -> None:
    from airflow.sdk import DAG, TriggerRule

    from airflow_provider_dqheal.task_groups.loop import heal_batch

    with DAG("approving", schedule=None) as dag:
        heal_batch({"dataset": "orders", "batch_id": "b", "uri": "b.csv"}, approvals=True)
    for issue in ("schema_drift", "outliers"):
        entry = dag.get_task(f"{issue}.approve")
        assert entry.downstream_task_ids == {f"{issue}.heal"}
        assert entry.trigger_rule == TriggerRule.NONE_FAILED
        assert "decide" in entry.upstream_task_ids
    assert "schema_drift.heal" in dag.get_task("type_mismatch.approve").upstream_task_ids


def test_the_loop_can_be_part_of_another_dag() -> None:
    from airflow.sdk import DAG, TaskGroup

    from airflow_provider_dqheal.task_groups.loop import heal_batch

    with DAG("mine", schedule=None) as dag, TaskGroup("quality"):
        heal_batch({"dataset": "orders", "batch_id": "b", "uri": "b.csv"}, issues=("outliers", "missing_data"))
    decide = dag.get_task("quality.decide")
    assert decide.branches == {"outliers": "quality.outliers", "missing_data": "quality.missing_data"}
    assert decide.otherwise == "quality.validate"
