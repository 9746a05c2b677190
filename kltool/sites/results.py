"""Data classes of the output: what a site's calibration is, and what it is worth on the site's films."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kltool.agreement.bootstrap import Resampling
from kltool.agreement.ratings import Ratings
from kltool.agreement.results import Estimate, GradeAgreement
from kltool.grading.site_file import SiteFile
from kltool.sites.cross_fit import CalibratedKnees
from kltool.sites.curve import CurvePoint
from kltool.sites.films import GradedFilms
from kltool.values.grade import GRADES
from kltool.values.length import NotMeasured


@dataclass(frozen=True, slots=True)
class SetsByGrade:
    """Prediction sets of the knees of one grade by the reader; of all where kl is None.

    covered: share of the knees whose set contains that grade, 0 to 1. size: mean number of grades.
    """

    kl: int | None
    knees: int
    covered: float | NotMeasured
    size: float | NotMeasured


@dataclass(frozen=True, slots=True)
class Performance:
    """Agreement with the reader, as shipped or calibrated.

    sets_covered: share of the knees whose set contains the reader's grade; interval_covered: whose interval
    does; 0 to 1.
    """

    agreement: GradeAgreement
    sets_covered: Estimate
    sets: tuple[SetsByGrade, ...]
    interval_covered: float | NotMeasured

    def estimate(self, name: str) -> Estimate:
        return next(one for one in self.agreement.estimates if one.name == name)


@dataclass(frozen=True, slots=True)
class SiteCalibration:
    """A site's calibration and its worth.

    Attributes
    ----------
    file : SiteFile
        What the site file holds; fitted on all films.
    ratings : Ratings
        The tables, what was matched and what was excluded.
    graded : GradedFilms
        The films, and the readers with their agreement.
    before, after : Performance
        As shipped, and calibrated on other participants' films (cross-fitted).
    gain : Estimate
        Kappa calibrated less kappa as shipped, of the same films.
    curve : tuple of CurvePoint
        Kappa by the number of films.
    warnings : tuple of str
        What limits the calibration.
    resampling : Resampling
        The bootstrap of the intervals.
    """

    file: SiteFile
    ratings: Ratings
    graded: GradedFilms
    before: Performance
    after: Performance
    gain: Estimate
    curve: tuple[CurvePoint, ...]
    warnings: tuple[str, ...]
    resampling: Resampling


def sets_by_grade(knees: CalibratedKnees, grades: Sequence[int]) -> tuple[SetsByGrade, ...]:
    """Of each grade, and of all."""
    labels = np.asarray(grades)
    covered, sizes = knees.covered(labels), knees.sets.sum(axis=1)
    rows = []
    for kl in (*GRADES, None):
        own = np.ones(len(labels), np.bool_) if kl is None else labels == kl
        rows.append(SetsByGrade(kl, int(own.sum()), _mean(covered[own]), _mean(sizes[own])))
    return tuple(rows)


def _mean(values: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> float | NotMeasured:
    return float(values.mean()) if len(values) else NotMeasured("no film of this grade")
