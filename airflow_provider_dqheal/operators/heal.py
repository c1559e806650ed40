"""Decide what to do, branch to the issue types that have something to do, and do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import BranchMixIn
from airflow.sdk.exceptions import AirflowSkipException

from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.operators._base import Json, StageOperator

if TYPE_CHECKING:
    from airflow_provider_dqheal.pipeline.services import Services


class DecideRemediation(StageOperator, BranchMixIn):
    """Plans the remediation and branches to the task groups of the issue types that have steps.

    The groups are chained, and a branch cannot skip an unchosen group that lies behind a chosen one (Airflow keeps
    what is downstream of a followed task): :class:`HealIssue` skips itself in that case.

    Args:
        branches: Issue type to the task or group that heals it; empty: no branching.
        otherwise: The task to go to when no step is carried out.
    """

    inherits_from_skipmixin = True

    def __init__(
        self, *, branches: Mapping[str, str] | None = None, otherwise: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.branches = dict(branches or {})
        self.otherwise = otherwise

    def stage(self, services: Services, ref: BatchRef, context: Any) -> Json:
        """Returns the steps by issue type, why the batch is held if it is, and the chosen branches."""
        from airflow_provider_dqheal.pipeline.decide import decide_stage
        from airflow_provider_dqheal.pipeline.heal import is_live

        plan = decide_stage(services, ref)
        live = is_live(plan)
        chosen = [task for issue, task in self.branches.items() if live and plan.steps_for(issue)]
        return {
            "mode": plan.mode,
            "steps": [
                {"issue": step.issue, "strategy": step.strategy, "columns": list(step.columns)} for step in plan.steps
            ],
            "hold_reasons": list(plan.hold_reasons),
            "branches": chosen or ([self.otherwise] if self.otherwise else []),
        }

    def execute(self, context: Any) -> Json:
        """Plans, then follows the chosen branches."""
        decided = super().execute(context)
        if not self.branches:
            return decided
        # Branching leaves this method by an exception, so the result is stored before.
        context["ti"].xcom_push(key="return_value", value=decided)
        self.do_branch(context, decided["branches"])
        return decided


class HealIssue(StageOperator):
    """Applies the planned steps of one issue type to the staged batch.

    Args:
        issue: Name of a registered issue type.
    """

    def __init__(self, *, issue: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.issue = issue

    def stage(self, services: Services, ref: BatchRef, context: Any) -> Json:
        """Returns what the steps did.

        Raises:
            AirflowSkipException: when the plan has no step for the issue type, or its steps were refused (recorded
                in the store; validation then holds the batch).
        """
        from airflow_provider_dqheal.pipeline.heal import heal_stage

        result = heal_stage(services, ref, self.issue)
        if result is None:
            raise AirflowSkipException(f"{ref.key}: no step of {self.issue} was carried out")
        return result.model_dump(mode="json")
