"""Words and names of common languages: a value that is one was hardly mistyped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from airflow_provider_dqheal.remediation.kernels.text import Text

LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pt")
_LETTERS = re.compile(r"[^\W\d_]+")
_NEGATED = re.compile(r"(?:un|non|in|im|ir|dis|mis|de|re|pre|anti)[ -]?$")
_LEAST = {3: 3.5, 4: 3.0, 5: 3.0}
_LONG = 2.0
"""Zipf frequency (base ten logarithm of occurrences in 10^9 words) of a word of so many letters, and of longer ones."""


def mistyped_only(found: Mapping[Text, Text]) -> dict[Text, Text]:
    """The misspelt values (-> meant ones) that are not words or names of their own."""
    return {text: meant for text, meant in found.items() if not (text and meant and is_other_word(text, meant))}


def is_other_word(text: str, meant: str) -> bool:
    """Whether ``text`` says something else than ``meant``: each word that is new in it is a word or a name.

    Frequencies are those of the package wordfreq (Speer 2022, https://doi.org/10.5281/zenodo.7199437), the highest of
    :data:`LANGUAGES`. Words of fewer than three letters tell nothing.

    >>> is_other_word("Iraq", "Iran"), is_other_word("Irqn", "Iran"), is_other_word("unshipped", "shipped")
    (True, False, True)
    >>> is_other_word("Smyth", "Smith"), is_other_word("New Yrok", "New York"), is_other_word("Rome!", "Rome")
    (True, False, False)
    """
    typed, known = text.casefold(), meant.casefold()
    if typed.endswith(known) and _NEGATED.match(typed.removesuffix(known)):
        return True
    fresh = Counter(_LETTERS.findall(typed)) - Counter(_LETTERS.findall(known))
    return bool(fresh) and all(_is_word(word) for word in fresh)


def _is_word(word: str) -> bool:
    from wordfreq import zipf_frequency

    least = _LEAST.get(len(word), _LONG)
    return len(word) >= min(_LEAST) and any(zipf_frequency(word, language) >= least for language in LANGUAGES)
