"""Literal forms that no list names: drawn piece by piece."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Severity
from airflow_provider_dqheal.detection.corruptions._cells import Rewritten, cell_family, texts
from airflow_provider_dqheal.detection.corruptions._frame import Column
from airflow_provider_dqheal.detection.corruptions._where import pick

_ISSUE = "type_mismatch"
_SOURCE = "composition: what every other family of this type does, in random combination"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SIGNS = "!#$%&*+-./:;<=>?@^_|~§°"
_PAIRS = ("()", "[]", "{}", "<>", '""', "''", "``", "||", "**", "__", "//")
Rows = np.ndarray
Rng = np.random.Generator
Step = Callable[[str], str]


def _drawn(rng: Rng, pool: str, most: int) -> str:
    return "".join(pool[int(index)] for index in rng.integers(0, len(pool), int(rng.integers(1, most + 1))))


def _prefix(rng: Rng) -> Step:
    mark = _drawn(rng, _LETTERS + _SIGNS if rng.random() < 0.5 else _SIGNS, 4) + pick(rng, ("", " ", ":", "="))
    return lambda text: mark + text


def _suffix(rng: Rng) -> Step:
    mark = pick(rng, ("", " ", "_", "/")) + _drawn(rng, _LETTERS if rng.random() < 0.6 else _SIGNS, 4)
    return lambda text: text + mark


def _wrap(rng: Rng) -> Step:
    pair = pick(rng, _PAIRS)
    return lambda text: pair[0] + text + pair[1]


def _separator(rng: Rng) -> Step:
    old, new = pick(rng, tuple(".-/ :,")), pick(rng, (*tuple("_·,;|/ "), "", " - "))
    return lambda text: text.replace(old, new)


def _grouping(rng: Rng) -> Step:
    size, sign = int(rng.integers(2, 5)), pick(rng, tuple(" ,.-_'"))
    return lambda text: sign.join(text[at : at + size] for at in range(0, len(text), size))


def _signs(rng: Rng) -> Step:
    old = pick(rng, tuple("0123456789"))
    new = pick(rng, tuple("oOlISBZx?"))
    return lambda text: text.replace(old, new)


def _padding(rng: Rng) -> Step:
    sign, more = pick(rng, tuple("0 _*.-")), int(rng.integers(2, 9))
    if rng.random() < 0.5:
        return lambda text: text.rjust(len(text) + more, sign)
    return lambda text: text.ljust(len(text) + more, sign)


def _repeat(rng: Rng) -> Step:
    sign = pick(rng, ("", " ", ",", "|", "/"))
    return lambda text: text + sign + text


_STEPS = (_prefix, _suffix, _wrap, _separator, _grouping, _signs, _padding, _repeat)


@cell_family(
    "form_composed",
    _ISSUE,
    "values in a form drawn piece by piece",
    _SOURCE,
    ("int", "float", "date", "id", "bool"),
    None,
    0.5,
)
def _composed(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    steps = [_STEPS[int(index)](rng) for index in rng.integers(0, len(_STEPS), int(rng.integers(1, 4)))]
    written = texts(column, rows)
    for step in steps:
        written = [step(text) for text in written]
    return written


@cell_family(
    "junk_composed",
    _ISSUE,
    "values are replaced by random signs",
    _SOURCE,
    ("int", "float", "date", "id", "bool"),
    None,
    0.1,
)
def _junk(column: Column, rows: Rows, rng: Rng, severity: Severity) -> Rewritten:
    pool = pick(rng, (_LETTERS, _SIGNS, _LETTERS + _SIGNS + "0123456789", "\ufffd\x00\x1aÿþ", "äöüßéèñçø"))
    if rng.random() < 0.4:
        return [_drawn(rng, pool, 12)] * len(rows)
    return [_drawn(rng, pool, 12) for _ in rows]
