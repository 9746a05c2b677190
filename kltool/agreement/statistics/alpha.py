"""Krippendorff's alpha: agreement of any number of raters, with missing ratings.

1 is perfect agreement, 0 is agreement by chance. Only knees with at least two ratings count. Source:
Krippendorff, Content Analysis, 4th ed. 2018, chapter 12; Hayes & Krippendorff 2007.
"""

import numpy as np

from kltool.agreement.statistics.ratio import ratio
from kltool.typing import Float64, Indices, Mask


def coincidences(grades: Indices, known: Mask, categories: int) -> Float64:
    """Coincidence matrix of each knee, (n, categories * categories); alpha is computed from their sum.

    grades, known: (n, raters), grades from 0 to categories - 1 where known, at least two known in every knee.
    """
    given = (grades[..., None] == np.arange(categories)) & known[..., None]
    counts = given.sum(axis=1).astype(np.float64)  # (n, raters, categories) -> (n, categories)
    pairs = counts[:, :, None] * counts[:, None, :]
    own = np.arange(categories)
    pairs[:, own, own] -= counts
    each = pairs / (counts.sum(axis=1) - 1)[:, None, None]
    return np.asarray(each.reshape(len(grades), -1))


def ordinal_alpha(coincidences: Float64) -> Float64:
    """Alpha of ordinal grades, (...,), from summed coincidence matrices, (..., categories, categories)."""
    each = coincidences.sum(axis=-1)
    total = each.sum(axis=-1)
    observed = (coincidences * _ordinal_distance(each)).sum(axis=(-2, -1))
    expected = np.einsum("...i,...j,...ij->...", each, each, _ordinal_distance(each))
    return 1 - ratio(observed * (total - 1), expected)


def _ordinal_distance(each: Float64) -> Float64:
    """Squared ordinal distance of two grades: ratings between them, both ends counting half.

    each: (..., categories) number of ratings of each grade.
    """
    middle = np.cumsum(each, axis=-1) - each / 2
    return np.asarray((middle[..., :, None] - middle[..., None, :]) ** 2)


def interval_sums(values: Float64, known: Mask) -> Float64:
    """(n, 4): number, sum and sum of squares of the ratings, disagreement within the knee.

    Alpha is computed from sums over knees. values, known: (n, raters), at least two known in every knee;
    centred values lose least to rounding.
    """
    there = np.where(known, values, 0.0)
    count = known.sum(axis=1).astype(np.float64)
    first, second = there.sum(axis=1), (there**2).sum(axis=1)
    within = np.where(known, there - (first / count)[:, None], 0.0)
    return np.stack([count, first, second, 2 * count * (within**2).sum(axis=1) / (count - 1)], axis=1)


def interval_alpha(sums: Float64) -> Float64:
    """Alpha of measurements, (...,), from sums of `interval_sums`, (..., 4)."""
    count, first, second, within = np.moveaxis(sums, -1, 0)
    expected = 2 * (count * second - first**2)
    return 1 - ratio((count - 1) * within, expected, 2 * count * second)
