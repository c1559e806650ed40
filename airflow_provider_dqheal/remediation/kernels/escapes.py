"""Texts that were escaped once too often, quoted, or printed by another language: what undoes it, exactly."""

from __future__ import annotations

import ast
import html
import json
import re
import urllib.parse
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from airflow_provider_dqheal.profiling.json_text import is_json, json_of
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word

Way = Callable[[str], str]

_PROBED = 200
"""Different texts of the history that show how it writes."""
_LONGEST = 100_000
_STYLES = ((", ", ": "), (",", ":"), (",", ": "))
_ESCAPED_SIGN = re.compile(r"\\(['\"\\/])")
_UNICODE = re.compile(r"\\(?:U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_QUOTES = ('"', "'")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
"""Signs without a width: spaces and joiners, the mark that a file begins with. A soft hyphen may be half a letter."""


def unescaped(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Unseen texts as the history writes them, where one way undoes what none of its texts shows.

    In a column of JSON it has to make JSON of what is none; in others the escapes must be gone, and never have been.
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
    for way in _WAYS:
        if any(way(text) != text for text in known):
            continue
        found |= {text: after for text in odd if (after := way(str(found.get(text, text)))) != found.get(text, text)}
    return {text: after for text, after in found.items() if after and str(after).strip()}


def _json(odd: Iterable[str], known: list[str]) -> dict[Text, Text]:
    """Texts that are no JSON, as the JSON that they were."""
    dump = _written_as(known)
    if dump is None:
        return {}
    found: dict[Text, Text] = {}
    for text in odd:
        if len(text) > _LONGEST or is_json(text):
            continue
        for way in (_visible, html.unescape, _unquoted, _undoubled, _unescaped_signs, _unescaped_address, _of_python):
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
    return text.translate(_INVISIBLE)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] and text[0] in _QUOTES else text


def _undoubled(text: str) -> str:
    """Without the quotes that a CSV writer puts around a text, and beside each of its own."""
    return _unquoted(text).replace('""', '"') if text.startswith('"') and text.endswith('"') else text


def _unescaped_signs(text: str) -> str:
    r"""``O\'Brien`` as ``O'Brien``, also within quotes of its own."""
    inner = _unquoted(text) if '\\"' in text else text
    return _ESCAPED_SIGN.sub(r"\1", inner)


def _unescaped_letters(text: str) -> str:
    r"""``Malm\u00f6`` and ``Malm\xf6`` as ``Malmö``, also in halves (``\ud83d\ude00``)."""
    try:
        after = _UNICODE.sub(lambda found: chr(int("".join(filter(None, found.groups())), 16)), text)
        return after.encode("utf-16", "surrogatepass").decode("utf-16") if after != text else text
    except (UnicodeDecodeError, ValueError, OverflowError):
        return text


def _unescaped_address(text: str) -> str:
    """``New%20York`` as ``New York``; what is no UTF-8 then is left as it is."""
    after = urllib.parse.unquote(text, errors="replace")
    return text if "\ufffd" in after else after


_WAYS: tuple[Way, ...] = (_visible, html.unescape, _unescaped_signs, _unescaped_letters, _unescaped_address)
