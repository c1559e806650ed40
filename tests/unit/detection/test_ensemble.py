"""What members are trained with: some of the columns, and products of half precision."""

from __future__ import annotations

import pytest
import torch

from airflow_provider_dqheal.detection.ensemble import columns_left
from airflow_provider_dqheal.detection.network import FirstLayer


def test_a_column_with_an_issue_is_never_left_out():
    torch.manual_seed(0)
    wanted = torch.zeros(2_000, 10, 5)
    wanted[:, 3, 1] = 1.0
    left = columns_left(wanted)
    assert left[:, 3].all()
    others = left[:, [0, 1, 2, 4, 5, 6, 7, 8, 9]].float()
    assert 0.65 < float(others.mean()) < 0.75
    by_batch = others.mean(dim=1)
    assert float(by_batch.max()) == 1.0
    assert float(by_batch.min()) < 0.35


def test_the_first_layer_says_about_the_same_in_training():
    torch.manual_seed(0)
    layer = FirstLayer(40)
    values = torch.randn(200, 40) * 4.0 + 2.0
    with torch.no_grad():
        trained = layer.train()(values)
        judged = layer.eval()(values)
    assert float((trained - judged).abs().max()) < 0.02 * float(judged.abs().max())
    assert not torch.equal(trained, judged)


def test_measurements_are_encoded_piece_by_piece():
    layer = FirstLayer(2)
    layer.edges.copy_(torch.tensor([[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]]))
    encoded = layer.encoded(torch.tensor([[2.5, -9.0], [100.0, 9.0]]), torch.float32)
    assert encoded.tolist() == [
        pytest.approx([1.0, -3.0, 1.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0]),
        pytest.approx([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 3.0, 0.5]),
    ]
