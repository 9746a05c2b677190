"""How many films are enough: the agreement that calibrations fitted on fewer films reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.agreement.statistics.kappa import kappa
from kltool.grading.prediction_set import median_grades
from kltool.sites.cross_fit import SiteFilms, cross_fitted, folds
from kltool.typing import Float64, Indices
from kltool.values.grade import GRADES

SIZES: Final = (10, 20, 30, 60, 100, 200, 300, 600, 1000)  # films; docs/choices.md#site-curve
REPEATS: Final = 20  # docs/choices.md#site-curve


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """films: of each fit. kappa: quadratic weighted, the mean over repeats. low, high: the middle 90%."""

    films: int
    kappa: float
    low: float
    high: float


def learning_curve(films: SiteFilms, repeats: int = REPEATS) -> Iterator[CurvePoint]:
    """One point for each size that leaves others to be graded, and last all films of the other folds.

    Each knee is graded by a fit on so many films of other participants, drawn anew in each repeat.
    """
    available = min(
        int(others.sum()) for seed in range(1, repeats + 1) for others, _ in folds(films.participants, seed)
    )
    for size in (*(size for size in SIZES if size < available), available):
        found = [_kappa(films, size, seed) for seed in range(1, repeats + 1)]
        low, high = np.nanpercentile(found, (5, 95))
        yield CurvePoint(size, float(np.nanmean(found)), float(low), float(high))


def _kappa(films: SiteFilms, size: int, seed: int) -> float:
    return weighted_kappa(films.grades, median_grades(cross_fitted(films, seed=seed, most=size)))


def weighted_kappa(reference: Indices, grades: Indices) -> float:
    """Quadratic; not a number where both give all knees one grade. reference, grades: (n,), 0 to 4."""
    table: Float64 = np.zeros((len(GRADES), len(GRADES)))
    np.add.at(table, (reference, grades), 1)
    return float(kappa(table, 2))
