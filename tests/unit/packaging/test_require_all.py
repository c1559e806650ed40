"""`--require-all`, tried on a suite of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
SUITE = """
import pytest

def test_passes(): pass

@pytest.mark.skipif(True, reason="no PostgreSQL here")
def test_marked(): pass

def test_skips_itself(): pytest.skip("no Chromium here")

@pytest.mark.xfail
def test_expected_to_fail(): raise AssertionError
"""
MODULE = "import pytest\npytest.skip('no Java here', allow_module_level=True)\n"


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suite")
    (folder / "conftest.py").write_text('pytest_plugins = ["_support.require_all"]\n')
    (folder / "test_some.py").write_text(SUITE)
    (folder / "test_module.py").write_text(MODULE)
    return folder


def run(suite: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", *arguments, str(suite)]
    env = {**os.environ, "PYTHONPATH": str(TESTS)}
    return subprocess.run(command, cwd=suite, env=env, capture_output=True, text=True, timeout=60)


def test_skips_are_reported_and_accepted_without_it(suite: Path) -> None:
    done = run(suite)
    assert done.returncode == 0, done.stdout
    assert "1 passed, 3 skipped, 1 xfailed" in done.stdout
    assert all(f"no {part} here" in done.stdout for part in ("PostgreSQL", "Chromium", "Java"))


def test_skipped_tests_fail_with_it(suite: Path) -> None:
    done = run(suite, "--require-all", "--continue-on-collection-errors")
    assert done.returncode == 1, done.stdout
    assert "1 failed, 1 passed, 1 xfailed, 2 errors" in done.stdout
    assert all(f"--require-all: Skipped: no {part} here" in done.stdout for part in ("PostgreSQL", "Chromium", "Java"))
