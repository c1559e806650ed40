"""The whole loop in one process, for the command line, tests and other schedulers."""

from __future__ import annotations

from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.issues._base import heal_order
from airflow_provider_dqheal.pipeline.heal import heal_stage
from airflow_provider_dqheal.pipeline.publish import publish_stage
from airflow_provider_dqheal.pipeline.receive import receive
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.storage.records import BatchRecord


def run_batch(services: Services, ref: BatchRef, rerun: bool = False) -> BatchRecord:
    """Receives, profiles, judges, heals, validates and publishes (or holds) one batch.

    Raises:
        DQHealError: when a stage fails; the batch is held with the reason.
    """
    ref = receive(services, ref, rerun)
    for issue in heal_order():
        heal_stage(services, ref, issue)
    return publish_stage(services, ref)
