"""Weights are loaded only as they were written; scores survive saving and loading."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from airflow_provider_dqheal.core.errors import ModelLoadError
from airflow_provider_dqheal.core.resources import resource
from airflow_provider_dqheal.detection import ensemble
from airflow_provider_dqheal.detection.benchmark import bench_detect
from airflow_provider_dqheal.detection.detector import Detector
from airflow_provider_dqheal.detection.features import featurize
from airflow_provider_dqheal.detection.generators import generators, registry
from airflow_provider_dqheal.detection.samples import draw_samples
from airflow_provider_dqheal.detection.training import train
from airflow_provider_dqheal.detection.weights import METADATA, read_metadata
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.local import profile_table


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(resource("weights"), tmp_path / "weights")
    return tmp_path / "weights"


def test_shipped_weights_load_and_are_small(folder):
    detector = Detector.load(folder)
    assert detector.model_id == read_metadata(folder)["model_id"]
    assert sum(path.stat().st_size for path in folder.iterdir()) < 5_000_000
    assert "nyc13" in detector.metadata["excluded_families"]


def test_missing_folder_is_refused(tmp_path):
    with pytest.raises(ModelLoadError, match=r"metadata\.json"):
        Detector.load(tmp_path / "nowhere")


def test_missing_weights_file_is_refused(folder):
    next(folder.glob("*.safetensors")).unlink()
    with pytest.raises(ModelLoadError, match="missing"):
        Detector.load(folder)


def test_altered_weights_are_refused(folder):
    path = next(folder.glob("*.safetensors"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ModelLoadError, match="altered"):
        Detector.load(folder)


@pytest.mark.parametrize("key", ["features", "batch_features"])
def test_weights_for_other_features_are_refused(folder, key):
    document = json.loads((folder / METADATA).read_text())
    document[key] = document[key][1:]
    (folder / METADATA).write_text(json.dumps(document))
    with pytest.raises(ModelLoadError, match="other features"):
        Detector.load(folder)


def test_unreadable_metadata_is_refused(folder):
    (folder / METADATA).write_text("{")
    with pytest.raises(ModelLoadError, match="cannot be read"):
        Detector.load(folder)


@pytest.mark.timeout(120)
def test_many_batches_are_scored_as_each_alone(folder):
    detector = Detector.load(folder)
    batches = []
    for name, rows in (("shop_orders", 120), ("flags", 80), ("payments", 200)):
        *history, batch = registry.get(name).generate(3, 7, rows)
        batches.append(featurize(profile_table(batch), Baseline.build(name, [profile_table(one) for one in history])))
    together = detector.score_many(batches)
    for one, found in zip(batches, together, strict=True):
        alone = detector.score(one)
        assert found.features is one
        np.testing.assert_allclose(found.levels, alone.levels, atol=1e-3)
        np.testing.assert_allclose(found.columns, alone.columns, atol=1e-3)
    assert detector.score_many([]) == []


def test_bench_measures_every_way_of_judging():
    found = bench_detect(columns=4, rows=200, repeats=3)
    assert all(value > 0 for value in found.values())


def test_training_is_reproducible_and_loads(tmp_path, monkeypatch):
    # A few rounds show it as well as all do.
    monkeypatch.setattr(ensemble, "EPOCHS", 3)
    monkeypatch.setattr(ensemble, "EPOCHS_HIDING", 4)
    samples = [
        sample
        for source in generators()[:6]
        for number in range(4)
        for sample in draw_samples(source, 3, number, variants=3)
    ]
    assert any(sample.clean for sample in samples)
    first = train(tmp_path / "one", seed=3, samples=samples)
    again = train(tmp_path / "two", seed=3, samples=samples)
    assert first["model_id"] == again["model_id"]
    assert first["calibration"] == again["calibration"]
    detector = Detector.load(tmp_path / "one")
    assert np.isfinite(detector.calibration.thresholds[5]).all()
