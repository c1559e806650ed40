"""Every metric of a column, with unit and range. A metric is None where it is unknown or does not apply.

"There" means: neither null, NaN, empty, blank nor a word for nothing. The numeric view of a column is its numbers
(typed, or text that parses as one), or its dates as days since 1970 when more values are dates than numbers.
"""

from __future__ import annotations

_SHARE = "share, 0 to 1"

_ROWS = {
    "row_count": "rows",
    "null_fraction": f"{_SHARE} of rows: null",
    "nan_fraction": f"{_SHARE} of rows: NaN",
    "infinite_fraction": f"{_SHARE} of rows: infinite",
    "missing_fraction": f"{_SHARE} of rows: null, NaN, empty, blank or a word for nothing",
    "empty_fraction": f"{_SHARE} of rows: empty text",
    "blank_fraction": f"{_SHARE} of rows: only white space",
    "missing_word_fraction": f"{_SHARE} of rows: n/a, null, none, unknown, - and the like",
    "sentinel_fraction": f"{_SHARE} of rows: a sentinel such as -999, 9999, 1900-01-01 (may be a value)",
    "top_sentinel_fraction": f"{_SHARE} of rows: the most frequent sentinel",
}
_VALUES = {
    "values_complete": "1 when all distinct values are known with exact counts (at most 512), else 0",
    "distinct_count": "distinct values, empty and blank text left out; exact when complete, else within 2.3 % (1 s.d.)",
    "distinct_fraction": f"{_SHARE}: distinct values to rows that are not null, empty or blank",
    "singleton_fraction": f"{_SHARE} of distinct values that occur once (of those kept)",
    "rows_per_value": "mean rows of a distinct value (of those kept), 1 or more",
    "top_fraction": f"{_SHARE} of rows not null, empty or blank: the most frequent value",
    "top5_fraction": f"{_SHARE} of the same rows: the five most frequent values",
    "value_entropy": "nats, 0 or more; known when complete",
}
_NUMBERS = {
    "number_count": "rows that are finite numbers",
    "number_fraction": f"{_SHARE} of rows that are there: finite numbers",
    "mean": "value, of the numeric view",
    "std": "value, n - 1",
    "skewness": "no unit",
    "kurtosis": "no unit, excess",
    "min": "value, exact",
    "max": "value, exact",
    **{f"q{q:02d}": f"value, quantile {q / 100:.2f}" for q in (1, 5, 10, 25, 50, 75, 90, 95, 99)},
    "iqr": "value, q75 - q25",
    "mad": "value, median absolute deviation from the median",
    "zero_fraction": f"{_SHARE} of numbers",
    "negative_fraction": f"{_SHARE} of numbers",
    "integer_fraction": f"{_SHARE} of numbers without a fractional part",
    "unit_interval_fraction": f"{_SHARE} of numbers between -1 and 1",
    **{
        f"last_digit_{d}_fraction": f"{_SHARE} of numbers with at most 3 decimals: last written digit {d}"
        for d in range(10)
    },
    "last_digit_entropy": "0 (one digit) to 1 (even)",
    **{f"decimals_{d}_fraction": f"{_SHARE} of numbers with {d} decimal places" for d in range(4)},
    "decimals_4_fraction": f"{_SHARE} of numbers with 4 or more decimal places, or above 1e11 and a float",
    "magnitude_mean": "mean of floor(log10 |x|) of numbers that are not zero",
    "magnitude_std": "standard deviation of floor(log10 |x|)",
    "magnitude_min": "smallest floor(log10 |x|)",
    "magnitude_max": "largest floor(log10 |x|)",
    "magnitude_top_fraction": f"{_SHARE} of numbers not zero: the most frequent decade",
}
_TEXT_SHARE = f"{_SHARE} of text neither empty nor blank"
_TEXT = {
    "length_mean": "characters, empty text included",
    "length_std": "characters, n - 1",
    "length_min": "characters",
    "length_max": "characters",
    "length_q05": "characters",
    "length_q50": "characters",
    "length_q95": "characters",
    "length_top_fraction": f"{_SHARE} of text: the most frequent length",
    "length_distinct": "different lengths (above 64 by eighths of an octave)",
    "pattern_count": "collapsed character-class patterns; exact to 128",
    "pattern_top_fraction": f"{_TEXT_SHARE}: the most frequent collapsed pattern (of those kept)",
    "pattern_entropy": "nats",
    "full_pattern_count": "patterns without collapsing, of text up to 24 characters; exact to 128",
    "full_pattern_top_fraction": f"{_SHARE} of text up to 24 characters: the most frequent full pattern",
    "full_pattern_entropy": "nats",
    "parse_int_fraction": f"{_TEXT_SHARE}: whole numbers",
    "parse_float_fraction": f"{_TEXT_SHARE}: with a decimal point or an exponent",
    "parse_number_fraction": f"{_TEXT_SHARE}: either of the two",
    "parse_exponent_fraction": f"{_TEXT_SHARE}: 1e5",
    "parse_grouped_fraction": f"{_TEXT_SHARE}: 1,234.5 or 1.234,5 or 1 234",
    "parse_comma_fraction": f"{_TEXT_SHARE}: decimal comma",
    "parse_percent_fraction": f"{_TEXT_SHARE}: 12 %",
    "parse_currency_fraction": f"{_TEXT_SHARE}: number with a currency",
    "parse_unit_fraction": f"{_TEXT_SHARE}: number with a unit",
    "parse_signed_plus_fraction": f"{_TEXT_SHARE}: number with a plus sign",
    "parse_leading_zero_fraction": f"{_TEXT_SHARE}: digits with a leading zero",
    "parse_boolean_fraction": f"{_TEXT_SHARE}: true, false, yes, no, y, n, t, f, on, off",
    "parse_bit_fraction": f"{_TEXT_SHARE}: 0 or 1",
    "parse_json_fraction": f"{_TEXT_SHARE}: begins with a brace or bracket",
    "leading_space_fraction": _TEXT_SHARE,
    "trailing_space_fraction": _TEXT_SHARE,
    "upper_fraction": f"{_TEXT_SHARE}: letters, none of them lower case",
    "lower_fraction": f"{_TEXT_SHARE}: letters, none of them upper case",
    "letters_fraction": f"{_TEXT_SHARE}: letters and blanks only",
    "digits_fraction": f"{_TEXT_SHARE}: digits only",
    "non_ascii_fraction": _TEXT_SHARE,
    "replacement_fraction": f"{_TEXT_SHARE}: has the Unicode replacement character",
    "mojibake_fraction": f"{_TEXT_SHARE}: UTF-8 that was read as Latin-1",
}
_DATES = {
    "date_count": "rows that are dates",
    "date_fraction": f"{_SHARE} of rows that are there: dates",
    "date_mean": "days since 1970",
    "date_std": "days, n - 1",
    "date_skewness": "no unit",
    "date_kurtosis": "no unit, excess",
    "date_min": "days since 1970, exact",
    "date_max": "days since 1970, exact",
    "date_format_count": "formats",
    "date_format_top_fraction": f"{_SHARE} of dates: the most frequent format",
    "date_ambiguous_fraction": f"{_SHARE} of dates whose day and month cannot be told apart",
    "date_day_first_fraction": f"{_SHARE}: day first, of dates written d/m/y or m/d/y whose order is certain",
    **{
        f"date_{grain}_fraction": f"{_SHARE} of unambiguous dates: on a whole {grain}"
        for grain in ("hour", "minute", "second")
    },
    "date_midnight_fraction": f"{_SHARE} of unambiguous dates: without a time of day",
    "date_month_start_fraction": f"{_SHARE} of unambiguous dates: first of a month",
    **{f"weekday_{day}_fraction": f"{_SHARE} of unambiguous dates (0 is Monday)" for day in range(7)},
    **{f"hour_{hour}_fraction": f"{_SHARE} of unambiguous dates" for hour in range(24)},
}
_BOOLEANS = {
    "boolean_fraction": f"{_SHARE} of rows that are there: booleans, spelled, or 0 and 1 as text",
    "true_fraction": f"{_SHARE} of booleans",
    "boolean_spelling_count": "spellings of booleans, case kept",
}

METRICS: dict[str, str] = {**_ROWS, **_VALUES, **_NUMBERS, **_TEXT, **_DATES, **_BOOLEANS}
"""Name -> unit, range and meaning, for every metric that ``ColumnProfile.metrics`` has."""
