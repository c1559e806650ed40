"""Which measurements say the same in different units: what is hidden together while a network is trained.

A network that always has the one measurement that shows a fault best learns to wait for it, and misses the fault that
shows elsewhere. With whole blocks hidden now and then it has to weigh all that there is. Half of an ensemble is trained
so: it finds more of the faults that nobody trained on, the other half more of those that were.

Source: Srivastava et al. 2014, Dropout, section 2 (here of groups of inputs).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import torch
from torch import Tensor

from airflow_provider_dqheal.detection.compare import CONTEXT

HIDDEN = 0.35
"""How much is hidden of a batch that has anything hidden."""

BATCHES = 0.9
"""Share of the batches that have anything hidden."""

_UNITS = re.compile(r"(?<!^fact)\..*$|_(?:z|share|loo|excess|reach|fail|max)$")


def blocks_of(names: Sequence[str]) -> Tensor:
    """(blocks, features) 1 where a measurement belongs to a block; what describes the column itself is in none."""
    stems = [None if name in CONTEXT else _stem(name) for name in names]
    known = [stem for stem in dict.fromkeys(stems) if stem is not None]
    return torch.tensor([[float(stem == block) for stem in stems] for block in known])


def _stem(name: str) -> str:
    """A measurement's name without its unit."""
    return _UNITS.sub("", name)


def hide(values: Tensor, blocks: Tensor) -> Tensor:
    """Values (batch, columns, features) with random blocks of each batch's measurements unknown, that is 0."""
    count = len(values)
    chosen = (torch.rand(count, len(blocks)) < HIDDEN) & (torch.rand(count, 1) < BATCHES)
    return values * (1.0 - chosen.float() @ blocks)[:, None, :]
