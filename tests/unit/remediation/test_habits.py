"""What accepted batches do as a habit is no fault: such a batch is neither held nor touched."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api

BATCHES = 11
ORDERS = (["id", "price", "city"], ["price", "city", "id"])


def batch(number: int) -> pa.Table:
    rng = np.random.default_rng(number)
    price, city = np.round(rng.lognormal(3, 0.5, 200), 2), rng.choice(["Rome", "Oslo", "Bern"], 200)
    return pa.table({"id": np.arange(number * 200, number * 200 + 200), "price": price, "city": city})


def with_promo(number: int, there: bool) -> pa.Table:
    table = batch(number)
    return table.append_column("promo", pa.array(["a", "b"] * 100)) if there else table


def counted(number: int, whole: bool) -> pa.Table:
    count = pa.array(np.arange(200) % 9, pa.int64() if whole else pa.float64())
    return batch(number).append_column("count", count)


def healed(make: Callable[[int], pa.Table], last: pa.Table) -> api.Healed:
    return api.heal(last, api.learn([make(number) for number in range(BATCHES - 1)]))


def left_alone(done: api.Healed, last: pa.Table) -> bool:
    """Whether no cell was touched; the API gives columns in accepted order and type."""
    planned = done.held or done.verdict.issues or done.plan.steps or done.plan.found
    return not planned and done.table.select(last.column_names).cast(last.schema).equals(last)


@pytest.mark.parametrize("there", [(1, 1, 1, 0, 0, 0, 0, 0, 0, 0), (0, 1, 0, 1, 0, 0, 1, 0, 1, 0), (1,) * 9 + (0,)])
def test_a_column_that_comes_and_goes_is_not_missed(there: Sequence[int]) -> None:
    for now in (False, True):
        last = with_promo(BATCHES, now)
        assert left_alone(healed(lambda number: with_promo(number, bool(there[number])), last), last)


def test_a_column_that_came_to_stay_is_missed() -> None:
    done = healed(lambda number: with_promo(number, number > 6), with_promo(BATCHES, there=False))
    assert done.held
    assert "promo" in str(done.validation.failures)


def test_a_batch_without_a_column_that_comes_and_goes_is_repaired_all_the_same() -> None:
    last = batch(BATCHES).rename_columns(["id", "price", "town"])
    done = healed(lambda number: with_promo(number, number % 2 == 0), last)
    assert not done.held
    assert done.table.equals(batch(BATCHES))


def test_orders_that_columns_had_are_left_and_others_are_not() -> None:
    for order in ORDERS:
        last = batch(BATCHES).select(order)
        assert left_alone(healed(lambda number: batch(number).select(ORDERS[number % 2]), last), last)
    done = healed(
        lambda number: batch(number).select(ORDERS[number % 2]), batch(BATCHES).select(["city", "id", "price"])
    )
    assert not done.held
    assert done.table.column_names == ORDERS[1]


@pytest.mark.parametrize("whole", [True, False])
def test_number_types_that_a_column_had_are_left(whole: bool) -> None:
    last = counted(BATCHES, whole)
    assert left_alone(healed(lambda number: counted(number, number % 2 == 0), last), last)


def test_a_form_that_one_accepted_batch_has_is_taken_for_no_affix() -> None:
    def labelled(number: int) -> pa.Table:
        numbers = range(number * 1000, number * 1000 + 200)
        return batch(number).set_column(0, "id", pa.array([f"ORD-{n}" if number > 8 else str(n) for n in numbers]))

    last = labelled(BATCHES + 1)  # ORD-12000 was made 2000, which an earlier batch had
    assert left_alone(healed(labelled, last), last)


def test_dates_of_a_repaired_batch_may_have_moved_on_since_the_last_accepted_one() -> None:
    def dated(number: int, form: str) -> pa.Table:
        days = np.random.default_rng(number).integers(1, 30, 300) + number
        dates = np.datetime64("2024-01-01") + days
        return pa.table({"due": [day.item().strftime(form) for day in dates], "n": np.arange(300) % 7})

    base = api.learn([dated(number, "%Y-%m-%d") for number in range(9)])
    done = api.heal(dated(12, "%d/%m/%Y"), base)
    assert done.published, done.validation.failures
    assert done.table["due"].cast(pa.string()).to_pylist() == dated(12, "%Y-%m-%d")["due"].to_pylist()


@pytest.mark.parametrize(
    ("known", "new"), [("Iran", "Iraq"), ("Austria", "Australia"), ("shipped", "unshipped"), ("Smith", "Smyth")]
)
def test_another_word_is_no_typing_error(known: str, new: str) -> None:
    def named(number: int, odd: str) -> pa.Table:
        names = np.random.default_rng(number).choice([known, "India", "Kenya", "Peru"], 300).tolist()
        return pa.table({"id": np.arange(300) + 300 * number, "name": [*names[:-1], odd]})

    base = api.learn([named(number, known) for number in range(9)])
    done = api.heal(named(9, new), base)
    assert known not in [line["after"] for line in done.ledger.to_pylist()]
    mistyped = api.heal(named(9, known[:2] + "x" + known[3:]), base)
    assert [line["after"] for line in mistyped.ledger.to_pylist()] == [known]


def test_round_numbers_are_no_moved_points_where_the_column_has_few() -> None:
    def priced(number: int, *odd: float) -> pa.Table:
        price = np.round(np.random.default_rng(number).lognormal(3, 0.5, 400), 2).tolist()
        return pa.table({"id": np.arange(400) + 400 * number, "price": [*price[: 400 - len(odd)], *odd]})

    base = api.learn([priced(number) for number in range(9)])
    for odd in ((2500.0,), (3000.0, 4000.0, 1500.0)):
        assert api.heal(priced(9, *odd), base).ledger.num_rows == 0
    slipped = api.heal(priced(9, 2513.0, 3127.0, 1809.0), base)
    assert [line["after"] for line in slipped.ledger.to_pylist()] == ["25.13", "31.27", "18.09"]


def stamped(number: int) -> pa.Table:
    start = np.datetime64("2026-03-01T00:00:00") + np.timedelta64(number, "D")
    seconds = np.random.default_rng(number).integers(0, 86_400, 200).astype("timedelta64[s]")
    return batch(number).append_column("at", pa.array(start + seconds, pa.timestamp("us")))


def test_one_moment_in_another_form_is_the_only_cell_that_changes_in_a_typed_column() -> None:
    last = stamped(BATCHES)
    texts = [moment.isoformat(" ") for moment in last["at"].to_pylist()]
    odd = last["at"][5].as_py().strftime("%d %b %Y %H:%M:%S")
    raw = last.set_column(3, "at", pa.array([odd if row == 5 else text for row, text in enumerate(texts)]))
    done = healed(stamped, raw)
    assert not done.held
    assert done.table.equals(last)
    assert [line["row_id"] for line in done.ledger.to_pylist() if line["strategy"] == "parse_dates"] == [5]


def test_identifiers_that_came_as_floats_are_held() -> None:
    def numbered(number: int) -> pa.Table:
        ids = np.random.default_rng(number).integers(3 * 10**17, 9 * 10**17, 200)
        return batch(number).append_column("tweet", pa.array(ids))

    last = numbered(BATCHES)
    assert left_alone(healed(numbered, last), last)
    assert healed(numbered, last.set_column(3, "tweet", pa.array(last["tweet"].to_numpy().astype(float)))).held
