"""What proves that a whole column was rescaled, and where the proof is not enough."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal

import numpy as np
import pytest

from airflow_provider_dqheal.remediation.history import ColumnHistory, numbers_of
from airflow_provider_dqheal.remediation.kernels.fitting import fits
from airflow_provider_dqheal.remediation.kernels.numeric_rule import find_rule
from airflow_provider_dqheal.remediation.kernels.transforms import Found, find_transform

Draw = Callable[[np.random.Generator], Iterable[str]]


def column(draw: Draw, batches: int = 8) -> ColumnHistory:
    counts = tuple(Counter(draw(np.random.default_rng(index))) for index in range(batches))
    return ColumnHistory("x", "float", counts)


def found(history: ColumnHistory, texts: Iterable[str]) -> Found | None:
    return find_transform(numbers_of(Counter(texts)), history, history.style.most_places)


def prices(rng: np.random.Generator) -> list[str]:
    """Few prices, all of them known."""
    return [f"{price:.2f}" for price in rng.choice([10.5, 12, 12.5, 16, 16.5, 16.75, 18.5, 20.25, 20.75, 23], 60)]


def singles(rng: np.random.Generator) -> list[str]:
    """32-bit floats, printed in full."""
    return [repr(float(np.float32(value))) for value in rng.lognormal(3, 0.5, 200)]


def degrees(rng: np.random.Generator) -> list[str]:
    return [f"{value:.7f}" for value in rng.normal(77.6, 0.05, 200)]


def scores(rng: np.random.Generator) -> list[str]:
    """Standardised values with all digits of a float."""
    return [repr(float(value)) for value in rng.normal(0, 0.7, 300)]


def scaled(texts: Iterable[str], factor: float, offset: float = 0.0, digits: int = 12) -> list[str]:
    return [repr(round(float(text) * factor + offset, digits)) for text in texts]


NEW = np.random.default_rng(99)


def test_values_that_come_back_as_known_ones_prove_the_factor():
    history, today = column(prices), prices(NEW)
    assert (made := found(history, scaled(today, 0.1))) is not None
    assert (made.transform.factor, made.proven) == ("0.1", True)
    assert (made := found(history, scaled(today, 1.8, 32))) is not None
    assert made.transform.name == "Celsius to Fahrenheit"


@pytest.mark.parametrize(("factor", "said"), [(1000, "1000"), (60, "60"), (3600, "3600")])
def test_printed_32_bit_floats_tell_factors_apart_that_levels_cannot(factor, said):
    made = found(column(singles), scaled(singles(NEW), factor))
    assert made is not None
    assert (made.transform.factor, made.proven) == (said, True)


def test_bytes_are_whole_numbers():
    history = column(degrees)
    assert (made := found(history, scaled(degrees(NEW), 1000))) is not None
    assert made.transform.factor == "1000"


def test_squeezing_all_values_to_one_is_no_explanation():
    made = found(column(scores), scaled(scores(NEW), 1.8, 32))
    assert made is not None
    assert made.transform.name == "Celsius to Fahrenheit"


def test_more_digits_prove_a_moved_point_where_batches_differ_much():
    def visits(rng: np.random.Generator) -> list[str]:
        return [str(int(value)) for value in rng.lognormal(5 + rng.normal(0, 0.5), 1.2, 100)]

    history = column(visits)
    assert (made := found(history, scaled(visits(np.random.default_rng(3)), 0.01))) is not None
    assert (made.transform.factor, made.proven) == ("0.01", True)


def test_digits_that_rounding_cost_are_not_made_up():
    history, today = column(degrees), degrees(NEW)
    assert found(history, scaled(today, 0.001, digits=10)) is not None
    assert found(history, scaled(today, 0.001, digits=8)) is None


def test_column_of_which_a_part_was_right_is_left_alone():
    history, today = column(prices), prices(NEW)
    assert found(history, [*scaled(today[:50], 0.1), *today[50:]]) is None


@pytest.mark.parametrize("factor", [0.5, 1.3, 7, 9.7])
def test_real_changes_of_level_are_left_alone(factor):
    for draw in (prices, degrees):
        texts = [f"{float(text) * factor:.{len(text.partition('.')[2])}f}" for text in draw(NEW)]
        assert found(column(draw), texts) is None


def test_identifiers_of_hexadecimal_digits_are_told_by_what_they_have_in_common():
    def identifiers(rng: np.random.Generator) -> list[str]:
        return [str(uuid.UUID(bytes=rng.bytes(16), version=4)) for _ in range(40)]

    history = ColumnHistory("id", "string", column(identifiers).batches)
    assert fits(identifiers(NEW), history) == 1.0
    assert fits([text[:8] for text in identifiers(NEW)], history) == 0.0
    assert fits([text.replace("a", "z") for text in identifiers(NEW)], history) < 0.5


def test_shares_in_percent_are_told_by_the_values_they_come_back_to():
    def rain(rng: np.random.Generator) -> list[str]:
        return [f"{value:g}" for value in rng.choice([0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.3], 200)]

    history = column(rain)
    texts = Counter(f"{float(text) * 100:.2f}%" if index % 3 else text for index, text in enumerate(rain(NEW)))
    rule = find_rule(texts, history)
    assert rule is not None
    assert rule.factors["%"] == "0.01"


@pytest.mark.parametrize(("factor", "unit", "expected"), [(1000, "km", "1000"), (1, "m", "1")])
def test_a_unit_is_converted_where_the_values_are_far_likelier_so(factor, unit, expected):
    def polls(rng: np.random.Generator) -> list[str]:
        return [f"{value:.8f}" for value in rng.normal(5, 3, 300)]  # some below 0: thousandths are in range, too

    texts = {f"{float(text) / factor:.11f} {unit}": 1 for text in polls(NEW)}
    rule = find_rule(texts, column(polls))
    assert rule is not None
    assert rule.factors[unit] == expected


def test_a_level_that_moved_on_is_likelier_than_a_unit_that_leaves_strange_digits():
    def closes(rng: np.random.Generator) -> list[str]:
        return [f"{value:.6f}" for value in rng.uniform(90, 108, 80)]

    today = [f"{value:.6f}" for value in NEW.uniform(86.5, 90.5, 80)]  # in yards they would be amid the history
    rule = find_rule({f"{Decimal(text) / 1000} km": 1 for text in today}, column(closes))
    assert rule is not None
    assert rule.factors["km"] == "1000"


def test_few_long_values_that_come_back_prove_a_point_moved_in_a_key():
    def levels(rng: np.random.Generator) -> list[str]:
        often = [0.90109761, 0.90824527, 1.0110122, 0.51572573, 0.77218834]
        return [*map(repr, often), *(repr(round(float(value), 8)) for value in rng.lognormal(0, 2, 60)), "5795537.25"]

    history = column(levels)
    made = found(history, scaled(levels(NEW), 0.1))
    assert made is not None
    assert (made.transform.factor, made.proven) == ("0.1", True)
    assert found(history, scaled(levels(NEW), 0.3)) is None


def test_printed_32_bit_floats_come_back_to_the_last_digit():
    texts = singles(NEW)
    history = column(singles)
    made = found(history, scaled(texts, 3.6, digits=8))
    assert made is not None
    back = [made.transform.undo_exactly(Decimal(text), 17, made.single) for text in scaled(texts, 3.6, digits=8)]
    assert [float(value) for value in back] == [float(text) for text in texts]
    assert found(history, scaled(texts, 3.6, digits=5)) is None


def test_round_numbers_have_digits_before_the_point():
    def volumes(rng: np.random.Generator) -> list[str]:
        return [str(int(value) * 10_000) for value in rng.lognormal(6, 0.8, 120)]

    history = column(volumes)
    assert history.finest_place == -4
    made = find_transform(numbers_of(Counter(scaled(volumes(NEW), 1.8, 32))), history, history.finest_place)
    assert made is not None
    assert (made.transform.name, made.proven) == ("Celsius to Fahrenheit", True)
    raised = Counter(str(int(float(text) * 1.03)) for text in volumes(NEW))
    assert find_transform(numbers_of(raised), history, history.finest_place) is None


def test_digits_prove_degrees_where_half_of_the_values_have_no_more_than_usual():
    def shares(rng: np.random.Generator) -> list[str]:
        return [f"{value:.3f}" for value in rng.normal(4, 2, 300)]

    made = found(column(shares), scaled(shares(NEW), 1.8, 32, digits=4))
    assert made is not None
    assert (made.transform.name, made.proven) == ("Celsius to Fahrenheit", True)


def shares(rng: np.random.Generator, level: float) -> list[str]:
    """Shares with all digits of a float, whose level differs from batch to batch."""
    return [repr(float(value)) for value in rng.beta(8, 14, 300) * rng.uniform(1 - level, 1 + level)]


@pytest.mark.parametrize(("level", "least"), [(0.03, 12), (0.15, 0)])
def test_a_growth_to_the_ninefold_is_no_moved_point(level, least):
    history = column(lambda rng: shares(rng, level))
    days = [shares(np.random.default_rng(seed), level) for seed in range(40, 52)]
    assert [found(history, scaled(today, 9, digits=17)) for today in days] == [None] * 12
    moved = [found(history, scaled(today, 10, digits=17)) for today in days]
    assert sum(made is not None and made.transform.factor == "10" for made in moved) >= least


def test_printed_32_bit_floats_that_lost_their_last_digits_are_still_told():
    history, today = column(singles), singles(NEW)
    made = found(history, scaled(today, 0.1))
    assert made is not None
    assert (made.transform.factor, made.single) == ("0.1", True)
    values = [made.transform.undo_exactly(Decimal(text), 12, made.single) for text in scaled(today, 0.1)]
    assert [repr(float(value)) for value in values] == today


def pay(rng: np.random.Generator) -> list[str]:
    """Round numbers: five thirds of many of them, as if minutes were seconds, are such as well; and hourly ones."""
    round_ones = [*range(9_000, 150_000, 3_000), *range(10_000, 150_000, 5_000)]
    return [repr(value) for value in rng.choice([*map(float, round_ones), *(v / 31 for v in round_ones)], 900).tolist()]


def test_other_factor_that_gives_known_values_by_chance_is_no_rival_when_it_leads_far_away():
    history, today = column(pay), pay(np.random.default_rng(100))
    made = found(history, scaled(today, 100))
    assert made is not None
    assert (made.transform.factor, made.proven) == ("100", True)


def test_all_numbers_with_another_sign_get_it_back():
    rng = np.random.default_rng(4)

    def batch() -> list[str]:
        return [f"{value:.2f}" for value in rng.lognormal(3, 0.6, 200)]

    history = ColumnHistory("amount", "float", tuple(Counter(batch()) for _ in range(8)))
    found = find_transform(numbers_of(Counter("-" + text for text in batch())), history, 2)
    assert found is not None
    assert (found.transform.name, found.transform.factor) == ("another sign", "-1")
    lower = [f"-{float(text) * 1.6:.2f}" for text in batch()]
    assert find_transform(numbers_of(Counter(lower)), history, 2) is None, "nor is it of the size it was"
    mixed = ColumnHistory("amount", "float", (*history.batches[:7], Counter(["-5.00", *batch()])))
    assert find_transform(numbers_of(Counter("-" + text for text in batch())), mixed, 2) is None


@pytest.mark.parametrize(("places", "comes_back"), [(12, True), (6, False)])
def test_what_is_cut_off_by_less_than_a_billionth_is_the_same(places, comes_back):
    history = column(lambda rng: [repr(float(value)) for value in rng.normal(30, 4, 200)])
    texts = [f"{value / 1000:.{places}f}" for value in np.random.default_rng(9).normal(30, 4, 200)]
    one = found(history, texts)
    assert (one is not None) == comes_back
    assert one is None or one.transform.factor == "0.001"
