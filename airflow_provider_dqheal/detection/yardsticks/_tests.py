"""Significance tests in plain numpy: p-values of two samples that came from one distribution."""

from __future__ import annotations

import math

_STEPS = 400


def kolmogorov_p(distance: float, first: float, second: float) -> float:
    """p-value of a two-sample Kolmogorov-Smirnov distance between samples of those sizes.

    Source: Smirnov 1948, limiting distribution, with the finite-sample correction of Stephens 1970.
    """
    size = math.sqrt(first * second / max(first + second, 1.0))
    reach = (size + 0.12 + 0.11 / max(size, 1e-9)) * distance
    if reach < 0.2:
        return 1.0
    tail = 2.0 * sum((-1.0) ** (k - 1) * math.exp(-2.0 * (k * reach) ** 2) for k in range(1, 60))
    return min(max(tail, 1e-300), 1.0)


def chi_square_p(statistic: float, freedom: float) -> float:
    """Upper tail of the chi-square distribution: the regularised incomplete gamma function Q(freedom/2, x/2).

    Source: series and Lentz's continued fraction as in Press et al. 2007, Numerical Recipes, section 6.2.
    """
    if freedom <= 0 or statistic <= 0:
        return 1.0
    shape, x = freedom / 2.0, statistic / 2.0
    front = math.exp(max(shape * math.log(x) - x - math.lgamma(shape), -690.0))
    if x < shape + 1.0:
        term = total = 1.0 / shape
        for k in range(1, _STEPS):
            term *= x / (shape + k)
            total += term
            if term < total * 1e-15:
                break
        return min(max(1.0 - total * front, 1e-300), 1.0)
    offset = x + 1.0 - shape
    c, d = 1e300, 1.0 / offset
    fraction = d
    for k in range(1, _STEPS):
        factor = -k * (k - shape)
        offset += 2.0
        d = 1.0 / (factor * d + offset or 1e-300)
        c = offset + factor / c or 1e-300
        change = c * d
        fraction *= change
        if abs(change - 1.0) < 1e-15:
            break
    return min(max(front * fraction, 1e-300), 1.0)


def proportions_p(hits: float, rows: float, known_hits: float, known_rows: float) -> float:
    """Two-sided p-value of two equal proportions (pooled z test, continuity-corrected: Yates 1934)."""
    if rows <= 0 or known_rows <= 0:
        return 1.0
    pooled = (hits + known_hits) / (rows + known_rows)
    error = math.sqrt(pooled * (1.0 - pooled) * (1.0 / rows + 1.0 / known_rows))
    if error <= 0:
        return 1.0
    correction = 0.5 * (1.0 / rows + 1.0 / known_rows)
    z = max(abs(hits / rows - known_hits / known_rows) - correction, 0.0) / error
    return max(math.erfc(z / math.sqrt(2.0)), 1e-300)


def exceedance_p(beyond: float, rows: float, known_rows: float) -> float:
    """p-value of ``beyond`` records of one sample above (or below) all records of the other.

    Source: Rosenbaum 1954, Tables for a nonparametric test of location; large-sample form (n / (n + m))^r.
    """
    if beyond <= 0 or rows <= 0:
        return 1.0
    return max((rows / (rows + known_rows)) ** beyond, 1e-300)
