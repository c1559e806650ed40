"""Names and layouts changed in ways that no list names: several steps, drawn at random."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._frame import Frame
from airflow_provider_dqheal.detection.corruptions._where import column_count, pick

_ISSUE = "schema_drift"
_SOURCE = "composition: what every other family of this type does, in random combination"
_EVOLVE = "Airbyte threads on schema evolution (12089), Fivetran and Delta Lake reports"
_CSV = "reports on hand-edited CSV files"
_PIECES = (
    "new",
    "cur",
    "total",
    "avg",
    "raw",
    "final",
    "tmp",
    "src",
    "v3",
    "2024",
    "eur",
    "kg",
    "id",
    "fk",
    "dim",
    "clean",
)
Rng = np.random.Generator
Step = Callable[[str, Rng], str]

_STEPS: tuple[Step, ...] = (
    lambda name, rng: pick(rng, _PIECES) + pick(rng, ("_", ".", "", " ", "-")) + name,
    lambda name, rng: name + pick(rng, ("_", ".", "", " ", "-")) + pick(rng, _PIECES),
    lambda name, rng: pick(rng, (name.upper(), name.lower(), name.title(), name.capitalize())),
    lambda name, rng: re.sub(r"[_\-. ]", pick(rng, ("", "_", "-", ".", " ")), name),
    lambda name, rng: name[: max(2, int(len(name) * rng.uniform(0.3, 0.9)))],
    lambda name, rng: name[::-1] if rng.random() < 0.2 else re.sub(r"(?<!^)[aeiou]", "", name),
    lambda name, rng: f"{name} ({pick(rng, ('EUR', 'USD', 'kg', '%', 'UTC', 'deprecated', 'h'))})",
    lambda name, rng: name + str(int(rng.integers(1, 100))),
    lambda name, rng: pick(rng, ("x", "field", "var", "attr", "measure", "dim", "c")) + str(int(rng.integers(1, 100))),
)


def _new_name(name: str, taken: set[str], rng: Rng, steps: int) -> str:
    for _ in range(5):
        new = name
        for _ in range(steps):
            new = _STEPS[int(rng.integers(len(_STEPS)))](new, rng)
        if new and new not in taken:
            return new
    return ""


@corruption("names_composed", _ISSUE, "names are changed by one to three steps drawn at random", _SOURCE)
def _names(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    taken, mapping = set(frame.names), {}
    for index in rng.permutation(len(frame.targets))[: column_count(frame, rng, severity)]:
        old = frame.targets[int(index)]
        new = _new_name(old, taken, rng, int(rng.integers(1, 4)))
        if new:
            taken.add(new)
            mapping[old] = new
    if not mapping:
        return None
    table = frame.table.rename_columns([mapping.get(name, name) for name in frame.names])
    return Draft(table, {_ISSUE: tuple(mapping.values())}, {"renamed": mapping}, "fact", False, "rename back")


@corruption("names_with_units", _ISSUE, "names tell a unit, a currency or a version", _EVOLVE)
def _units(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    mark = pick(rng, (" [{}]", " ({})", "_{}", "/{}", " in {}")).format(
        pick(rng, ("EUR", "usd", "kg", "m", "s", "pct", "v2", "local", "utc", "thousand"))
    )
    chosen = [frame.targets[int(i)] for i in rng.permutation(len(frame.targets))[: column_count(frame, rng, severity)]]
    mapping = {name: name + mark for name in chosen if name + mark not in frame.names}
    if not mapping:
        return None
    table = frame.table.rename_columns([mapping.get(name, name) for name in frame.names])
    return Draft(table, {_ISSUE: tuple(mapping.values())}, {"renamed": mapping}, "fact", False, "rename back")


@corruption("names_broken_encoding", _ISSUE, "names come in the wrong encoding or with signs lost", _CSV)
def _encoding(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    style = int(rng.integers(4))
    mapping = {}
    for index in rng.permutation(len(frame.targets))[: column_count(frame, rng, severity)]:
        name = frame.targets[int(index)]
        new = (
            name.replace("a", "Ã¤").replace("o", "Ã¶").replace("e", "Ã©"),
            name.replace("_", "?").replace("e", "\ufffd"),
            name.encode("utf-8").hex() if rng.random() < 0.2 else name.replace("_", "&#95;") + "\u200b",
            "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in name),
        )[style]
        if new != name and new not in frame.names:
            mapping[name] = new
    if not mapping or len(set(mapping.values())) < len(mapping):
        return None
    table = frame.table.rename_columns([mapping.get(name, name) for name in frame.names])
    return Draft(table, {_ISSUE: tuple(mapping.values())}, {"renamed": mapping}, "fact", False, "rename back")


@corruption("layout_composed", _ISSUE, "columns are renamed, dropped, added and moved at once (a new version)", _SOURCE)
def _layout(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    table = frame.table
    hit: list[str] = []
    moved = False
    for _ in range({"low": 2, "medium": 3, "high": int(rng.integers(4, 8))}[severity]):
        names = table.column_names
        old = [name for name in names if name in frame.targets]
        kind = int(rng.integers(4))
        if kind == 0 and old:
            one = pick(rng, old)
            new = _new_name(one, {*names, *frame.names}, rng, int(rng.integers(1, 3)))
            if new:
                table = table.rename_columns([new if name == one else name for name in names])
                hit.append(new)
        elif kind == 1 and len(names) > 2 and old:
            one = pick(rng, old)
            table = table.drop_columns([one])
            hit.append(one)
        elif kind == 2:
            new = _new_name(pick(rng, _PIECES), {*names, *frame.names}, rng, 2)
            if new:
                cells = frame.new_column([f"{value:.1f}" for value in rng.normal(10, 3, table.num_rows).tolist()])
                table = table.add_column(int(rng.integers(len(names) + 1)), new, cells)
                hit.append(new)
        elif len(names) > 1:
            table = table.select(rng.permutation(len(names)).tolist())
            moved = True
    shared = [name for name in table.column_names if name in frame.names]
    moved = moved and shared != [name for name in frame.names if name in shared]
    if not hit and not moved:
        return None
    hit = hit or shared
    return Draft(table, {_ISSUE: tuple(dict.fromkeys(hit))}, {"moved": moved}, "fact", False)
