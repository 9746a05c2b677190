"""Cohen's kappa of two sets of grades, for training logs and scoring."""

import numpy as np
import numpy.typing as npt

from kltool.agreement.statistics.kappa import kappa


def quadratic_weighted_kappa(
    first: npt.NDArray[np.integer], second: npt.NDArray[np.integer], grades: int = 5
) -> float:
    """Cohen's kappa with quadratic weights (Cohen 1968); 1 is perfect, 0 is chance.

    first, second: (n,) grades from 0 to grades - 1 of the same knees.
    """
    table = np.zeros((grades, grades))
    np.add.at(table, (first, second), 1)
    return float(kappa(table, 2))
