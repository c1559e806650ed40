"""The members of an ensemble as one network for judging: the same logits, without work for what is no evidence.

Within a piece of its range a measurement is encoded linearly, so what the first layers make of it is one row of a table
(all that lies before the piece) and another one times how far it has gone through the piece. Most measurements are 0,
no evidence: the table holds differences from that, and only the others are looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from airflow_provider_dqheal.detection.network import (
    FARTHEST,
    HEADS,
    HIDDEN,
    NO_COLUMN,
    PIECES,
    FirstLayer,
    Member,
    standardised,
)

_ROWS = 1_000
"""Columns that are judged at once: what they need stays in the processor's cache."""


class Fused:
    """M trained members side by side. Tensors have the members in front.

    Raises:
        ValueError: when the members cut the range of a measurement into different pieces.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        with torch.no_grad():
            edges = members[0].first.edges
            if not all(torch.equal(member.first.edges, edges) for member in members):
                raise ValueError("members that were trained on different samples do not judge together")
            self._members = len(members)
            self._edges = np.ascontiguousarray(edges.numpy().T)
            self._widths = np.diff(self._edges, axis=0)
            self._before, self._pieces, self._none = _first_layers([member.first for member in members])
            self._column_body = _stacked([member.columns.body[2] for member in members])
            self._set_body = _stacked([member.set.body[2] for member in members])
            self._head = _stacked([member.columns.head for member in members])
            self._context = [_stacked([member.columns.context[at] for member in members]) for at in (0, 2)]
            self._judge = [_stacked([member.set.judge[at] for member in members]) for at in (0, 3)]
            self._mean = torch.stack([member.context_mean for member in members]).unsqueeze(1)
            self._scale = torch.stack([member.context_scale for member in members]).unsqueeze(1)

    def logits(
        self, values: Sequence[np.ndarray], contexts: Sequence[np.ndarray]
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """Averaged batch logits (batches, heads) and per batch the column logits (columns, heads - 1).

        Args:
            values: per batch (columns, features) measurements.
            contexts: per batch (batch features,).
        """
        sizes = np.asarray([len(one) for one in values], dtype=int)
        if not len(sizes):
            return np.zeros((0, HEADS)), []
        parts = _parts(sizes)

        def judged(part: slice) -> tuple[np.ndarray, np.ndarray]:
            return self._judged(np.concatenate(values[part]), sizes[part], np.stack(contexts[part]))

        threads = min(torch.get_num_threads(), len(parts))
        if threads == 1:
            found = [judged(part) for part in parts]
        else:
            with one_thread(), ThreadPoolExecutor(threads) as pool:
                found = list(pool.map(judged, parts))
        columns = np.concatenate([of_columns for _, of_columns in found])
        return np.concatenate([batches for batches, _ in found]), np.split(columns, np.cumsum(sizes)[:-1])

    @torch.inference_mode()
    def _judged(self, values: np.ndarray, sizes: np.ndarray, contexts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Averaged logits of batches (batches, heads) whose columns follow each other, and of the columns."""
        hidden = self._hidden(values.astype(np.float32, copy=False))
        columns = _linear(_linear(hidden, self._column_body).relu_(), self._head)
        embedded = _linear(hidden, self._set_body).relu_()
        context = standardised(torch.from_numpy(contexts.astype(np.float32, copy=False)), self._mean, self._scale)
        top = _pooled(columns, sizes, np.maximum, NO_COLUMN)
        most = _pooled(embedded, sizes, np.maximum, 0.0)
        mean = _pooled(embedded, sizes, np.add, 0.0) / torch.from_numpy(np.maximum(sizes, 1)).unsqueeze(-1)
        of_columns = _network(torch.cat([context, torch.tanh(top / 4.0)], dim=-1), self._context)
        of_columns += torch.cat([top, top.amax(dim=-1, keepdim=True)], dim=-1)
        of_set = _network(torch.cat([most, mean, context], dim=-1), self._judge)
        both = (of_columns + of_set).double().mean(dim=0) / 2
        return both.numpy(), columns.double().mean(dim=0).numpy()

    def _hidden(self, values: np.ndarray) -> Tensor:
        """(M, columns, HIDDEN) what the first layers make of (columns, features) measurements, rectified."""
        at = np.flatnonzero(values)
        row, feature = np.divmod(at.astype(np.int32), np.int32(values.shape[1]))
        value = values.ravel()[at]
        piece = np.zeros(values.shape, np.int8)
        for edge in self._edges[1:-1]:
            piece += values >= edge
        place = feature + piece.ravel()[at] * np.int32(values.shape[1])
        gone = (value - self._edges[:-1].ravel()[place]) / self._widths.ravel()[place]
        np.clip(gone, -FARTHEST, FARTHEST, out=gone)
        counts = np.bincount(row, minlength=len(values))
        bags = torch.from_numpy((np.cumsum(counts) - counts).astype(np.int32))
        index, weights = torch.from_numpy(place), torch.from_numpy(gone)
        found = functional.embedding_bag(index, self._before, bags, mode="sum")
        found += functional.embedding_bag(index, self._pieces, bags, mode="sum", per_sample_weights=weights)
        return found.add_(self._none).relu_().view(len(values), self._members, HIDDEN).transpose(0, 1)


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread inside: these networks are so small that waking others costs more than it saves."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _parts(sizes: np.ndarray) -> list[slice]:
    """Runs of batches with about :data:`_ROWS` columns together, at least one batch each."""
    part = (np.cumsum(sizes) - sizes) // _ROWS
    starts = np.flatnonzero(np.diff(part, prepend=-1)).tolist()
    return [slice(start, end) for start, end in zip(starts, [*starts[1:], len(sizes)], strict=True)]


def _first_layers(layers: Sequence[FirstLayer]) -> tuple[Tensor, Tensor, Tensor]:
    """What the first layers make of a measurement, as tables, and of none.

    Returns:
        (PIECES * features, M * HIDDEN) for each piece what all before it add, less what a 0 adds, and likewise what the
        piece itself adds; (M * HIDDEN) the sums of measurements that are all 0.
    """
    before, within, nothing = [], [], []
    for layer in layers:
        pieces = layer.linear.weight.double().T.reshape(PIECES, -1, HIDDEN)
        encoded = layer.encoded(torch.zeros(pieces.shape[1]), torch.float64).view(PIECES, -1, 1)
        zero = (encoded * pieces).sum(dim=0)
        before.append((pieces.cumsum(dim=0) - pieces - zero).flatten(0, 1))
        within.append(pieces.flatten(0, 1))
        nothing.append(layer.linear.bias + zero.sum(dim=0))
    return torch.cat(before, dim=1).float(), torch.cat(within, dim=1).float(), torch.cat(nothing).float()


Layer = tuple[Tensor, Tensor]
"""(M, 1, out) biases and (M, in, out) weights."""


def _stacked(layers: Sequence[nn.Module]) -> Layer:
    return (
        torch.stack([layer.bias for layer in layers]).unsqueeze(1),
        torch.stack([layer.weight.T for layer in layers]).contiguous(),
    )


def _linear(values: Tensor, layer: Layer) -> Tensor:
    return torch.baddbmm(layer[0], values, layer[1])


def _network(values: Tensor, layers: Sequence[Layer]) -> Tensor:
    """Two layers with a rectifier between them."""
    return _linear(_linear(values, layers[0]).relu_(), layers[1])


def _pooled(values: Tensor, sizes: np.ndarray, by: np.ufunc, none: float) -> Tensor:
    """(M, batches, width) of values (M, columns, width) of batches that follow each other; ``none`` without columns."""
    result = np.full((len(values), len(sizes), values.shape[-1]), none, dtype=np.float32)
    there = sizes > 0
    if there.any():
        result[:, there] = by.reduceat(values.numpy(), (np.cumsum(sizes) - sizes)[there], axis=1)
    return torch.from_numpy(result)
