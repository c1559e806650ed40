"""The one place where dqheal's errors become Airflow's: fail at once, or let the task's retries try again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowFailException

from airflow_provider_dqheal.core.errors import DQHealError


@contextmanager
def airflow_failures() -> Iterator[None]:
    """Raises retryable errors again as they are; any other DQHealError as one that Airflow does not retry.

    Raises:
        AirflowFailException: for an error that trying again cannot help.
    """
    try:
        yield
    except DQHealError as error:
        if error.retryable:
            raise
        raise AirflowFailException(f"{type(error).__name__}: {error}") from error
