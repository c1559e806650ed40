"""Changes of a column's stored type that keep every value that there can be, and how it is written."""

from __future__ import annotations

import re

from airflow_provider_dqheal.profiling.kinds import decimal_of

_SIZES = {"halffloat": 16, "float": 32, "double": 64}
_SIZED = re.compile(r"(u?int)(\d+)")


def widens(before: str, after: str) -> bool:
    """Whether a type holds every value of another one of its kind, by their Arrow names.

    >>> widens("int32", "int64"), widens("float", "double"), widens("uint8", "int16")
    (True, True, True)
    >>> widens("int64", "int32"), widens("int64", "double"), widens("decimal128(10, 2)", "decimal128(12, 2)")
    (False, False, True)
    """
    if before in _SIZES and after in _SIZES:
        return _SIZES[before] < _SIZES[after]
    old, new = _SIZED.fullmatch(before), _SIZED.fullmatch(after)
    if old and new:
        grown = int(old[2]) < int(new[2])
        return grown and (old[1] == new[1] or new[1] == "int")
    narrow, wide = decimal_of(before), decimal_of(after)
    if narrow is None or wide is None:
        return False
    return wide.scale == narrow.scale and wide.precision > narrow.precision
