"""Rewriting cells of one column, for several families of faults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import numpy as np

from airflow_provider_dqheal.remediation.bench.fault import Fault
from airflow_provider_dqheal.remediation.bench.view import Look, View, some

Rng = np.random.Generator
SHARES = (0.01, 0.03, 0.1, 0.3)
OTHER_DATES = ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%b %d, %Y", "%Y%m%d", "%d-%b-%Y", "%d %B %Y", "%Y/%m/%d")


def share(rng: Rng) -> float:
    """How many of the cells."""
    return float(rng.choice(SHARES))


def rewrite(view: View, look: Look, rng: Rng, change: Callable[[str], str | None], part: float | None = None) -> Fault:
    """Part of the present cells rewritten (all with ``part`` 1).

    Raises:
        LookupError: when nothing changes.
    """
    texts = list(look.texts)
    for row in some(rng, look.present, share(rng) if part is None else part):
        text = texts[row]
        texts[row] = change(text) if text is not None else None
    if texts == list(look.texts):
        raise LookupError("nothing changed")
    table = view.put(look.name, texts)
    if table.equals(view.table):
        raise LookupError("the column's type holds it as it was")
    return Fault(table)


def other_date(view: View, rng: Rng, part: float | None) -> Fault:
    """Dates in another format; day and month are told apart by days beyond the twelfth.

    Raises:
        LookupError: when the batch has no such dates.
    """
    look = view.pick(rng, "date")
    forms = [form for form in OTHER_DATES if form != (look.form or "")[:8]]
    form = str(rng.choice(forms)) + (look.form or "")[8:]
    if form[:8] in ("%m/%d/%Y", "%d/%m/%Y"):
        days = {moment.day for moment in look.moments if moment is not None}
        if max(days, default=0) <= 12:
            raise LookupError("day and month cannot be told apart")
    known = str(look.form)
    return rewrite(view, look, rng, lambda text: datetime.strptime(text, known).strftime(form), part)
