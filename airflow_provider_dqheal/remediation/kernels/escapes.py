"""Texts that were escaped once too often, quoted, or printed by another language: what undoes it, exactly."""

from __future__ import annotations

import ast
import html
import json
import re
import urllib.parse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from airflow_provider_dqheal.profiling.json_text import is_json, json_of
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word

_PROBED = 200
"""Different texts of the history that show how it writes."""
_SEVERAL, _BARE, _LEFT = 3, 0.02, 0.2
"""Different texts with escapes, share of the history's rows with the bare signs, and how much of that share may be
left: by these an escaping of the whole column is told from a text that came with escapes."""
_LONGEST = 100_000
_STYLES = ((", ", ": "), (",", ":"), (",", ": "))
_QUOTES = ('"', "'")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))
"""Signs without a width, and the mark that a file begins with. A soft hyphen may be half a letter."""
_JOINERS = "\u200c\u200d"
"""Between letters or pictures they mean something."""


@dataclass(frozen=True)
class Escape:
    """One way to escape signs: the ``pattern`` of what stands for them, and what it stands for."""

    pattern: re.Pattern[str]
    decode: Callable[[str], str]

    def undo(self, text: str) -> str:
        """The text without escapes; as it is where they stand for nothing."""
        try:
            after = self.pattern.sub(lambda found: self.decode(found.group()), text)
            return after.encode("utf-16", "surrogatepass").decode("utf-16") if after != text else text
        except (UnicodeDecodeError, ValueError, OverflowError):
            return text

    def signs(self, text: str) -> set[str]:
        """The signs that are only escaped in a text."""
        return set(self.undo(text)) - set(self.pattern.sub("", text))

    def bare(self, text: str, signs: set[str]) -> bool:
        """Whether one of the signs stands in a text as it is."""
        return not signs.isdisjoint(self.pattern.sub("", text))


_HTML = Escape(re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,30});"), html.unescape)
_BACKSLASH = Escape(re.compile(r"\\['\"\\/]"), lambda found: found[1])
_LETTER = Escape(
    re.compile(r"\\(?:U[0-9a-fA-F]{8}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})"), lambda found: chr(int(found[2:], 16))
)
_ADDRESS = Escape(re.compile(r"(?:%[0-9a-fA-F]{2})+"), lambda found: urllib.parse.unquote(found, errors="strict"))
_ESCAPES = (_HTML, _BACKSLASH, _LETTER, _ADDRESS)


def unescaped(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Unseen texts as the history writes them, where one way undoes what none of its texts shows.

    In a column of JSON it has to make JSON of what is none. In others a known text has to come back, or all of the
    column must have been escaped: the signs that were bare in the history are so no more.
    """
    if history.is_numeric:
        return {}
    odd = [text for text in counts if text and text not in history.pooled and not is_missing_word(text)]
    known = list(islice(history.present, _PROBED))
    if not odd or not known:
        return {}
    if history.is_json:
        return _json(odd, known)
    found: dict[Text, Text] = {}
    if not any(_visible(text) != text for text in known):
        found |= {text: after for text in odd if (after := _visible(text)) not in (text, "")}
    for way in _ESCAPES:
        if any(way.undo(text) != text for text in known):
            continue
        so_far = {text: found.get(text) or text for text in odd}
        undone = {text: after for text, before in so_far.items() if (after := way.undo(before)) != before}
        every = _is_everywhere(way, undone, counts, history)
        found |= {text: after for text, after in undone.items() if after.strip() and (every or after in history.pooled)}
    return found


def _is_everywhere(way: Escape, undone: Iterable[str], counts: Counts, history: ColumnHistory) -> bool:
    """Whether the whole column was escaped: what was bare before is hardly so any more."""
    undone = list(undone)
    signs = {sign for text in undone for sign in way.signs(text)}
    before = sum(rows for text, rows in history.present.items() if way.bare(text, signs)) / max(1, history.present_rows)
    present = {text: rows for text, rows in counts.items() if text is not None and not is_missing_word(text)}
    now = sum(rows for text, rows in present.items() if way.bare(text, signs)) / max(1, sum(present.values()))
    return len(undone) >= _SEVERAL and before >= _BARE and now <= _LEFT * before


def _json(odd: Iterable[str], known: list[str]) -> dict[Text, Text]:
    """Texts that are no JSON, as the JSON that they were."""
    dump = _written_as(known)
    if dump is None:
        return {}
    found: dict[Text, Text] = {}
    ways = (_visible, _HTML.undo, _unquoted, _undoubled, _unwrapped, _ADDRESS.undo, _of_python)
    for text in odd:
        if len(text) > _LONGEST or is_json(text):
            continue
        for way in ways:
            after = way(text)
            value = json_of(after) if after != text else None
            if value is not None:
                found[text] = dump(value) if way is _of_python else after
                break
    return found


def _written_as(known: Iterable[str]) -> Callable[[Any], str] | None:
    """How the history writes its JSON, if in one way that a program can."""
    known = [text for text in known if is_json(text)]
    for separators in _STYLES:
        for ascii_only in (True, False):

            def dump(value: Any, separators: tuple[str, str] = separators, ascii_only: bool = ascii_only) -> str:
                return json.dumps(value, separators=separators, ensure_ascii=ascii_only)

            if all(dump(json_of(text)) == text for text in known):
                return dump
    return None


def _of_python(text: str) -> str:
    """What Python printed as a list or a dictionary, in JSON."""
    if text.strip()[:1] not in ("{", "["):
        return text
    try:
        return json.dumps(ast.literal_eval(text.strip()))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def _visible(text: str) -> str:
    return text.translate(_INVISIBLE).strip(_JOINERS)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] and text[0] in _QUOTES else text


def _undoubled(text: str) -> str:
    """Without the quotes that a CSV writer puts around a text, and beside each of its own."""
    return _unquoted(text).replace('""', '"') if text.startswith('"') and text.endswith('"') else text


def _unwrapped(text: str) -> str:
    """Without backslashes, and the quotes around a text that has them."""
    return _BACKSLASH.undo(_unquoted(text) if '\\"' in text else text)
