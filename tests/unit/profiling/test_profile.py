"""What can be read off a profile."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal.core.errors import ProfileError
from airflow_provider_dqheal.profiling.baseline import Baseline, Feedback
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.profiling.metrics import METRICS
from airflow_provider_dqheal.profiling.profile import ColumnProfile, Profile


def column(values: list[object] | pa.Array) -> ColumnProfile:
    return profile_table(pa.table({"x": values})).columns["x"]


def test_every_metric_is_described_and_every_description_is_a_metric() -> None:
    assert set(column(["a"]).metrics) == set(METRICS)


def test_moments_and_quantiles_of_small_numbers() -> None:
    random = np.random.default_rng(1)
    values = random.gamma(2.0, 3.0, 900)
    found = column(pa.array(values)).metrics
    assert found["mean"] == pytest.approx(values.mean())
    assert found["std"] == pytest.approx(values.std(ddof=1))
    centred = values - values.mean()
    assert found["skewness"] == pytest.approx((centred**3).mean() / values.std() ** 3)
    assert found["kurtosis"] == pytest.approx((centred**4).mean() / values.std() ** 4 - 3)
    for name, q in (("q05", 0.05), ("q50", 0.5), ("q99", 0.99)):
        assert found[name] == np.quantile(values, q, method="inverted_cdf")


def test_text_numbers_have_the_metrics_of_numbers() -> None:
    values = [1.5, -2.0, 0.0, 12.25, 3.0]
    typed, text = column(values).metrics, column([str(v) for v in values]).metrics
    for name in ("mean", "std", "min", "max", "q50", "zero_fraction", "negative_fraction", "integer_fraction", "mad"):
        assert text[name] == pytest.approx(typed[name]), name


def test_large_batches_are_estimated_within_the_stated_error() -> None:
    rows = 200_000
    random = np.random.default_rng(2)
    table = pa.table({"n": random.normal(size=rows), "k": np.arange(rows), "few": random.integers(0, 40_000, rows)})
    profile = profile_table(table)
    assert profile.sample_table().num_rows == 1024
    found = profile.columns["n"]
    ranks = [np.mean(table["n"].to_numpy() <= q) for q in found.quantiles((0.1, 0.5, 0.9))]
    assert ranks == pytest.approx([0.1, 0.5, 0.9], abs=0.06)
    assert profile.columns["k"].metrics["distinct_fraction"] == 1.0
    exact = len(np.unique(table["few"].to_numpy()))
    assert profile.columns["few"].metrics["distinct_count"] == pytest.approx(exact, rel=0.08)
    low, high = found.extremes
    assert [v for v, _ in low] == np.sort(table["n"].to_numpy())[:16].tolist()
    assert [v for v, _ in high] == np.sort(table["n"].to_numpy())[-16:].tolist()


def test_disguises_are_counted() -> None:
    found = column(["", "  ", "N/A", "null", "-999", "5", None, "Unknown"])
    assert found.missing_words == {"": 1, " ": 1, "n/a": 1, "null": 1, "unknown": 1}
    assert found.sentinels == {"-999": 1}
    assert found.metrics["missing_fraction"] == pytest.approx(6 / 8)
    assert found.metrics["mean"] == pytest.approx(-497.0)


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("12", "parse_int_fraction"),
        ("1.5", "parse_float_fraction"),
        ("1.5e-7", "parse_exponent_fraction"),
        ("1,234,567.8", "parse_grouped_fraction"),
        ("3,75", "parse_comma_fraction"),
        ("12.5 %", "parse_percent_fraction"),
        ("€12.50", "parse_currency_fraction"),
        ("12 USD", "parse_currency_fraction"),
        ("70 kg", "parse_unit_fraction"),
        ("+5", "parse_signed_plus_fraction"),
        ("007", "parse_leading_zero_fraction"),
        ("Yes", "parse_boolean_fraction"),
        ("0", "parse_bit_fraction"),
        ('{"a": 1}', "parse_json_fraction"),
        (" x", "leading_space_fraction"),
        ("x ", "trailing_space_fraction"),
        ("ABC", "upper_fraction"),
        ("abc", "lower_fraction"),
        ("Zoë", "non_ascii_fraction"),
        ("ZoÃ«", "mojibake_fraction"),
        ("31/12/2020", "date_day_first_fraction"),
        ("1/2/2020", "date_ambiguous_fraction"),
    ],
)
def test_ways_of_writing_are_recognised(text: str, metric: str) -> None:
    assert column([text]).metrics[metric] == 1.0
    assert not column(["Some words here"]).metrics[metric]


def test_patterns_examples_and_heavy_hitters() -> None:
    found = column(["AB-12", "AB-13", "AB-12", "x", ""])
    assert found.patterns[0] == ("A-9", 3)
    assert ("AA-99", 3) in found.full_patterns
    assert found.heavy_hitters[0] == ("AB-12", 2)
    assert "" not in found.examples


def test_values_of_each_kind_are_written_as_a_person_would() -> None:
    day = pa.array([18262], pa.int32()).cast(pa.date32())
    assert column(day).heavy_hitters == [("2020-01-01", 1)]
    assert column(day.cast(pa.timestamp("us"))).heavy_hitters == [("2020-01-01 00:00:00", 1)]
    assert column([True]).heavy_hitters == [("true", 1)]
    assert column([2.5]).heavy_hitters == [("2.5", 1)]


def test_unknown_is_none() -> None:
    found = column(pa.nulls(5, pa.string())).metrics
    assert found["null_fraction"] == 1.0
    for name in ("mean", "distinct_fraction", "top_fraction", "length_mean", "pattern_entropy", "true_fraction"):
        assert found[name] is None, name


def test_one_row_is_a_profile() -> None:
    found = column([3.0]).metrics
    assert (found["mean"], found["std"], found["min"], found["q50"]) == (3.0, None, 3.0, 3.0)


def test_profile_of_fifty_columns_is_below_one_megabyte() -> None:
    random = np.random.default_rng(3)
    profile = profile_table(pa.table({f"c{i}": random.normal(size=20_000) for i in range(50)}))
    assert len(profile.to_bytes()) < 1_000_000


def test_bytes_that_are_no_profile_are_refused() -> None:
    with pytest.raises(ProfileError, match="no profile"):
        Profile.from_bytes(b"nonsense")
    with pytest.raises(ProfileError, match="more than once"):
        profile_table(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]))


def test_baseline_knows_its_history() -> None:
    profiles = [profile_table(pa.table({"x": [float(i), float(i + 1)]})) for i in range(3)]
    profiles.append(profile_table(pa.table({"y": ["a"]})))
    feedback = (Feedback(batch_id="b1", kind="false_alarm", issue="outliers", columns=("x",)),)
    baseline = Baseline.build("orders", profiles, feedback=feedback)
    np.testing.assert_allclose(baseline.history("x", "mean"), [0.5, 1.5, 2.5, np.nan])
    assert baseline.merged.row_count == 7
    assert baseline.merged.columns["x"].metrics["mean"] == pytest.approx(1.5)
    assert set(baseline.columns) == {"x", "y"}
    again = Baseline.from_bytes(baseline.to_bytes())
    assert again == baseline
    assert again.sample_table().num_rows == baseline.sample_table().num_rows


def test_batches_whose_types_changed_still_merge() -> None:
    total = profile_table(pa.table({"x": [1, 2]})) + profile_table(pa.table({"x": ["2", "three"]}))
    found = total.columns["x"]
    assert found.physical_type == "string"
    assert dict(found.heavy_hitters) == {"1": 1, "2": 2, "three": 1}
    assert total.row_count == 4
