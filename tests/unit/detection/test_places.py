"""Look-ups of many texts in many lists at once give what one dict a list gives."""

from __future__ import annotations

import numpy as np
import pytest

from airflow_provider_dqheal.detection.columns import hashes_of
from airflow_provider_dqheal.detection.likeness import all_respelled, respelled
from airflow_provider_dqheal.detection.places import Places


@pytest.mark.parametrize("sizes", [(), (0,), (1, 0), (300, 0, 7), (2_000, 5_000, 1, 900)])
def test_texts_are_found_where_a_dict_has_them(sizes):
    rng = np.random.default_rng(len(sizes))
    lists = [[f"text {number}" for number in rng.permutation(10_000)[:size]] for size in sizes]
    places = Places(lists)
    texts = [f"text {number}" for number in rng.integers(0, 12_000, 3_000)] if sizes else []
    column = rng.integers(0, max(len(sizes), 1), len(texts))
    known = [{text: at for at, text in enumerate(own)} for own in lists]
    expected = [known[at].get(text, -1) for text, at in zip(texts, column.tolist(), strict=True)]
    assert places.find(hashes_of(texts), column).tolist() == expected


def test_many_texts_are_respelled_as_each_alone():
    texts = ["New-York", " AB 12\t", "", "x" * 50, "---", "a\x1cb", "d_e.f", "7", "Ünal", "a\0b"]
    for some in (texts, texts[:-2], texts[:-1], texts[2:3], []):
        assert all_respelled(some) == [respelled(text) for text in some]
