"""The members judge together as each of them alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from airflow_provider_dqheal.detection.ensemble import piece_edges
from airflow_provider_dqheal.detection.fused import Fused
from airflow_provider_dqheal.detection.network import HEADS, PIECES, Member

FEATURES, CONTEXT = 30, 7


def measurements(seed: int, columns: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.normal(0.0, 2.0, (columns, FEATURES)) * (rng.random((columns, FEATURES)) < 0.4)
    values[:, :3] *= 100.0
    return values.astype(np.float32)


@pytest.fixture(scope="module")
def members() -> list[Member]:
    torch.manual_seed(0)
    found = []
    edges = torch.from_numpy(piece_edges(measurements(0, 400)))
    for _ in range(3):
        member = Member(FEATURES, CONTEXT).eval()
        member.first.edges.copy_(edges)
        member.context_mean.normal_()
        member.context_scale.uniform_(0.5, 2.0)
        found.append(member)
    return found


def alone(member: Member, values: np.ndarray, context: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with torch.no_grad():
        mask = torch.ones(1, len(values), dtype=torch.bool)
        of_columns, of_set, columns = member(torch.from_numpy(values)[None], mask, torch.from_numpy(context)[None])
    return ((of_columns + of_set) / 2)[0].numpy(), columns[0].numpy()


@pytest.mark.parametrize("sizes", [[1], [5, 1, 12], [700, 500, 30], [3] * 900])
def test_members_judge_together_as_each_alone(members, sizes):
    rng = np.random.default_rng(1)
    values = [measurements(9 + i, size) for i, size in enumerate(sizes)]
    contexts = [rng.normal(size=CONTEXT).astype(np.float32) for _ in sizes]
    batches, columns = Fused(members).logits(values, contexts)
    for at in {0, len(sizes) // 2, len(sizes) - 1}:
        each = [alone(member, values[at], contexts[at]) for member in members]
        np.testing.assert_allclose(batches[at], np.mean([one for one, _ in each], axis=0), atol=1e-4)
        np.testing.assert_allclose(columns[at], np.mean([of for _, of in each], axis=0), atol=1e-4)


def test_values_on_and_beyond_the_edges_are_encoded_as_by_the_member(members):
    edges = np.concatenate([members[0].first.edges.numpy().T, np.full((2, FEATURES), 1e4, np.float32)])
    edges[-1] *= -1
    context = np.zeros(CONTEXT, np.float32)
    batches, columns = Fused(members[:1]).logits([edges], [context])
    expected, of = alone(members[0], edges, context)
    np.testing.assert_allclose(batches[0], expected, atol=1e-4)
    np.testing.assert_allclose(columns[0], of, atol=1e-4)
    assert edges.shape == (PIECES + 3, FEATURES)


def test_batches_without_columns_are_judged_by_their_context(members):
    context = np.ones(CONTEXT, np.float32)
    batches, columns = Fused(members).logits(
        [measurements(0, 0), measurements(1, 4), measurements(2, 0)], [context] * 3
    )
    assert batches.shape == (3, HEADS)
    assert [len(of) for of in columns] == [0, 4, 0]
    np.testing.assert_array_equal(batches[0], batches[2])
    nothing = Fused(members).logits([measurements(0, 0)], [context])[0]
    np.testing.assert_allclose(nothing[0], batches[0], atol=1e-5)
    assert Fused(members).logits([], [])[0].shape == (0, HEADS)


def test_members_with_other_pieces_do_not_judge_together(members):
    other = Member(FEATURES, CONTEXT).eval()
    with pytest.raises(ValueError, match="different samples"):
        Fused([*members, other])
