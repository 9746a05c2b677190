"""Intraclass correlation of k raters who all measured the same knees (Shrout & Fleiss 1979).

ICC(2,1): raters are random, so that systematic differences between them count as disagreement. ICC(3,1):
raters are fixed, so that such differences do not count.
"""

import numpy as np

from kltool.agreement.statistics.ratio import ratio
from kltool.typing import Float64


def rater_sums(values: Float64) -> Float64:
    """(n, k + 3) from values (n, k): the values, 1, the squared sum and the sum of squares of the knee.

    Both correlations are computed from sums over knees; centred values lose least to rounding.
    """
    ones, squared_sum = np.ones(len(values)), values.sum(axis=1) ** 2
    return np.column_stack([values, ones, squared_sum, (values**2).sum(axis=1)])


def correlations(sums: Float64) -> tuple[Float64, Float64]:
    """ICC(2,1) and ICC(3,1), (...,) each, from sums of `rater_sums`, (..., k + 3), k >= 2.

    NaN for fewer than two knees, and where all values are the same.
    """
    k = sums.shape[-1] - 3
    of_rater, n, squared_sums, squares = sums[..., :k], sums[..., k], sums[..., k + 1], sums[..., k + 2]
    mean = of_rater.sum(axis=-1) ** 2 / (n * k)
    between_knees = squared_sums / k - mean
    between_raters = (of_rater**2).sum(axis=-1) / n - mean
    residual = np.maximum(squares - mean - between_knees - between_raters, 0.0)
    knees = ratio(between_knees, n - 1)
    raters = between_raters / (k - 1)
    error = ratio(residual, (n - 1) * (k - 1))
    scale = ratio(squares, n)
    random_raters = ratio(knees - error, knees + (k - 1) * error + k * (raters - error) / n, scale)
    fixed_raters = ratio(knees - error, knees + (k - 1) * error, scale)
    return random_raters, fixed_raters
