"""Which tests stay together when several workers run them: those that start servers, and those of one module.

Brokers, schedulers and Spark are shared by the tests that need them and take the whole machine: they run one after the
other in one worker, beside the tests that only compute.
"""

from __future__ import annotations

from pathlib import Path

import pytest

COMPUTING = ("unit", "contracts")
"""Rooms whose tests start nothing that others could meet."""


def group_of(path: Path, tests: Path) -> str:
    """The group of a test module: itself in a room that only computes, else that of all servers."""
    module = path.relative_to(tests)
    return str(module) if module.parts[0] in COMPUTING else "servers"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks every test with its group; the servers come first, since theirs is the longest."""
    tests = Path(__file__).parents[1]
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item.path, tests)))
    items.sort(key=lambda item: group_of(item.path, tests) != "servers")
