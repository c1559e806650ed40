"""Packed samples hold what the samples hold, and batches without a shared column do not break training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from airflow_provider_dqheal.detection.corpus import rng_for
from airflow_provider_dqheal.detection.ensemble import fit, piece_edges
from airflow_provider_dqheal.detection.fused import Fused
from airflow_provider_dqheal.detection.generators import generators
from airflow_provider_dqheal.detection.packed import Packed
from airflow_provider_dqheal.detection.samples import Sample, draw_samples


def drawn() -> list[Sample]:
    return [sample for source in generators()[:3] for sample in draw_samples(source, 5, 0, variants=3)]


def test_rows_of_a_sample_are_its_columns():
    samples = drawn()
    packed = Packed.of(samples)
    rows, mask = packed.rows(torch.tensor([1, 0]))
    assert mask.sum(dim=1).tolist() == [len(samples[1].values), len(samples[0].values)]
    assert np.array_equal(packed.values[rows[0][mask[0]]].numpy(), samples[1].values)
    assert packed.known.shape == packed.target.shape == (len(samples), 6)


def test_every_sample_is_in_one_chunk():
    packed = Packed.of(drawn())
    picked = torch.cat(packed.chunks(rng_for("chunks"), 4))
    assert sorted(picked.tolist()) == list(range(len(packed)))


def test_training_survives_batches_without_a_shared_column():
    samples = drawn()
    none = [
        replace(s, values=s.values[:0], column_labels=s.column_labels[:0], columns=(), corruption="x")
        for s in samples * 12
    ]
    member = fit([*samples, *none], seed=1, epochs=1)
    assert all(bool(torch.isfinite(value).all()) for value in member.state_dict().values())
    batch, columns = Fused([member]).logits([s.values for s in none[:2]], [s.context for s in none[:2]])
    assert np.isfinite(batch).all()
    assert columns[0].shape == (0, 5)


def test_edges_ascend_even_where_a_measurement_is_always_zero():
    values = np.zeros((200, 3), dtype=np.float32)
    values[:60, 1] = np.linspace(1, 2, 60)
    values[:, 2] = np.linspace(-3, 3, 200)
    assert (np.diff(piece_edges(values), axis=1) > 0).all()
