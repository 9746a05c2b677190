"""The grade of one knee by the grading network."""

from dataclasses import replace

import numpy as np

from kltool.grading.orientations import graded_orientations, mean_interval, mean_of
from kltool.grading.prediction_set import prediction_sets
from kltool.grading.widening import Widening
from kltool.values.grade import GRADES, Grade
from kltool.values.knee import Knee
from kltool.values.length import Interval
from kltool.weights import Network

AS_CALIBRATED = Widening()


def grade(knee: Knee, grader: Network, widening: Widening = AS_CALIBRATED) -> Grade:
    """The calibrated probabilities of KL 0 to 4, with prediction set, interval and attribution map.

    A knee of unknown side is graded as a right and as a left one. widening: of set and interval, which leaves
    the probabilities as they are.
    """
    seen = graded_orientations(knee, grader)
    probabilities = mean_of([one.probabilities for one in seen], seen)
    thresholds = mean_of([one.thresholds for one in seen], seen)
    prediction_set = np.flatnonzero(prediction_sets(probabilities[None], thresholds / widening.odds)[0])
    interval = mean_interval(seen, float(probabilities @ np.array(GRADES)))
    attribution = mean_of([one.attribution for one in seen], seen)
    p0, p1, p2, p3, p4 = probabilities.tolist()
    by_row = tuple(tuple(row) for row in attribution.tolist())
    graded = Grade((p0, p1, p2, p3, p4), tuple(prediction_set.tolist()), interval, by_row)
    return graded if widening.reach == 1.0 else _stretched(graded, widening.reach)


def _stretched(graded: Grade, reach: float) -> Grade:
    return replace(graded, expected_interval=stretched(graded.expected, graded.expected_interval, reach))


def stretched(expected: float, interval: Interval, reach: float) -> Interval:
    """An interval about the expected grade, its ends so many times as far from it, within 0 to 4."""
    low, high = (expected + reach * (end - expected) for end in interval)
    return max(low, float(GRADES[0])), min(high, float(GRADES[-1]))
