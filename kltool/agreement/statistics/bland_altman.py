"""Agreement of widths in millimetres: bias and limits of two raters, and the error of one measurement."""

from typing import Final

import numpy as np

from kltool.agreement.statistics.ratio import ratio
from kltool.typing import Float64, Mask
from kltool.values.length import NORMAL_95

DETECTABLE: Final = NORMAL_95 * float(np.sqrt(2.0))  # within-subject deviations between two measurements


def difference_sums(differences: Float64) -> Float64:
    """(n, 3) from differences (n,): one, the difference, its square; sums over knees make the limits."""
    return np.stack([np.ones_like(differences), differences, differences**2], axis=1)


def bland_altman(sums: Float64) -> tuple[Float64, Float64, Float64, Float64]:
    """Bias, its standard deviation, lower and upper limit of agreement, (...,) each (Bland & Altman 1986).

    95% of the differences lie between the limits, bias -+ 1.96 standard deviations. sums: (..., 3) of
    `difference_sums`. All but the bias are not a number for one knee.
    """
    n, first, second = np.moveaxis(sums, -1, 0)
    bias = first / n
    sd = np.sqrt(np.maximum(ratio(second - first**2 / n, n - 1), 0.0))
    return bias, sd, bias - NORMAL_95 * sd, bias + NORMAL_95 * sd


def repeat_sums(values: Float64, known: Mask) -> Float64:
    """(n, 4): sum of squares within the knee, its degrees of freedom, squared variation, whether it has one.

    values, known: (n, raters), mm, at least two known in every knee. A knee whose widths are all 0 has no
    coefficient of variation.
    """
    count = known.sum(axis=1).astype(np.float64)
    mean = np.where(known, values, 0.0).sum(axis=1) / count
    within = (np.where(known, values - mean[:, None], 0.0) ** 2).sum(axis=1)
    open_space = mean > 0
    variation = np.where(open_space, within / (count - 1) / np.where(open_space, mean, 1.0) ** 2, 0.0)
    return np.stack([within, count - 1, variation, open_space.astype(np.float64)], axis=1)


def repeatability(sums: Float64) -> tuple[Float64, Float64, Float64]:
    """Within-subject standard deviation, smallest detectable change (mm), RMS coefficient of variation (%).

    sums: (..., 4) of `repeat_sums`; figures: (...,). Source: Bland & Altman 1996 for the deviation, which
    holds what raters differ by on average, too; Glueer et al. 1995 for the root mean square.
    """
    within, freedom, variation, varying = np.moveaxis(sums, -1, 0)
    deviation = np.sqrt(ratio(within, freedom))
    return deviation, DETECTABLE * deviation, 100 * np.sqrt(ratio(variation, varying))
