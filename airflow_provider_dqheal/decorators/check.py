"""``@task.dqheal_check``: a task whose result is judged before anything downstream sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk.bases.decorator import DecoratedOperator, TaskDecorator, task_decorator_factory
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from airflow_provider_dqheal.hooks.dqheal import DQHealHook
from airflow_provider_dqheal.hooks.failures import airflow_failures

OnIssue = Literal["fail", "skip", "warn"]


class CheckedPythonOperator(DecoratedOperator, PythonOperator):
    """Runs the function, judges the batch it returns, and passes the value on unchanged.

    The function returns a path, a :class:`BatchRef` as a dict, a pyarrow Table or a data frame (which needs an XCom
    backend that can carry it). The batch is judged, not healed, and nothing is stored.

    Args:
        dataset: Data set whose history the batch is judged by.
        on_issue: ``fail`` the task without a retry, ``skip`` it and what is downstream, or ``warn`` in the log.
            An undecided batch (too little history) is treated alike: unknown is not clean.
        dqheal_conn_id: Connection of type ``dqheal``; it need not exist.
    """

    custom_operator_name = "@task.dqheal_check"
    template_fields: Sequence[str] = ("templates_dict", "op_args", "op_kwargs", "dataset")

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Any,
        op_kwargs: Any,
        dataset: str,
        on_issue: OnIssue = "fail",
        dqheal_conn_id: str = DQHealHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        self.dataset = dataset
        self.on_issue = on_issue
        self.dqheal_conn_id = dqheal_conn_id
        super().__init__(
            kwargs_to_upstream={"python_callable": python_callable, "op_args": op_args, "op_kwargs": op_kwargs},
            python_callable=python_callable,
            op_args=op_args,
            op_kwargs=op_kwargs,
            **kwargs,
        )

    def execute(self, context: Any) -> Any:
        """Returns what the function returned.

        Raises:
            AirflowFailException: when an issue was found and ``on_issue`` is ``fail``.
            AirflowSkipException: when an issue was found and ``on_issue`` is ``skip``.
        """
        value = super().execute(context)
        problem = self._problem(value)
        if problem is None:
            return value
        message = f"{self.dataset}: {problem}"
        if self.on_issue == "fail":
            raise AirflowFailException(message)
        if self.on_issue == "skip":
            raise AirflowSkipException(message)
        self.log.warning(message)
        return value

    def _problem(self, value: Any) -> str | None:
        """What is wrong with the batch, in words; None when it is clean."""
        from airflow_provider_dqheal import api
        from airflow_provider_dqheal.core.types import BatchRef

        hook = DQHealHook(self.dqheal_conn_id)
        batch = BatchRef.model_validate(value) if isinstance(value, dict) else value
        with airflow_failures(), hook.services() as services:
            detection = services.settings.detection
            baseline = services.store.baseline(self.dataset, detection.history_size)
            verdict = api.check(batch, baseline, detection, services.settings.policy_for(self.dataset))
        if verdict.status != "scored":
            return f"undecided: {verdict.reason or verdict.status}"
        if not verdict.issues:
            return None
        return "; ".join(f"{issue.type} ({issue.severity}): {issue.sentence}" for issue in verdict.issues)


def dqheal_check_task(
    python_callable: Callable[..., Any] | None = None, multiple_outputs: bool | None = None, **kwargs: Any
) -> TaskDecorator:
    """Makes a task of a function that returns a batch, and judges the batch: ``@task.dqheal_check(dataset="orders")``.

    ``multiple_outputs`` and further arguments are those of ``@task``.
    """
    return task_decorator_factory(
        python_callable=python_callable,
        multiple_outputs=multiple_outputs,
        decorated_operator_class=CheckedPythonOperator,
        **kwargs,
    )
