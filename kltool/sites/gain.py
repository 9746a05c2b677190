"""Figures of a calibration with their intervals: by how much it raises kappa, what its sets cover."""

from typing import Final

import numpy as np

from kltool.agreement.agree import estimates_of
from kltool.agreement.bootstrap import EstimatorGroup, Resampling, Sample, ValuesByName
from kltool.agreement.results import Estimate
from kltool.agreement.statistics.kappa import kappa
from kltool.sites.cross_fit import CalibratedKnees, SiteFilms
from kltool.typing import Float64, Indices
from kltool.values.grade import GRADES

GAIN: Final = "kappa_quadratic_gain"
COVERED: Final = "sets_covered"
UNDEFINED: Final = "all grades are the same, so that agreement by chance is certain"


def kappa_gain(
    before: CalibratedKnees, after: CalibratedKnees, films: SiteFilms, resampling: Resampling
) -> Estimate:
    """Quadratic weighted kappa calibrated less that as shipped, of the same films in every replicate.

    The two intervals of kappa overlap even where each film gains, since both vary with the films that were
    drawn; that of their difference does not.
    """
    sample = Sample.of(films.participants)
    totals = [sample.totals(_cells(films.grades, one.medians)) for one in (before, after)]

    def values_of(weights: Float64) -> ValuesByName:
        shipped, calibrated = (kappa(_tables(weights @ sums), 2) for sums in totals)
        return {GAIN: calibrated - shipped}

    (gain,) = estimates_of((EstimatorGroup(sample, values_of, {GAIN: UNDEFINED}),), resampling)
    return gain


def share_covered(knees: CalibratedKnees, films: SiteFilms, resampling: Resampling) -> Estimate:
    """The share of the knees whose prediction set contains the reader's grade, 0 to 1."""
    sample = Sample.of(films.participants)
    covered = knees.covered(films.grades).astype(np.float64)
    totals = sample.totals(np.stack([covered, np.ones(len(films))], axis=1))

    def values_of(weights: Float64) -> ValuesByName:
        sums = weights @ totals
        return {COVERED: sums[:, 0] / sums[:, 1]}

    (share,) = estimates_of((EstimatorGroup(sample, values_of, {COVERED: "no knee"}),), resampling)
    return share


def _cells(reference: Indices, grades: Indices) -> Float64:
    """(n, 25): the cell of the confusion matrix in which each knee lies."""
    return np.asarray(np.eye(len(GRADES) ** 2)[reference * len(GRADES) + grades])


def _tables(sums: Float64) -> Float64:
    return sums.reshape(-1, len(GRADES), len(GRADES))
