"""Words and values with a meaning of their own: for nothing, for yes and no."""

from __future__ import annotations

TRUE_WORDS = ("true", "t", "yes", "y", "on")
FALSE_WORDS = ("false", "f", "no", "n", "off")
MISSING_WORDS = (
    "na", "n/a",
    "n.a.", "n.a", "#n/a", "nan", "-nan", "null", "(null)", "<null>", "\\n", "none", "<none>", "nil", "missing",
    "<na>", "unknown", "undefined", "unspecified", "not available", "not applicable", "not known", "no data", "nodata",
    "tbd", "tba", "-", "--", "---", "—", ".", "..", "?", "??", "???", "*", "#", "#ref!", "#value!", "#div/0!", "#name?",
    "#num!", "nat", "void", "blank", "empty", "inf", "-inf", "xx", "xxx", "n/k", "keine", "sin datos",
)  # fmt: skip
"""In lower case; compared with the trimmed text in lower case."""
SENTINEL_NUMBERS = (
    -1.0, -9.0, -99.0, -999.0, -9999.0, -99999.0, -999999.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0, 9999999.0,
    99999999.0, 999999999.0, -32768.0, -2147483648.0, 2147483647.0,
)  # fmt: skip
SENTINEL_DATES = {
    "0001-01-01": -719162, "1899-12-30": -25569, "1899-12-31": -25568, "1900-01-01": -25567, "1901-01-01": -25202,
    "1970-01-01": 0, "2099-12-31": 47481, "2999-12-31": 376199, "9999-12-31": 2932896,
}  # fmt: skip
