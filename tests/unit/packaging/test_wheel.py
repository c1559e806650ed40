"""What the wheel carries: everything it needs to run after `pip install`, and nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
PACKAGE = "airflow_provider_dqheal"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path, names: set[str]) -> Message:
    (name,) = (name for name in names if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(zipfile.ZipFile(wheel).read(name).decode())


def tracked(folder: str, suffix: str) -> set[str]:
    """Files of the checkout, relative to ``folder``."""
    root = REPOSITORY / folder
    found = (path for path in root.rglob(f"*{suffix}") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix() for path in found}


def test_wheel_installs_one_package(names: set[str]) -> None:
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {PACKAGE}


@pytest.mark.parametrize(
    ("folder", "inside", "suffix"),
    [
        (PACKAGE, "", ".py"),
        ("dags", "example_dags/", ".py"),
        ("spark_jobs", "_spark_jobs/", ".py"),
        ("models/weights", "_weights/", ".safetensors"),
        ("models/weights", "_weights/", ".json"),
        (f"{PACKAGE}/service/static", "service/static/", ""),
    ],
)
def test_wheel_carries(folder: str, inside: str, suffix: str, names: set[str]) -> None:
    expected = {f"{PACKAGE}/{inside}{name}" for name in tracked(folder, suffix)}
    assert expected
    assert expected - names == set()


def test_wheel_carries_migrations_and_marker(names: set[str]) -> None:
    assert f"{PACKAGE}/py.typed" in names
    assert f"{PACKAGE}/service/static/index.html" in names
    assert any(name.startswith(f"{PACKAGE}/storage/migrations/versions/") for name in names)


def test_wheel_carries_no_pickle_and_no_sources_of_the_dashboard(names: set[str], wheel: Path) -> None:
    foreign = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".tsx", ".ts", ".map", ".pyc", ".csv", ".jar")
    assert [name for name in names if name.endswith(foreign) or "node_modules" in name] == []
    assert wheel.stat().st_size < 15_000_000


def test_wheel_says_what_it_is(metadata: Message, names: set[str]) -> None:
    assert metadata["License-Expression"] == "Apache-2.0"
    assert set(metadata["Requires-Python"].split(",")) == {">=3.11", "<3.14"}
    assert "# dqheal" in str(metadata.get_payload())
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    # One minor version of Spark: the client installs into the same folder.
    requires = {line.split(" ")[0] for line in metadata.get_all("Requires-Dist", [])}
    assert {"pyspark==4.2.0", "pyspark-client==4.2.0"} <= requires


def test_entry_points_name_what_is_there(wheel: Path, names: set[str]) -> None:
    (name,) = (name for name in names if name.endswith("entry_points.txt"))
    text = zipfile.ZipFile(wheel).read(name).decode()
    targets = [line.split(" = ")[1] for line in text.splitlines() if " = " in line]
    assert len(targets) == 3
    for target in targets:
        module, attribute = target.split(":")
        stem = module.replace(".", "/")
        path = f"{stem}.py" if f"{stem}.py" in names else f"{stem}/__init__.py"
        tree = ast.parse(zipfile.ZipFile(wheel).read(path))
        defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        imported = {a.asname or a.name for node in tree.body if isinstance(node, ast.ImportFrom) for a in node.names}
        assert attribute in defined | imported
