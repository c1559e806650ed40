"""Training samples as a few large arrays: what the networks are trained on, without a loop over samples a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from airflow_provider_dqheal.detection.samples import Sample

_CLEAN_WEIGHT = 2.0
_HARD_WEIGHT = 0.3


@dataclass(frozen=True, eq=False)
class Packed:
    """N batches with R columns in all.

    ``values`` (R, features) float16 and ``column_labels`` (R, issue types), of which batch i has the ``counts[i]`` rows
    from ``starts[i]`` on; ``context`` (N, batch features); ``target`` (N, issue types + any) and ``known``, which is 0
    where a label is tolerated; ``weight`` (N).
    """

    values: Tensor
    column_labels: Tensor
    starts: Tensor
    counts: Tensor
    context: Tensor
    target: Tensor
    known: Tensor
    weight: Tensor

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Packed:
        """Packs samples."""
        counts = np.asarray([len(s.values) for s in samples])
        labels = torch.from_numpy(np.stack([s.labels for s in samples]).astype(np.float32))
        wrong = torch.tensor([[float(not s.clean)] for s in samples])
        weight = [_CLEAN_WEIGHT if s.clean else _HARD_WEIGHT if s.hard else 1.0 for s in samples]
        return cls(
            values=torch.from_numpy(np.concatenate([s.values for s in samples])),
            column_labels=torch.from_numpy(np.concatenate([s.column_labels for s in samples]).astype(np.float32)),
            starts=torch.from_numpy(np.cumsum(counts) - counts),
            counts=torch.from_numpy(counts),
            context=torch.from_numpy(np.stack([s.context for s in samples]).astype(np.float32)),
            target=torch.cat([labels.clamp(min=0), wrong], dim=1),
            known=torch.cat([(labels >= 0).float(), torch.ones(len(samples), 1)], dim=1),
            weight=torch.tensor(weight),
        )

    def __len__(self) -> int:
        return len(self.counts)

    def rows(self, picked: Tensor) -> tuple[Tensor, Tensor]:
        """Row numbers (batch, columns) of the picked batches, padded, and the mask of what is there."""
        counts = self.counts[picked]
        place = torch.arange(max(1, int(counts.max())))
        mask = place < counts[:, None]
        return torch.where(mask, self.starts[picked][:, None] + place, 0), mask

    def chunks(self, rng: np.random.Generator, size: int) -> list[Tensor]:
        """Batches of samples with about as many columns, in random order: little padding."""
        widths = self.counts.numpy() + rng.random(len(self)) * 3
        parts = np.array_split(np.argsort(widths, kind="stable"), max(1, len(self) // size))
        return [torch.from_numpy(parts[int(i)]) for i in rng.permutation(len(parts))]
