"""The formulas that the numbers of a table keep in every row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from airflow_provider_dqheal.detection.formula import Formula
from airflow_provider_dqheal.detection.product_fit import fit_products
from airflow_provider_dqheal.detection.sum_fit import fit_sums


def fit_formulas(batches: Sequence[np.ndarray]) -> tuple[Formula, ...]:
    """The sums and products that the rows of the history keep, each once.

    Args:
        batches: the numbers (rows, columns) of each batch of the history, nan where there is none.
    """
    sums = fit_sums(batches)
    return (*sums, *fit_products(batches, {one.columns for one in sums}))
