"""The text of cells: what a person would see, whatever the column's physical type."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.profiling.kinds import render

Text = str | None

_BLANKS = "".join(ch for ch in map(chr, range(0x3001)) if ch.isspace() and ch not in "\x1c\x1d\x1e\x1f\x85")

STRONG_MISSING: frozenset[str] = frozenset(
    {
        "n/a", "#n/a", "n.a.", "n.a", "#na", "<na>", "na", "nan", "#nan", "null", "(null)", "<null>", "\\n", "nat",
        "nil",
        "missing", "not available", "--", "---", "-", "?", "??", "#value!", "#ref!", "#null!",
        "1.#qnan", "1.#ind", "-1.#ind", "1.#inf", "-1.#inf", "-nan", "-nan(ind)",
    }
)  # fmt: skip
"""Words (lower case) that stand for a missing value whatever the column holds."""

WEAK_MISSING: frozenset[str] = frozenset(
    {"none", "unknown", "undefined", "not applicable", "tbd", ".", "..", "*", "empty", "x"}
)
"""Words that may be a missing value or a category; they need the batch's own alarm in a text column."""


def text_of(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The text of every cell as one ``string`` array, as a profile tells it; null stays null."""
    return render(array)


def as_cast(texts: pa.Array) -> pa.Array:
    """Moments in one of the ways that a cast reads alike: a blank before the time, no zeros after the seconds.

    >>> as_cast(pa.array(["2026-03-01T08:15:00", "2026-03-01 08:15:00.000000"])).to_pylist()
    ['2026-03-01 08:15:00', '2026-03-01 08:15:00']
    """
    spaced = pc.replace_substring_regex(texts, r"^(\d{4}-\d\d-\d\d)T", r"\1 ")
    return pc.replace_substring_regex(spaced, r"(:\d\d)\.0+$", r"\1")


@dataclass(frozen=True)
class Cells:
    """A column as distinct texts and, per row, the position of its text among them."""

    values: tuple[Text, ...]
    codes: np.ndarray
    counts: np.ndarray = field(repr=False)

    @classmethod
    def of(cls, array: pa.Array | pa.ChunkedArray) -> Cells:
        """Dictionary-encodes the text of ``array``; null is a value of its own."""
        texts = text_of(array)
        if len(texts) == 0:
            return cls((), np.zeros(0, np.int64), np.zeros(0, np.int64))
        encoded = pc.dictionary_encode(texts, null_encoding="encode")
        values = tuple(encoded.dictionary.to_pylist())
        codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        return cls(values, codes, np.bincount(codes, minlength=len(values)))

    @property
    def counter(self) -> dict[Text, int]:
        """Rows per distinct text."""
        return {value: int(count) for value, count in zip(self.values, self.counts, strict=True)}

    def rows(self, chosen: Sequence[Text] | set[Text] | dict[Text, Any]) -> np.ndarray:
        """Positions (int64, ascending) of the rows whose text is in ``chosen``."""
        wanted = np.fromiter((value in chosen for value in self.values), bool, len(self.values))
        return np.flatnonzero(wanted[self.codes]) if len(self.values) else np.zeros(0, np.int64)

    def text(self, row: int) -> Text:
        """The text of one row."""
        return self.values[self.codes[row]]


def is_blank(text: Text) -> bool:
    """Whether the cell is null, empty or white space only."""
    return text is None or not text.strip()


def is_missing_word(text: Text, weak: bool = False) -> bool:
    """Whether the text is blank or a word for a missing value (``weak``: also the doubtful words)."""
    if text is None:
        return True
    lowered = text.strip().strip("'\"").lower()
    return not lowered or lowered in STRONG_MISSING or (weak and lowered in WEAK_MISSING)


_WRAPPERS = (
    ('="', '"'),
    ('["', '"]'),
    ("['", "']"),
    ("b'", "'"),
    ('b"', '"'),
    ('"', '"'),
    ("'", "'"),
    ("[", "]"),
    ("<", ">"),
)
_JSON = re.compile(r'^\{\s*"[^"]*"\s*:\s*(?:"([^"]*)"|([^",{}\[\]]+?))\s*\}$')
_TAGGED = re.compile(r"<([A-Za-z][A-Za-z0-9]{0,15})(?:\s[^<>]*)?>([^<>]+)</\1>")


def stripped(text: str) -> str:
    r"""The text without blanks around it. A control character is none: it is left of one in another encoding.

    >>> stripped("  Rome\u00a0"), len(stripped("â\x98\x85"))
    ('Rome', 3)
    """
    return text.strip(_BLANKS)


def untagged(text: str) -> str:
    """The text without the element of markup that it is.

    >>> untagged("<b>12.5</b>"), untagged("<td class='n'>7</td>"), untagged("a <b>c</b>"), untagged("<5")
    ('12.5', '7', 'a <b>c</b>', '<5')
    """
    found = _TAGGED.fullmatch(text.strip()) if "<" in text else None
    return stripped(found.group(2)) if found is not None else text


def unquoted(text: str) -> str:
    """The text without quotes around it or the element of markup that it is; what it says is the same.

    >>> unquoted('="12"'), unquoted("'yes'"), unquoted("<i>yes</i>"), unquoted("[yes]")
    ('12', 'yes', 'yes', '[yes]')
    """
    bare = unwrapped(text)
    quoted = text.strip().startswith(("'", '"', '="')) or bare == untagged(text)
    return bare if quoted and bare else text


def unwrapped(text: str) -> str:
    """The text without one layer of quotes, brackets, markup, a spreadsheet's ``=""`` or a JSON object of one value.

    >>> unwrapped('="12"'), unwrapped("[yes]"), unwrapped('{"value": 7}'), unwrapped("<b>7</b>"), unwrapped("plain")
    ('12', 'yes', '7', '7', 'plain')
    """
    bare = stripped(text)
    inner = untagged(bare)
    if inner != bare:
        return inner
    found = _JSON.match(bare)
    if found is not None:
        return str(found.group(1) if found.group(1) is not None else found.group(2))
    for start, end in _WRAPPERS:
        if len(bare) > len(start) + len(end) and bare.startswith(start) and bare.endswith(end):
            return stripped(bare[len(start) : len(bare) - len(end)])
    return bare


def to_array(texts: Sequence[Text], type: pa.DataType) -> pa.Array:
    """Texts as an array of ``type``.

    Raises:
        pa.ArrowInvalid: when a text does not fit the type.
    """
    strings = pa.array(texts, pa.string())
    if pa.types.is_string(type):
        return strings
    if pa.types.is_nested(type) or pa.types.is_binary(type) or pa.types.is_large_binary(type):
        return _unrendered(texts, type)
    if pa.types.is_timestamp(type) and type.tz is not None:
        return pc.cast(pc.assume_timezone(pc.cast(strings, pa.timestamp("us")), "UTC"), type)
    if pa.types.is_integer(type):
        stripped = [None if text is None else text.removesuffix(".0") for text in texts]
        return pc.cast(pa.array(stripped, pa.string()), type)
    return pc.cast(strings, type)


def _unrendered(texts: Sequence[Text], type: pa.DataType) -> pa.Array:
    """Nested values of JSON texts, bytes of hexadecimal ones."""
    read = json.loads if pa.types.is_nested(type) else bytes.fromhex
    try:
        return pa.array([None if text is None else read(text) for text in texts], type)
    except (ValueError, TypeError) as error:
        raise pa.ArrowInvalid(f"a text is no {type}") from error
