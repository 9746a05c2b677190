"""The grade of one knee by the grading network."""

import numpy as np

from kltool.grading.prediction_set import prediction_sets
from kltool.grading.view import grader_view
from kltool.values.grade import Grade
from kltool.values.knee import Knee
from kltool.weights import Network


def grade(knee: Knee, grader: Network) -> Grade:
    """The calibrated probabilities of KL 0 to 4, with prediction set, interval and attribution map."""
    picture = grader_view(knee.pixels, knee.placement)
    probabilities, thresholds, (interval,), (attribution,) = grader(picture[None, None])
    probabilities = probabilities.astype(np.float64)
    p0, p1, p2, p3, p4 = (probabilities[0] / probabilities[0].sum()).tolist()
    low, high = interval.tolist()
    prediction_set = np.flatnonzero(prediction_sets(probabilities, thresholds)[0]).tolist()
    by_row = tuple(tuple(row) for row in attribution.tolist())
    return Grade((p0, p1, p2, p3, p4), tuple(prediction_set), (low, high), by_row)
