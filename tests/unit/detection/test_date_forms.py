"""Dates are judged as dates in every form that they are usually written in, also with a time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.text_arrays import parse_texts

FORMS = [
    "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%Y/%m/%d %H:%M:%S", "%d%b%Y", "%d%b%Y:%H:%M:%S",
    "%d/%b/%Y:%H:%M:%S", "%b %d, %Y %H:%M",
]  # fmt: skip
ROWS = 200


def day(number: int, form: str) -> list[str]:
    rng, start = np.random.default_rng(number), datetime(2025, 5, 3) + timedelta(days=number)
    return [(start + timedelta(minutes=int(one))).strftime(form) for one in np.sort(rng.integers(0, 1440, ROWS))]


def table(number: int, opened: list[str]) -> pa.Table:
    rng = np.random.default_rng(number)
    price = rng.lognormal(3, 0.4, ROWS).round(2)
    return pa.table({"id": np.arange(ROWS) + number * ROWS, "opened": opened, "price": price})


@pytest.mark.parametrize("form", FORMS)
def test_such_texts_are_dates(form):
    texts = list(dict.fromkeys(day(20, form)))
    kinds, moments, temporal = parse_texts(pa.array(texts), np.ones(len(texts)), np.zeros(len(texts), bool))
    assert (kinds["date"], temporal) == (len(texts), True)
    assert datetime(1970, 1, 1) + timedelta(seconds=moments[0]) == datetime.strptime(texts[0], form)


@pytest.mark.parametrize("form", FORMS)
def test_dates_of_another_century_are_raised_and_clean_ones_are_not(form):
    baseline = api.learn([table(number, day(number, form)) for number in range(8)])
    opened = day(8, form)
    assert api.check(table(8, opened), baseline).issues == ()
    ahead = [re.sub("2025", "2099", text) if row % 25 == 0 else text for row, text in enumerate(opened)]
    assert "opened" in api.check(table(8, ahead), baseline).issue("outliers").columns
    behind = [re.sub("2025", "2015", text) for text in opened]
    assert any("opened" in issue.columns for issue in api.check(table(8, behind), baseline).issues)


@pytest.mark.parametrize(
    "text", ["1.2.13", "10 11 12", "12-34-5678", "2025-02-30 10:00", "45/2025", " 05/13/2025 10:00"]
)
def test_versions_codes_and_padded_texts_are_none(text):
    kinds, moments, _ = parse_texts(pa.array([text]), np.ones(1), np.zeros(1, bool))
    assert kinds["date"] == 0
    assert np.isnan(moments[0])
