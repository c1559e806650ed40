"""Trains and applies the ensemble: seeded, on CPU, from training samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from airflow_provider_dqheal.detection.network import HEADS, Member

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.samples import Sample

SELF_WEIGHT = 0.25
"""How much of the history's own largest logit is taken off (the self-test)."""

_CLEAN_WEIGHT = 2.0
_BATCH = 64


def fit(samples: Sequence[Sample], seed: int, epochs: int = 25) -> Member:
    """Trains one member; equal samples and seed give equal weights on one machine."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    width, context_width = samples[0].values.shape[1], samples[0].context.shape[0]
    member = Member(width, context_width)
    picked = rng.permutation(len(samples))[: min(len(samples), 3000)]
    rows = np.concatenate([samples[i].values for i in picked]).astype(np.float32)
    contexts = np.stack([samples[i].context for i in picked]).astype(np.float32)
    member.value_mean.copy_(torch.from_numpy(rows.mean(axis=0)))
    member.value_scale.copy_(torch.from_numpy(rows.std(axis=0) + 0.05))
    member.context_mean.copy_(torch.from_numpy(contexts.mean(axis=0)))
    member.context_scale.copy_(torch.from_numpy(contexts.std(axis=0) + 0.05))
    optimizer = torch.optim.AdamW(member.parameters(), lr=2e-3, weight_decay=3e-3)
    steps = epochs * (len(samples) // _BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=steps)
    loss_of = nn.BCEWithLogitsLoss(reduction="none")
    member.train()
    for _ in range(epochs):
        for chunk in _by_width(samples, rng):
            batch = [samples[i] for i in chunk]
            values, mask, context = collate([s.values for s in batch], [s.context for s in batch])
            labels = torch.from_numpy(np.stack([s.labels for s in batch]).astype(np.float32))
            anything = torch.from_numpy(np.asarray([[float(not s.clean)] for s in batch], dtype=np.float32))
            target = torch.cat([labels.clamp(min=0), anything], dim=1)
            known = torch.cat([(labels >= 0).float(), torch.ones(len(batch), 1)], dim=1)
            weight = torch.from_numpy(
                np.asarray([_CLEAN_WEIGHT if s.clean else 0.3 if s.hard else 1.0 for s in batch], dtype=np.float32)
            )
            of_columns, of_set, columns = member(values, mask, context)
            wide = torch.zeros(columns.shape)
            wanted = torch.zeros(columns.shape)
            for i, s in enumerate(batch):
                count = len(s.values)
                wide[i, :count] = torch.from_numpy((s.labels >= 0).astype(np.float32)) * weight[i]
                wanted[i, :count] = torch.from_numpy(s.column_labels.astype(np.float32))
            by_batch = ((loss_of(of_columns, target) + loss_of(of_set, target)) * known).sum(dim=1)
            by_column = (loss_of(columns, wanted) * wide * (1 + 2 * wanted)).sum() / max(float(mask.sum()), 1.0)
            loss = (by_batch * weight).sum() / weight.sum() + 2.0 * by_column
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(member.parameters(), 2.0)
            optimizer.step()
            if schedule.last_epoch < steps - 1:
                schedule.step()
    return member.eval()


def _by_width(samples: Sequence[Sample], rng: np.random.Generator) -> list[np.ndarray]:
    """Batches of samples with about as many columns, in random order: little padding."""
    widths = np.asarray([len(s.values) for s in samples]) + rng.random(len(samples)) * 3
    order = np.argsort(widths, kind="stable")
    chunks = np.array_split(order, max(1, len(order) // _BATCH))
    return [chunks[int(i)] for i in rng.permutation(len(chunks))]


def collate(
    values: Sequence[np.ndarray], contexts: Sequence[np.ndarray]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Pads batches of columns to one tensor, with the mask of what is there."""
    most = max(1, max(len(v) for v in values))
    padded = np.zeros((len(values), most, values[0].shape[1]), dtype=np.float32)
    mask = np.zeros((len(values), most), dtype=bool)
    for i, v in enumerate(values):
        padded[i, : len(v)] = v
        mask[i, : len(v)] = True
    return torch.from_numpy(padded), torch.from_numpy(mask), torch.from_numpy(np.stack(contexts).astype(np.float32))


def logits(
    members: Sequence[Member], values: Sequence[np.ndarray], contexts: Sequence[np.ndarray]
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Averaged batch logits (batches, heads) and per batch the column logits (columns, heads - 1)."""
    if not values:
        return np.zeros((0, HEADS)), []
    total = np.zeros((len(values), HEADS))
    columns = [np.zeros((len(v), HEADS - 1)) for v in values]
    order = np.argsort([len(v) for v in values], kind="stable")
    with torch.no_grad():
        for start in range(0, len(order), 256):
            part = order[start : start + 256]
            inputs = collate([values[i] for i in part], [contexts[i] for i in part])
            for member in members:
                one, two, of = member(*inputs)
                total[part] += ((one + two) / 2).numpy() / len(members)
                for row, i in enumerate(part):
                    columns[i] += of[row, : len(values[i])].numpy() / len(members)
    return total, columns


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread inside: these networks are so small that waking others costs more than it saves."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def self_tested(batch: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Logits after the self-test: less a share of the largest logit of the history's own batches.

    ``batch`` (heads,), ``own`` (history batches, heads), possibly without rows.
    """
    if not len(own):
        return batch
    return batch - SELF_WEIGHT * own.max(axis=0)
