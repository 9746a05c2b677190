"""The nouns that come out: figures of agreement, each with its interval or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kltool.agreement.bootstrap import Resampling
from kltool.agreement.ratings import Ratings
from kltool.typing import Float64, Indices
from kltool.values.length import Interval, NotMeasured
from kltool.values.reading import GRADES

ALL_RATERS = "all raters"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, and what 95% of the draws of other participants make of it.

    name: "kappa_quadratic" and so on, as in agreement.csv. knees, participants: on how many it rests.
    """

    name: str
    value: float | NotMeasured
    interval: Interval | NotMeasured
    knees: int
    participants: int


@dataclass(frozen=True, slots=True)
class PairedGrades:
    """KL of the n knees that both graded. judged, reference: (n,).

    probabilities: (m, 5) by the judged rater, of those m of the n knees that have them; truth: (m,), the
    reference's grades of the same.
    """

    judged: Indices
    reference: Indices
    probabilities: Float64
    truth: Indices

    @property
    def confusion(self) -> Indices:
        """(5, 5) knees: rows the reference's grade, columns the judged one."""
        counts = np.zeros((len(GRADES), len(GRADES)), np.intp)
        np.add.at(counts, (self.reference, self.judged), 1)
        return counts


@dataclass(frozen=True, slots=True)
class PairedWidths:
    """One width of the n knees that both measured, mm. judged, reference: (n,)."""

    judged: Float64
    reference: Float64


@dataclass(frozen=True, slots=True)
class GradeAgreement:
    """One rater's grades against another's."""

    judged: str
    reference: str
    grades: PairedGrades
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class WidthAgreement:
    """One rater's widths against another's. width: the column, "medial_mjsw_mm"."""

    judged: str
    reference: str
    width: str
    widths: PairedWidths
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Everything that is said of some ratings.

    grades: of every rater against the reference. widths: likewise, width by width. together: of all raters,
    by measure ("kl" or the width); empty where there are two. repositioning: by width, the error of
    repositioning that repeats show, mm; empty where the ratings are no repeats.
    """

    ratings: Ratings
    resampling: Resampling
    grades: tuple[GradeAgreement, ...]
    widths: tuple[WidthAgreement, ...]
    together: Mapping[str, tuple[Figure, ...]]
    repositioning: Mapping[str, Figure]
