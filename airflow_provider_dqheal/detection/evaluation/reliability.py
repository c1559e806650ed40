"""Reliability: whether a stated probability comes true as often as it says."""

from __future__ import annotations

from typing import Any

import numpy as np

BINS = 10


def reliability(stated: np.ndarray, true: np.ndarray, bins: int = BINS) -> dict[str, Any]:
    """Expected calibration error and the bins it is made of.

    Source: Guo et al. 2017, On Calibration of Modern Neural Networks, equation 3 (equal-width bins).

    Args:
        stated: (N,) probabilities in [0, 1].
        true: (N,) whether it was so.
        bins: how many of equal width.
    """
    place = np.minimum((stated * bins).astype(int), bins - 1)
    found = []
    error = 0.0
    for k in range(bins):
        inside = place == k
        if inside.any():
            gap = float(true[inside].mean() - stated[inside].mean())
            error += abs(gap) * float(inside.mean())
            found.append(
                {
                    "stated": round(float(stated[inside].mean()), 4),
                    "observed": round(float(true[inside].mean()), 4),
                    "batches": int(inside.sum()),
                }
            )
    return {"error": round(error, 4), "bins": found}
