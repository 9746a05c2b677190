"""The median grade of five probabilities, and the prediction set: consecutive grades."""

import numpy as np
import numpy.typing as npt


def median_grades(probabilities: npt.NDArray[np.floating]) -> npt.NDArray[np.intp]:
    """(n,) from (n, 5): the lowest grade that is exceeded with a probability of at most a half."""
    below = (probabilities.cumsum(axis=1) < 0.5).sum(axis=1)
    return np.asarray(below.clip(max=probabilities.shape[1] - 1), np.intp)


def prediction_sets(
    probabilities: npt.NDArray[np.floating], thresholds: npt.NDArray[np.floating]
) -> npt.NDArray[np.bool_]:
    """(n, 5): from the lowest to the highest grade that reaches its threshold, always with the median.

    probabilities: (n, 5). thresholds: (5,) or (n, 5).
    """
    reached = probabilities >= thresholds
    reached[np.arange(len(reached)), median_grades(probabilities)] = True
    from_below = np.maximum.accumulate(reached, axis=1)
    from_above = np.maximum.accumulate(reached[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(from_below & from_above, np.bool_)
