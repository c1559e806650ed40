"""Texts that were escaped, quoted or printed by another language come back; what is no JSON any more is set aside."""

from __future__ import annotations

import html
import json
import urllib.parse
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.escapes import unescaped

NAMES = ["O'Brien & Sons", 'Bar "Zur Post"', "Malmö AB", "New York Ltd", "Plain", "A<B", "Łódź/Praga"]


def known(texts: list[str], batches: int = 8) -> ColumnHistory:
    return ColumnHistory("name", "string", tuple(Counter(texts) for _ in range(batches)))


@pytest.mark.parametrize(
    "escape",
    [
        html.escape,
        lambda text: text.replace("'", "\\'").replace('"', '\\"').replace("/", "\\/"),
        lambda text: text.encode("ascii", "backslashreplace").decode(),
        urllib.parse.quote,
        lambda text: "\ufeff" + text + "\u200b",
    ],
    ids=["html", "backslash", "letters", "address", "invisible"],
)
def test_new_values_of_a_column_that_was_escaped_come_back(escape):
    fresh = [f"{name} {number}" for number, name in enumerate(NAMES * 2)]
    broken = {escape(text): text for text in fresh}
    found = unescaped(Counter(list(broken)), known(NAMES))
    assert found == {text: after for text, after in broken.items() if text != after}


def test_a_text_that_came_with_escapes_is_left_alone():
    pages = known(["/search?q=shoes", "/cart", "/item?id=4", "/a-b"])
    for text in ("/search?q=red%20shoes", "/x?a=1&region=EU", "/x?a=1&copy=2", "a &mdash; b", "C:\\u00e9tudes"):
        assert unescaped(Counter([text, "/cart", "/home"]), pages) == {}
    names = known(NAMES)
    assert unescaped(Counter({"Tom &amp; Jerry": 1, **dict.fromkeys(NAMES, 3)}), names) == {}, "others are bare"
    assert unescaped(Counter({"A&lt;B": 1, **dict.fromkeys(NAMES, 3)}), names) == {"A&lt;B": "A<B"}, "which is known"


def test_joiners_within_a_text_mean_something():
    family = "👨\u200d👩\u200d👧 at home"
    assert unescaped(Counter([family, "می\u200cخواهم"]), known(NAMES)) == {}
    assert unescaped(Counter([family + "\u200d"]), known(NAMES)) == {family + "\u200d": family}


def test_a_column_that_always_had_such_is_left_alone():
    assert unescaped(Counter(["Tom &amp; Jerry"]), known([*NAMES, "A &amp; O"])) == {}
    assert unescaped(Counter(["a%20b"]), known(["c%20d", "e"])) == {}


def test_signs_beyond_the_first_plane_come_back_whole_or_in_halves():
    written = {"\\U0001f680 up": "🚀 up", "\\ud83d\\ude80 on": "🚀 on", "\\U0001f680 in": "🚀 in", "\\ud83d lone": None}
    found = unescaped(Counter(list(written)), known([*NAMES, "🚀", "🚀 go"]))
    assert found == {text: after for text, after in written.items() if after}


def test_half_a_letter_of_another_encoding_is_no_soft_hyphen():
    broken = "García".encode().decode("latin-1")
    assert unescaped(Counter([broken]), known([*NAMES, "García"])) == {}


def events(seed: int, rows: int = 200) -> dict[str, list[str]]:
    rng = np.random.default_rng(seed)
    made = [
        {"size": int(rng.integers(1, 9)), "ref": f"refs/heads/{rng.integers(0, 900)}", "ok": bool(rng.random() < 0.5)}
        for _ in range(rows)
    ]
    return {"event": [str(seed * rows + row) for row in range(rows)], "payload": [json.dumps(one) for one in made]}


@pytest.fixture(scope="module")
def baseline():
    return api.learn([pa.table(events(seed)) for seed in range(8)], dataset="events")


@pytest.mark.parametrize(
    "write",
    [
        lambda text: str(json.loads(text)),
        html.escape,
        lambda text: '"' + text + '"',
        lambda text: '"' + text.replace('"', '""') + '"',
        json.dumps,
        urllib.parse.quote,
    ],
    ids=["python", "html", "quoted", "csv", "twice", "address"],
)
def test_json_in_another_writing_is_found_and_comes_back(baseline, write):
    clean = events(8)
    raw = pa.table({**clean, "payload": [write(text) for text in clean["payload"]]})
    assert "type_mismatch" in {issue.type for issue in api.check(raw, baseline).issues}
    done = api.heal(raw, baseline)
    assert not done.held
    assert done.table["payload"].to_pylist() == clean["payload"]


def test_json_that_was_cut_off_is_found_and_set_aside(baseline):
    clean = events(8)
    cut = [text[:20] if row % 25 == 3 else text for row, text in enumerate(clean["payload"])]
    verdict = api.check(pa.table({**clean, "payload": cut}), baseline)
    [sentence] = [issue.sentence for issue in verdict.issues if issue.type == "type_mismatch"]
    assert "no JSON" in sentence
    done = api.heal(pa.table({**clean, "payload": cut}), baseline)
    assert not done.held
    assert sorted(done.quarantine["row_id"].to_pylist()) == list(range(3, 200, 25))


def test_clean_json_is_silent(baseline):
    assert not api.check(pa.table(events(8)), baseline).issues
