"""Spellings of known values: case, spaces, punctuation, broken encodings, typing errors."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Mapping

from airflow_provider_dqheal.detection.one_value import LEAST_BATCHES, slips_of_main
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.strangers import of_another_time
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word, stripped, unwrapped

_MAX_KNOWN, _MAX_UNSEEN = 3_000, 600
_FEW = 5
_MOST_STRANGE = 0.3
"""Above this share of unknown values the labels have changed; they were not mistyped."""
_SLIPS, _SAME = 0.7, 4
SELDOM = 2
"""Cells in which one and the same misspelling stands, at most."""
_SEVERAL, _SELDOM_SHARE = 2, 0.05
"""Different misspellings of a batch beside which others may stand in more cells, and in what share of them."""
_PUNCTUATION = re.compile(r"[\s_\-./'\"]+")
_WORDS = re.compile(r"[^\W_]+")
_SIGN = 2
"""Letters of the longest word that is a sign of its own: grades, suffixes of models, initials."""
_ROMAN = frozenset("ivx")
_SPACED = "  "
_OFTEN_FREE = 3
"""Rows of a value of no list, from which on its spelling is the usual one and no writer's own."""
_LEAST_APART, _MOST_APART, _ROWS_APART, _NEW_APART = 5, 60, 300, 0.05
"""Values and rows of a list that shows how unlike each other its values are, and the share of new ones in a batch."""


def plain(text: str) -> str:
    """Case, accents, spaces and light punctuation taken away.

    >>> plain("  São-Paulo "), plain("SAO PAULO")
    ('saopaulo', 'saopaulo')
    """
    bare = "".join(ch for ch in unicodedata.normalize("NFKD", text) if not unicodedata.combining(ch))
    return _PUNCTUATION.sub("", bare.casefold())


def folded(text: str) -> str:
    """The text without case, and blanks as single ones.

    >>> folded("  Nov  2014")
    'nov 2014'
    """
    return " ".join(text.casefold().split())


def unbroken(text: str) -> str | None:
    """The text whose UTF-8 bytes were read as Latin-1 or Windows-1252; None when it was not."""
    for codec in ("cp1252", "latin-1"):
        try:
            fixed = text.encode(codec).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if fixed != text:
            return fixed
    return None


def edits(left: str, right: str, most: int) -> int:
    """Damerau-Levenshtein distance (adjacent swaps count one), ``most + 1`` when it is larger.

    >>> edits("Berlin", "Beriln", 2), edits("Rome", "Paris", 2)
    (1, 3)
    """
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i] + [0] * len(right)
        for j, b in enumerate(right, 1):
            cost = a != b
            row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                row[j] = min(row[j], before[j - 2] + 1)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)


def variants(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Unseen texts that are a known value in another case, spacing, punctuation or encoding; one value must fit.

    Letters that a wrong encoding split (``Ã©``) come back in a column that never had such, the value known or not.
    A value without the blanks around it that the history has says the same, and is left as it is; so are blanks within
    it where values of the history have several in a row.
    """
    if history.is_numeric or history.date_layout is not None:
        return {}
    unseen = [text for text in counts if text is not None and text not in history.pooled and not is_missing_word(text)]
    if not unseen or len(unseen) > 20_000:
        return {}
    keys: dict[str, list[str]] = {}
    cases: dict[str, list[str]] = {}
    for text, rows in history.present.items():
        if rows >= (2 if history.is_categorical else _OFTEN_FREE):
            keys.setdefault(plain(text), []).append(text)
            cases.setdefault(folded(text), []).append(text)
    padded = any(text != text.strip() for text in history.present)
    if history.is_json:
        return {} if padded else {text: stripped(text) for text in unseen if text != stripped(text)}
    spaced = any(_SPACED in text.strip() for text in history.present)
    whole = {text: fixed for text in unseen if (fixed := unbroken(text)) is not None}
    signs = {ch for text in history.present for ch in text if not ch.isascii()} if whole else set()
    never_split = bool(whole) and not any(unbroken(text) for text in history.present if not text.isascii())
    found: dict[Text, Text] = {}
    for text in unseen:
        key = plain(text)
        cased = cases.get(folded(text), [])
        fits = keys.get(key, []) if any(ch.isalpha() for ch in key) else []
        fits = fits if fits == cased or (_marks(text) and all(map(_marks, fits))) else []
        if fits and not history.is_categorical and _is_own_way(text, fits[0]):
            continue
        fixed = whole.get(text)
        bare = unwrapped(text)
        if any(known.strip() == text for known in cased):
            continue
        if spaced and any(known.split() == text.split() for known in cased) and text == text.strip():
            continue
        if len(fits) == 1 and (fits == cased or _is_steady(fits[0], history)):
            found[text] = fits[0]
        elif fixed is not None and (fixed in history.present or (never_split and _is_read(fixed, signs))):
            found[text] = fixed
        elif bare != stripped(text) and bare in history.present:
            found[text] = bare
        elif not padded and text != stripped(text) and stripped(text):
            found[text] = stripped(text)
    return found


def _is_own_way(text: str, known: str) -> bool:
    """Whether a value of no list has capitals of its own (``LuLu`` beside ``Lulu``): then so writes who wrote it.

    >>> _is_own_way("LuLu", "Lulu"), _is_own_way("LULU", "Lulu"), _is_own_way("Lulu  B", "Lulu B")
    (True, False, False)
    """
    return text not in (text.upper(), text.lower()) and "".join(text.split()) != "".join(known.split())


def _is_read(fixed: str, known: Container[str]) -> bool:
    """Whether what a wrong encoding split comes back as letters, or as ``known`` signs."""
    back = [ch for ch in fixed if not ch.isascii()]
    return bool(back) and all(ch.isalpha() or ch in known for ch in back)


def _is_steady(known: str, history: ColumnHistory) -> bool:
    """Whether the value of a closed domain came in at least half of the batches, so that its spelling is no chance."""
    came = sum(known in counts for counts in history.batches)
    return history.is_categorical and 2 * came >= len(history.batches) and history.present[known] >= 5


def typos(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Rare unseen texts that are one typing error (two or more in long words) away from one frequent known value.

    Differences in digits never count as typing errors, nor do words more or less (``Cheyenne II``); short codes, and
    columns full of new labels, are left alone.
    """
    if history.is_numeric or history.date_layout is not None or history.is_code or history.is_json:
        return {}
    if not history.is_categorical and not _are_told_apart(history):
        return {}
    known = [(text, rows) for text, rows in history.present.items() if rows >= 3]
    rows_now = sum(counts.values())
    unseen = [
        text
        for text, rows in counts.items()
        if text is not None
        and (len(text) >= 4 or (len(text) >= 3 and len(known) <= _FEW))
        and text not in history.pooled
        and not is_missing_word(text, weak=True)
        and rows <= max(3, _SELDOM_SHARE * rows_now)
    ]
    if not unseen or len(known) > _MAX_KNOWN or len(unseen) > _MAX_UNSEEN:
        return {}
    letters = {text: Counter(text.casefold()) for text, _ in known}
    found: dict[Text, Text] = {}
    for text in unseen:
        nearest = nearest_typo(text, letters)
        if nearest is not None:
            found[text] = nearest
    strange = sum(rows for text, rows in counts.items() if text not in history.pooled and not is_missing_word(text))
    return found if strange <= _MOST_STRANGE * rows_now else {}


def near_misses(counts: Counts, history: ColumnHistory, repaired: int = 0) -> list[Text]:
    """Unseen texts in one or two cells of a closed domain that nearly are a frequent value, or several.

    Which one they are meant to be is not told: a short word may be a sign of its own, or a word. Beside several
    other misspellings, which were ``repaired``, it may stand in more cells.
    """
    if history.is_numeric or history.date_layout is not None or history.is_json or not history.is_categorical:
        return []
    letters = {text: Counter(text.casefold()) for text, rows in history.present.items() if rows >= 3}
    if len(letters) > _MAX_KNOWN:
        return []
    most = max(SELDOM, _SELDOM_SHARE * sum(counts.values())) if repaired >= _SEVERAL else SELDOM
    unseen = [text for text, rows in counts.items() if text and rows <= most and text not in history.pooled]
    return [text for text in unseen[:_MAX_UNSEEN] if _is_near(text, letters) or _is_turned(text, letters)]


def _is_near(text: str, letters: Mapping[str, Counter[str]]) -> bool:
    lower, most = text.casefold(), _reach(text)
    own = Counter(lower)
    close = (known for known, their in letters.items() if sum((own - their).values()) <= most)
    return _digits(text) == "" and any(edits(lower, known.casefold(), most) <= most for known in close)


def _is_turned(text: str, letters: Mapping[str, Counter[str]]) -> bool:
    """Whether two neighbouring characters of a known text have changed places, digits or not."""
    lower, own = text.casefold(), Counter(text.casefold())
    return any(own == their and edits(lower, known.casefold(), 1) == 1 for known, their in letters.items())


def _are_told_apart(history: ColumnHistory) -> bool:
    """Whether values are few and none is a typing error away from another, though now and then there is a new one."""
    if not _LEAST_APART <= len(history.present) <= _MOST_APART or history.present_rows < _ROWS_APART:
        return False
    if len(history.batches) < 2 or history.unseen_fractions.max() > _NEW_APART:
        return False
    letters = {text: Counter(text.casefold()) for text in history.present}
    return not any(
        nearest_typo(text, {known: counted for known, counted in letters.items() if known != text}) for text in letters
    )


def other_word(text: str, known: str) -> bool:
    """Whether two texts differ in what tells names apart: a word more, another word, a letter beside digits.

    >>> other_word("Cheyenne II", "Cheyenne"), other_word("Type A", "Type B"), other_word("DC9A", "DC9B")
    (True, True, True)
    >>> other_word("a click at the door", "a view at the door")
    True
    >>> other_word("New Yrok", "New York"), other_word("NewYork", "New York")
    (False, False)
    """
    ours, theirs = (Counter(_WORDS.findall(one.casefold())) for one in (text, known))
    more, less = list((ours - theirs).elements()), list((theirs - ours).elements())
    if "".join(sorted("".join(more))) == "".join(sorted("".join(less))) and len(more) != len(less):
        return False  # one word written as two
    if not more or not less:
        return bool(more or less)
    changed = [*more, *less]
    if all(len(word) <= _SIGN or set(word) <= _ROMAN for word in changed):
        return True
    if any(ch.isdigit() for word in changed for ch in word):
        return True
    if len(more) != len(less):
        more, less = ["".join(more)], ["".join(less)]
    return any(all(edits(word, other, _reach(word)) > _reach(word) for other in less) for word in more)


def slips_of_list(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Unseen texts that are exactly one value of a list mistyped, where the history had such errors all the time.

    What was strange in the history must have been errors of that kind, too.
    """
    if not history.listed:
        return {}
    rest = {text: rows for text, rows in history.present.items() if text not in history.listed}
    known = sum(rows for text, rows in rest.items() if _meant(text, history.listed) is not None)
    if known < _SLIPS * sum(rest.values()):
        return {}
    found: dict[Text, Text] = {}
    for text, rows in counts.items():
        unseen = text is not None and text not in history.pooled and not is_missing_word(text, weak=True)
        meant = _meant(text, history.listed) if unseen and rows <= SELDOM else None
        if meant is not None:
            found[text] = meant
    return found if look_random([(str(text), str(meant)) for text, meant in found.items()]) else {}


def slips_of_one(counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
    """Several misspellings of the one value that a batch holds -> it, in a column of which every batch held just one.

    The value may be new, as a day or a period is. Where there is anything else beside it, nothing is told. Of a day one
    misspelling is enough that is years away: no row of another day is.
    """
    batches = [[text for text in batch if not is_missing_word(text)] for batch in history.batches]
    present = {text: rows for text, rows in counts.items() if text is not None and not is_missing_word(text)}
    if history.is_numeric or len(batches) < LEAST_BATCHES or any(len(one) != 1 for one in batches):
        return {}
    value, slips = slips_of_main(present, 1)
    if len(slips) == 1:
        slips = [*of_another_time(slips, counts, history, history.date_layout)] if history.date_layout else []
    return dict.fromkeys(slips, value) if len(slips) == len(present) - 1 else {}


def _meant(text: Text, listed: Iterable[str]) -> str | None:
    """The one listed value that the text can be mistyped."""
    if text is None or len(text) < 3:
        return None
    fitting = [value for value in listed if is_mistyped(text, value)]
    return fitting[0] if len(fitting) == 1 else None


def is_mistyped(text: Text, meant: str) -> bool:
    """Whether ``text`` can be ``meant`` mistyped: a quarter of the characters, and no digit turned into another.

    Letters where all is digits are no other number: of them there may be more.

    >>> is_mistyped("birminghxm", "birmingham"), is_mistyped("3x patients", "37 patients"), is_mistyped("12", "17")
    (True, True, False)
    """
    if text is None or text == meant or is_missing_word(text):
        return False
    if len(text) == len(meant):
        wrong = [(a, b) for a, b in zip(text.casefold(), meant.casefold(), strict=True) if a != b]
        swaps = any(a.isdigit() and b.isdigit() for a, b in wrong)
        most = max(1, len(meant) // 4 + (0 if len(meant) > 8 else 1))
        if meant.isdigit() and all(a.isalpha() for a, _ in wrong):
            most = max(most, 2 * len(meant) // 5)
        return not swaps and 0 < len(wrong) <= most < len(meant)
    if [ch for ch in text if ch.isdigit()] != [ch for ch in meant if ch.isdigit()]:
        return False
    most = max(1, len(meant) // 6)
    return len(meant) >= 5 and edits(text.casefold(), meant.casefold(), most) <= most


def look_random(pairs: list[tuple[str, str]]) -> bool:
    """Whether (typed, meant) pairs are slips: one and the same replacement in most of many cells is another value."""
    replaced: Counter[tuple[tuple[str, str], ...]] = Counter()
    for typed, meant in pairs:
        signs = zip(typed, meant, strict=True) if len(typed) == len(meant) else [(typed, meant)]
        replaced[tuple((a, b) for a, b in signs if a != b)] += 1
    most = max(replaced.values(), default=0)
    return most < _SAME or most <= len(pairs) / 2


def _marks(text: str) -> bool:
    """Whether no point or dash stands between digits, where it would be part of the value."""
    return re.search(r"\d[.\-/]\d", text) is None


def _reach(text: str) -> int:
    return 1 if len(text) < 8 else 2 if len(text) < 14 else min(10, len(text) // 6)


def _digits(text: str) -> str:
    return "".join(ch for ch in text if ch.isdigit())


def nearest_typo(text: str, letters: Mapping[str, Counter[str]]) -> str | None:
    """The one known text that ``text`` is a typing error away from, with the same digits, and no other word in it.

    ``letters`` counts the characters (lower case) of each known text.
    """
    nearest = _nearest(text, letters, _reach(text))
    return None if nearest is None or other_word(text, nearest) else nearest


def _nearest(text: str, letters: Mapping[str, Counter[str]], most: int) -> str | None:
    """The one known text with the same digits within ``most`` edits, with no other within twice that; else None."""
    lower, digits = text.casefold(), _digits(text)
    own = Counter(lower)
    best: list[tuple[int, str]] = []
    for known, their in letters.items():
        if abs(len(known) - len(lower)) > 2 * most + 1:
            continue
        if max(sum((own - their).values()), sum((their - own).values())) > 2 * most + 1:
            continue
        if _digits(known) != digits:
            continue
        distance = edits(lower, known.casefold(), 2 * most + 1)
        if distance <= 2 * most + 1:
            best.append((distance, known))
    best.sort()
    if not best or best[0][0] > most:
        return None
    return best[0][1] if len(best) == 1 or best[1][0] > 2 * best[0][0] else None
