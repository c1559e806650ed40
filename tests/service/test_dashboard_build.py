"""What is built is what the sources say; checked without Node."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from airflow_provider_dqheal.core.resources import resource

SOURCE = Path(__file__).resolve().parents[2] / "dashboard"
BUILT = resource("dashboard")
SKIPPED = {"node_modules", ".pnpm-store", "dist"}
BUDGET_BYTES = 180_000


def files(root: Path) -> list[str]:
    found = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
    return sorted(path.as_posix() for path in found if not SKIPPED & set(path.parts))


def digest(root: Path, names: list[str]) -> str:
    """As scripts/build-info.mjs computes it."""
    whole = hashlib.sha256()
    for name in sorted(names):
        whole.update(f"{name}\0{hashlib.sha256((root / name).read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


@pytest.fixture(scope="module")
def info() -> dict[str, object]:
    build: dict[str, object] = json.loads((BUILT / "BUILD.json").read_text())
    return build


def test_assets_are_those_of_these_sources(info: dict[str, object]) -> None:
    assert info["sources_sha256"] == digest(SOURCE, files(SOURCE)), (
        "dashboard/ changed after it was built: run `pnpm install --frozen-lockfile && pnpm release` there"
    )


def test_assets_are_as_they_were_built(info: dict[str, object]) -> None:
    names = [name for name in files(BUILT) if name != "BUILD.json"]
    assert names == info["files"]
    assert info["assets_sha256"] == digest(BUILT, names)


def test_bundle_is_within_its_budget() -> None:
    names = [name for name in files(BUILT) if name.endswith((".js", ".css", ".html"))]
    size = sum(len(gzip.compress((BUILT / name).read_bytes(), 6)) for name in names)
    assert size <= BUDGET_BYTES


def test_nothing_comes_from_elsewhere() -> None:
    assert not [name for name in files(BUILT) if name.endswith(".map")]
    for name in files(BUILT):
        if name.endswith((".html", ".css")):
            text = (BUILT / name).read_text()
            assert not re.search(r"""(?:src|href)=["'](?:https?:)?//|url\(["']?(?:https?:)?//|@import""", text), name
            assert "<script>" not in text, f"{name}: inline scripts are refused by the content security policy"


def test_types_are_generated_from_this_service() -> None:
    """The committed OpenAPI document names the fields that the service's models have."""
    run = subprocess.run(
        [sys.executable, "-m", "airflow_provider_dqheal.service.openapi"],
        capture_output=True,
        check=True,
        cwd=SOURCE.parent,
    )
    now = json.loads(run.stdout)["components"]["schemas"]
    committed = json.loads((SOURCE / "openapi.json").read_text())["components"]["schemas"]

    def shape(schemas: dict[str, dict[str, object]]) -> dict[str, object]:
        return {
            name: (sorted(schema.get("properties", {})), sorted(schema.get("required", [])))  # type: ignore[call-overload]
            for name, schema in schemas.items()
            if not name.startswith(("HTTP", "Validation"))
        }

    assert shape(now) == shape(committed)
    assert {"Hello", "Snapshot", "Delta", "Pong", "ServerMessage"} <= set(committed)
