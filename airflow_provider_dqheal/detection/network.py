"""The networks of the ensemble: a column network that is max-pooled, and a deep set over the columns of a batch.

Source: Zaheer et al. 2017, Deep Sets, theorem 2 (sum or max of per-element features, then a network);
Lakshminarayanan et al. 2017, deep ensembles; Gorishniy et al. 2022, On Embeddings for Numerical Features, equation 1
(piecewise linear encoding).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

HEADS = 6
"""Five issue types and "something is wrong"."""

PIECES = 5
"""Pieces into which the range of a measurement is cut."""

FARTHEST = 3.0
"""How many times the outer pieces go on beyond the range, at most."""

NO_COLUMN = -8.0
"""The logit of a column that is not there."""

_HIDDEN = 112
_WIDTH = 56
_DROPOUT = 0.2


class Pieces(nn.Module):
    """Piecewise linear encoding: each measurement as how far it has gone through each piece of its usual range."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("edges", torch.arange(PIECES + 1).repeat(features, 1).float())

    def forward(self, values: Tensor) -> Tensor:
        """(..., features) -> (..., features * PIECES); the outer pieces go on beyond the range, up to a bound."""
        edges: Tensor = self.edges
        low, width = edges[:, :-1], edges[:, 1:] - edges[:, :-1]
        gone = (values.unsqueeze(-1) - low) / width
        first = gone[..., :1].clamp(-FARTHEST, 1.0)
        last = gone[..., -1:].clamp(0.0, FARTHEST)
        return torch.cat([first, gone[..., 1:-1].clamp(0.0, 1.0), last], dim=-1).flatten(-2)


class ColumnNet(nn.Module):
    """Logits of the issue types for each column; a batch has the largest of its columns, corrected by its context."""

    def __init__(self, features: int, context: int) -> None:
        super().__init__()
        self.body = _body(features)
        self.head = nn.Linear(_WIDTH, HEADS - 1)
        self.context = nn.Sequential(nn.Linear(context + HEADS - 1, 24), nn.ReLU(), nn.Linear(24, HEADS))

    def forward(self, values: Tensor, mask: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (batch, heads) and (batch, columns, heads - 1) of values (batch, columns, features), mask, context."""
        columns = self.head(self.body(values))
        top = columns.masked_fill(~mask.unsqueeze(-1), NO_COLUMN).amax(dim=1)
        batch = self.context(torch.cat([context, torch.tanh(top / 4.0)], dim=1))
        return batch + torch.cat([top, top.amax(dim=1, keepdim=True)], dim=1), columns


class SetNet(nn.Module):
    """Embeds each column, pools by maximum and mean, and judges the batch."""

    def __init__(self, features: int, context: int) -> None:
        super().__init__()
        self.body = _body(features)
        self.judge = nn.Sequential(
            nn.Linear(2 * _WIDTH + context, 64), nn.ReLU(), nn.Dropout(_DROPOUT), nn.Linear(64, HEADS)
        )

    def forward(self, values: Tensor, mask: Tensor, context: Tensor) -> Tensor:
        """(batch, columns, features), (batch, columns), (batch, context) -> logits (batch, heads)."""
        embedded = self.body(values) * mask.unsqueeze(-1)
        mean = embedded.sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)
        return self.judge(torch.cat([embedded.amax(dim=1), mean, context], dim=1))


class Member(nn.Module):
    """One member of the ensemble: both networks on encoded measurements and a standardised context."""

    def __init__(self, features: int, context: int) -> None:
        super().__init__()
        self.pieces = Pieces(features)
        self.columns = ColumnNet(features * PIECES, context)
        self.set = SetNet(features * PIECES, context)
        self.register_buffer("context_mean", torch.zeros(context))
        self.register_buffer("context_scale", torch.ones(context))

    def forward(self, values: Tensor, mask: Tensor, context: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Batch logits of the column network and of the set network, and the column logits."""
        values = self.pieces(values)
        context = standardised(context, self.context_mean, self.context_scale)
        batch, columns = self.columns(values, mask, context)
        return batch, self.set(values, mask, context), columns


def standardised(context: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    """(..., batch features) in units of their spread in training, bounded."""
    return ((context - mean) / scale).clamp(-6, 6)


def _body(features: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(features, _HIDDEN), nn.ReLU(), nn.Dropout(_DROPOUT), nn.Linear(_HIDDEN, _WIDTH), nn.ReLU()
    )
