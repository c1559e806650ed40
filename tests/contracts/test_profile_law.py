"""The one law of profiling, over every registered state and whole profiles."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.profiling.states import registry
from airflow_provider_dqheal.profiling.view import ColumnView

ROWS = 3000


def _is_moments(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 7 and isinstance(value[1], float) and None not in value


def same(left: Any, right: Any, path: str = "") -> None:
    """Equal byte for byte, but for the rounding of sums."""
    if isinstance(left, dict):
        assert list(left) == list(right), path
        for key in left:
            same(left[key], right[key], f"{path}/{key}")
    elif _is_moments(left):
        # The third moment of a symmetric column is a difference of large sums: it is held to their scale.
        assert left[:3] == pytest.approx(right[:3], rel=1e-9), path
        assert left[3] == pytest.approx(right[3], rel=1e-9, abs=1e-9 * left[2] ** 1.5 / left[0] ** 0.5), path
        assert left[4:] == pytest.approx(right[4:], rel=1e-9), path
    elif isinstance(left, list | tuple):
        assert len(left) == len(right), path
        for at, (a, b) in enumerate(zip(left, right, strict=True)):
            same(a, b, f"{path}[{at}]")
    elif isinstance(left, float):
        assert left == pytest.approx(right, rel=1e-9, abs=1e-9), path
    else:
        assert left == right, path


def _columns() -> dict[str, pa.Array]:
    random = np.random.default_rng(7)
    gaps = random.random(ROWS) < 0.1
    words = ["", " ", "n/a", "Ann", "bob ", " Zoë", "NULL", "x" * 300, "a,b", "-999", "naïve\nline", "é" * 80, "…"]
    numbers = [
        "1",
        "2.50",
        "-3e2",
        "1,234.5",
        "3,7",
        "12%",
        "$5.20",
        "7 kg",
        "+4",
        "007",
        "1e999",
        "99999999999999999999",
    ]
    dates = ["2020-01-31", "31/12/2020", "12/31/2020", "01/02/2020", "2020-02-30", "5 Mar 2021", "2020-01-01T10:00:00Z"]
    spelled = ["yes", "No", "TRUE", "0", "1"]
    sizes = np.concatenate([random.normal(5e8, 3.0, ROWS - 7), [0.0, -0.0, 1e300, -1e-300, 1.25, 99.0, -999.0]])
    return {
        "float_many": pa.array(sizes, mask=gaps),
        "float_odd": pa.array(random.choice([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5], ROWS)),
        "float_same": pa.array(np.full(ROWS, 0.1)),
        "int_few": pa.array(random.integers(-3, 4, ROWS), mask=gaps),
        "int_many": pa.array(random.integers(-(2**62), 2**62, ROWS)),
        "bool": pa.array(random.random(ROWS) < 0.3, mask=gaps),
        "date": pa.array(random.integers(-800_000, 40_000, ROWS).astype(np.int32)).cast(pa.date32()),
        "time": pa.array(random.integers(0, 2**50, ROWS)).cast(pa.timestamp("us")),
        "text_words": pa.array(random.choice(words, ROWS), mask=gaps),
        "text_numbers": pa.array(random.choice(numbers, ROWS)),
        "text_dates": pa.array(random.choice(dates, ROWS)),
        "text_spelled": pa.array(random.choice(spelled, ROWS)),
        "text_many": pa.array(
            [f"{a:x} {b}" for a, b in zip(random.integers(0, 10**9, ROWS), range(ROWS), strict=True)]
        ),
        "null": pa.nulls(ROWS, pa.string()),
    }


COLUMNS = _columns()


def _cuts(seed: int) -> tuple[np.ndarray, list[int]]:
    random = np.random.default_rng(seed)
    return random.permutation(ROWS), [0, *sorted(random.integers(0, ROWS, 4).tolist()), ROWS]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("name", registry.names())
def test_state_is_a_function_of_the_multiset_of_rows(name: str, column: str) -> None:
    state, array = registry.get(name), COLUMNS[column]
    whole = state.empty().update(ColumnView(array)).to_json()
    for seed in (1, 2):
        order, cuts = _cuts(seed)
        parts = [state.empty().update(ColumnView(array.take(pa.array(order[a:b])))) for a, b in pairwise(cuts)]
        forward, backward, running = state.empty(), state.empty(), state.empty()
        for part in parts:
            forward = forward + part
        for part in reversed(parts):
            backward = state.from_json(part.to_json()) + backward
        for a, b in pairwise(cuts):
            running = running.update(ColumnView(array.take(pa.array(order[a:b]))))
        for found in (forward, backward, running):
            same(found.to_json(), whole)
            same(found.metrics(ROWS), state.from_json(whole).metrics(ROWS))


@pytest.mark.parametrize("name", registry.names())
def test_state_knows_nothing_of_no_rows(name: str) -> None:
    state = registry.get(name)
    empty = state.empty().update(ColumnView(pa.array([], pa.string())))
    same(empty.to_json(), state.empty().to_json())
    known = {k: v for k, v in empty.metrics(0).items() if v is not None and not k.endswith("_count")}
    assert known == {}


def test_profile_is_a_function_of_the_multiset_of_rows() -> None:
    table = pa.table(COLUMNS)
    whole = profile_table(table).model_dump(mode="json")
    for seed in (3, 4, 5):
        order, cuts = _cuts(seed)
        shuffled = table.take(pa.array(order))
        same(profile_table(shuffled).model_dump(mode="json"), whole)
        parts = [profile_table(shuffled.slice(a, b - a)) for a, b in pairwise(cuts)]
        np.random.default_rng(seed).shuffle(parts)  # type: ignore[arg-type]
        total = parts[0]
        for part in parts[1:]:
            total = total + Profile.from_bytes(part.to_bytes())
        same(total.model_dump(mode="json"), whole)
        same({n: dict(c.metrics) for n, c in total.columns.items()}, _metrics(Profile.model_validate(whole)))


def _metrics(profile: Profile) -> dict[str, Any]:
    return {name: dict(column.metrics) for name, column in profile.columns.items()}


def test_profile_counts_equal_rows_once_with_their_number() -> None:
    table = pa.table({"a": ["x", "y"], "b": [1, 2]})
    many = pa.concat_tables([table] * 50)
    profile = profile_table(many)
    assert profile.sample_table().num_rows == 2
    assert profile.sample_counts.tolist() == [50, 50]
    assert profile.duplicate_row_fraction == pytest.approx(0.98)


def test_profile_does_not_know_the_sign_of_zero() -> None:
    one, other = (profile_table(pa.table({"a": values})) for values in ([0.0, -0.0, 1.0], [-0.0, 0.0, 1.0]))
    assert one.to_bytes() == other.to_bytes()


def test_profile_survives_its_bytes() -> None:
    profile = profile_table(pa.table(COLUMNS))
    again = Profile.from_bytes(profile.to_bytes())
    assert again == profile
    same(_metrics(again), _metrics(profile))
    for name, column in again.columns.items():
        assert column.sample == profile.columns[name].sample
