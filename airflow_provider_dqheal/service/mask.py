"""Masks values: the shape stays, the content goes."""

from __future__ import annotations

_LONGEST = 60


def masked(value: str | None) -> str | None:
    """The value with every digit as ``9`` and every letter as ``a`` or ``A``; null stays null.

    >>> masked("Erika Muster, 1.250,00 EUR")
    'Aaaaa Aaaaaa, 9.999,99 AAA'
    """
    if value is None:
        return None
    shape = "".join(_sign(char) for char in value[:_LONGEST])
    return shape + ("…" if len(value) > _LONGEST else "")


def _sign(char: str) -> str:
    if char.isdigit():
        return "9"
    return "A" if char.isupper() else "a" if char.isalpha() else char
