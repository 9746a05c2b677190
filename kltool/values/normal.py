"""The standard normal distribution, element by element."""

from math import inf
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from kltool.typing import Float64

STANDARD_NORMAL: Final = NormalDist()


def normal_cdf(deviations: npt.ArrayLike) -> Float64:
    """The probability of a smaller value, 0 to 1; of the shape of `deviations`."""
    return np.asarray(_cdf(np.asarray(deviations, np.float64)), np.float64)


def normal_quantile(probabilities: npt.ArrayLike) -> Float64:
    """The inverse of `normal_cdf`; infinite at 0 and 1."""
    return np.asarray(_quantile(np.asarray(probabilities, np.float64)), np.float64)


def _inverse(probability: float) -> float:
    if 0.0 < probability < 1.0:
        return STANDARD_NORMAL.inv_cdf(probability)
    return inf if probability > 0.5 else -inf


_cdf = np.vectorize(STANDARD_NORMAL.cdf, otypes=[np.float64])
_quantile = np.vectorize(_inverse, otypes=[np.float64])
