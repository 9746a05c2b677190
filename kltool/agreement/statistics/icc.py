"""Intraclass correlation of k raters who all measured the same knees (Shrout & Fleiss 1979).

ICC(2,1): raters are a sample of raters, so that one who measures wider disagrees. ICC(3,1): these raters
alone count, and a constant difference between them does not.
"""

import numpy as np

from kltool.agreement.statistics.ratio import ratio
from kltool.typing import Float64


def rater_sums(values: Float64) -> Float64:
    """(n, k + 3) from values (n, k): of each rater, one, squared sum of the knee, sum of squares.

    Sums of these over knees make both correlations; values near 0 lose least to rounding.
    """
    ones, together = np.ones(len(values)), values.sum(axis=1) ** 2
    return np.column_stack([values, ones, together, (values**2).sum(axis=1)])


def correlations(sums: Float64) -> tuple[Float64, Float64]:
    """ICC(2,1) and ICC(3,1), (...,) each, from sums of `rater_sums`, (..., k + 3), k >= 2.

    Not a number for fewer than two knees, and where all values are one and the same.
    """
    k = sums.shape[-1] - 3
    of_rater, n, together, squares = sums[..., :k], sums[..., k], sums[..., k + 1], sums[..., k + 2]
    mean = of_rater.sum(axis=-1) ** 2 / (n * k)
    between_knees = together / k - mean
    between_raters = (of_rater**2).sum(axis=-1) / n - mean
    rest = np.maximum(squares - mean - between_knees - between_raters, 0.0)
    knees = ratio(between_knees, n - 1)
    raters = between_raters / (k - 1)
    error = ratio(rest, (n - 1) * (k - 1))
    scale = ratio(squares, n)
    sampled = ratio(knees - error, knees + (k - 1) * error + k * (raters - error) / n, scale)
    fixed = ratio(knees - error, knees + (k - 1) * error, scale)
    return sampled, fixed
