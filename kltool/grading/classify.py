"""The grade of one knee by the grading network."""

from dataclasses import replace

import numpy as np

from kltool.grading.prediction_set import prediction_sets
from kltool.grading.view import grader_view
from kltool.grading.widening import Widening
from kltool.values.grade import GRADES, Grade
from kltool.values.knee import Knee
from kltool.values.length import Interval
from kltool.weights import Network

AS_CALIBRATED = Widening()


def grade(knee: Knee, grader: Network, widening: Widening = AS_CALIBRATED) -> Grade:
    """The calibrated probabilities of KL 0 to 4, with prediction set, interval and attribution map.

    widening: of set and interval, which leaves the probabilities as they are.
    """
    picture = grader_view(knee.pixels, knee.placement)
    probabilities, thresholds, (interval,), (attribution,) = grader(picture[None, None])
    probabilities = probabilities.astype(np.float64)
    p0, p1, p2, p3, p4 = (probabilities[0] / probabilities[0].sum()).tolist()
    prediction_set = np.flatnonzero(prediction_sets(probabilities, thresholds / widening.odds)[0]).tolist()
    low, high = interval.tolist()
    by_row = tuple(tuple(row) for row in attribution.tolist())
    graded = Grade((p0, p1, p2, p3, p4), tuple(prediction_set), (low, high), by_row)
    return graded if widening.reach == 1.0 else _stretched(graded, widening.reach)


def _stretched(graded: Grade, reach: float) -> Grade:
    return replace(graded, expected_interval=stretched(graded.expected, graded.expected_interval, reach))


def stretched(expected: float, interval: Interval, reach: float) -> Interval:
    """An interval about the expected grade, its ends so many times as far from it, within 0 to 4."""
    low, high = (expected + reach * (end - expected) for end in interval)
    return max(low, float(GRADES[0])), min(high, float(GRADES[-1]))
