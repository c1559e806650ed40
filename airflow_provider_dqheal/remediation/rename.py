"""Gives renamed columns their accepted names back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.kernels.likeness import content_likeness, form_likeness
from airflow_provider_dqheal.remediation.kernels.names import are_counted, are_told_apart, name_likeness, plain_name
from airflow_provider_dqheal.remediation.ledger import ledger_lines
from airflow_provider_dqheal.remediation.working import Working

_MAX_PAIRS = 2_500
"""More candidate pairs than this are not compared by content."""
_SAME_NAME, _SAME_CONTENT = 0.8, 0.9
_AFFIXED, _FORMED = 2, 0.5
"""Columns that bear one and the same affix, at least, and how far each must be written as the column was."""

_PLACED = 0.7
"""How far a column must be written as, or hold what, the accepted one in its place does, where all names are lost."""


@dataclass(frozen=True)
class _Likeness:
    """How alike an unknown and a missing column are: by name, values, form of the values, and place. Each 0 to 1."""

    name: float
    content: float
    form: float
    placed: bool

    @property
    def total(self) -> float:
        """One number to rank pairs by."""
        return 0.45 * self.name + 0.55 * max(self.content, 0.8 * self.form * self.name) + 0.1 * self.placed

    def is_same(self, margin: float, alone: bool) -> bool:
        """Whether the pair is one column: by name with values of its form, by values, or by place with both alike."""
        by_name = self.name >= _SAME_NAME and self.form >= 0.9 and margin >= 0.1
        by_both = self.total >= 0.72 and margin >= 0.12 and self.content >= 0.45
        by_content = self.content >= 0.8 and self.total >= 0.5 and margin >= 0.2
        by_place = alone and self.placed and self.form >= 0.9 and self.content >= 0.7
        return by_name or by_both or by_content or by_place


@register
class Rename(Strategy):
    """Matches missing accepted columns with unknown ones: by plain name, by one affix to all, by name and content.

    Where all names are lost (``column_0``, ``column_1``...) the places tell, if every column fits.

    One-to-one; a pair must be each other's best match by a margin, otherwise the strategy abstains.
    """

    name = "rename"
    heals = "schema_drift"
    order = 10

    def propose(self, context: Context) -> list[Step]:
        """One step with all renames."""
        names = context.working.table.column_names
        missing = [name for name in context.history.columns if name not in names]
        added = [name for name in names if name not in context.history.columns]
        if not missing or not added:
            return []
        pairs: dict[str, tuple[str, float]] = {}
        for name in list(missing):
            alike = [other for other in added if plain_name(other) == plain_name(name)]
            rivals = [other for other in missing if plain_name(other) == plain_name(name)]
            if len(alike) == 1 and len(rivals) == 1:
                pairs[alike[0]] = (name, 0.99)
                missing.remove(name)
                added.remove(alike[0])
        added = _without_twins(context.working.table, added)
        if placed := _by_place(context, names):
            pairs = {old: (new, 0.95) for old, new in placed.items()}
            missing = []
        for old, new in _by_affix(missing, added).items():
            if form_likeness(context.cells(old).counter, context.history.columns[new]) >= _FORMED:
                pairs[old] = (new, 0.97)
                missing.remove(new)
                added.remove(old)
        if missing and added and len(missing) * len(added) <= _MAX_PAIRS:
            pairs |= self._by_content(context, missing, added)
        if not pairs:
            return []
        told = ", ".join(f"{old!r} is {new!r}" for old, (new, _) in pairs.items())
        mapping = {old: new for old, (new, _) in pairs.items()}
        confidence = min(score for _, score in pairs.values())
        return [self.step(context, tuple(mapping.values()), {"names": mapping}, confidence, f"renamed column: {told}")]

    @staticmethod
    def _by_content(context: Context, missing: list[str], added: list[str]) -> dict[str, tuple[str, float]]:
        names, accepted = context.working.table.column_names, list(context.history.columns)
        seen: dict[tuple[str, str], _Likeness] = {}
        for old in added:
            counts = context.cells(old).counter
            for new in missing:
                history = context.history.columns[new]
                seen[old, new] = _Likeness(
                    name_likeness(old, new),
                    content_likeness(counts, history),
                    form_likeness(counts, history),
                    names.index(old) == accepted.index(new),
                )
        pairs: dict[str, tuple[str, float]] = {}
        for (old, new), like in seen.items():
            if are_told_apart(old, new):
                continue  # whose values they are like tells nothing of whether they are another column's
            rivals = [seen[pair].total for pair in seen if (pair[0] == old) != (pair[1] == new)]
            margin = like.total - max(rivals, default=0.0)
            claimed = any(seen[other, new].name >= _SAME_NAME for other in added if other != old)
            if claimed and like.content < _SAME_CONTENT:
                continue  # two columns are built on the name: it may have been split
            if like.is_same(margin, alone=len(missing) == len(added) == 1):
                pairs[old] = (new, min(0.98, like.total))
        return pairs

    def change(self, working: Working, step: Step) -> Working:
        """Renames; no cell changes."""
        mapping: dict[str, str] = step.params["names"]
        olds = [old for old in working.table.column_names if old in mapping]
        renamed = working.table.rename_columns([mapping.get(name, name) for name in working.table.column_names])
        lines = [ledger_lines(step, mapping[old], [None], [old], [mapping[old]]) for old in olds]
        return working.replace(
            table=renamed,
            ledger=pa.concat_tables([working.ledger, *lines]),
            origins=tuple((mapping.get(column, column), origin) for column, origin in working.origins),
        )


def _without_twins(table: pa.Table, added: list[str]) -> list[str]:
    """The unknown columns, of those that hold the same in every row only the first: a join made two of one."""
    kept: list[str] = []
    for name in added:
        if not any(table.column(name).equals(table.column(other)) for other in kept):
            kept.append(name)
    return kept


def _by_place(context: Context, names: list[str]) -> dict[str, str]:
    """Names by place, where all that came are counted ones and each column holds what the accepted one there does."""
    accepted = list(context.history.columns)
    if len(names) != len(accepted) or not are_counted(names) or any(name in accepted for name in names):
        return {}
    for old, history in zip(names, context.history.columns.values(), strict=True):
        counts = context.cells(old).counter
        if max(form_likeness(counts, history), content_likeness(counts, history)) < _PLACED:
            return {}
    return dict(zip(names, accepted, strict=True))


def _by_affix(missing: list[str], added: list[str]) -> dict[str, str]:
    """Unknown -> missing names, where one prefix or suffix was put to several; none that could be two (``_1``, ``_2``).

    >>> _by_affix(["id", "text"], ["x_id", "x_text", "more"])
    {'x_id': 'id', 'x_text': 'text'}
    >>> _by_affix(["day", "place"], ["day_1", "day_2", "place_1", "place_2"])
    {}
    """
    by_affix: dict[tuple[str, str], dict[str, str]] = {}
    for old in added:
        for new in missing:
            if len(old) > len(new) and old.endswith(new):
                by_affix.setdefault((old[: -len(new)], ""), {})[old] = new
            if len(old) > len(new) and old.startswith(new):
                by_affix.setdefault(("", old[len(new) :]), {})[old] = new
    shared = [pair for pairs in by_affix.values() if len(pairs) >= _AFFIXED for pair in pairs.items()]
    olds, news = Counter(old for old, _ in shared), Counter(new for _, new in shared)
    return {old: new for old, new in shared if olds[old] == news[new] == 1}
