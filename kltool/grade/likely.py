"""The grades that are likely: a set without gaps."""

import numpy as np
import numpy.typing as npt


def contiguous(
    probabilities: npt.NDArray[np.floating], least: npt.NDArray[np.floating]
) -> npt.NDArray[np.bool_]:
    """(n, 5): from the lowest to the highest grade that reaches its threshold, and the median in any case.

    probabilities: (n, 5). least: thresholds, (5,) or (n, 5).
    """
    reached = probabilities >= least
    median = (probabilities.cumsum(axis=1) < 0.5).sum(axis=1).clip(max=probabilities.shape[1] - 1)
    reached[np.arange(len(reached)), median] = True
    from_below = np.maximum.accumulate(reached, axis=1)
    from_above = np.maximum.accumulate(reached[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(from_below & from_above, np.bool_)
