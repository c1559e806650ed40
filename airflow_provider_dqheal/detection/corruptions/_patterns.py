"""What the texts of a column are: e-mail addresses, telephone numbers, JSON, identifiers."""

from __future__ import annotations

import re
from typing import Literal

from airflow_provider_dqheal.detection.corruptions._frame import Column

Pattern = Literal["email", "phone", "json", "uuid", "code", "plain"]
_FORMS: tuple[tuple[Pattern, str], ...] = (
    ("email", r"[^@\s]+@[^@\s]+\.\w+"),
    ("json", r"\s*[\[{].*[\]}]\s*"),
    ("uuid", r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"),
    ("phone", r"[+(]?\d[\d\s()/.-]{6,18}"),
    ("code", r"(?=.*\d)[A-Za-z]{0,6}[-_/ ]?\d[\w/-]*"),
)


def pattern_of(column: Column) -> Pattern:
    """The pattern that at least nine tenths of the first hundred present values have; ``plain`` where none fits."""
    shown = [str(value) for value in column.text[column.present][:100].tolist()]
    if not shown or column.kind in ("date", "float", "bool"):
        return "plain"
    for name, form in _FORMS:
        compiled = re.compile(form, re.DOTALL)
        if sum(compiled.fullmatch(value) is not None for value in shown) >= 0.9 * len(shown):
            if name == "phone" and not any(sign in "+(- /" for value in shown for sign in value):
                return "code"
            return name
    return "plain"
