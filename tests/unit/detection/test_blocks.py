"""Measurements that say the same are hidden together; what describes the column itself never is."""

from __future__ import annotations

import torch

from airflow_provider_dqheal.detection.blocks import blocks_of, hide
from airflow_provider_dqheal.detection.compare import CONTEXT
from airflow_provider_dqheal.detection.features import NAMES


def test_a_measurement_is_in_one_block_with_its_other_units():
    blocks = blocks_of(NAMES)
    assert torch.equal(blocks.sum(dim=0), torch.tensor([float(name not in CONTEXT) for name in NAMES]))
    (missing,) = torch.nonzero(blocks[:, NAMES.index("missing_z")])[0].tolist()
    together = {NAMES[i] for i in torch.nonzero(blocks[missing])[:, 0].tolist()}
    assert {"missing_share", "missing_max", "missing.own", "missing.excess"} <= together
    assert "null.own" not in together


def test_blocks_are_hidden_whole_in_all_columns_of_a_batch():
    torch.manual_seed(0)
    blocks = blocks_of(NAMES)
    hidden = hide(torch.ones(60, 4, len(NAMES)), blocks) == 0
    assert torch.equal(hidden, hidden[:, :1].expand_as(hidden))
    of_block = hidden[:, 0].float() @ blocks.T
    assert torch.equal((of_block == blocks.sum(dim=1)) | (of_block == 0), torch.ones_like(of_block, dtype=torch.bool))
    share = float((of_block > 0).float().mean())
    assert 0.2 < share < 0.45
    assert not hidden[:, :, [NAMES.index(name) for name in CONTEXT]].any()
