"""What a single text is: a stand-in for a missing value, a number, a date, and which literal form it has."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

MISSING_WORDS = frozenset(
    (
        "na", "nan", "null", "none", "nil", "nothing", "undefined", "unknown", "missing", "blank", "empty", "void",
        "notavailable", "notapplicable", "nodata", "novalue", "notprovided", "notspecified", "notgiven", "notknown",
        "pdna", "nat", "nd", "nanind", "inf", "infinity", "div0", "div0!", "num!", "value!", "ref!", "1qnan",
        "unspecified", "unavailable", "redacted", "removed", "deleted", "hidden", "withheld", "confidential",
        "anonymous", "anonymised", "masked", "gdpr", "xxx", "xxxx", "tbd", "tba", "todo", "pleasechoose",
        "pleaseselect", "selectone", "noanswer",
    )
)  # fmt: skip
"""Words that stand for a missing value, in lower case and without :data:`AROUND`."""

NULL_MARK = "\\n"
"""What databases export for null (``\\N``), in lower case: without its sign it would be any N."""

AROUND = r"[\[\](){}<>\"'`*•#_./\\|~–—?=:;, -]+"
"""Signs around and in such words; a short text of nothing else stands for a missing value, too."""

LONGEST_SHAPE = 60
"""Characters of a text that its shape is made of."""

LONGEST_WORD, LONGEST_DATE = 20, 40


@lru_cache(maxsize=100_000)
def is_missing_word(text: str) -> bool:
    r"""Whether a text that is not blank stands for a missing value.

    >>> [is_missing_word(text) for text in ("N/A", "[REDACTED]", "--", r"\N", "N", "Nancy")]
    [True, True, True, True, False, False]
    """
    if len(text) > LONGEST_WORD or not text.strip():
        return False
    word = text.strip().lower()
    bare = re.sub(AROUND, "", word)
    return not bare or word == NULL_MARK or bare in MISSING_WORDS


def stands_for_missing(label: str) -> bool:
    """Whether a label means a missing cell: a word for it, or one of the labels of null and empty cells."""
    return label.startswith("\0") or is_missing_word(label)


TRUE_FALSE = frozenset(("true", "false", "t", "f", "yes", "no", "y", "n"))

_INT = re.compile(r"[+-]?\d+\Z")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?( ?(Z|UTC|[+-]\d{2}:?\d{2}))?)?\Z")
_UNIT = re.compile(r"(?:[^\d\s.,+-]{1,4} ?[+-]?\d[\d.,' ]*|[+-]?\d[\d.,' ]* ?[^\d\s.,+-]{1,5}\.?)\Z")
_SEPARATED = re.compile(r"[+-]?\d{1,3}([,.' ]\d{3})+([.,]\d+)?\Z|[+-]?\d+,\d+\Z")
_OTHER_DATES = (
    (re.compile(r"\d{1,2}/\d{1,2}/\d{4}\Z"), ("%d/%m/%Y", "%m/%d/%Y")),
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}\Z"), ("%d.%m.%Y",)),
    (re.compile(r"\d{1,2}-\d{1,2}-\d{4}\Z"), ("%d-%m-%Y", "%m-%d-%Y")),
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2}\Z"), ("%Y/%m/%d",)),
    (re.compile(r"\d{1,2}-[A-Za-z]{3}-\d{2,4}\Z"), ("%d-%b-%Y", "%d-%b-%y")),
    (re.compile(r"[A-Za-z]{3,9} \d{1,2},? \d{4}\Z"), ("%b %d, %Y", "%B %d, %Y", "%b %d %Y")),
    (re.compile(r"\d{1,2} [A-Za-z]{3,9} \d{4}\Z"), ("%d %b %Y", "%d %B %Y")),
    (re.compile(r"\d{1,2}/[A-Za-z]{3}/\d{4}(:\d\d){3}\Z"), ("%d/%b/%Y:%H:%M:%S",)),
    (re.compile(r"\d{1,2}[A-Za-z]{3}\d{4}(:\d\d){2,3}\Z"), ("%d%b%Y:%H:%M:%S", "%d%b%Y:%H:%M")),
)
BROKEN = (
    "\ufffd|[\u0080-\u009f]|\u00c3[\u00a0-\u00ff\u0192\u201a]|\u00c2[\u00a0-\u00bf]"
    "|\u00e2[\u20ac\u02dc\u0153]|\u00f0\u0178"
    r"|&#?[a-z0-9]{2,7};|\\u[0-9a-f]{4}"
)
"""What is left of a character read in the wrong encoding, or escaped once too often."""

_DIGITS = re.compile(r"\d+")
_ZEROS = re.compile(r"(?<!\d)(?<!\d[.,])0+(?=\d)")
_UPPER = re.compile(r"[^\W\d_a-z]+")
_LOWER = re.compile(r"[a-z]+")


@lru_cache(maxsize=200_000)
def shape(text: str) -> str:
    """The shape of a text: runs of digits become 9 (09 after a leading zero in a whole number), letters a or A.

    >>> shape("EUR 12.34"), shape("ab-12"), shape("-3.5e10"), shape("00120")
    ('A 9.9', 'a-9', '-9.9a9', '09')
    """
    text = text[:LONGEST_SHAPE]
    if "0" in text and text[:1].isdigit() and len(text) <= 20 and text.isdigit():
        text = _ZEROS.sub("\0", text)
    return _LOWER.sub("a", _UPPER.sub("A", _DIGITS.sub("9", text))).replace("\0", "0")


def is_broken(text: str) -> bool:
    """Whether a text holds a character read in the wrong encoding.

    >>> is_broken("Malm\u00c3\u00b6"), is_broken("Malm\u00f6")
    (True, False)
    """
    return re.search(BROKEN, text) is not None


@lru_cache(maxsize=200_000)
def kind_of(text: str) -> str:
    """What a text reads as: int, number, bool, date, separated, unit or text.

    >>> [kind_of(text) for text in ("12", "1.5", "yes", "2026-01-02", "1,234", "5 kg", "Rome")]
    ['int', 'number', 'bool', 'date', 'separated', 'unit', 'text']
    """
    if _NUMBER.match(text):
        return "int" if _INT.match(text) else "number"
    if len(text) <= 5 and text.lower() in TRUE_FALSE:
        return "bool"
    if len(text) > LONGEST_DATE:
        return "text"
    if parse_date(text) is not None:
        return "date"
    if _SEPARATED.match(text):
        return "separated"
    return "unit" if _UNIT.match(text) else "text"


@lru_cache(maxsize=50_000)
def parse_date(text: str) -> float | None:
    """Seconds since 1970 of a date text in one of the usual formats; None when it is none.

    >>> parse_date("1970-01-02"), parse_date("02/01/1970"), parse_date("x")
    (86400.0, 86400.0, None)
    """
    if not text[:1].isalnum() or not any(c.isdigit() for c in text):
        return None
    if _ISO.match(text):
        try:
            moment = datetime.fromisoformat(text.replace(" UTC", "Z").replace(" Z", "Z"))
        except ValueError:
            return None
        return (moment.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds()
    for pattern, formats in _OTHER_DATES:
        if pattern.match(text):
            for one in formats:
                try:
                    return (datetime.strptime(text, one) - datetime(1970, 1, 1)).total_seconds()
                except ValueError:
                    continue
    return None
