"""`--require-all`, which makes a skipped test a failed one."""

from __future__ import annotations

from collections.abc import Generator

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--require-all`."""
    parser.addoption(
        "--require-all",
        action="store_true",
        help="fail a test that is skipped: every part it needs has to be installed",
    )


def _fail_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turns a skip (an expected failure is none) into a failure that tells the reason."""
    if report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"--require-all: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fails a skipped test under `--require-all`."""
    report = yield
    if item.config.getoption("--require-all"):
        _fail_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fails a module that skips itself under `--require-all`."""
    report = yield
    if collector.config.getoption("--require-all"):
        _fail_skipped(report)
    return report
