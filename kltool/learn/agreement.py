"""Agreement of two sets of ordinal grades, for training logs and evaluation."""

import numpy as np
import numpy.typing as npt


def quadratic_weighted_kappa(
    first: npt.NDArray[np.integer], second: npt.NDArray[np.integer], grades: int = 5
) -> float:
    """Cohen's kappa with quadratic weights (Cohen 1968); 1 is perfect, 0 is chance.

    first, second: (n,) grades from 0 to grades - 1 of the same knees.
    """
    observed = np.zeros((grades, grades))
    np.add.at(observed, (first, second), 1)
    expected = np.outer(observed.sum(1), observed.sum(0)) / len(first)
    rank = np.arange(grades)
    disagreement = (rank[:, None] - rank[None, :]) ** 2
    return float(1 - (disagreement * observed).sum() / (disagreement * expected).sum())
