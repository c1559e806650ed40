"""Signs of dirt in texts that the column's other batches do not have: markup, masks, hashes, words of forms and tests.

Words of a column are new from batch to batch; that a list of countries holds ``<p>FR</p>`` does not happen by itself,
however new the countries are. Each sign is counted in the cells of a batch and set against the largest share that one
batch of the history had.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.characters import kinds_and_runs
from airflow_provider_dqheal.detection.columns import Columns, hashes_of
from airflow_provider_dqheal.detection.likeness import all_respelled, respelled
from airflow_provider_dqheal.detection.places import Places
from airflow_provider_dqheal.detection.scalars import surplus_z

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.stack import Stack
    from airflow_provider_dqheal.detection.view import BatchView, ColumnView

_GIVEN = (
    "given|provided|known|available|applicable|specified|recorded|stated|set|found|assigned|entered|reported|disclosed"
)
PATTERNS: dict[str, str] = {
    "markup": r"</?[A-Za-z!][^<>]*>|&(?:#[0-9]+|[A-Za-z]{2,7});",
    "escaped": r"\\|%[0-9A-Fa-f]{2}|''|\"\"",
    "masked": r"[*•●█]{2,}|X{3,}|x{3,}|#{3,}",
    "hashed": r"[0-9]+[a-f]+[0-9a-f]{7,}|[a-f]+[0-9]+[0-9a-f]{7,}|[0-9]+[A-F]+[0-9A-F]{7,}|[A-F]+[0-9]+[0-9A-F]{7,}"
    r"|[A-Za-z0-9+/]{8,}={1,2}$",
    "uuid": r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-",
    "bracketed": r"^\s*[\[{(].*[\]})]\s*$",
    "quoted": r"^\s*[\"'“„«`].*[\"'”“»`]\s*$",
    "machine": r"(?i)error|exception|traceback|stack ?trace|\bat [a-z]+\.[a-z]+|select .* from|insert into|drop table"
    r"|or 1=1|https?://|www\.|#(?:ref|name|div|value|num|null|n/a)|\bnan\b|undefined|\bnull\b|function|\bobject\b"
    r"|0x[0-9a-f]{4}",
    "test": r"(?i)\b(?:test(?:s|ing|er)?|test[ _-]?\w*|asdf\w*|qwert\w*|foo(?:bar)?|baz|lorem|ipsum|dummy|samples?"
    r"|examples?|string|demo|fake|todo|abc|xyz|placeholder|(?:john|jane) doe|mustermann|no-?reply|blah|tb[dac])\b",
    "nothing": r"(?i)\b(?:un(?:known|specified|available|defined|assigned|recorded|disclosed)|missing|blank|empty|void"
    rf"|ditto|idem|not (?:yet )?(?:{_GIVEN})|no[ _-](?:data|value|info\w*|entry|record|answer|response|name|email|phone"
    r"|address|reply)|see (?:above|below|notes?|file|comments?)|same|as (?:above|before)|pending|later|leer|vide"
    r"|vac[ií]o|sin datos?|inconnue?|unbekannt|keine angabe|k\. ?a\.|o\. ?a\.|s/[dn]|n/[aksdr]|removed|withheld"
    r"|redacted|hidden|deleted|none|null|nil|nan|noname)\b",
    "generic": r"(?i)^\W*(?:others?|misc\w*|new|various|default|general|mixed|another|rest|any|all|standard|normal|ok"
    r"|sonstiges?|autres?|otros?|extra|te?mp|(?:other|type|value|cat(?:egory)?|class|option|group|label|code|item|level)"
    r"[ _-]?\w{1,3}|(?:please )?(?:select|choose)\b.*|first|-+|\.+|\?+)\W*$",
    "unspoken": r"(?i)[bcdfghjklmnpqrstvwxz]{5,}",
    "invisible": "[\\x00-\\x08\\x0b-\\x1f\\x7f\u00a0\u00ad\u200b-\u200f\u2028\u2029\u2060\ufeff]",
}
"""Signs that a text has by itself (RE2), collected from what reports on dirty data show."""

_ALONE = (*PATTERNS, "repeating")
_AGAINST = ("foreign", "embedding", "cut", "elsewhere", "respelled")
SIGNS: tuple[str, ...] = (
    *(f"sign_{name}_z" for name in (*_ALONE, *_AGAINST)),
    *(f"sign_{name}_share" for name in _AGAINST),
)
"""Per sign how many more cells have it than in any other batch, in standard errors; for some also the share.

repeating: four equal characters in a row; foreign: a kind of character that no text had; embedding: a new text around a
known one; cut: the beginning of a known one; elsewhere: known in another column; respelled: known but for case, blanks
and signs.
"""

LONGEST = 200
"""Characters of a text that are read."""

_MOST_FRESH = 400
_MOST_KNOWN = 120
_KNOWN_SHARE = 0.005
_MOST_LISTED = 300
_LISTED_SHARE = 0.001


@dataclass(frozen=True, eq=False)
class Texts:
    """The texts of a batch's column that are neither numbers nor dates.

    ``weights`` (T) cells of each, ``present`` all present cells of the column, ``shares`` (signs alone) of them,
    ``kinds`` (T) the kinds of characters in each text as bits.
    """

    texts: tuple[str, ...]
    weights: np.ndarray
    present: float
    shares: np.ndarray
    kinds: np.ndarray

    @cached_property
    def hashes(self) -> np.ndarray:
        """(T,) uint64 of the texts."""
        return hashes_of(self.texts)

    @cached_property
    def folds(self) -> np.ndarray:
        """(T,) uint64 of the texts however they are spelled."""
        return hashes_of(all_respelled(self.texts))


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The texts of a column over its batches.

    ``batches``: for each text the batches that hold it, as bits; ``folds`` the same however it is spelled; ``kinds``
    (N) of characters in each batch; ``frequent`` texts.
    """

    batches: dict[str, int]
    folds: dict[str, int]
    kinds: tuple[int, ...]
    frequent: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Held:
    """What some batches of a column hold together.

    ``among``: those batches, as bits; ``kinds`` of characters; the ``frequent`` texts without case, and their
    ``beginnings`` of at least two characters.
    """

    among: int
    kinds: int
    frequent: tuple[str, ...]
    beginnings: frozenset[str]

    @classmethod
    def of(cls, known: Vocabulary, among: int) -> Held:
        """From the vocabulary of the column."""
        kinds = 0
        for i, one in enumerate(known.kinds):
            kinds |= one if among >> i & 1 else 0
        frequent = tuple(text.casefold() for text in known.frequent if known.batches[text] & among)
        beginnings = frozenset(text[:end] for text in frequent for end in range(2, len(text)))
        return cls(among, kinds, frequent, beginnings)


@dataclass(frozen=True, eq=False)
class Signed:
    """The signs of a history.

    By column its vocabulary ``known`` and its ``place`` among the C of ``shares`` (C, N, signs), of each batch beside
    the others, and ``record`` (C, signs) the largest of them; of ``whole`` (C), what all batches hold together, and
    ``kinds`` (C) of characters in it; ``spoken`` is the columns that use a text as a matter of course. ``held``: the
    texts of each column; ``news``: they however they are spelled, and behind them all that are ``spoken``.
    """

    known: dict[str, Vocabulary]
    place: dict[str, int]
    shares: np.ndarray
    record: np.ndarray
    whole: tuple[Held, ...]
    kinds: np.ndarray
    spoken: dict[str, set[str]]
    held: Places
    news: Places


def signed(stack: Stack, batch: BatchView | int, index: np.ndarray, names: list[str]) -> np.ndarray:
    """(columns, signs) :data:`SIGNS` of ``names``; a batch of the stack by its place, or a new one."""
    history = _signs_of(stack)
    rows = np.asarray([history.place[name] for name in names], dtype=int)
    if isinstance(batch, int):
        shares = history.shares[rows, batch]
        present = np.asarray([max(stack.batches[batch].columns[name].present, 1.0) for name in names])
    else:
        columns = batch.side_by_side(names)
        present = np.maximum(columns.present, 1.0)
        shares = _new_shares(columns, present, names, rows, history)
    whole = len(index) == len(stack.batches)
    record = history.record[rows] if whole else history.shares[rows][:, index].max(axis=1, initial=0.0)
    z = np.maximum(surplus_z(shares, record, present[:, None]), 0.0)
    more = np.maximum(shares - record, 0.0)
    return np.concatenate([np.where(more > 0, z, 0.0), more[:, len(_ALONE) :]], axis=1)


def _signs_of(stack: Stack) -> Signed:
    """The signs of a stack's batches, computed once."""
    held = stack.cache.get("signs")
    if isinstance(held, Signed):
        return held
    texts = {
        name: [view.texts if view is not None else None for view in column.views]
        for name, column in stack.columns.items()
    }
    known: dict[str, Vocabulary] = {}
    spoken: dict[str, set[str]] = {}
    for name, batches in texts.items():
        known[name], usual = _vocabulary(batches)
        for text in usual:
            spoken.setdefault(text, set()).add(name)
    everything = (1 << len(stack.batches)) - 1
    shares = np.zeros((len(texts), len(stack.batches), len(_ALONE) + len(_AGAINST)))
    for row, (name, batches) in enumerate(texts.items()):
        for i, one in enumerate(batches):
            if one is not None:
                shares[row, i] = _old_shares(
                    name, one, known[name], spoken, Held.of(known[name], everything & ~(1 << i))
                )
    whole = tuple(Held.of(known[name], everything) for name in texts)
    found = Signed(
        known=known,
        place={name: row for row, name in enumerate(texts)},
        shares=shares,
        record=shares.max(axis=1, initial=0.0),
        whole=whole,
        kinds=np.asarray([one.kinds for one in whole], dtype=np.uint64),
        spoken=spoken,
        held=Places(known[name].batches for name in texts),
        news=Places([*(known[name].folds for name in texts), spoken]),
    )
    stack.cache["signs"] = found
    return found


def texts_of(view: ColumnView) -> Texts:
    """The texts of a column and the signs that each has by itself."""
    plain = np.flatnonzero(np.isnan(view.numeric))
    present, shares = max(view.present, 1.0), np.zeros(len(_ALONE))
    texts = tuple(view.values[i][:LONGEST] for i in plain.tolist())
    weights = view.counts[plain]
    if not texts:
        return Texts(texts, weights, present, shares, np.zeros(0, np.uint64))
    array, together = pa.array(texts, pa.string()), pa.array(["\n".join(texts)], pa.string())
    for at, pattern in enumerate(PATTERNS.values()):
        if pc.match_substring_regex(together, f"(?m){pattern}")[0].as_py():
            found = pc.match_substring_regex(array, pattern).to_numpy(zero_copy_only=False)
            shares[at] = weights[found.astype(bool)].sum() / present
    kinds, repeating = kinds_and_runs(texts)
    shares[-1] = weights[repeating].sum() / present
    return Texts(texts, weights, present, shares, kinds)


def _vocabulary(batches: list[Texts | None]) -> tuple[Vocabulary, list[str]]:
    """What a column's batches hold, and the texts by which another column is told to hold this one's values."""
    held: dict[str, int] = {}
    cells: dict[str, float] = {}
    for i, one in enumerate(batches):
        if one is not None:
            for text, weight in zip(one.texts, one.weights.tolist(), strict=True):
                held[text] = held.get(text, 0) | 1 << i
                cells[text] = cells.get(text, 0.0) + weight / one.present / len(batches)
    folds: dict[str, int] = {}
    for text, bits in held.items():
        fold = respelled(text)
        folds[fold] = folds.get(fold, 0) | bits
    by_share = sorted((text for text in cells if len(text) >= 2), key=lambda text: (-cells[text], text))
    frequent = tuple(text for text in by_share if cells[text] >= _KNOWN_SHARE)[:_MOST_KNOWN]
    few = len(cells) <= _MOST_LISTED
    listed = [text for text in by_share if cells[text] >= _LISTED_SHARE] if few else frequent
    usual = [text for text in listed if respelled(text)]
    kinds = tuple(int(np.bitwise_or.reduce(one.kinds)) if one is not None and len(one.kinds) else 0 for one in batches)
    return Vocabulary(held, folds, kinds, frequent), usual


def _new_shares(
    columns: Columns, present: np.ndarray, names: list[str], rows: np.ndarray, history: Signed
) -> np.ndarray:
    """(columns, signs) shares of the present cells of the batch after the history."""
    cells = np.zeros((len(names), len(_AGAINST)))
    if len(columns.text_owner):
        owner, hashes = rows[columns.text_owner], columns.text_hashes
        kinds = history.kinds[owner]
        foreign = (columns.text_kinds & ~kinds != 0) & (kinds != 0)
        cells[:, 0] = np.bincount(columns.text_owner[foreign], columns.text_weights[foreign], len(names))
        new = np.flatnonzero(history.held.find(hashes, owner) < 0)
        starts = np.searchsorted(columns.text_owner[new], np.arange(len(names)))
        new = new[np.arange(len(new)) - starts[columns.text_owner[new]] < _MOST_FRESH]
        lists = np.append(owner[new], np.full(len(new), len(history.whole)))
        folded, listed = (history.news.find(np.append(columns.text_folds[new], hashes[new]), lists) >= 0).reshape(2, -1)
        edges = np.searchsorted(columns.text_owner[new], np.arange(len(names) + 1))
        first = np.cumsum(columns.text_sizes) - columns.text_sizes
        for at in np.flatnonzero(np.diff(edges)).tolist():
            one, name, own = columns.views[at].texts, names[at], slice(edges[at], edges[at + 1])
            cells[at, 1:] = _against(
                name, one, (new[own] - first[at]).tolist(), listed[own], folded[own], history.known[name],
                history.spoken, history.whole[rows[at]],
            )  # fmt: skip
    return np.concatenate([columns.text_signs, cells / present[:, None]], axis=1)


def _old_shares(name: str, texts: Texts, known: Vocabulary, spoken: dict[str, set[str]], held: Held) -> np.ndarray:
    """(signs,) shares of the present cells of a batch of the history, beside others of it."""
    among, batches = held.among, known.batches.get
    foreign = texts.weights[(texts.kinds & ~np.uint64(held.kinds)) != 0].sum() if held.kinds else 0.0
    news = (at for at, text in enumerate(texts.texts) if not batches(text, 0) & among)
    fresh = list(islice(news, _MOST_FRESH))
    maybe = np.ones(len(fresh), dtype=bool)
    cells = np.append(foreign, _against(name, texts, fresh, maybe, maybe, known, spoken, held))
    return np.concatenate([texts.shares, cells / texts.present])


def _against(
    name: str,
    texts: Texts,
    fresh: list[int],
    listed: np.ndarray,
    folded: np.ndarray,
    known: Vocabulary,
    spoken: dict[str, set[str]],
    held: Held,
) -> np.ndarray:
    """(signs,) cells of a batch that show what other batches of the column do not hold, but for foreign characters.

    ``fresh`` places of texts that those do not hold, and (fresh,) which of them may be ``listed`` in some column, or
    known to this one as they are ``folded``.
    """
    embedding, cut, elsewhere, spelled = 0.0, 0.0, 0.0, 0.0
    inside: list[str] = []
    if fresh and held.frequent:
        together = "\n".join([texts.texts[at] for at in fresh]).casefold()
        inside = [one for one in held.frequent if one in together]
    if inside or (fresh and held.beginnings):
        for at in fresh:
            low = texts.texts[at].casefold()
            if any(len(one) < len(low) and one in low for one in inside):
                embedding += texts.weights[at]
            elif low in held.beginnings:
                cut += texts.weights[at]
    for place in np.flatnonzero(listed).tolist():
        if spoken.get(texts.texts[fresh[place]], {name}) != {name}:
            elsewhere += texts.weights[fresh[place]]
    for place in np.flatnonzero(folded).tolist():
        fold = respelled(texts.texts[fresh[place]])
        if len(fold) >= 2 and known.folds.get(fold, 0) & held.among:
            spelled += texts.weights[fresh[place]]
    return np.asarray([embedding, cut, elsewhere, spelled])
