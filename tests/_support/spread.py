"""Which tests stay together when several workers run them: those that start servers, and those of one module.

Brokers, schedulers and Spark are shared by the tests that need them and take the whole machine: they run one after the
other in one worker, beside the tests that only compute.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

COMPUTING = ("tests/unit/", "tests/contracts/")
"""Rooms whose tests start nothing that others could meet."""


class ByServers(LoadScopeScheduling):
    """One work unit for all tests with servers, the largest; one a module for the others."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::", 1)[0]
        return module if module.startswith(COMPUTING) else "servers"


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServers:
    """The scheduler of `./run_tests.sh`."""
    return ByServers(config, log)
