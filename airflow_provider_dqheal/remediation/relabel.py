"""Undoes a one-to-one relabelling of a category, and one that cut all labels to a length."""

from __future__ import annotations

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import map_texts
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.dependencies import mine
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word
from airflow_provider_dqheal.remediation.working import Working

_LEAST, _NEARLY_ALL = 0.5, 0.95
_SEVERAL = 2
"""Labels that have to be new at once: one alone may be another thing, or have got another name in the world."""
_COME_BACK = 1.5
"""Batches in which a label is on average, from which on labels come back."""


@register
class Relabel(Strategy):
    """New labels on at least half of the rows with one, where labels repeat or all are known with an affix.

    Labels of a closed list that are all cut to one length come back where each is the beginning of but one of them. A
    common prefix or suffix that no known label has is taken away when every label is then known, in a column whose
    labels come back from batch to batch (digits beside digits are no affix, but another number); otherwise another
    column that determined the label tells which old label each new one is, without exception and one to one. That needs
    several new labels, and an acted-on issue or new labels on nearly all rows; where only digits differ, a new period
    has begun.
    """

    name = "relabel"
    heals = "distribution_shift"
    order = 20

    def propose(self, context: Context) -> list[Step]:
        """One step a column."""
        steps = []
        for name, history, cells in context.columns():
            if history.is_numeric or history.date_layout is not None:
                continue
            counts = cells.counter
            fresh = {text for text in counts if not is_missing_word(text) and text not in history.pooled}
            filled = sum(count for text, count in counts.items() if not is_missing_word(text))
            share = sum(counts[text] for text in fresh) / max(1, filled)
            if share < _LEAST:
                continue
            alarmed = context.issue("distribution_shift", "outliers", "type_mismatch", column=name) is not None
            found = _without_affix(fresh, history) or _uncut(fresh, counts, history)
            if not found and history.is_repeating and not history.is_key and (alarmed or share >= _NEARLY_ALL):
                found = self._by_dependency(context, name, counts, fresh)
            if not found:
                continue
            values = [[old, new] for old, new in found.items()]
            reason = f"{len(values):,} labels of {name!r} are new names of known ones, one to one"
            steps.append(self.step(context, (name,), {"values": values}, 0.98, reason))
        return steps

    @staticmethod
    def _by_dependency(context: Context, column: str, counts: Counts, fresh: set[Text]) -> dict[Text, Text]:
        told: dict[Text, set[str]] = {}
        asked: dict[Text, int] = {}
        for item in mine(context.history.samples, column)[:3]:
            if any(name not in context.working.table.column_names for name in item.left):
                continue
            left = [context.cells(name) for name in item.left]
            own = context.cells(column)
            for row in range(len(own.codes)):
                value = item.values.get(tuple(cells.text(row) for cells in left))
                if value is not None and own.text(row) in fresh:
                    told.setdefault(own.text(row), set()).add(value)
                    asked[own.text(row)] = asked.get(own.text(row), 0) + 1
        if (
            len(told) < _SEVERAL
            or set(told) != fresh
            or any(len(values) != 1 for values in told.values())
            or sum(asked.values()) < 3 * len(asked)
        ):
            return {}
        mapping: dict[Text, Text] = {old: next(iter(values)) for old, values in told.items()}
        renewed = all(_without_digits(old) == _without_digits(new) for old, new in mapping.items())
        return mapping if len(set(mapping.values())) == len(mapping) and not renewed else {}

    def change(self, working: Working, step: Step) -> Working:
        """Rewrites the labels: one ledger line."""
        mapping: dict[Text, Text] = dict(step.params["values"])
        note = "; ".join(f"{old} -> {new}" for old, new in list(mapping.items())[:20])
        return map_texts(working, step, step.columns[0], mapping, note=note)


def _without_digits(text: Text) -> str:
    """What stays of a label when the next year's or version's comes: ``SS25`` is no other name of ``SS24``."""
    return "".join(sign for sign in text or "" if not sign.isdigit())


def _without_affix(fresh: set[Text], history: ColumnHistory) -> dict[Text, Text]:
    labels = sorted(text for text in fresh if text is not None)
    if len(labels) < 2 or sum(map(len, history.batches)) < _COME_BACK * len(history.pooled):
        return {}
    prefix = _shared_start(labels)
    suffix = _shared_start([label[::-1] for label in labels])
    for start in range(len(prefix), -1, -1):
        for end in range(len(suffix), -1, -1):
            cut: dict[Text, Text] = {
                label: label[start : len(label) - end] for label in labels if len(label) > start + end
            }
            if len(cut) == len(labels) and start + end and all(new in history.pooled for new in cut.values()):
                had = any(_has_affix(text, labels[0], start, end) for text in history.present if text is not None)
                in_number = any(_is_in_number(label, start) or _is_in_number(label[::-1], end) for label in labels)
                return {} if had or in_number or len(set(cut.values())) < len(cut) else cut
    return {}


def _uncut(fresh: set[Text], counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Label -> the one known label that it begins, where a field of fixed length has cut all of them."""
    cut = sorted(text for text in fresh if text is not None)
    length = max(map(len, cut), default=0)
    if len(cut) < _SEVERAL or not history.is_categorical or max(len(text or "") for text in counts) > length:
        return {}
    longer = [known for known in history.present if len(known) > length]
    meant = {text: [known for known in longer if known[:length].rstrip() == text.rstrip()] for text in cut}
    return {text: known[0] for text, known in meant.items()} if all(len(k) == 1 for k in meant.values()) else {}


def _has_affix(text: str, label: str, start: int, end: int) -> bool:
    """Whether a text begins and ends as a label does; the affix alone is not one with it."""
    return len(text) > start + end and text.startswith(label[:start]) and text.endswith(label[len(label) - end :])


def _is_in_number(label: str, place: int) -> bool:
    """Whether a cut at that place would part digits from digits."""
    return place > 0 and label[place - 1].isdigit() and label[place].isdigit()


def _shared_start(labels: list[str]) -> str:
    first, last = min(labels), max(labels)
    size = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:size]
