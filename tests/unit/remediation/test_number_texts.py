"""Written numbers, dates and spellings are read only when there is one reading."""

from __future__ import annotations

import doctest
import importlib
from collections import Counter
from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.date_rule import cut_dates, read_dates
from airflow_provider_dqheal.remediation.kernels.dates import common_layout, number_readings, read_like, readings
from airflow_provider_dqheal.remediation.kernels.numbers import NumberRule, NumberStyle, decimal_mark, read_body
from airflow_provider_dqheal.remediation.kernels.numeric_rule import find_rule
from airflow_provider_dqheal.remediation.kernels.spelling import edits, nearest_typo, unbroken
from airflow_provider_dqheal.remediation.parse_numbers import readings_of

POINT = NumberRule(".", {"": "1", "EUR": "1", "%": "0.01"})


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("EUR 12.50", "12.50"),
        ("€12", "12"),
        ("1,234.5", "1234.5"),
        ("12,5", "12.5"),
        ("1.234.567", "1234567"),
        ("1 234 567,8", "1234567.8"),
        ("1'234.5", "1234.5"),
        ("(12.5)", "-12.5"),
        ("12.5-", "-12.5"),
        ("−5", "-5"),
        ("１２", "12"),
        ("12%", "0.12"),
        ("l2.5", "12.5"),
        ("1.25e+01", "12.5"),
    ],
)
def test_written_number_is_read(written, value):
    assert POINT.read(written) == value


@pytest.mark.parametrize("text", ["12.5", "7", "-3", "1e-05", "tall", "3 4", "12 oz", "2026-03-01", "1-2", "", "USD"])
def test_plain_or_unreadable_text_is_left_alone(text):
    assert POINT.read(text) is None


@pytest.mark.parametrize("text", ["(12.5)", "12.5-", "$(12.5)", "(12.5) EUR", "12.5 CR"])
def test_a_sign_that_bookkeepers_write_is_left_for_a_person_where_the_column_was_never_negative(text):
    prices = ColumnHistory("price", "float", tuple({f"{n}.5": 1 for n in range(10, 40)} for _ in range(4)))
    for column, read in ((prices, False), (_with_refunds(prices), "CR" not in text)):
        rule = find_rule({text: 1, "11.5": 9}, column)
        assert (rule.read(text) is not None) == read, (rule, text)


def _with_refunds(prices):
    return ColumnHistory("price", "float", tuple({**counts, "-12.5": 1} for counts in prices.batches))


@pytest.mark.parametrize("text", ["6.55367871901232E+17", "4.179105398002007e+17", "821090275954461952.0", "6.55E+17"])
def test_identifiers_that_a_spreadsheet_or_a_float_has_cut_are_not_filled_up(text):
    ids = ColumnHistory("id", "int", tuple({str(655367871901231999 + n * 7): 1 for n in range(60)} for _ in range(4)))
    rule = find_rule({text: 9}, ids)
    assert readings_of(rule, {text: 9}, ids) == {}


def test_exponents_with_fewer_digits_than_the_numbers_have_are_not_filled_up():
    positions = ColumnHistory(
        "pos", "int", tuple({str(10_000_019 + 3_337 * n): 1 for n in range(600)} for _ in range(4))
    )
    cut = {"1.234568e+07": 5, "1.000002e+07": 5}
    assert readings_of(find_rule(cut, positions), cut, positions) == {}
    shortest = {"1.2345678E7": 5, "1.234567E7": 5}
    assert readings_of(find_rule(shortest, positions), shortest, positions) == {
        "1.2345678E7": "12345678",
        "1.234567E7": "12345670",
    }
    thousands = ColumnHistory("n", "int", tuple({str(1_000 * n): 1 for n in range(10_000, 10_600)} for _ in range(4)))
    assert readings_of(find_rule({"1.0234e+07": 5}, thousands), {"1.0234e+07": 5}, thousands)


def test_exponents_that_keep_every_digit_are_read():
    prices = ColumnHistory("p", "float", tuple({f"{n}.25": 1 for n in range(20, 60)} | {"20": 1} for _ in range(4)))
    counts = {"2.525e+01": 1, "3e+01": 1}
    assert readings_of(find_rule(counts, prices), counts, prices) == {"2.525e+01": "25.25", "3e+01": "30"}


@pytest.mark.parametrize("text", ["(12.5", "12.5)", "<12.5", ">= 12.5", "≤12.5"])
def test_a_bound_and_half_a_bracket_are_no_numbers(text):
    assert NumberRule(".", {"": "1", "<": "1", "(": "1"}).read(text) is None


def test_zeros_before_a_number_go_where_it_is_longer_than_any_was():
    rule = NumberRule(".", {"": "1"}, integer=True, style=NumberStyle.of({"94110": 5, "10001": 5}))
    assert rule.read("0094110") == "94110"
    assert rule.read("07302") is None  # it may be a code that begins with a zero
    codes = NumberRule(".", {"": "1"}, integer=True, style=NumberStyle.of({"94110": 5, "02138": 5}))
    assert codes.read("0094110") is None


@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from(".,"))
def test_grouped_numbers_read_back(whole, cents, mark):
    group = "," if mark == "." else "."
    body = f"{whole:,}".replace(",", group) + f"{mark}{cents:02d}"
    assert decimal_mark(body) == mark
    assert float(read_body(body, mark)) == pytest.approx(whole + cents / 100)


def test_style_keeps_the_columns_places():
    style = NumberStyle.of({"1.50": 90, "2.25": 10})
    assert style.places == 2
    assert NumberRule(".", {"": "1"}, style=style).read("1,234.5") == "1234.50"


def test_day_and_month_order_needs_proof():
    assert [layout for layout, _ in readings("03/04/2026")] == ["%d/%m/%Y", "%m/%d/%Y"]
    assert common_layout([("03/04/2026", 5)]) is None
    assert common_layout([("03/04/2026", 5), ("03/14/2026", 1)]) == "%m/%d/%Y"


def test_moments_that_a_cast_reads_are_read():
    layout = "%Y-%m-%d %H:%M:%S.%f"
    moments = {
        read_like(text, layout) for text in ("2026-03-01 08:15:00", "2026-03-01T08:15:00.000", "2026-03-01T08:15:00")
    }
    assert moments == {datetime(2026, 3, 1, 8, 15)}
    assert read_like("03/01/2026 08:15:00", layout) is None


@pytest.mark.parametrize("text", ["²", "9" * 5000, "Ⅷ", "1" * 17])
def test_digits_that_are_no_moment_are_passed_over(text):
    assert number_readings(text) == []


def test_broken_encoding_is_read():
    assert unbroken("MÃ¼nchen") == "München"
    assert unbroken("Berlin") is None
    assert edits("Berlin", "Beriln", 2) == 1


@pytest.mark.parametrize("name", ["numbers", "dates", "booleans", "units", "spelling", "likeness", "strangers", "text"])
def test_examples_in_docstrings_hold(name):
    module = importlib.import_module(f"airflow_provider_dqheal.remediation.kernels.{name}")
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("PA-31T CHEYENNE II", "PA-31T CHEYENNE"),
        ("Advanced Level B", "Advanced Level A"),
        ("CITATION III", "CITATION II"),
        ("SAAB-340A", "SAAB-340B"),
        ('{"plan": "free", "event": "click", "n": 7}', '{"plan": "free", "event": "view", "n": 7}'),
    ],
)
def test_other_words_and_signs_of_models_are_no_typing_errors(text, known):
    assert nearest_typo(text, {known: Counter(known.casefold())}) is None


def test_words_run_together_are_a_typing_error():
    assert nearest_typo("NewYork City", {"New York City": Counter("new york city")}) == "New York City"


@pytest.mark.parametrize("type", ["int", "float"])
@pytest.mark.parametrize("few", [0, 40])
def test_points_between_thousands_are_read_alike_in_all_cells_of_a_column(type, few):
    values = [52_800, 640_000, 692_100, 856_302, 1_478_000, 2_149_800, *range(100, 100 + few)]
    past = ColumnHistory("value", type, tuple(Counter(str(value + day) for value in values * 3) for day in range(8)))
    dotted = {f"{value:,}".replace(",", "."): str(value) for value in values}
    counts = Counter(list(dotted))
    rule = find_rule(counts, past)
    assert rule is not None
    readings = readings_of(rule, counts, past)
    assert {text: readings.get(text, text) for text in dotted} == dotted


def test_column_in_which_points_are_both_is_not_read():
    past = ColumnHistory("value", "float", tuple(Counter(f"{value}.25" for value in range(90)) for _ in range(8)))
    assert find_rule(Counter(["1.478.000", "692.100", "12.5", "3.25"]), past) is None


def test_whole_numbers_with_three_digits_after_each_point_are_thousands():
    past = ColumnHistory("value", "int", tuple(Counter(str(900 + 7919 * row) for row in range(90)) for _ in range(8)))
    dotted = {"52.800": "52800", "640.000": "640000", "202": "202", "692.100": "692100", "856.302": "856302",
              "354.426": "354426"}  # fmt: skip
    rule = find_rule(Counter(list(dotted)), past)
    assert {text: readings_of(rule, Counter(list(dotted)), past).get(text, text) for text in dotted} == dotted
    for other in (["0.202", *dotted], ["12.5", *dotted], ["1.234,5"], list(dotted)[:3]):
        rule = find_rule(Counter(other), past)
        assert rule is None or not rule.regroup or other == ["1.234,5"]


@pytest.mark.parametrize(
    ("texts", "layout"),
    [
        (["2025-07-01T00:30:33.088+00:00", "2025-07-01T00:31:33.100+00:00"], "%Y-%m-%dT%H:%M:%S.%f+00:00"),
        (["2025-06-01T06:04:06Z"], "%Y-%m-%dT%H:%M:%SZ"),
        (["03MAR25", "14APR25"], "%d%^b%y"),
        (["Fri Aug 01 02:00:31 +0000 2025"], "%a %b %d %H:%M:%S +0000 %Y"),
        (["12/Jun/2025:04:05:06 +0000"], "%d/%b/%Y:%H:%M:%S +0000"),
        (["05.02.2025", "06.02.2025"], "%d.%m.%Y"),
        (["05/02/2025", "06/02/2025"], None),
    ],
)
def test_layouts_with_zones_capitals_and_points_are_the_columns_own(texts, layout):
    assert common_layout([(text, 3) for text in texts]) == layout


@pytest.mark.parametrize("written", ["2025-06-09 06:04:06", "06/09/2025 06:04:06", "2025-06-09T06:04:06"])
def test_moments_of_universal_time_keep_their_z(written):
    texts = [f"2025-06-{day:02d}T06:04:06Z" for day in range(1, 9)]
    history = ColumnHistory("at", "string", tuple(Counter({text: 30}) for text in texts))
    assert read_dates({written: 20, "2025-06-14T06:04:06Z": 9}, history) == {written: "2025-06-09T06:04:06Z"}


def test_a_sign_in_the_place_of_a_digit_is_none_of_a_unit():
    history = ColumnHistory("visits", "int", tuple(Counter(str(n) for n in range(20, 1800, 7)) for _ in range(8)))
    counts = Counter([*(str(n) for n in range(20, 900, 11)), "l847", "1O5", "9l2", "46?", "?46", "4x8", "x12", "lO9"])
    rule = find_rule(counts, history)
    assert rule is not None
    read = readings_of(rule, counts, history)
    assert read == {"l847": "1847", "1O5": "105", "9l2": "912", "lO9": "109"}
    litres = ColumnHistory("tank", "int", tuple(Counter(str(n) for n in range(20, 90)) for _ in range(8)))
    rule = find_rule(Counter(f"{n}l" for n in range(30, 80)), litres)
    assert rule is not None
    assert rule.read("45l") == "45"


def test_a_lone_date_without_a_zero_may_lack_another_digit():
    history = ColumnHistory(
        "day", "string", tuple({f"{day:02d}-Mar-2025": 9 for day in range(1, 29)} for _ in range(8))
    )
    kept = {f"{day:02d}-Mar-2025": 9 for day in range(1, 29)}
    assert read_dates({**kept, "1-Mar-2025": 1}, history) == {}
    assert cut_dates({**kept, "1-Mar-2025": 1}, history) == {"1-Mar-2025"}
    lost = {f"{day}-Mar-2025": 9 for day in range(1, 29)}
    assert read_dates(lost, history)["1-Mar-2025"] == "01-Mar-2025"


@pytest.mark.parametrize(
    ("known", "odd", "after"),
    [
        ("2026-03-01 08:15:42", "2026-03-02 09:30", None),
        ("2026-03-01 08:15:42", "02.03.2026 09:30:17", "2026-03-02 09:30:17"),
        ("2026-03-01 08:15:00", "02.03.2026 09:30", "2026-03-02 09:30:00"),
        ("2026-03-01 08:15", "02.03.2026 09:30:17", None),
        ("2026-03-01 08:15:42.125", "1772443817", None),
        ("2026-03-01 08:15:42.125", "1772443817250", "2026-03-02 09:30:17.250"),
        ("2026-03-01 08:15:42", "1772443817250", None),
        ("2026-03-01 08:15:42", "1772443817000", "2026-03-02 09:30:17"),
    ],
)
def test_parts_of_a_moment_that_were_lost_are_not_made_up(known, odd, after):
    stem, _, rest = known.partition(":")
    history = ColumnHistory("at", "string", (Counter({f"{stem[:-2]}{hour:02d}:{rest}": 9 for hour in range(20)}),) * 4)
    counts = Counter({**dict.fromkeys(history.present, 9), odd: 1})
    assert read_dates(counts, history).get(odd) == after


@pytest.mark.parametrize("text", ["1e999999999", "12e345678901", "-1e-99999999", "EUR 1e888888888", "9" * 5_000])
@pytest.mark.parametrize("column", ["price", "quantity", "city"])
def test_numbers_beyond_all_floats_do_no_harm(bench, clean, said, column, text):
    cells = clean[column].to_pylist()
    cells[7] = text
    dirty = clean.set_column(clean.column_names.index(column), column, pa.array(cells))
    made, working, validation = bench.heal(dirty, said(outliers=(column,), type_mismatch=(column,)))
    assert not [reason for reason in made.hold_reasons if "failed on this batch" in reason]
    assert not validation.passed or 7 in working.quarantine["row_id"].to_pylist()


def test_codes_that_read_as_numbers_beyond_all_floats_do_no_harm(make_bench):
    def traces(seed: int) -> pa.Table:
        rng = np.random.default_rng(seed)
        codes = [rng.bytes(8).hex() for _ in range(100)]
        codes[3] = f"12e{rng.integers(10**12, 10**13)}"
        return pa.table({"trace": codes, "kind": rng.choice(["a", "b"], 100)})

    bench = make_bench([traces(seed) for seed in range(8)])
    batch = traces(8)
    dirty = batch.set_column(0, "trace", pa.array([*batch["trace"].to_pylist()[:-1], "12e99999999999"]))
    assert bench.plan(dirty).hold_reasons == ()
