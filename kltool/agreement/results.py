"""Data classes of the output: estimates of agreement, each with its interval or the reason without."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kltool.agreement.bootstrap import Resampling
from kltool.agreement.ratings import Ratings
from kltool.typing import Float64, Indices
from kltool.values.by_value import ByValue
from kltool.values.grade import GRADES
from kltool.values.length import Interval, NotMeasured
from kltool.values.presented import Presented

ALL_RATERS = "all raters"


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate with its 95% bootstrap interval.

    Attributes
    ----------
    name : str
        As in ``agreement.csv``, for example "kappa_quadratic".
    value : float or NotMeasured
        The estimate, or why it is undefined.
    interval : (float, float) or NotMeasured
        Its 95% bootstrap interval, or why there is none.
    knees, participants : int
        The size of the sample.
    """

    name: str
    value: float | NotMeasured
    interval: Interval | NotMeasured
    knees: int
    participants: int


@dataclass(frozen=True, slots=True, eq=False)
class PairedGrades(ByValue):
    """KL grades of the n knees that both graded.

    Attributes
    ----------
    rater, reference : numpy.ndarray
        (n,) int, the grades.
    probabilities : numpy.ndarray
        (m, 5), by the rater, of those m of the n knees that have them.
    reference_with_probabilities : numpy.ndarray
        (m,) int, the reference's grades of these m knees.
    """

    rater: Indices
    reference: Indices
    probabilities: Float64
    reference_with_probabilities: Indices

    @property
    def confusion(self) -> Indices:
        """Counts of knees, (5, 5): rows are grades by the reference, columns grades by the rater."""
        counts = np.zeros((len(GRADES), len(GRADES)), np.intp)
        np.add.at(counts, (self.reference, self.rater), 1)
        return counts


@dataclass(frozen=True, slots=True, eq=False)
class PairedWidths(ByValue):
    """One width of the n knees that both measured.

    Attributes
    ----------
    rater, reference : numpy.ndarray
        (n,), mm.
    """

    rater: Float64
    reference: Float64


@dataclass(frozen=True, slots=True)
class GradeAgreement:
    """The grades of a rater against those of the reference.

    Attributes
    ----------
    rater, reference : str
        Their names.
    grades : PairedGrades
        The grades of the knees that both graded.
    estimates : tuple of Estimate
        Kappa, accuracy and so on.
    """

    rater: str
    reference: str
    grades: PairedGrades
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class WidthAgreement:
    """The widths of a rater against those of the reference.

    Attributes
    ----------
    rater, reference : str
        Their names.
    width : str
        The column, for example "medial_mjsw_mm".
    widths : PairedWidths
        The widths of the knees that both measured.
    estimates : tuple of Estimate
        Bias, limits of agreement and so on.
    """

    rater: str
    reference: str
    width: str
    widths: PairedWidths
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Agreement(ByValue, Presented):
    """All estimates of agreement of some ratings.

    Attributes
    ----------
    ratings : Ratings
        The ratings that were compared.
    resampling : Resampling
        The bootstrap of the intervals.
    grades : tuple of GradeAgreement
        Of every rater against the reference.
    widths : tuple of WidthAgreement
        Likewise, for each width.
    all_raters : mapping of str to tuple of Estimate
        Of all raters at once, by measure ("kl" or the width); empty if there are two.
    repositioning : mapping of str to Estimate
        By width, the repositioning error estimated from repeats, mm; empty if the ratings are not repeats.
    """

    ratings: Ratings
    resampling: Resampling
    grades: tuple[GradeAgreement, ...]
    widths: tuple[WidthAgreement, ...]
    all_raters: Mapping[str, tuple[Estimate, ...]]
    repositioning: Mapping[str, Estimate]

    def __repr__(self) -> str:
        raters = ", ".join(rater.name for rater in self.ratings.raters)
        return f"Agreement({raters}: {self.ratings.knees} knees, reference {self.ratings.reference!r})"
