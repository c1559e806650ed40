"""The locks: versions and hashes only, and one version of Spark."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pinned(lock: str) -> dict[str, str]:
    """Name -> version of every requirement of a lock."""
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\\n]+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_address(lock: str) -> None:
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    assert not re.findall(r"://|^\s*(?:-i|-f|--index|--extra-index|--find-links)", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_has_a_hash_for_every_requirement(lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", (REPOSITORY / lock).read_text(encoding="utf-8").strip())
    assert len(blocks) > 100
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_both_locks_have_the_same_versions() -> None:
    product, tools = (pinned(lock) for lock in LOCKS)
    assert product.items() <= tools.items()


def test_lock_covers_what_the_project_declares() -> None:
    requires = distribution("airflow-provider-dqheal").requires or []
    names = {
        re.split(r"[ <>=!~;\[]", requirement, maxsplit=1)[0].lower().replace("_", "-")
        for requirement in requires
        if "extra == 'openlineage'" not in requirement and 'extra == "openlineage"' not in requirement
    }
    assert names - pinned("requirements.lock").keys() == set()


def test_pyspark_and_its_client_are_one_version() -> None:
    pins = pinned("requirements.lock")
    assert pins["pyspark"] == pins["pyspark-client"]
    assert distribution("pyspark").version == distribution("pyspark-client").version == pins["pyspark"]


def test_pyspark_and_its_client_share_identical_files() -> None:
    """Both own files of one folder: what is on disk must be what either of them recorded."""
    full, client = ({str(f): f.hash for f in distribution(n).files or []} for n in ("pyspark", "pyspark-client"))
    shared = {name for name in full.keys() & client.keys() if name.startswith("pyspark/") and name.endswith(".py")}
    assert len(shared) > 300
    assert [name for name in sorted(shared) if full[name].value != client[name].value] == []
