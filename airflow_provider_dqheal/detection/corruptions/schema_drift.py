"""Columns that come under another name."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._frame import Frame
from airflow_provider_dqheal.detection.corruptions._where import column_count
from airflow_provider_dqheal.detection.corruptions._words import FOREIGN, SYNONYMS

_ISSUE = "schema_drift"
_EVOLVE = "schema evolution reports (Airbyte, Fivetran, Delta Lake, Confluent schema registry)"
_CSV = "reports on hand-edited CSV files"
Rename = Callable[[str, np.random.Generator], str]


def _words(name: str) -> list[str]:
    return [part for part in re.split(r"[^0-9A-Za-z]+|(?<=[a-z0-9])(?=[A-Z])", name) if part]


def _renaming(name: str, description: str, source: str, rename: Rename) -> None:
    @corruption(name, _ISSUE, description, source)
    def _make(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
        names = frame.names
        wanted = column_count(frame, rng, severity)
        mapping: dict[str, str] = {}
        for index in rng.permutation(len(frame.targets)):
            old = frame.targets[int(index)]
            new = rename(old, rng)
            if new and new not in names and new not in mapping.values():
                mapping[old] = new
            if len(mapping) == wanted:
                break
        if not mapping:
            return None
        table = frame.table.rename_columns([mapping.get(old, old) for old in names])
        return Draft(table, {_ISSUE: tuple(mapping.values())}, {"renamed": mapping}, "fact", False, "rename back")


def _case(name: str, rng: np.random.Generator) -> str:
    options = [name.upper(), name.lower(), name.title(), name.swapcase(), name.capitalize()]
    return next((options[int(index)] for index in rng.permutation(5) if options[int(index)] != name), "")


def _style(name: str, rng: np.random.Generator) -> str:
    parts = _words(name)
    if len(parts) < 2:
        return ""
    low = [part.lower() for part in parts]
    options = [
        "_".join(low),
        "-".join(low),
        " ".join(low),
        low[0] + "".join(part.title() for part in low[1:]),
        "".join(part.title() for part in low),
        ".".join(low),
    ]
    return next((options[int(index)] for index in rng.permutation(len(options)) if options[int(index)] != name), "")


def _translated(table: dict[str, str]) -> Rename:
    def rename(name: str, rng: np.random.Generator) -> str:
        for word in _words(name):
            if word.lower() in table:
                return name.replace(word, table[word.lower()])
        return ""

    return rename


def _typo(name: str, rng: np.random.Generator) -> str:
    if len(name) < 3:
        return ""
    at = int(rng.integers(1, len(name) - 1))
    kind = int(rng.integers(3))
    return (
        name[:at] + name[at + 1 :],
        name[:at] + name[at] + name[at:],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    )[kind]


def _affix(name: str, rng: np.random.Generator) -> str:
    forms = ("new_{}", "{}_v2", "src.{}", "tbl_{}", "{}_1", "x_{}", "{}_raw", "{}_usd", "payload.{}", "{}_x", "{}_old")
    return forms[int(rng.integers(len(forms)))].format(name)


def _blank(name: str, rng: np.random.Generator) -> str:
    forms = (" {}", "{} ", "\ufeff{}", '"{}"', "{}\u00a0", "{}\r", "# {}", "[{}]")
    return forms[int(rng.integers(len(forms)))].format(name)


def _abbreviated(name: str, rng: np.random.Generator) -> str:
    if len(name) < 5:
        return ""
    return (name[: int(rng.integers(3, len(name)))], name[0] + re.sub(r"[aeiouAEIOU]", "", name[1:]))[
        int(rng.integers(2))
    ]


_renaming("renamed_case", "column names change case", _EVOLVE, _case)
_renaming("renamed_style", "snake_case, camelCase, kebab-case or spaces", _EVOLVE, _style)
_renaming("renamed_blank", "names gain blanks, quotes or a byte order mark", _CSV, _blank)
_renaming("renamed_synonym", "another word for the same thing", _EVOLVE, _translated(SYNONYMS))
_renaming("renamed_locale", "names in another language", _CSV, _translated(FOREIGN))
_renaming("renamed_affix", "a prefix, suffix or version is added", _EVOLVE, _affix)
_renaming("renamed_typo", "a name is misspelled", _CSV, _typo)
_renaming(
    "renamed_shortened", "names are cut or abbreviated", "reports on DBF and Oracle name length limits", _abbreviated
)
_renaming(
    "renamed_anonymous",
    "names are lost: col_0, Unnamed: 3",
    _CSV,
    lambda name, rng: f"{('col_', 'Unnamed: ', '_c', 'field', 'V')[int(rng.integers(5))]}{int(rng.integers(40))}",
)
