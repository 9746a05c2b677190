"""Agreement of widths in mm: bias and limits of agreement of two raters, and the error of one measurement."""

from typing import Final

import numpy as np

from kltool.agreement.statistics.ratio import ratio
from kltool.typing import Float64, Mask
from kltool.values.length import NORMAL_95

DETECTABLE: Final = NORMAL_95 * float(np.sqrt(2.0))  # within-subject SDs between two measurements


def difference_sums(differences: Float64) -> Float64:
    """(n, 3) from differences (n,): 1, the difference, its square; the limits are computed from sums."""
    return np.stack([np.ones_like(differences), differences, differences**2], axis=1)


def limits_of_agreement(sums: Float64) -> tuple[Float64, Float64, Float64, Float64]:
    """Bias, SD of the differences, lower and upper limit of agreement, (...,) each (Bland & Altman 1986).

    95% of the differences lie between the limits, bias -+ 1.96 SD. sums: (..., 3) of `difference_sums`. All
    but the bias are NaN for one knee.
    """
    n, first, second = np.moveaxis(sums, -1, 0)
    bias = first / n
    sd = np.sqrt(np.maximum(ratio(second - first**2 / n, n - 1), 0.0))
    return bias, sd, bias - NORMAL_95 * sd, bias + NORMAL_95 * sd


def repeat_sums(values: Float64, known: Mask) -> Float64:
    """(n, 4): sum of squares within the knee, degrees of freedom, squared coefficient of variation, 1 or 0.

    values, known: (n, raters), mm, at least two known in every knee. The last is 0 where all widths are 0 and
    the coefficient of variation is undefined.
    """
    count = known.sum(axis=1).astype(np.float64)
    mean = np.where(known, values, 0.0).sum(axis=1) / count
    within = (np.where(known, values - mean[:, None], 0.0) ** 2).sum(axis=1)
    open_space = mean > 0
    variation = np.where(open_space, within / (count - 1) / np.where(open_space, mean, 1.0) ** 2, 0.0)
    return np.stack([within, count - 1, variation, open_space.astype(np.float64)], axis=1)


def repeatability(sums: Float64) -> tuple[Float64, Float64, Float64]:
    """Within-subject standard deviation, smallest detectable change (mm), RMS coefficient of variation (%).

    sums: (..., 4) of `repeat_sums`; results: (...,). Source: Bland & Altman 1996 for the deviation, which
    includes systematic differences between raters; Glueer et al. 1995 for the root mean square.
    """
    within, freedom, variation, varying = np.moveaxis(sums, -1, 0)
    deviation = np.sqrt(ratio(within, freedom))
    return deviation, DETECTABLE * deviation, 100 * np.sqrt(ratio(variation, varying))
