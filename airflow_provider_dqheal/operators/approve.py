"""Asks a person before the steps of one issue type are carried out, where the policy says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.exceptions import HITLTimeoutError
from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLOperator

from airflow_provider_dqheal.core.types import BatchRef, RemediationPlan
from airflow_provider_dqheal.hooks.dqheal import DQHealHook
from airflow_provider_dqheal.hooks.failures import airflow_failures
from airflow_provider_dqheal.links.batch import BatchLink
from airflow_provider_dqheal.operators._base import Json, as_ref

if TYPE_CHECKING:
    from airflow_provider_dqheal.pipeline.services import Services


class ApproveIssue(ApprovalOperator):
    """Waits for "Approve" or "Reject" when the plan has steps of the issue type in mode ``approve``; else goes on.

    The answer comes from Airflow (required actions, or PATCH .../hitlDetails), or from the dashboard or ``dqheal
    approve``: the first one counts. Rejected, or not answered within the policy's ``approval_timeout_s``, the
    steps are not carried out and validation holds the batch; the task itself succeeds in any case.

    Args:
        issue: Name of a registered issue type.
        batch: A :class:`BatchRef` as a dict (templated).
        dqheal_conn_id: Connection of type ``dqheal``; it need not exist.
    """

    template_fields: Sequence[str] = (*ApprovalOperator.template_fields, "batch")
    operator_extra_links = (BatchLink(),)
    ui_color = "#fef3c7"

    def __init__(
        self, *, issue: str, batch: Any, dqheal_conn_id: str = DQHealHook.default_conn_name, **kwargs: Any
    ) -> None:
        super().__init__(subject=f"Steps for {issue.replace('_', ' ')}", **kwargs)
        self.subject: str
        self.body: str | None
        self.response_timeout: timedelta | None
        self.issue = issue
        self.batch = batch
        self.dqheal_conn_id = dqheal_conn_id

    def execute(self, context: Any) -> Json:
        """Returns the decision that is there already (None: none is needed), or begins to wait for one."""
        from airflow_provider_dqheal.core.events import batch_event
        from airflow_provider_dqheal.pipeline.approval import STAGE, approvals, waiting
        from airflow_provider_dqheal.pipeline.decide import decide_stage
        from airflow_provider_dqheal.pipeline.heal import is_live

        with airflow_failures(), DQHealHook(self.dqheal_conn_id).services() as services:
            ref = self._ref
            plan, said = decide_stage(services, ref), approvals(services, ref)
            known = said.get(self.issue)
            if known is not None and known.decision != "expired":
                return known.model_dump(mode="json")
            if not is_live(plan) or self.issue not in waiting(plan, said):
                return None
            self.subject = f"{ref.key}: carry out {len(plan.steps_for(self.issue))} steps for {self.issue}?"
            self.body = steps_in_words(plan, self.issue)
            self.response_timeout = timedelta(seconds=services.settings.policy_for(ref.dataset).approval_timeout_s)
            services.events.emit(
                batch_event(STAGE, "waiting", ref.dataset, ref.batch_id, ref.attempt, issue=self.issue)
            )
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Json:
        """Keeps the answer with the attempt; nothing downstream is skipped here."""
        with airflow_failures(), DQHealHook(self.dqheal_conn_id).services() as services:
            return self._decided(services, context, event)

    @property
    def _ref(self) -> BatchRef:
        return as_ref(self.batch, f"{self.task_id}: batch")

    def _decided(self, services: Services, context: Any, event: dict[str, Any]) -> Json:
        from airflow_provider_dqheal.pipeline.approval import Decision, approvals, record_decision

        ref = self._ref
        known = approvals(services, ref).get(self.issue)
        if known is not None and known.decision != "expired":
            return known.model_dump(mode="json")
        decision: Decision = "expired"
        by = "nobody"
        try:
            answer = HITLOperator.execute_complete(self, context, event)
        except HITLTimeoutError:
            self.log.warning("nobody decided about %s of %s in time; the batch will be held", self.issue, ref.key)
        else:
            decision = "approved" if answer["chosen_options"] == [self.APPROVE] else "rejected"
            user = answer.get("responded_by_user") or {}
            by = user.get("name") or user.get("id") or "airflow"
        return record_decision(services, ref, self.issue, decision, by).model_dump(mode="json")


def steps_in_words(plan: RemediationPlan, issue: str) -> str:
    """The steps of an issue type as a Markdown list; names and numbers, no values of rows."""
    return "\n".join(
        f"- **{step.strategy.replace('_', ' ')}** on {', '.join(f'`{name}`' for name in step.columns) or 'the table'} "
        f"({step.rung}, confidence {step.confidence:.2f})"
        for step in plan.steps_for(issue)
    )
