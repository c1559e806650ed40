"""JSON that a column holds as text."""

from __future__ import annotations

import json
from typing import Any


def json_of(text: str) -> Any:
    """The list or object that a text is in JSON, else None. A bare number or word is no such text.

    >>> json_of('{"a": [1, 2]}'), json_of("[1, 2"), json_of("12"), json_of("{'a': 1}")
    ({'a': [1, 2]}, None, None, None)
    """
    bare = text.strip()
    if bare[:1] not in ("{", "["):
        return None
    try:
        return json.loads(bare)
    except (ValueError, RecursionError):
        return None


def is_json(text: str) -> bool:
    """Whether a text is a list or an object in JSON."""
    return json_of(text) is not None
