"""Character-class patterns of text, for all values at once, and what a pattern says about its values.

Classes: ``A`` upper case, ``a`` lower case, ``9`` digit, a blank for any white space, ``u`` any non-ASCII character;
other characters stand for themselves. ``Ab 12`` is ``Aa 99`` in full and ``Aa 9`` with runs collapsed.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from airflow_provider_dqheal.profiling.hashing import text_buffers

SCANNED_BYTES = 128
"""Only so many bytes of a value are classified."""
PATTERN_CHARS = 32
"""A longer pattern is cut."""


def _classes() -> NDArray[np.uint8]:
    table = np.arange(256, dtype=np.uint8)
    for first, last, name in (("A", "Z", "A"), ("a", "z", "a"), ("0", "9", "9"), ("\t", "\r", " ")):
        table[ord(first) : ord(last) + 1] = ord(name)
    table[128:] = ord("u")
    table[0:9] = table[14:32] = table[127] = ord("?")
    return table


CLASS_OF = _classes()


def scanned(array: pa.Array) -> pa.Array:
    """The first bytes of each value, as binary."""
    binary = array.cast(pa.binary()) if pa.types.is_string(array.type) else array.cast(pa.large_binary())
    offsets, _ = text_buffers(binary)
    if int(np.diff(offsets).max(initial=0)) > SCANNED_BYTES:
        return pc.binary_slice(binary, 0, SCANNED_BYTES)
    return binary


def full_patterns(array: pa.Array) -> pa.Array:
    """Patterns character class by character class (a non-ASCII character is one ``u`` a byte), shape (n,)."""
    offsets, data = text_buffers(scanned(array))
    return _strings(offsets, CLASS_OF[data])


def collapsed_patterns(array: pa.Array) -> pa.Array:
    """Patterns with runs of one class collapsed, cut at :data:`PATTERN_CHARS`, shape (n,)."""
    offsets, data = text_buffers(scanned(array))
    classes = CLASS_OF[data]
    keep = np.ones(len(classes), bool)
    keep[1:] = classes[1:] != classes[:-1]
    keep[offsets[:-1][np.diff(offsets) > 0]] = True
    before = np.zeros(len(classes) + 1, np.int64)
    np.cumsum(keep, out=before[1:])
    patterns = _strings(before[offsets], classes[keep])
    if len(patterns) and int(np.diff(before[offsets]).max()) > PATTERN_CHARS:
        return pc.utf8_slice_codeunits(patterns, 0, PATTERN_CHARS)
    return patterns


def _strings(offsets: NDArray[np.int64], data: NDArray[np.uint8]) -> pa.Array:
    return pa.StringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(np.ascontiguousarray(data))
    )


# What a collapsed pattern says of every value that has it. "maybe" flags need a look at the values.
EMPTY, BLANK, LEADING, TRAILING, UPPER, LOWER, LETTERS, DIGITS, NON_ASCII = (1 << bit for bit in range(9))
INT, DECIMAL, MAYBE_EXPONENT, MAYBE_GROUPED, MAYBE_COMMA, PERCENT, MAYBE_CURRENCY, MAYBE_UNIT, MAYBE_DATE = (
    1 << bit for bit in range(9, 18)
)
NUMBER = INT | DECIMAL

_RULES: tuple[tuple[int, re.Pattern[str]], ...] = (
    (INT, re.compile(r"[-+]?9")),
    (DECIMAL, re.compile(r"[-+]?(9\.9|9\.|\.9)")),
    (MAYBE_EXPONENT, re.compile(r"[-+]?(9\.9|9\.?|\.9)[aA][-+]?9")),
    (MAYBE_GROUPED, re.compile(r"[-+]?9([,' ]9)+(\.9)?|[-+]?9(\.9)+(,9)?")),
    (MAYBE_COMMA, re.compile(r"[-+]?9,9|[-+]?9(\.9)+,9")),
    (PERCENT, re.compile(r"[-+]?(9|9[.,]9|[.,]9) ?%")),
    (
        MAYBE_CURRENCY,
        re.compile(r"[-+]?([Aa]{1,2}[.]?|\$|u|[A]\$) ?[-+]?9([.,' ]9)*|[-+]?9([.,' ]9)* ?([Aa]{1,2}|\$|u)"),
    ),
    (MAYBE_UNIT, re.compile(r"[-+]?9([.,]9)? ?[aAu][aAu/9]{0,5}")),
    (
        MAYBE_DATE,
        re.compile(
            r"9([-/. ])9\1 ?9( ?[aA]? ?9:9(:9([.,]9)?)?( ?([aA]|[-+]9(:9)?))?)?"
            r"|9[- ]?[Aa]{1,2}[-, ]{1,2}9( 9:9(:9)?)?|A?a ?\.? ?9,? 9( 9:9(:9)?)?|A 9, 9"
        ),
    ),
    (UPPER, re.compile(r"[^a]*A[^a]*")),
    (LOWER, re.compile(r"[^A]*a[^A]*")),
    (LETTERS, re.compile(r"[Aau ]+")),
    (DIGITS, re.compile(r"9")),
)


@lru_cache(maxsize=65536)
def flags_of(pattern: str) -> int:
    """The flags of a collapsed pattern; surrounding white space does not count, it has flags of its own."""
    if not pattern:
        return EMPTY
    bare = pattern.strip(" ")
    if not bare:
        return BLANK
    flags = (LEADING if pattern[0] == " " else 0) | (TRAILING if pattern[-1] == " " else 0)
    if "u" in bare:
        flags |= NON_ASCII
    for flag, rule in _RULES:
        if rule.fullmatch(bare):
            flags |= flag
    return flags
