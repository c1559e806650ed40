"""The one format in which a column of texts writes its numbers: ``1 234,56``, ``48,065 EUR``, ``98.1 %``, ``(1,234)``.

Such a column holds texts for the schema, and numbers for people. What is written in another format by accident has one
place in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

import numpy as np

from airflow_provider_dqheal.detection.scalars import at_least
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.numbers import decimal_places, dissect, is_number, to_decimal
from airflow_provider_dqheal.remediation.kernels.numeric_rule import find_rule
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word
from airflow_provider_dqheal.remediation.kernels.token_factor import CODES, is_inside, is_percent
from airflow_provider_dqheal.remediation.kernels.units import is_unit

_PROBED, _SHOWN = 1_000, 40
"""Different texts that have to be in the format, and those that show which it may be."""
_LEAST, _STRANGE = 20, 0.01
"""Different texts of the history, at least; share of them that may be in another format."""
_GROUPS = ("", ",", ".", " ", "\u00a0", "\u202f", "'", "’", "_")
_FITS, _LEVEL = 0.95, (0.01, 0.99)
"""Share of the read numbers that lie where the history's do, and the inner numbers among which their middle does."""
_OUTSIDE = 0.5
"""Share up to which numbers times another factor do not lie there."""
_SELDOM = 1e-3
"""How seldom chance has so many numbers that end in a zero."""
_THOUSANDTHS = re.compile(r"[+-]?\d{1,3}\.\d{3}")


@dataclass(frozen=True)
class NumberFormat:
    """How a number is written.

    Attributes:
        before: what stands before it: a currency, with the blank between.
        after: what stands behind it: a percent sign, a unit.
        mark: the decimal mark.
        group: what stands between thousands, "" for nothing.
        lakhs: groups of two beyond the thousands, as in India.
        places: digits after the mark; None: as many as there are.
        brackets: negative numbers stand in brackets.
        token: the currency or unit by its one name; "" without.
    """

    before: str
    after: str
    mark: str
    group: str
    lakhs: bool
    places: int | None
    brackets: bool
    token: str

    def write(self, value: Decimal) -> str | None:
        """The text of a number; None where it has more digits after the point than are written.

        >>> NumberFormat("", " EUR", ",", ".", False, 2, False, "EUR").write(Decimal("-1234.5"))
        '-1.234,50 EUR'
        """
        size = abs(value)
        if self.places is None:
            digits = format(size.normalize(), "f") if size else "0"
        else:
            digits = f"{size:.{self.places}f}"
            if Decimal(digits) != size:
                return None
        whole, _, part = digits.partition(".")
        body = self._grouped(whole) + (self.mark + part if part else "")
        text = self.before + body + self.after
        if not value.is_signed():
            return text
        return f"({text})" if self.brackets else f"-{text}"

    def _grouped(self, whole: str) -> str:
        if not self.group or len(whole) <= 3:
            return whole
        size, head, parts = 2 if self.lakhs else 3, whole[:-3], [whole[-3:]]
        while head:
            parts.insert(0, head[-size:])
            head = head[:-size]
        return self.group.join(parts)

    def read(self, text: str) -> Decimal | None:
        """The number of a text in exactly this format, else None."""
        negative, bare = False, text
        if self.brackets and bare.startswith("(") and bare.endswith(")"):
            negative, bare = True, bare[1:-1]
        elif bare.startswith("-"):
            negative, bare = True, bare[1:]
        if not bare.startswith(self.before) or not bare.endswith(self.after):
            return None
        body = bare[len(self.before) : len(bare) - len(self.after)]
        if self.group:
            body = body.replace(self.group, "")
        if self.mark != ".":
            if "." in body:
                return None
            body = body.replace(self.mark, ".")
        value = to_decimal(body) if body[:1].isdigit() and body[-1:].isdigit() else None
        if value is None:
            return None
        value = value.copy_negate() if negative else value
        return value if self.write(value) == text else None


def formats_of(history: ColumnHistory) -> list[NumberFormat]:
    """The formats that the values of a column of texts are in; none where they are no numbers, or plain ones.

    There are several where nothing tells thousands from thousandths (``48.065 kg``), or where no number is so large
    that its groups do.
    """
    if history.is_numeric or len(history.present) < _LEAST:
        return []
    texts = list(islice(history.present, _PROBED))
    if all(map(is_number, texts)):
        return []
    read = {one: sum(one.read(text) is not None for text in texts) for one in _candidates(texts)}
    most = max(read.values(), default=0)
    return [one for one, rows in read.items() if rows == most >= (1 - _STRANGE) * len(texts)]


def _candidates(texts: list[str]) -> Iterator[NumberFormat]:
    """The formats that some texts may be in."""
    parts = [part for text in texts[:_SHOWN] if (part := dissect(text)) is not None]
    if len(parts) < _LEAST:
        return
    (prefix, token), _ = Counter((part.prefix, part.token) for part in parts).most_common(1)[0]
    if token not in ("", *CODES) and (prefix or not (is_percent(token) or is_unit(token))):
        return  # letters before digits make a code
    (before, after), _ = Counter(_affixes(text) for text in texts[:_SHOWN]).most_common(1)[0]
    brackets = any(text.startswith("(") for text in texts)
    bodies = [_body(text) for text in texts]
    for mark in (".", ","):
        ((places, rows),) = Counter(len(body.partition(mark)[2]) for body in bodies).most_common(1)
        fixed = places if rows >= (1 - _STRANGE) * len(bodies) else None
        for group in _GROUPS:
            if group == mark or (group and not any(group in body for body in bodies)):
                continue
            for lakhs in (False, True) if group == "," else (False,):
                if group or fixed != 0 or not before.isalpha():  # rs123 is a code
                    yield NumberFormat(before, after, mark, group, lakhs, fixed, brackets, token)


def _affixes(text: str) -> tuple[str, str]:
    bare = text[1:-1] if text.startswith("(") and text.endswith(")") else text.removeprefix("-")
    body = _body(text)
    at = bare.index(body)
    return bare[:at], bare[at + len(body) :]


def _body(text: str) -> str:
    """From the first digit of a text to its last."""
    found = re.search(r"\d(?:.*\d)?", text, re.DOTALL)
    return found.group() if found is not None else ""


def formatted(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Odd texts of a column of formatted numbers as the history writes these numbers.

    They are read by the one rule that explains them (:func:`find_rule`); plain ones have to lie where the history's
    do, shares of one beside percents a hundredfold. Another currency or unit is not read, and nothing where the formats
    that the column may have say different things.
    """
    found = [made for style in formats_of(history) if (made := _written(style, _read(style, counts, history)))]
    return found[0] if found and all(one == found[0] for one in found) else {}


def have_lost_digits(counts: Counts, history: ColumnHistory) -> bool:
    """Whether odd numbers of a column of formatted ones were rounded, or cut: more lack digits than end in a zero."""
    return any(_read(style, counts, history).lost for style in formats_of(history))


@dataclass(frozen=True)
class _Read:
    """Odd texts as numbers; ``lost``: some of their digits are, so that none can be written back."""

    values: Mapping[str, Decimal]
    lost: bool = False


def _written(style: NumberFormat, read: _Read) -> dict[Text, Text]:
    """Odd texts in one format."""
    made = {text: style.write(value) for text, value in read.values.items()} if not read.lost else {}
    return {text: after for text, after in made.items() if after is not None and after != text}


def _read(style: NumberFormat, counts: Counts, history: ColumnHistory) -> _Read:
    """Odd texts of a column as numbers, if it is in a format."""
    known = {text: value for text in history.present if (value := style.read(text)) is not None}
    came = {text: style.read(text) for text in counts if text and not is_missing_word(text)}
    odd = {text: counts[text] for text, value in came.items() if value is None and text not in history.pooled}
    if not odd or len(known) < _LEAST:
        return _Read({})
    past = _plain_history(history, {text: format(value, "f") for text, value in known.items()})
    plain = {text: rows for text, rows in odd.items() if is_number(text)}
    if style.group == "." and any(_THOUSANDTHS.fullmatch(text) for text in plain):
        return _Read({})  # thousands, or thousandths
    read = dict(_read_plain(plain, past, style))
    decorated = {text: rows for text, rows in odd.items() if text not in plain and _is_alike(text, style)}
    if decorated:
        usual: Counter[Text] = Counter(
            {format(value, "f"): counts[text] for text, value in came.items() if value is not None}
        )
        usual.update(decorated)
        rule = find_rule(usual, past)
        told = {text: value for text in decorated if rule and (value := to_decimal(rule.read(text))) is not None}
        read |= {text: value if value else value.copy_sign(Decimal(-_is_signed(text))) for text, value in told.items()}
    cells = sum(counts[text] for text in came)
    return _Read(read, _are_short([(value, odd[text]) for text, value in read.items()], cells, known, style.places))


def _are_short(
    read: Iterable[tuple[Decimal, int]], cells: int, known: Mapping[str, Decimal], places: int | None
) -> bool:
    """Whether more of the odd numbers (and their rows) end in a zero than of the known ones."""
    if not places:
        return False
    short = sum(rows for value, rows in read if decimal_places(value) < places)
    zeros = sum(decimal_places(value) < places for value in known.values())
    return at_least(short, cells, (zeros + 1) / (len(known) + 1)) < _SELDOM


def _plain_history(history: ColumnHistory, plain: Mapping[Text, str]) -> ColumnHistory:
    """The history as one of plain numbers."""
    batches: tuple[Counts, ...] = tuple(
        {plain[text]: rows for text, rows in counts.items() if text in plain} for counts in history.batches
    )
    whole = all("." not in text for text in plain.values())
    return ColumnHistory(history.name, "int" if whole else "float", batches)


def _is_signed(text: str) -> bool:
    """Whether a text is one of a number below zero, or of a zero with a sign."""
    return (written := dissect(text)) is not None and written.negative


def _is_alike(text: str, style: NumberFormat) -> bool:
    """Whether a text has the format's currency or unit, or none."""
    written = dissect(text)
    return written is not None and written.token in ("", style.token)


def _read_plain(plain: Mapping[str, int], past: ColumnHistory, style: NumberFormat) -> Iterator[tuple[str, Decimal]]:
    """Plain numbers by the one factor with which they lie where the history's do."""
    values = {text: value for text in plain if (value := to_decimal(text)) is not None}
    if not values:
        return
    numbers = np.repeat([float(value) for value in values.values()], [plain[text] for text in values])
    factors = [Decimal(1), Decimal(100)] if is_percent(style.token) else [Decimal(1)]
    shares = [_lie_there(numbers * float(factor), past.all_numbers) for factor in factors]
    fitting = [factor for factor, share in zip(factors, shares, strict=True) if share >= _FITS]
    if len(fitting) == 1 and sum(share > _OUTSIDE for share in shares) == 1:
        yield from ((text, value * fitting[0]) for text, value in values.items())


def _lie_there(numbers: np.ndarray, known: np.ndarray) -> float:
    low, high = np.quantile(known, _LEVEL)
    middle = float(np.median(numbers))
    return float(is_inside(numbers, known).mean()) if low <= middle <= high or len(numbers) < 3 else 0.0
