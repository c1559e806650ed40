"""Receive, profile, detect, validate and publish: the stages that every batch goes through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.hooks.dqheal import DQHealHook
from airflow_provider_dqheal.operators._base import Json, StageOperator, as_ref

if TYPE_CHECKING:
    from airflow_provider_dqheal.pipeline.services import Services

NOT_BATCH = frozenset({"rerun"})
"""Keys of a run's conf that are not fields of a batch."""


class ReceiveBatch(StageOperator):
    """Opens an attempt for a batch and returns it with digest and attempt: the same content, the same attempt.

    Args:
        batch: The batch as a dict; None takes the run's ``conf``.
        rerun: Open a new attempt although the content is known; the run's ``conf["rerun"]`` does the same.
    """

    template_fields: Sequence[str] = ("batch", "rerun")

    def __init__(self, *, batch: Any = None, rerun: bool | str = False, **kwargs: Any) -> None:
        super().__init__(batch=batch, **kwargs)
        self.rerun = rerun

    def execute(self, context: Any) -> Json:
        """Takes the batch from ``conf`` when none was given.

        Raises:
            AirflowFailException: when a field is missing, unknown or of the wrong type.
        """
        given = dict(self.batch) if self.batch else conf_of(context)
        self.rerun = str(given.get("rerun", self.rerun)).lower() in ("true", "1")
        fields = {key: value for key, value in given.items() if key not in NOT_BATCH and value is not None}
        where = f"{self.task_id}: batch" if self.batch else f"conf of {context['dag'].dag_id}"
        self.batch = as_ref(fields, where).model_dump(mode="json")
        return super().execute(context)

    def stage(self, services: Services, ref: BatchRef, context: Any) -> Json:
        """A retried task opens no second attempt: what the first try opened is what the retry finds."""
        from airflow_provider_dqheal.pipeline.receive import receive

        rerun = bool(self.rerun) and context["ti"].try_number <= 1
        return receive(services, ref, rerun=rerun).model_dump(mode="json")


class ProfileBatch(StageOperator):
    """Profiles a batch by the configured driver; a Spark session is started in this process and stopped again.

    For a cluster that takes ``spark-submit`` there is :class:`~.spark.SparkProfileOperator`.
    """

    def stage(self, services: Services, ref: BatchRef, context: Any) -> Json:
        """Returns row and column counts."""
        from airflow_provider_dqheal.pipeline.profile import profile_stage

        profile = profile_stage(services, ref)
        return {"row_count": profile.row_count, "columns": len(profile.columns)}


class DetectIssues(StageOperator):
    """Judges the stored profile against the data set's history."""

    def stage(self, services: Services, ref: BatchRef, context: Any) -> Json:
        """Returns the verdict without its evidence (that is in the store)."""
        from airflow_provider_dqheal.pipeline.detect import detect_stage

        verdict = detect_stage(services, ref)
        return {
            "status": verdict.status,
            "quality_score": verdict.quality_score,
            "issues": [
                {"type": issue.type, "severity": issue.severity, "columns": list(issue.columns)}
                for issue in verdict.issues
            ],
        }


class ValidateBatch(StageOperator):
    """Lets the independent judge decide whether the staged batch may be published. A failed check is no failed task."""

    def stage(self, services: Services, ref: BatchRef, context: Any) -> Json:
        """Returns whether it passed, and the checks that did not."""
        from airflow_provider_dqheal.pipeline.validate import validate_stage

        result = validate_stage(services, ref)
        return {"passed": result.passed, "failed": [check.name for check in result.failures]}


class PublishBatch(StageOperator):
    """Publishes a batch that passed, holds one that did not."""

    def stage(self, services: Services, ref: BatchRef, context: Any) -> Json:
        """Returns the batch's final status and where it was published."""
        from airflow_provider_dqheal.pipeline.publish import publish_stage

        record = publish_stage(services, ref)
        return {"status": record.status, "published_uri": record.published_uri, "reason": record.reason}


def conf_of(context: Any) -> Mapping[str, Any]:
    """The run's parameters: the DAG's defaults with the run's ``conf`` on top."""
    run = context.get("dag_run")
    return {**dict(context.get("params") or {}), **dict((run.conf if run else None) or {})}


__all__ = ["DQHealHook", "DetectIssues", "ProfileBatch", "PublishBatch", "ReceiveBatch", "ValidateBatch"]
