"""The interval of the expected grade: so many standard deviations of the probabilities to either side."""

import numpy as np
import numpy.typing as npt

from kltool.typing import Float64
from kltool.values.grade import GRADES

LEAST_VARIANCE = 1e-12  # of a grade that is certain


def moments(probabilities: npt.NDArray[np.floating]) -> tuple[Float64, Float64]:
    """Mean and standard deviation of the grade, (n,) each, by (n, 5) probabilities."""
    grades = np.array(GRADES)
    expected = probabilities @ grades
    variance = (probabilities * (grades - expected[:, None]) ** 2).sum(axis=1)
    return np.asarray(expected, np.float64), np.sqrt(np.maximum(variance, LEAST_VARIANCE))


def intervals(probabilities: npt.NDArray[np.floating], reach: float) -> Float64:
    """(n, 2): from, to; of the grade, within 0 to 4. reach: standard deviations to either side."""
    expected, sd = moments(probabilities)
    ends = np.stack([expected - reach * sd, expected + reach * sd], axis=1)
    return np.clip(ends, GRADES[0], GRADES[-1])
