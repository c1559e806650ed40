"""Answers the question that a run in Airflow still asks, once it was answered here, so that the run goes on.

Best effort: the decision is kept with the batch whether Airflow is reached or not, and a run that is not reached finds
it when it is answered or its time is over.
"""

from __future__ import annotations

import urllib.parse

import structlog

from airflow_provider_dqheal.core.airflow_rest import ask, login
from airflow_provider_dqheal.core.config import ServiceSettings
from airflow_provider_dqheal.core.types import BatchRef

ANSWERS = {"approved": "Approve", "rejected": "Reject"}


def answer_waiting_runs(settings: ServiceSettings, ref: BatchRef, decision: str, issue: str | None = None) -> int:
    """Answers every open question about the batch (of ``issue``, where one is named); how many there were.

    Never raises: an Airflow that is not configured, away or unwilling is logged.
    """
    if not (settings.airflow_url and settings.airflow_username and settings.airflow_password):
        return 0
    try:
        token = login(settings.airflow_url, settings.airflow_username, settings.airflow_password)
        subject = f"{ref.key}: carry out"
        query = urllib.parse.urlencode({"subject_search": subject, "response_received": "false"})
        found = ask(settings.airflow_url, "GET", f"/api/v2/dags/~/dagRuns/~/hitlDetails?{query}", token)
        answered = 0
        for question in found["hitl_details"]:
            task = question["task_instance"]
            if question["subject"].startswith(subject) and issue in (None, task["task_id"].rpartition(".")[0]):
                run, name = (urllib.parse.quote(task[part], safe="") for part in ("dag_run_id", "task_id"))
                place = f"{task['dag_id']}/dagRuns/{run}/taskInstances/{name}/{task['map_index']}/hitlDetails"
                body = {"chosen_options": [ANSWERS[decision]], "params_input": {}}
                ask(settings.airflow_url, "PATCH", f"/api/v2/dags/{place}", token, body)
                answered += 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        structlog.get_logger().warning("airflow_not_answered", batch=ref.key, error=f"{type(error).__name__}: {error}")
        return 0
    return answered
