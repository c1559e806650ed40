"""Columns whose numbers are all written in one form that is no plain number: € 12.50, 1.234,50, 45 %, 12 kg.

They are judged by the plain numbers, where all values of the history and of the batch are of the form; where any is
not, as texts, so that a changed form shows. Numbers with a leading zero, or behind letters without a blank, are codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.off_form import off_form
from airflow_provider_dqheal.detection.stack import ColumnStack, Stack
from airflow_provider_dqheal.detection.text_arrays import (
    are_numbers,
    are_whole_decimals,
    parse_texts,
)
from airflow_provider_dqheal.detection.view import BatchView, ColumnView
from airflow_provider_dqheal.issues._base import OffForm

_FORM = (
    r"^(?P<sign>[+-]?)(?P<before>(?:[^\pL\pN\s.,'+-]{1,3} ?|\pL{1,4}\.? )?)(?P<inner>[+-]?)"
    r"(?P<body>[0-9][0-9.,' \x{a0}\x{202f}]*?)(?P<after> ?[^\pN\s.,'+-]{0,5}\.?)$"
)
_READ = re.compile(r"[+-]?(?:[^\W\d_]{1,4}\.? |[^\w\s.,'+-]{1,3} ?)?[+-]?\d[\d.,' \u00a0\u202f]*[^\d.,'+-]{0,6}\.?")
"""Whether a text may be such a number: asked of a few before all are read."""
_GROUPED = re.compile(r"[1-9]\d{0,2}(?P<mark>[.,' \u00a0\u202f])\d{3}(?:(?P=mark)\d{3})*(?:[.,]\d+)?")
_LAKHS = r"[1-9]\d?(?:,\d{2})+,\d{3}"
"""Groups as in India."""
_LAKHS_BODY = re.compile(rf"{_LAKHS}(\.\d+)?")
_PLAIN = re.compile(r"(?:0|[1-9]\d*)(?:[.,]\d+)?")
_FIRST = 5
_LEAST_ROWS = 100


@dataclass(frozen=True)
class Form:
    """How a column writes its numbers: what stands before and after them, and the marks of groups and of decimals."""

    before: str
    after: str
    group: str
    point: str
    always: bool = False
    """Whether thousands are always grouped."""
    places: int | None = None
    """Digits after the mark of decimals, where all numbers have as many."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """A text of the form: a sign on either side of what stands before, and the number."""
        digits = r"\d+" if self.places is None else rf"\d{{{self.places}}}"
        point = rf"{re.escape(self.point)}{digits}" if self.point else ""
        point = rf"(?:{point})?" if self.places is None else point
        bare = r"[1-9]\d{0,2}" if self.always else r"[1-9]\d*"
        grouped = rf"|[1-9]\d{{0,2}}(?:{re.escape(self.group)}\d{{3}})+" if self.group else ""
        grouped += rf"|{_LAKHS}" if self.group == "," else ""
        before, after = re.escape(self.before), re.escape(self.after)
        return re.compile(rf"([+-]?){before}([+-]?)((?:0|{bare}{grouped}){point}){after}", re.ASCII)

    def plain(self, text: str) -> str | None:
        """The plain number of a text; None where it is not of the form."""
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        sign, inner, body = found.groups()
        body = body.replace(self.group, "") if self.group else body
        return sign + inner + body.replace(self.point or ".", ".")

    @property
    def is_plain(self) -> bool:
        """Whether it is how numbers are written anyway."""
        return not (self.before or self.after or self.group) and self.point in ("", ".")


def in_plain_numbers(view: BatchView, stack: Stack) -> tuple[BatchView, Stack]:
    """A batch and its history with the columns whose numbers are all written in one form as plain numbers."""
    forms = stack.once(_forms_of)
    names = [name for name in forms if name in view.columns and _follows(view.columns[name], forms[name])]

    def plain(column: ColumnView) -> ColumnView:
        return _plain(column, forms[column.name])

    return view.changed(names, plain), stack.changed(names, plain)


def off_numbers(batch: BatchView, stack: Stack) -> tuple[OffForm, ...]:
    """The columns of one form in which more cells are not of it than chance gives."""
    found = []
    for name, form in stack.once(_forms_of).items():
        view = batch.columns.get(name)
        if view is None or not view.values or view.is_typed:
            continue
        known = [one for one in stack.columns[name].views if one is not None and one.values]
        written = f"number as in {max(known[-1].values, key=len)!r}"
        found.append(off_form(view, written, form.pattern.fullmatch, 0, sum(one.present for one in known)))
    return tuple(one for one in found if one is not None)


def _values(column: ColumnStack) -> list[str]:
    """The values of all batches of the history."""
    return [text for view in column.views if view is not None and view.present > 0 for text in view.values]


def _forms_of(stack: Stack) -> dict[str, Form]:
    """The form of each column that has but one, and not the plain one."""
    return {name: form for name, column in stack.columns.items() if (form := _form_of(column)) is not None}


def _form_of(column: ColumnStack) -> Form | None:
    views = [view for view in column.views if view is not None and view.present > 0]
    if sum(view.present for view in views) < _LEAST_ROWS or any(view.temporal or view.is_typed for view in views):
        return None
    if all(view.kinds["number"] >= view.present for view in views):
        return None
    if not all(_READ.fullmatch(text) for view in views for text in view.values[:_FIRST]):
        return None
    values = _values(column)
    parts = _parts(values)
    if parts is None or len(set(zip(*parts[:2], strict=True))) != 1:
        return None
    marks = _marks(parts[2])
    form = None if marks is None else Form(parts[0][0], parts[1][0], *marks)
    if form is None or form.is_plain:
        return None
    strictest = [form, replace(form, always=bool(form.group))]
    if form.point:
        places = len(values[0].removesuffix(form.after).partition(form.point)[2])
        strictest += [replace(one, places=places) for one in strictest] if places else []
    return next(one for one in reversed(strictest) if all(map(one.pattern.fullmatch, values)))


def _parts(values: Sequence[str]) -> tuple[list[str], list[str], list[str]] | None:
    """What is before and after, and the body of each text; None where one of them is no such number."""
    found = pc.extract_regex(pa.array(values, pa.string()), _FORM)
    if found.null_count:
        return None
    before, body, after = (pc.struct_field(found, name).to_pylist() for name in ("before", "body", "after"))
    return before, after, body


def _marks(bodies: Iterable[str]) -> tuple[str, str] | None:
    """The mark of groups and that of decimals in numbers that are written alike; None where both are possible."""
    groups: set[str] = set()
    points: set[str] = set()
    either: set[str] = set()
    for body in bodies:
        if (lakhs := _LAKHS_BODY.fullmatch(body)) is not None:
            groups.add(",")
            points.update("." if lakhs.group(1) else ())
            continue
        grouped, plain = _GROUPED.fullmatch(body), _PLAIN.fullmatch(body)
        if grouped is None and plain is None:
            return None
        rest = re.sub(r"\d", "", body)
        if not rest:
            continue
        if grouped is not None and plain is not None:
            either.add(rest)
        elif grouped is not None:
            groups.add(grouped["mark"])
            points.update(mark for mark in rest if mark != grouped["mark"])
        else:
            points.add(rest)
    if len(groups) > 1 or len(points) > 1 or groups & points or not either <= groups | points:
        return None
    return "".join(groups), "".join(points)


def _follows(view: ColumnView, form: Form) -> bool:
    """Whether all values of a batch are written in a form."""
    return bool(view.values) and not view.is_typed and all(map(form.pattern.fullmatch, view.values))


def _plain(view: ColumnView, form: Form) -> ColumnView:
    """A column with its numbers as plain ones."""
    plain = list(map(form.plain, view.values))
    if not plain or None in plain:
        return view
    texts = pa.array(plain, pa.string())
    kinds, numeric, temporal = parse_texts(texts, view.counts, are_numbers(texts))
    whole = float(view.counts[are_whole_decimals(texts)].sum())
    read = view.reread(numeric, texts)
    return replace(read, kinds=kinds, temporal=temporal, edges=0.0, whole_decimals=whole, broken=0.0)
