"""The networks of the ensemble: a max-pooled column network and a deep set of the columns, on one first layer.

Source: Zaheer et al. 2017, Deep Sets, theorem 2 (sum or max of per-element features, then a network);
Lakshminarayanan et al. 2017, deep ensembles; Gorishniy et al. 2022, On Embeddings for Numerical Features, equation 1
(piecewise linear encoding).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

HEADS = 6
"""Five issue types and "something is wrong"."""

PIECES = 5
"""Pieces into which the range of a measurement is cut."""

FARTHEST = 3.0
"""How many times the outer pieces go on beyond the range, at most."""

NO_COLUMN = -8.0
"""The logit of a column that is not there."""

HIDDEN = 128
"""Outputs of the first layer."""

_WIDTH = 56
_DROPOUT = 0.2


class FirstLayer(nn.Module):
    """A linear layer on piecewise encoded measurements, which both networks go on from.

    Each measurement is encoded as how far it has gone through each piece of its usual range; ``linear`` has the
    weights of the first piece of all measurements, then those of the second, and so on. Its products are of half
    precision while it is trained: they take most of the time.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("edges", torch.arange(PIECES + 1).repeat(features, 1).float())
        self.linear = nn.Linear(features * PIECES, HIDDEN)

    def forward(self, values: Tensor) -> Tensor:
        """(..., features) -> (..., HIDDEN)."""
        if not self.training:
            found: Tensor = self.linear(self.encoded(values, torch.float32))
            return found
        product = functional.linear(self.encoded(values, torch.bfloat16), self.linear.weight.to(torch.bfloat16))
        return product.float() + self.linear.bias

    def encoded(self, values: Tensor, precision: torch.dtype) -> Tensor:
        """(..., features) -> (..., PIECES * features); the outer pieces go on beyond the range, up to a bound."""
        edges: Tensor = self.edges
        found = torch.empty(*values.shape[:-1], PIECES, values.shape[-1], dtype=precision)
        for piece in range(PIECES):
            low, width = edges[:, piece], edges[:, piece + 1] - edges[:, piece]
            least = -FARTHEST if piece == 0 else 0.0
            most = FARTHEST if piece == PIECES - 1 else 1.0
            found[..., piece, :] = ((values - low) / width).clamp_(least, most)
        return found.flatten(-2)


class ColumnNet(nn.Module):
    """Logits of the issue types for each column; a batch has the largest of its columns, corrected by its context."""

    def __init__(self, context: int) -> None:
        super().__init__()
        self.body = _body()
        self.head = nn.Linear(_WIDTH, HEADS - 1)
        self.context = nn.Sequential(nn.Linear(context + HEADS - 1, 24), nn.ReLU(), nn.Linear(24, HEADS))

    def forward(self, hidden: Tensor, mask: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (batch, heads) and (batch, columns, heads - 1) of (batch, columns, HIDDEN), mask and context."""
        columns = self.head(self.body(hidden))
        top = columns.masked_fill(~mask.unsqueeze(-1), NO_COLUMN).amax(dim=1)
        batch = self.context(torch.cat([context, torch.tanh(top / 4.0)], dim=1))
        return batch + torch.cat([top, top.amax(dim=1, keepdim=True)], dim=1), columns


class SetNet(nn.Module):
    """Embeds each column, pools by maximum and mean, and judges the batch."""

    def __init__(self, context: int) -> None:
        super().__init__()
        self.body = _body()
        self.judge = nn.Sequential(
            nn.Linear(2 * _WIDTH + context, 64), nn.ReLU(), nn.Dropout(_DROPOUT), nn.Linear(64, HEADS)
        )

    def forward(self, hidden: Tensor, mask: Tensor, context: Tensor) -> Tensor:
        """(batch, columns, HIDDEN), (batch, columns), (batch, context) -> logits (batch, heads)."""
        embedded = self.body(hidden) * mask.unsqueeze(-1)
        mean = embedded.sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)
        return self.judge(torch.cat([embedded.amax(dim=1), mean, context], dim=1))


class Member(nn.Module):
    """One member of the ensemble: both networks on one first layer and a standardised context."""

    def __init__(self, features: int, context: int) -> None:
        super().__init__()
        self.first = FirstLayer(features)
        self.columns = ColumnNet(context)
        self.set = SetNet(context)
        self.register_buffer("context_mean", torch.zeros(context))
        self.register_buffer("context_scale", torch.ones(context))

    def forward(self, values: Tensor, mask: Tensor, context: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Batch logits of the column network and of the set network, and the column logits."""
        hidden = self.first(values)
        context = standardised(context, self.context_mean, self.context_scale)
        batch, columns = self.columns(hidden, mask, context)
        return batch, self.set(hidden, mask, context), columns


def standardised(context: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    """(..., batch features) in units of their spread in training, bounded."""
    return ((context - mean) / scale).clamp(-6, 6)


def _body() -> nn.Sequential:
    return nn.Sequential(nn.ReLU(), nn.Dropout(_DROPOUT), nn.Linear(HIDDEN, _WIDTH), nn.ReLU())
