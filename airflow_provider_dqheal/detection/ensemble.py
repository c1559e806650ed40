"""Trains the members of the ensemble, seeded and on CPU, and tests what they say against the history itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from airflow_provider_dqheal.detection.blocks import blocks_of, hide
from airflow_provider_dqheal.detection.features import NAMES
from airflow_provider_dqheal.detection.network import PIECES, Member
from airflow_provider_dqheal.detection.packed import Packed

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.samples import Sample

SELF_WEIGHT = 0.4
"""How much of the history's own largest logit is taken off (the self-test)."""

EPOCHS = 14
EPOCHS_HIDING = 18
_BATCH = 64
_COLUMN_WEIGHT = 2.0
_EDGE_ROWS = 60_000
_LEFT_OUT = 0.6
"""The largest share of a batch's columns that a network is trained without."""


def fit(samples: Sequence[Sample], seed: int, hiding: bool = False, epochs: int | None = None) -> Member:
    """Trains one member; equal arguments give equal weights on one machine, equal samples equal edges of the pieces.

    Args:
        samples: what it learns from.
        seed: of its first weights and of the order.
        hiding: whether blocks of measurements are hidden now and then (:mod:`blocks`).
        epochs: how often it sees each sample; :data:`EPOCHS` or :data:`EPOCHS_HIDING` by default.
    """
    epochs = epochs or (EPOCHS_HIDING if hiding else EPOCHS)
    data = Packed.of(samples)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    member = Member(data.values.shape[1], data.context.shape[1])
    some = torch.from_numpy(np.sort(np.random.default_rng(0).permutation(len(data.values))[:_EDGE_ROWS]))
    member.first.edges.copy_(torch.from_numpy(piece_edges(data.values[some].float().numpy())))
    member.context_mean.copy_(data.context.mean(dim=0))
    member.context_scale.copy_(data.context.std(dim=0) + 0.05)
    optimizer = torch.optim.AdamW(member.parameters(), lr=2e-3, weight_decay=5e-3, fused=True)
    steps = epochs * max(1, len(data) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=steps + 1)
    loss_of = nn.BCEWithLogitsLoss(reduction="none")
    blocks = blocks_of(NAMES)
    member.train()
    for _ in range(epochs):
        for picked in data.chunks(rng, _BATCH):
            rows, mask = data.rows(picked)
            values = data.values[rows].float()
            if hiding:
                values = hide(values, blocks)
            wanted = data.column_labels[rows]
            mask &= columns_left(wanted)
            of_columns, of_set, columns = member(values, mask, data.context[picked])
            target, known, weight = data.target[picked], data.known[picked], data.weight[picked]
            wide = known[:, None, :-1] * weight[:, None, None] * mask.unsqueeze(-1)
            by_batch = ((loss_of(of_columns, target) + loss_of(of_set, target)) * known).sum(dim=1)
            by_column = (loss_of(columns, wanted) * wide * (1 + 2 * wanted)).sum() / mask.sum().clamp(min=1)
            loss = (by_batch * weight).sum() / weight.sum() + _COLUMN_WEIGHT * by_column
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(member.parameters(), 2.0)
            optimizer.step()
            schedule.step()
    return member.eval()


def columns_left(wanted: Tensor) -> Tensor:
    """(batch, columns) a random part of the columns: a table is as good without some of them.

    Args:
        wanted: (batch, columns, issue types) the issues of each column; one that has any stays.
    """
    share = torch.rand(len(wanted), 1) * _LEFT_OUT
    return (torch.rand(wanted.shape[:2]) >= share) | (wanted > 0).any(dim=-1)


def piece_edges(values: np.ndarray) -> np.ndarray:
    """(features, PIECES + 1) ascending edges: quantiles of each measurement, of its non-zero part where many are 0."""
    out = np.zeros((values.shape[1], PIECES + 1), dtype=np.float32)
    probabilities = np.linspace(0.0, 1.0, PIECES + 1)
    probabilities[0], probabilities[-1] = 0.002, 0.998
    for i in range(values.shape[1]):
        column = values[:, i]
        edges = np.unique(np.round(np.quantile(column, probabilities), 4))
        if len(edges) <= PIECES:
            used = column[np.abs(column) > 1e-6]
            if len(used) > 50:
                edges = np.unique(np.round(np.concatenate([edges, np.quantile(used, probabilities)]), 4))
        if len(edges) < 2:
            edges = np.asarray([edges[0], edges[0] + 1.0])
        at = np.linspace(0, len(edges) - 1, PIECES + 1)
        out[i] = np.interp(at, np.arange(len(edges)), edges)
    width = np.maximum(np.diff(out, axis=1), 1e-3)
    return np.concatenate([out[:, :1], out[:, :1] + np.cumsum(width, axis=1)], axis=1).astype(np.float32)


def self_tested(batch: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Logits after the self-test: less a share of the largest logit of the history's own batches.

    ``batch`` (heads,), ``own`` (history batches, heads), possibly without rows.
    """
    if not len(own):
        return batch
    return batch - SELF_WEIGHT * own.max(axis=0)
