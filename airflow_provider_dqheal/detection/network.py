"""The networks of the ensemble: a column network that is max-pooled, and a deep set over the columns of a batch.

Source: Zaheer et al. 2017, Deep Sets, theorem 2 (sum or max of per-element features, then a network);
Lakshminarayanan et al. 2017, deep ensembles.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

HEADS = 6
"""Five issue types and "something is wrong"."""

_HIDDEN = 96
_WIDTH = 48


class ColumnNet(nn.Module):
    """Logits of the issue types for each column; a batch has the largest of its columns, corrected by its context."""

    def __init__(self, features: int, context: int, dropout: float = 0.2) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(features, _HIDDEN), nn.ReLU(), nn.Dropout(dropout), nn.Linear(_HIDDEN, _WIDTH), nn.ReLU()
        )
        self.head = nn.Linear(_WIDTH, HEADS - 1)
        self.context = nn.Sequential(nn.Linear(context + HEADS - 1, 24), nn.ReLU(), nn.Linear(24, HEADS))

    def forward(self, values: Tensor, mask: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (batch, heads) and (batch, columns, heads - 1) of values (batch, columns, features), mask, context."""
        columns = self.head(self.body(values))
        top = columns.masked_fill(~mask.unsqueeze(-1), -8.0).amax(dim=1)
        batch = self.context(torch.cat([context, torch.tanh(top / 4.0)], dim=1))
        return batch + torch.cat([top, top.amax(dim=1, keepdim=True)], dim=1), columns


class SetNet(nn.Module):
    """Embeds each column, pools by maximum and mean, and judges the batch."""

    def __init__(self, features: int, context: int, dropout: float = 0.2) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(features, _HIDDEN), nn.ReLU(), nn.Dropout(dropout), nn.Linear(_HIDDEN, _WIDTH), nn.ReLU()
        )
        self.judge = nn.Sequential(
            nn.Linear(2 * _WIDTH + context, 64), nn.ReLU(), nn.Dropout(dropout), nn.Linear(64, HEADS)
        )

    def forward(self, values: Tensor, mask: Tensor, context: Tensor) -> Tensor:
        """(batch, columns, features), (batch, columns), (batch, context) -> logits (batch, heads)."""
        embedded = self.body(values) * mask.unsqueeze(-1)
        mean = embedded.sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)
        return self.judge(torch.cat([embedded.amax(dim=1), mean, context], dim=1))


class Member(nn.Module):
    """One member of the ensemble: both networks on standardised inputs."""

    def __init__(self, features: int, context: int) -> None:
        super().__init__()
        self.columns = ColumnNet(features, context)
        self.set = SetNet(features, context)
        self.register_buffer("value_mean", torch.zeros(features))
        self.register_buffer("value_scale", torch.ones(features))
        self.register_buffer("context_mean", torch.zeros(context))
        self.register_buffer("context_scale", torch.ones(context))

    def inputs(self, values: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """Standardised and clipped inputs."""
        return (
            ((values - self.value_mean) / self.value_scale).clamp(-6, 6),
            ((context - self.context_mean) / self.context_scale).clamp(-6, 6),
        )

    def forward(self, values: Tensor, mask: Tensor, context: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Batch logits of the column network and of the set network, and the column logits."""
        values, context = self.inputs(values, context)
        batch, columns = self.columns(values, mask, context)
        return batch, self.set(values, mask, context), columns
