"""docs/: the tables of settings and policies say what the code says, and every link and path leads somewhere.

``python tests/unit/packaging/test_docs.py`` prints the tables to put into docs/configuration.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from airflow_provider_dqheal.core.config import Settings
from airflow_provider_dqheal.core.policy import Policy

REPOSITORY = Path(__file__).resolve().parents[3]
CONFIGURATION = REPOSITORY / "docs" / "configuration.md"
PAGES = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").glob("*.md"))]


def _default(field: FieldInfo) -> str:
    if field.default_factory not in (None, dict):
        return "the user's data folder"
    value = {} if field.default_factory is dict else field.default
    if value is None:
        return "-"
    if value in ((), {}):
        return "empty"
    return f"`{', '.join(value) if isinstance(value, tuple) else value}`"


def rows(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """One line of a Markdown table for each field, sections after single fields."""
    sections = []
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            sections.append((name, field.annotation))
        else:
            yield f"| `{prefix}{name}` | {_default(field)} | {field.description} |"
    for name, section in sections:
        yield from rows(section, f"{prefix}{name}.")


def table(model: type[BaseModel]) -> str:
    return "\n".join(["| key | default | |", "|---|---|---|", *rows(model)])


@pytest.mark.parametrize("model", [Settings, Policy])
def test_every_key_is_described_as_it_is(model: type[BaseModel]) -> None:
    assert table(model) in CONFIGURATION.read_text(encoding="utf-8"), "run this file and paste the table"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_topics_of_the_settings_are_described() -> None:
    text = (REPOSITORY / "docs" / "messages.md").read_text(encoding="utf-8")
    assert [topic for topic in Settings().kafka.topics if topic not in text] == []


if __name__ == "__main__":
    print(table(Settings), table(Policy), sep="\n\n")
