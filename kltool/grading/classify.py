"""The grader on its view of one knee."""

import numpy as np

from kltool.grading.prediction_set import prediction_sets
from kltool.grading.view import grader_view
from kltool.values.knee import Knee
from kltool.values.reading import Grade
from kltool.weights import Network


def grade(knee: Knee, grader: Network) -> Grade:
    """Calibrated probabilities of KL 0 to 4, the likely grades, and what in the view raises the grade."""
    picture = grader_view(knee.pixels, knee.placement)
    rows, least, (ends,), (places,) = grader(picture[None, None])
    rows = rows.astype(np.float64)
    p0, p1, p2, p3, p4 = (rows[0] / rows[0].sum()).tolist()
    low, high = ends.tolist()
    likely = np.flatnonzero(prediction_sets(rows, least)[0]).tolist()
    explanation = tuple(tuple(row) for row in places.tolist())
    return Grade((p0, p1, p2, p3, p4), tuple(likely), (low, high), explanation)
