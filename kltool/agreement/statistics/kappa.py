"""Agreement of two raters' grades, from confusion matrices.

tables: (..., g, g), counts of knees, rows are grades by the reference, columns grades by the rater; leading
axes are bootstrap replicates. Results: (...,), NaN where a table does not define them.
"""

import numpy as np

from kltool.agreement.statistics.ratio import ratio
from kltool.typing import Float64


def kappa(tables: Float64, power: int) -> Float64:
    """Cohen's weighted kappa; weights are the distance of grades to a power, 1 linear, 2 quadratic (1968).

    1 is perfect agreement, 0 is agreement by chance. Undefined where all grades of both raters are the same.
    """
    rank = np.arange(tables.shape[-1])
    distance = np.abs(rank[:, None] - rank) ** power
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    by_chance = np.einsum("...i,...j,ij->...", rows, columns, distance)
    observed = (tables * distance).sum(axis=(-2, -1))
    return 1 - ratio(observed * rows.sum(axis=-1), by_chance)


def exact_agreement(tables: Float64) -> Float64:
    """The share of knees with the same grade, also called accuracy."""
    return ratio(np.trace(tables, axis1=-2, axis2=-1), tables.sum(axis=(-2, -1)))


def sensitivities(tables: Float64) -> Float64:
    """(..., g): of the knees of each grade by the reference, the share with the same grade by the rater."""
    return ratio(np.diagonal(tables, axis1=-2, axis2=-1), tables.sum(axis=-1))


def balanced_accuracy(tables: Float64) -> Float64:
    """The mean sensitivity over the grades that the reference gave (Brodersen et al. 2010)."""
    each = sensitivities(tables)
    given = np.isfinite(each)
    return ratio(np.where(given, each, 0.0).sum(axis=-1), given.sum(axis=-1).astype(np.float64))


def mean_absolute_error(tables: Float64) -> Float64:
    """Mean absolute difference of the grades."""
    rank = np.arange(tables.shape[-1])
    errors = (tables * np.abs(rank[:, None] - rank)).sum(axis=(-2, -1))
    return ratio(errors, tables.sum(axis=(-2, -1)))
