"""What every stage operator shares: a batch comes in, services are opened, errors are mapped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException
from pydantic import ValidationError

from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.hooks.dqheal import DQHealHook
from airflow_provider_dqheal.hooks.failures import airflow_failures
from airflow_provider_dqheal.links.batch import BatchLink

if TYPE_CHECKING:
    from airflow_provider_dqheal.pipeline.services import Services

Json = Any


class StageOperator(BaseOperator):
    """Runs one stage for one batch.

    Args:
        batch: A :class:`BatchRef` as a dict, usually the output of :class:`ReceiveBatch` (templated).
        dqheal_conn_id: Connection of type ``dqheal``; it need not exist.
    """

    template_fields: Sequence[str] = ("batch",)
    operator_extra_links = (BatchLink(),)
    ui_color = "#dcfce7"

    def __init__(self, *, batch: Any, dqheal_conn_id: str = DQHealHook.default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.batch = batch
        self.dqheal_conn_id = dqheal_conn_id

    def stage(self, services: Services, ref: BatchRef, context: Any) -> Json:
        """Does the work; what it returns goes to XCom."""
        raise NotImplementedError

    def execute(self, context: Any) -> Json:
        """Opens services, runs the stage, and remembers what the link needs."""
        hook = DQHealHook(self.dqheal_conn_id)
        with airflow_failures(), hook.services() as services:
            ref = as_ref(self.batch, f"{self.task_id}: batch")
            return self.stage(services, ref, context)


def as_ref(value: Any, where: str) -> BatchRef:
    """A batch from its JSON form; ``where`` starts the message.

    Raises:
        AirflowFailException: naming the first field that is wrong.
    """
    if isinstance(value, BatchRef):
        return value
    try:
        return BatchRef.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "batch"
        raise AirflowFailException(
            f"{where}: {field!r}: {first['msg']}; expected "
            '{"dataset", "batch_id", "uri", "format"} and, where needed, "options"'
        ) from error
