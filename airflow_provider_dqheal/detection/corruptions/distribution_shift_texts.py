"""Labels, truth values and texts: other words, other lengths, other lists, all in the usual form."""

from __future__ import annotations

import json

import numpy as np

from airflow_provider_dqheal.detection.corruptions._base import Severity
from airflow_provider_dqheal.detection.corruptions._frame import Column
from airflow_provider_dqheal.detection.corruptions._patterns import pattern_of
from airflow_provider_dqheal.detection.corruptions._shifts import AVH, LOAD, LOUD, some, worded_shift
from airflow_provider_dqheal.detection.corruptions._where import pick

_LISTS = "reports on changed code lists"
_BOTS = "reports on bots, templates and migrated free text"
_FLAG = "reports on inverted or defaulted flags after a release"
Rng = np.random.Generator


def _list(values: list[str]) -> np.ndarray:
    return np.asarray([*values, None], dtype=object)[:-1]


@worded_shift("flag_share", "a flag is set far more or less often", _FLAG, ("bool",), tolerated=("missing_data",))
def _share(column: Column, text: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    values = column.distinct()
    if len(values) != 2:
        return None
    return np.where(some(len(text), rng, severity), values[int(rng.integers(2))], text)


@worded_shift("flag_inverted", "true and false are exchanged", _FLAG, ("bool",), "exchange them again")
def _inverted(column: Column, text: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    values = column.distinct()
    if len(values) != 2:
        return None
    part = {"low": 0.3, "medium": 0.6, "high": 1.1}[severity]
    return np.where(rng.random(len(text)) < part, np.where(text == values[0], values[1], values[0]), text)


@worded_shift("categories_merged", "two or more known labels become one", _LISTS, ("category",))
def _merged(column: Column, text: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    values = column.distinct()
    if len(values) < 3:
        return None
    count = {"low": 1, "medium": max(1, len(values) // 3), "high": max(2, len(values) - 1)}[severity]
    gone = {values[int(index)] for index in rng.permutation(len(values))[: min(count, len(values) - 1)]}
    target = pick(rng, [value for value in values if value not in gone])
    return _list([target if value in gone else value for value in text.tolist()])


@worded_shift("rare_to_other", "rare labels are collected under one name", _LISTS, ("category",))
def _other(column: Column, text: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    values = column.distinct()
    if len(values) < 4:
        return None
    keep = set(values[: {"low": len(values) - 2, "medium": len(values) // 2, "high": 1}[severity]])
    name = pick(rng, ("Other", "other", "REST", "misc", "various"))
    return _list([value if value in keep else name for value in text.tolist()])


@worded_shift("mix_evened", "rare labels become frequent: all come equally often", LOUD, tolerated=("missing_data",))
def _evened(column: Column, text: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    values = column.distinct()
    if len(values) < 2:
        return None
    weights = np.linspace(0.2, 1.0, len(values)) if rng.random() < 0.5 else np.ones(len(values))
    drawn = rng.choice(len(values), len(text), p=weights / weights.sum())
    return np.where(some(len(text), rng, severity), np.asarray(values, dtype=object)[drawn], text)


@worded_shift("new_categories", "several labels never seen before", AVH, ("category",))
def _several(column: Column, text: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    known = column.distinct()
    stem = pick(rng, (known[0], known[-1], "New", "X", "cat", "G"))
    names = [
        f"{stem}{sign}{number}" for number in range(1, int(rng.integers(3, 9))) for sign in (pick(rng, ("_", " ", "")),)
    ]
    names = [name for name in names if name not in set(known)]
    drawn = np.asarray(names, dtype=object)[rng.integers(0, len(names), len(text))] if names else None
    return None if drawn is None else np.where(some(len(text), rng, severity), drawn, text)


@worded_shift(
    "code_list_replaced",
    "every label has another code or spelling",
    _LISTS,
    ("category",),
    whole=1.0,
    tolerated=("type_mismatch",),
)
def _replaced(column: Column, text: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    values = column.distinct()
    style = int(rng.integers(5))
    part = values[
        : {"low": max(1, len(values) // 4), "medium": max(1, len(values) // 2), "high": len(values)}[severity]
    ]
    mapping = {
        value: (
            value[:3].upper() + "X",
            f"{pick(rng, ('cat', 'T', 'grp'))}_{values.index(value) + 1}",
            value[::-1],
            f"{value} (new)",
            f"{value[:1]}{values.index(value) + 10}",
        )[style]
        for value in part
    }
    return _list([mapping.get(value, value) for value in text.tolist()])


@worded_shift(
    "labels_recased",
    "all labels in another case",
    _LISTS,
    ("category",),
    whole=1.0,
    tolerated=("type_mismatch", "outliers"),
)
def _recased(column: Column, text: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    style = int(rng.integers(3))
    part = {"low": 0.3, "medium": 0.7, "high": 1.1}[severity]
    hit = rng.random(len(text)) < part
    return _list(
        [(v.upper(), v.lower(), v.swapcase())[style] if h else v for v, h in zip(text.tolist(), hit, strict=True)]
    )


@worded_shift(
    "text_boilerplate", "one template replaces what people wrote", _BOTS, ("text",), tolerated=("missing_data",)
)
def _template(column: Column, text: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    if pattern_of(column) != "plain":
        return None
    one = pick(rng, ("Thank you for your message.", "Automatic import", "See attachment for details", str(text[0])))
    return np.where(some(len(text), rng, severity), one, text)


@worded_shift("text_length", "texts are far longer or shorter", AVH, ("text",))
def _length(column: Column, text: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    if pattern_of(column) != "plain":
        return None
    times = {"low": 2, "medium": 3, "high": 6}[severity]
    if rng.random() < 0.5:
        return _list([" ".join([value] * times) for value in text.tolist()])
    return _list([" ".join(value.split(" ")[: max(1, len(value.split(" ")) // times)]) for value in text.tolist()])


@worded_shift("text_vocabulary", "texts are in another language or about something else", _BOTS, ("text",))
def _vocabulary(column: Column, text: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    if pattern_of(column) != "plain":
        return None
    words = (
        ("der", "die", "Ware", "kam", "nicht", "an", "bitte", "um", "Antwort", "danke", "sehr", "schlecht"),
        ("le", "colis", "est", "perdu", "merci", "de", "me", "rappeler", "tout", "va", "bien"),
        ("INFO", "DEBUG", "connection", "reset", "peer", "retry", "timeout", "0x7f", "ok"),
        ("win", "free", "crypto", "now", "click", "bonus", "offer", "cheap", "pills"),
    )[int(rng.integers(4))]
    hit = some(len(text), rng, severity)
    return _list(
        [
            " ".join(words[int(at)] for at in rng.integers(0, len(words), value.count(" ") + 1)) if flag else value
            for value, flag in zip(text.tolist(), hit.tolist(), strict=True)
        ]
    )


@worded_shift(
    "contact_mix", "addresses come from one host, numbers from one country", LOAD, ("text", "key", "category")
)
def _contact(column: Column, text: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    kind = pattern_of(column)
    hit = some(len(text), rng, severity)
    if kind == "email":
        host = pick(rng, ("@mailinator.com", "@gmail.com", "@corp.test", "@" + str(text[0]).split("@")[-1]))
        new = [value.split("@")[0] + host for value in text.tolist()]
    elif kind == "phone":
        start = pick(rng, ("+86", "+7", "0900", str(text[0])[:4]))
        new = [start + value[len(start) :] for value in text.tolist()]
    elif kind == "code":
        start = str(text[0])[:3]
        new = [start + value[len(start) :] for value in text.tolist()]
    else:
        return None
    return np.where(hit, _list(new), text)


@worded_shift(
    "json_values", "the values inside JSON objects change, their keys do not", AVH, ("text", "key", "category")
)
def _json(column: Column, text: np.ndarray, rng: Rng, severity: Severity) -> np.ndarray | None:
    if pattern_of(column) != "json":
        return None
    factor = {"low": 3, "medium": 10, "high": 100}[severity]
    result = []
    for value in text.tolist():
        try:
            item = json.loads(value)
        except ValueError:
            return None
        if not isinstance(item, dict):
            return None
        result.append(
            json.dumps({key: cell * factor if isinstance(cell, int | float) else "new" for key, cell in item.items()})
        )
    return np.where(some(len(text), rng, severity), _list(result), text)
