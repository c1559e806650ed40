"""Gives digit codes back the leading zeros that a detour over numbers took, and takes away the signs that it added."""

from __future__ import annotations

import re
from collections import Counter

from airflow_provider_dqheal.detection.scalars import at_least
from airflow_provider_dqheal.remediation._base import register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word

_POINTED = re.compile(r"\d+\.0+")
_DIALLED = re.compile(r"\+[1-9]\d{6,14}")
_START = 3
"""A telephone number with a plus, of at most fifteen digits (ITU-T E.164, section 6), and how much tells countries."""
_WIDE, _USUAL = 4, 0.95
"""Digits from which on a code is known by chance no more, and share of the history that has that width."""
_LONE, _KEPT = 2, 5
"""Short codes that prove nothing, where so many times more kept their zeros."""
_SELDOM = 1e-4
"""How seldom chance has so many codes with a zero in front, by the batch of the history with most of them."""
_KNOWN = 0.9
"""Share of the odd cells that have to be known codes once the text around them is taken away."""


@register
class RestoreCodes(TextMap):
    """Text columns of digits: ``1234.0`` -> ``01234`` when the history is five digits wide with leading zeros.

    Telephone numbers that came as numbers (``4930123456``) get the plus back that all had. Marks that no code ever had
    (``98'103``, ``98.103``, ``-98103``) and one text after all codes (``98103 m``) go where known codes are left.
    """

    name = "restore_codes"
    heals = "type_mismatch"
    order = 18

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Damaged code -> code."""
        if history.is_numeric or history.present_rows < 20 or history.date_layout is not None:
            return {}
        if all(map(_DIALLED.fullmatch, history.present)):
            return _with_plus(counts, history)
        digits = sum(rows for text, rows in history.present.items() if text.isdigit())
        if digits < 0.98 * history.present_rows:
            return {}
        widths: Counter[int] = Counter()
        for known, rows in history.present.items():
            widths[len(known)] += rows
        width, rows = widths.most_common(1)[0]
        fixed = width if rows >= 0.995 * history.present_rows and history.is_code else None
        found, short = dict[Text, Text](), dict[Text, Text]()
        for text in counts:
            if text is None or text in history.pooled or is_missing_word(text):
                continue
            code = _unpointed(text)
            if fixed is not None and code.isdigit() and len(code) < fixed:
                (short if code == text else found)[text] = code.zfill(fixed)
            elif code != text:
                found[text] = code
        if not _may_be_cut(short, counts, history):
            found |= short
        if rows >= _USUAL * history.present_rows and width >= _WIDE:
            odd = [text for text in counts if text is not None and text not in history.pooled and text not in found]
            found |= _unmarked(odd, history, width) or _unsuffixed(odd, counts, history, width)
        return found

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells."""
        return f"{rows:,} codes of {column!r} lost leading zeros, or got a point or other signs that codes never had"


def _unpointed(text: str) -> str:
    """The digits of a whole number that a float wrote."""
    return text.partition(".")[0] if _POINTED.fullmatch(text) else text


def _with_plus(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Digits without the plus of all known numbers -> with it, where nearly all came so and begin like known ones."""
    present = {text: rows for text, rows in counts.items() if text is not None and not is_missing_word(text)}
    lengths, starts = {len(known) for known in history.present}, {known[:_START] for known in history.present}
    found: dict[Text, Text] = {}
    for text in present:
        code = "+" + _unpointed(text)
        if _DIALLED.fullmatch(code) and len(code) in lengths and code[:_START] in starts:
            found[text] = code
    rows = sum(present[text] for text in found if text is not None)
    return found if rows >= _USUAL * sum(present.values()) else {}


def _may_be_cut(short: dict[Text, Text], counts: Counts, history: ColumnHistory) -> bool:
    """Whether short codes may as well lack another digit than a zero in front, as not all of them are known.

    So may one or two where all others kept their zeros; and any, where one would begin with more zeros than all known
    codes, or more codes would begin with a zero than did in any batch.
    """
    if not short or all(code in history.present for code in short.values()):
        return False
    rows = sum(counts[text] for text in short)
    kept = _zeros(counts)
    if rows <= _LONE and kept >= _KEPT * rows:
        return True
    if max(_in_front(code) for code in short.values()) > max(map(_in_front, history.present)):
        return True
    usual = max((_zeros(batch) / max(1, _digits(batch)) for batch in history.batches), default=0.0)
    return at_least(kept + rows, _digits(counts), usual) < _SELDOM


def _in_front(code: Text) -> int:
    """Zeros that a code begins with."""
    return 0 if code is None else len(code) - len(code.lstrip("0"))


def _digits(counts: Counts) -> int:
    """Rows that hold a number without signs."""
    return sum(count for text, count in counts.items() if text and text.isdigit())


def _zeros(counts: Counts) -> int:
    """Rows that hold one with a zero in front."""
    return sum(count for text, count in counts.items() if text and text.isdigit() and text[0] == "0" and len(text) > 1)


def _unmarked(odd: list[str], history: ColumnHistory, width: int) -> dict[Text, Text]:
    """Codes with signs between or before their digits that no known code has there -> the known code."""
    usual = {mark for known in history.present for mark in _marks(known)}
    found: dict[Text, Text] = {}
    for text in odd:
        code, marks = "".join(ch for ch in text if ch.isdigit()), _marks(text)
        if len(code) == width and code in history.present and marks and not marks & usual:
            found[text] = code
    return found


def _marks(text: str) -> set[tuple[bool, str]]:
    """(stands first, sign) of every sign among digits; none where there is anything else."""
    if not re.fullmatch(r"[-+]?\d+(?:[.,'’ ]?\d+)*", text):
        return set()
    return {(at == 0, ch) for at, ch in enumerate(text) if not ch.isdigit()}


def _unsuffixed(odd: list[str], counts: Counts, history: ColumnHistory, width: int) -> dict[Text, Text]:
    """Codes that all bear the same word behind them -> the code, where nearly all are known then."""
    parts = {text: re.fullmatch(r"(\d+)(\s*[^\W\d_]+\.?)", text) for text in odd}
    told = {text: part.groups() for text, part in parts.items() if part is not None and len(part.group(1)) == width}
    words = {word for _, word in told.values()}
    if len(words) != 1 or any(known.endswith(next(iter(words))) for known in history.present):
        return {}
    rows = sum(counts[text] for text in told)
    known = sum(counts[text] for text, (code, _) in told.items() if code in history.present)
    return {text: code for text, (code, _) in told.items()} if known >= _KNOWN * rows else {}
