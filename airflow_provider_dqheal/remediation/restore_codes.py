"""Gives digit codes back what a detour over numbers took: leading zeros, or the '.0' it added."""

from __future__ import annotations

import re
from collections import Counter

from airflow_provider_dqheal.remediation._base import register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word

_POINTED = re.compile(r"\d+\.0+")


@register
class RestoreCodes(TextMap):
    """Text columns of digits: ``1234.0`` -> ``01234`` when the history is five digits wide with leading zeros."""

    name = "restore_codes"
    heals = "type_mismatch"
    order = 18

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Damaged code -> code."""
        if history.is_numeric or history.present_rows < 20 or history.date_layout is not None:
            return {}
        digits = sum(rows for text, rows in history.present.items() if text.isdigit())
        if digits < 0.98 * history.present_rows:
            return {}
        widths: Counter[int] = Counter()
        for known, rows in history.present.items():
            widths[len(known)] += rows
        width, rows = widths.most_common(1)[0]
        fixed = width if rows >= 0.995 * history.present_rows and history.is_code else None
        found: dict[Text, Text] = {}
        for text in counts:
            if text is None or text in history.pooled or is_missing_word(text):
                continue
            code = text.partition(".")[0] if _POINTED.fullmatch(text) else text
            if fixed is not None and code.isdigit() and len(code) < fixed:
                code = code.zfill(fixed)
            if code != text:
                found[text] = code
        return found

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells."""
        return f"{rows:,} codes of {column!r} lost leading zeros or got a decimal point"
