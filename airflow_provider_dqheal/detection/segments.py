"""Sums over consecutive runs of an axis: many ragged lists at once, without a loop."""

from __future__ import annotations

import numpy as np


def segment_sums(values: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """(..., segments) sums of consecutive runs of the last axis; ``sizes`` (segments) may be 0.

    >>> segment_sums(np.asarray([1.0, 2.0, 5.0]), np.asarray([2, 0, 1]))
    array([3., 0., 5.])
    """
    result = np.zeros((*values.shape[:-1], len(sizes)), dtype=values.dtype)
    there = sizes > 0
    if there.any():
        result[..., there] = np.add.reduceat(values, (np.cumsum(sizes) - sizes)[there], axis=-1)
    return result


def sizes_of(parts: list[np.ndarray]) -> np.ndarray:
    """Lengths of the last axes of some arrays."""
    return np.asarray([part.shape[-1] for part in parts], dtype=int)
