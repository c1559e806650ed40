"""Numbers as people write them: separators, currencies, units, percent, quotes, parentheses."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from airflow_provider_dqheal.profiling.parsing import EXACT
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, untagged, unwrapped
from airflow_provider_dqheal.remediation.kernels.units import is_unit

CANONICAL = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
"""What a type cast accepts: RE2 and Python alike."""

_CANONICAL = re.compile(CANONICAL, re.ASCII)
_BODY = re.compile(r"\d[\d.,'’_ \u00a0\u202f]*(?:[eE][+-]?\d+)?|[.,]\d+(?:[eE][+-]?\d+)?")
_POWERED = re.compile(r"[+-]?[\d.]+[eE][+-]?\d+", re.ASCII)
_SEPARATORS = re.compile(r"[\u00a0\u202f\u2009 _'’]")
_MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-", "﹣": "-", "－": "-"})
_FLOAT_DIGITS = 17
"""The most digits that a float is printed with."""
_CAPPED, _UNCUT = 0.75, 99
"""Share of the numbers with an exponent that have the most digits of them, where there is room for no more; and the
digits that there is room for where each number has its own."""
_SIDES = ("cr", "dr", "cr.", "dr.")
"""Sides of an account: which of them is negative depends on the account."""
_BOUND = re.compile(r"[<>≤≥]\s*=?$")
"""Before a number that is only a bound: below what could be measured, above what could be counted."""
_LOOKALIKES = {"O": "0", "o": "0", "l": "1", "I": "1"}
_LOOKALIKE = str.maketrans(_LOOKALIKES)
_BETWEEN = re.compile(r"(?<=\d)[^\d\s.,'’_+\-](?=\d)")
_BEFORE, _AFTER = re.compile(r"[^\d\s.,'’_+\-](?=\d)"), re.compile(r"(?<=\d)[^\d\s.,'’_+\-]$")

CURRENCIES: Mapping[str, str] = {
    "$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP",
    "gbp": "GBP", "¥": "JPY", "jpy": "JPY", "chf": "CHF", "cad": "CAD", "aud": "AUD", "inr": "INR", "₹": "INR",
    "rs": "INR", "rs.": "INR", "cny": "CNY", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN", "brl": "BRL",
    "r$": "BRL", "krw": "KRW", "₩": "KRW", "rub": "RUB", "₽": "RUB", "dollars": "USD", "dollar": "USD",
}  # fmt: skip
"""Spellings of currencies (lower case) and the currency they name."""


@dataclass(frozen=True)
class Written:
    """A number's parts as written: ``negative``, the digits with their separators, what stands before and after.

    ``booked``: signed as bookkeepers do it, in brackets, with the sign behind or by the side. Nobody does so by a slip.
    """

    negative: bool
    body: str
    prefix: str
    suffix: str
    booked: bool = False

    @property
    def token(self) -> str:
        """The decoration in lower case, currencies under one name: "" when there is none."""
        parts = [part for part in (_named(self.prefix), _named(self.suffix)) if part]
        return parts[0] if len(parts) == 1 or len(set(parts)) == 1 else "|".join(parts)


def _named(text: str) -> str:
    lowered = text.strip().lower()
    if lowered in CURRENCIES:
        return CURRENCIES[lowered]
    first, _, rest = lowered.partition(" ")
    if rest and is_unit(first.rstrip(".")):
        return first.rstrip(".")  # a unit with a remark
    return lowered.rstrip(".") if len(lowered) > 1 else lowered


def is_number(text: str | None) -> bool:
    """Whether a cast to a number reads ``text`` as it stands.

    >>> is_number("12.50"), is_number("1,250"), is_number(None)
    (True, False, False)
    """
    return text is not None and _CANONICAL.match(text) is not None


def dissect(text: str) -> Written | None:
    """Splits a written number into its parts; None when there is not exactly one number in it, or only a bound.

    >>> dissect("EUR 1.234,50").body, dissect("EUR 1.234,50").token
    ('1.234,50', 'EUR')
    """
    inner = unwrapped(text) if text.lstrip().startswith("{") else untagged(text)
    plain = unicodedata.normalize("NFKC", inner).translate(_MINUS).strip().strip("'\"`").strip()
    if not plain or len(plain) > 64:
        return None
    negative = booked = plain.startswith("(") and plain.endswith(")")
    if booked:
        plain = plain[1:-1].strip()
    bodies = list(_BODY.finditer(plain))
    if len(bodies) != 1:
        return None
    found = bodies[0]
    prefix, body, suffix = plain[: found.start()], found.group().rstrip(" \u00a0\u202f_'"), plain[found.end() :]
    if body[-1] in ",." and len(body) > 1:
        body, suffix = (body[:-1], body[-1] + suffix) if suffix.strip() else (body[:-1], "")
    prefix, suffix = prefix.strip(), suffix.strip()
    if prefix.endswith("(") and suffix.startswith(")"):
        negative, booked, prefix, suffix = True, True, prefix[:-1].strip(), suffix[1:].strip()
    elif prefix.endswith("(") or suffix.startswith(")") or _BOUND.search(prefix):
        return None
    booked = booked or suffix.lower() in _SIDES
    if prefix.endswith(("-", "+")):
        negative, prefix = negative or prefix.endswith("-"), prefix[:-1].strip()
    elif prefix.startswith(("-", "+")):
        negative, prefix = negative or prefix.startswith("-"), prefix[1:].strip()
    elif suffix == "-" and not prefix:
        negative, booked, suffix = True, True, ""
    if any(ch.isdigit() for ch in prefix + suffix) and suffix.lower() not in ("m2", "m3", "m²", "m³"):
        return None
    return Written(negative, body, prefix, suffix, booked)


def stand_ins(texts: Collection[str]) -> frozenset[str]:
    """The signs (lower case) that stand where a digit was, in some of the odd ``texts`` of one column.

    Such a sign comes between digits, or before them in one text and behind them in another; a unit or a currency has
    its one place. Letters that look like digits do so as soon as one of them comes before or between digits.

    >>> sorted(stand_ins(["1l5", "l84", "20"])), sorted(stand_ins(["4?", "?7"])), sorted(stand_ins(["5l", "12l"]))
    (['i', 'l', 'o'], ['?'], [])
    """
    between = {sign for text in texts for sign in _BETWEEN.findall(text)}
    before = {found.group() for text in texts if (found := _BEFORE.match(text)) and not _AFTER.search(text)}
    after = {found.group() for text in texts if (found := _AFTER.search(text)) and not _BEFORE.match(text)}
    signs = between | {sign for sign in before & after if sign.lower() not in CURRENCIES}
    if (between | before) & set(_LOOKALIKES) or after & {"O", "o", "I"}:
        signs |= set(_LOOKALIKES)
    return frozenset(sign.lower() for sign in signs)


def decimal_mark(body: str) -> str | None:
    """The decimal mark that ``body`` proves, or None when it has no separator or is ambiguous.

    >>> decimal_mark("1.234,5"), decimal_mark("1,234,567"), decimal_mark("1,234")
    (',', '.', None)
    """
    bare = _SEPARATORS.sub("", body)
    dots, commas = bare.count("."), bare.count(",")
    if dots and commas:
        return "." if bare.rindex(".") > bare.rindex(",") else ","
    if dots > 1:
        return ","
    if commas > 1:
        return "."
    mark = "." if dots else "," if commas else None
    if mark is None:
        return None
    whole, _, part = re.split(r"[eE]", bare)[0].partition(mark)
    if len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):
        return None
    return mark


def read_body(body: str, mark: str) -> str | None:
    """The digits of ``body`` as a canonical number, given its decimal mark; None when the grouping is wrong."""
    group = "," if mark == "." else "."
    spaced = _SEPARATORS.search(body)
    bare = _SEPARATORS.sub(",", body) if spaced else body
    mantissa, exponent = [*re.split(r"([eE])", bare, maxsplit=1), "", ""][:2], ""
    if mantissa[1]:
        exponent = "e" + re.split(r"[eE]", bare, maxsplit=1)[1]
    digits = mantissa[0]
    if spaced:
        if mark == ",":
            whole, _, part = body.rpartition(",") if "," in body else (body, "", "")
            whole = _SEPARATORS.sub(",", whole)
        else:
            whole, _, part = digits.rpartition(".") if "." in digits else (digits, "", "")
        group = ","
    else:
        whole, _, part = digits.rpartition(mark) if mark in digits else (digits, "", "")
    groups = whole.split(group)
    if len(groups) > 1 and (not groups[0] or len(groups[0]) > 3 or any(len(piece) != 3 for piece in groups[1:])):
        return None
    joined = "".join(groups)
    text = (joined or "0") + (f".{part}" if part else "") + exponent
    return text if _CANONICAL.match(text) else None


def numbers_in(cells: Cells) -> np.ndarray:
    """(rows,) float64 the plain numbers of a column, nan where there is none."""
    own = [float(text) if text is not None and _CANONICAL.match(text) else np.nan for text in cells.values]
    found: np.ndarray = np.array(own)[cells.codes] if own else np.zeros(0)
    return found


def to_decimal(text: str | None) -> Decimal | None:
    """The exact value of a canonical number, None of anything else, and of one that no float is as large or small as.

    >>> to_decimal("12.50"), to_decimal("12e345678901"), to_decimal("1e-99999")
    (Decimal('12.50'), None, None)
    """
    if text is None or not _CANONICAL.match(text):
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if abs(value.adjusted()) <= _MOST_EXPONENT or not value else None


def decimal_places(value: Decimal) -> int:
    """Digits after the point, without zeros at the end.

    >>> decimal_places(Decimal("12.50")), decimal_places(Decimal("1200"))
    (1, 0)
    """
    return max(0, -last_place(value))


_MOST_EXPONENT = 400
"""Power of ten up to which numbers are reckoned with: floats end at 308, and begin at -324."""
TELLING_DIGITS = 3
"""Digits, the zeros around them left out, from which on a number hardly comes by chance."""


def last_place(value: Decimal) -> int:
    """The power of ten of the last digit that is not zero; 0 of zero.

    >>> last_place(Decimal("0.0120")), last_place(Decimal("1200"))
    (-3, 2)
    """
    return int(value.normalize().as_tuple().exponent)


def significant_digits(value: Decimal) -> int:
    """How many digits a number has without the zeros around it.

    >>> significant_digits(Decimal("0.0120")), significant_digits(Decimal("1200"))
    (2, 2)
    """
    return len(value.normalize().as_tuple().digits)


@dataclass(frozen=True)
class Digits:
    """How many digits a column's numbers have, to tell those that went through something that keeps fewer.

    Attributes:
        usual: significant digits that nearly all numbers of the history have; fewer beside an exponent are cut.
        last: the power of ten of the last digit but zero, in half of the numbers or more.
        powered: digits before an exponent that the batch has room for: of seven, 1.234568e+07 may be 12345678.
        exponents: the history itself writes exponents: nothing is cut.
    """

    usual: int = 0
    last: int = 17
    powered: int = 0
    exponents: bool = False

    @classmethod
    def of(cls, history: Iterable[Decimal], exponents: bool) -> Digits:
        """Those of a column, by numbers of its history."""
        known = [value for value in history if value]
        digits = sorted(map(significant_digits, known))
        last = sorted(map(last_place, known))
        usual = digits[len(digits) // 200] if digits else 0
        return cls(usual, last[len(last) // 2] if last else 17, exponents=exponents)

    def beside(self, batch: Iterable[Text]) -> Digits:
        """The same for the texts of a batch."""
        written = [_before_exponent(text) for text in batch if text and _POWERED.fullmatch(text)]
        most = max(written, default=0)
        capped = written.count(most) >= _CAPPED * len(written)
        return replace(self, powered=most if capped else _UNCUT)

    def are_lost(self, text: str, whole: bool) -> bool:
        """Whether a canonical number went through a float or a spreadsheet that kept fewer digits than it had.

        ``whole``: the column holds whole numbers, of which a float keeps not all digits of a large one.

        >>> ids = Digits(17, 0)
        >>> ids.are_lost("6.55367871901232E+17", True), ids.are_lost("655367871901231999", True)
        (True, False)
        >>> ids.are_lost("821090275954461952.0", True), Digits(7, 0).are_lost("38E+05", True)
        (True, True)
        >>> amounts = Digits(3, -2, 3)
        >>> [amounts.are_lost(text, False) for text in ("1.25e+00", "1.25e+01", "0.00E+00")]
        [False, True, False]
        """
        value, bare = to_decimal(text), text.lstrip("+-")
        if not value or bare.isdigit() or self.exponents:
            return False
        powered = _POWERED.fullmatch(text) is not None
        digits = _before_exponent(text)
        if powered and (digits < self.usual or value.adjusted() - max(self.powered, digits) + 1 > self.last):
            return True
        return whole and abs(value) > EXACT and (digits <= _FLOAT_DIGITS or not powered)


def _before_exponent(text: str) -> int:
    """Digits of a canonical number, those of an exponent and zeros before it left out."""
    return len(re.split(r"[eE]", text.lstrip("+-"))[0].replace(".", "").lstrip("0"))


@dataclass(frozen=True)
class NumberStyle:
    """How a column writes its numbers.

    Attributes:
        places: digits after the point when nearly all values have that many, else None.
        pointed: whole numbers are written ``12.0``.
        whole: no value has a point.
        trimmed: no value ends in a zero after the point.
        most_places: the largest number of digits after the point (99.9 % of values).
        exponents: some values are written with an exponent.
        longest: most digits before the point; 0 where some begin with a zero that is not their only one.
    """

    places: int | None = None
    pointed: bool = False
    whole: bool = False
    trimmed: bool = False
    most_places: int = 17
    exponents: bool = False
    longest: int = 0

    @classmethod
    def of(cls, counts: Mapping[Any, int] | Iterable[tuple[str | None, int]]) -> NumberStyle:
        """Learns the style from (text, rows) pairs; texts that are not numbers are ignored."""
        places: Counter[int] = Counter()
        bare_whole = zero_pointed = untrimmed = exponents = longest = 0
        padded = False
        for text, count in counts.items() if isinstance(counts, Mapping) else counts:
            if text is None or not _CANONICAL.match(text):
                continue
            if "e" in text or "E" in text:
                places[17] += count
                exponents += count
                continue
            whole, point, part = text.lstrip("+-").partition(".")
            longest, padded = max(longest, len(whole)), padded or (len(whole) > 1 and whole[0] == "0")
            untrimmed += count if point and (not part or part.endswith("0")) else 0
            places[len(part)] += count
            bare_whole += count if not point else 0
            zero_pointed += count if part == "0" else 0
        total = sum(places.values())
        if not total:
            return cls()
        common, rows = places.most_common(1)[0]
        most, seen = 17, 0
        for digits in sorted(places):
            seen += places[digits]
            if seen >= 0.999 * total:
                most = digits
                break
        return cls(
            places=common if common and rows >= 0.98 * total else None,
            pointed=not bare_whole and zero_pointed > 0,
            whole=most == 0,
            trimmed=not untrimmed,
            most_places=most,
            exponents=exponents > 0,
            longest=0 if padded else longest,
        )

    def write(self, value: Decimal) -> str:
        """``value`` in this style; digits are never lost."""
        text = format(value.normalize(), "f") if value else "0"
        digits = len(text.partition(".")[2])
        if self.places is not None and digits < self.places:
            text += ("" if digits else ".") + "0" * (self.places - digits)
        elif self.pointed and not digits:
            text += ".0"
        return text


@dataclass(frozen=True)
class NumberRule:
    """One rule that reads a column's odd numbers.

    Attributes:
        mark: the decimal mark of the odd cells; "" when it cannot be told, then ambiguous cells are not read.
        factors: decoration token -> exact factor; a token that is not a key is not read.
        integer: results must be whole.
        regroup: canonical-looking "1.234" is read as 1234 too (the whole column uses a decimal comma).
        style: how to write results.
        unsigned: the column was never negative, so that one booked as such is left for a person.
        digits: how many digits the column's numbers have.
    """

    mark: str
    factors: Mapping[str, str]
    integer: bool = False
    regroup: bool = False
    style: NumberStyle = NumberStyle()
    unsigned: bool = False
    digits: Digits = Digits()

    def read(self, text: str | None) -> str | None:
        """The canonical text of an odd cell; None when the rule does not read it or it is fine as it stands."""
        if text is None:
            return None
        if _CANONICAL.match(text):
            return self._canonical(text)
        written = dissect(text)
        if written is None or written.token not in self.factors:
            return self._lookalike(text) if written is None or written.token else None
        if written.booked and self.unsigned:
            return None
        mark = decimal_mark(written.body) or self.mark
        if not mark and ("," in written.body or "." in written.body):
            return None
        digits = read_body(written.body, mark or ".")
        if digits is None or self._is_cut(digits):
            return None
        return self._finish(digits, written.negative, Decimal(self.factors[written.token]))

    def _canonical(self, text: str) -> str | None:
        if self.regroup and re.fullmatch(r"[+-]?\d{1,3}\.\d{3}", text):
            return self._finish(text.lstrip("+-").replace(".", ""), text.startswith("-"), Decimal(1))
        if self._is_cut(text):
            return None
        if self.integer and not text.lstrip("+-").isdigit():
            return self._finish(text.lstrip("+-"), text.startswith("-"), Decimal(1))
        whole = text.lstrip("+-").partition(".")[0]
        # Longer than any number was: of the usual length it may be a code that begins with a zero.
        padded = whole[:1] == "0" and len(whole) > self.style.longest >= len(whole.lstrip("0")) > 0
        odd = (
            padded
            or text.startswith("+")
            or ("e" in text.lower() and not self.style.exponents and repr(float(text)) != text)
        )
        return self._finish(text.lstrip("+-"), text.startswith("-"), Decimal(1)) if odd else None

    def _is_cut(self, text: str) -> bool:
        return self.digits.are_lost(text, self.integer)

    def _lookalike(self, text: str) -> str | None:
        swapped = text.strip().translate(_LOOKALIKE)
        if swapped != text.strip() and any(ch.isdigit() for ch in text) and _CANONICAL.match(swapped):
            return self._finish(swapped.lstrip("+-"), swapped.startswith("-"), Decimal(1))
        return None

    def _finish(self, digits: str, negative: bool, factor: Decimal) -> str | None:
        value = to_decimal(digits)
        if value is None or abs(value.adjusted()) > 40:
            return None
        scaled = value * factor
        if self.integer and scaled != scaled.to_integral_value():
            return None
        if (
            factor == 1
            and not self.integer
            and "e" not in digits.lower()
            and self.style.places is None
            and not self.style.trimmed
        ):
            text = digits if not (self.style.pointed and "." not in digits) else digits + ".0"
            whole, point, part = text.partition(".")
            text = (whole.lstrip("0") or "0") + point + part
        else:
            text = self.style.write(scaled)
        return ("-" if negative and scaled else "") + text
