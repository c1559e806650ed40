"""What every room shares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

pytest_plugins = ["_support.require_all", "_support.spread", "_support.postgres", "_support.kafka"]


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Logging as each test sets it: Airflow configures structlog for its process, on the stream of one test."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)
