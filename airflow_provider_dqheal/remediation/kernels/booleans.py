"""Booleans as people spell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from airflow_provider_dqheal.remediation.kernels.text import unwrapped

PAIRS: tuple[tuple[str, str], ...] = (
    ("false", "true"), ("False", "True"), ("FALSE", "TRUE"), ("0", "1"), ("no", "yes"), ("No", "Yes"), ("NO", "YES"),
    ("n", "y"), ("N", "Y"), ("f", "t"), ("F", "T"), ("off", "on"), ("0.0", "1.0"),
    ("nein", "ja"), ("Nein", "Ja"), ("NEIN", "JA"), ("non", "oui"), ("Non", "Oui"), ("NON", "OUI"),
    ("no", "sí"), ("No", "Sí"), ("no", "si"), ("No", "Si"), ("não", "sim"), ("Não", "Sim"),
)  # fmt: skip
"""Spellings of (false, true)."""

_TRUTH: Mapping[str, bool] = {
    spelling.lower(): truth for pair in PAIRS for spelling, truth in zip(pair, (False, True), strict=True)
}


def truth(text: str | None) -> bool | None:
    """The truth value a spelling stands for, None when it is none.

    >>> truth("Yes"), truth("0"), truth("maybe")
    (True, False, None)
    """
    return None if text is None else _TRUTH.get(unwrapped(text).lower())


def pair_of(texts: Iterable[str]) -> tuple[str, str] | None:
    """The (false, true) spelling that all ``texts`` use, None when it is not exactly one or fewer than two are seen."""
    seen = set(texts)
    if len(seen) != 2:
        return None
    return next((pair for pair in PAIRS if seen == set(pair)), None)
