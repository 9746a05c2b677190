"""Agreement of two raters' grades, from the table of how often which grade met which.

tables: (..., g, g), how many knees have the reference's grade (row) and the judged one (column); weights of
participants make them so many tables at once. Figures: (...,), not a number where a table does not define
one.
"""

import numpy as np

from kltool.agreement.statistics.ratio import ratio
from kltool.typing import Float64


def kappa(tables: Float64, power: int) -> Float64:
    """Cohen's kappa, disagreement weighted by its distance to a power: 1 linear, 2 quadratic (Cohen 1968).

    1 is perfect, 0 is chance. Not defined where all grades of both raters are one and the same.
    """
    rank = np.arange(tables.shape[-1])
    distance = np.abs(rank[:, None] - rank) ** power
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    by_chance = np.einsum("...i,...j,ij->...", rows, columns, distance)
    observed = (tables * distance).sum(axis=(-2, -1))
    return 1 - ratio(observed * rows.sum(axis=-1), by_chance)


def accuracy(tables: Float64) -> Float64:
    """The share of knees with the same grade."""
    return ratio(np.trace(tables, axis1=-2, axis2=-1), tables.sum(axis=(-2, -1)))


def sensitivities(tables: Float64) -> Float64:
    """(..., g): of the knees of each grade by the reference, the share that was judged to be of it."""
    return ratio(np.diagonal(tables, axis1=-2, axis2=-1), tables.sum(axis=-1))


def balanced_accuracy(tables: Float64) -> Float64:
    """The mean of the sensitivities of those grades that the reference gave (Brodersen et al. 2010)."""
    each = sensitivities(tables)
    given = np.isfinite(each)
    return ratio(np.where(given, each, 0.0).sum(axis=-1), given.sum(axis=-1).astype(np.float64))


def mean_absolute_error(tables: Float64) -> Float64:
    """How many grades apart the raters are on average."""
    rank = np.arange(tables.shape[-1])
    apart = (tables * np.abs(rank[:, None] - rank)).sum(axis=(-2, -1))
    return ratio(apart, tables.sum(axis=(-2, -1)))
