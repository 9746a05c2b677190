"""The orientations in which a knee is graded: its own or, where its side is unknown, both.

What the grader says of each is averaged by the probability of each side: the law of total probability.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kltool.grading.view import grader_view
from kltool.typing import Float32, Float64
from kltool.values.grade import GRADES
from kltool.values.knee import Knee
from kltool.values.length import Interval
from kltool.weights import Network


@dataclass(frozen=True, slots=True)
class GradedOrientation:
    """What the grader says of a knee in one orientation.

    share: the probability of this orientation. thresholds: of the prediction set, (5,). interval: of the
    expected grade. attribution: in the knee's own orientation. ood_score: as in kltool.values.grade.Grade.
    """

    share: float
    probabilities: Float64
    thresholds: Float64
    interval: Interval
    attribution: Float64
    ood_score: float

    @property
    def expected(self) -> float:
        return float(self.probabilities @ np.array(GRADES))

    @property
    def variance(self) -> float:
        """Of the grade."""
        return float(self.probabilities @ (np.array(GRADES) - self.expected) ** 2)


def graded_orientations(knee: Knee, grader: Network) -> list[GradedOrientation]:
    """One, or both of a knee whose side is unknown; their shares sum to 1."""
    if knee.other is None:
        return [_graded(knee, 1.0, grader)]
    own, other = (_graded(one, one.side_probability, grader) for one in knee.orientations)
    return [own, replace(other, attribution=other.attribution[:, ::-1])]


def _graded(knee: Knee, share: float, grader: Network) -> GradedOrientation:
    probabilities, (thresholds,), (interval,), (attribution,), ((distance,),) = grader(
        grader_view(knee.pixels, knee.placement)[None, None]
    )
    of_grades = probabilities[0].astype(np.float64)
    low, high = interval.tolist()
    return GradedOrientation(
        share, of_grades / of_grades.sum(), thresholds, (low, high), attribution, float(distance)
    )


def mean_of(values: Sequence[Float32 | Float64], graded: Sequence[GradedOrientation]) -> Float64:
    """By the probability of each orientation."""
    return np.asarray(sum(one.share * value for one, value in zip(graded, values, strict=True)), np.float64)


def mean_interval(graded: Sequence[GradedOrientation], expected: float) -> Interval:
    """About the mean expected grade, as many standard deviations as the grader's intervals span.

    The variance is that within the orientations and that between them.
    """
    if len(graded) == 1:
        return graded[0].interval
    variance = sum(one.share * (one.variance + (one.expected - expected) ** 2) for one in graded)
    far = max(map(_reach, graded)) * float(np.sqrt(variance))
    return max(expected - far, float(GRADES[0])), min(expected + far, float(GRADES[-1]))


def _reach(graded: GradedOrientation) -> float:
    """How many standard deviations an interval spans; at least so many where both ends are cut off."""
    low, high = graded.interval
    return max(graded.expected - low, high - graded.expected) / max(float(np.sqrt(graded.variance)), 1e-9)
