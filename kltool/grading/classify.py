"""The grade of one knee by the grading network."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kltool.grading.interval import intervals
from kltool.grading.orientations import GradedOrientation, graded_orientations, mean_interval, mean_of
from kltool.grading.prediction_set import prediction_sets
from kltool.grading.site import SiteSettings
from kltool.grading.widening import Widening
from kltool.typing import Float64
from kltool.values.grade import GRADES, Grade
from kltool.values.knee import Knee
from kltool.values.length import Interval
from kltool.weights import Network

AS_CALIBRATED = Widening()
AS_SHIPPED = SiteSettings()


@dataclass(frozen=True, slots=True)
class CalibratedKnee:
    """probabilities: (5,), they sum to 1. thresholds: (5,), of the prediction set. interval: of the grade."""

    probabilities: Float64
    thresholds: Float64
    interval: Interval


def grade(
    knee: Knee, grader: Network, widening: Widening = AS_CALIBRATED, site: SiteSettings = AS_SHIPPED
) -> Grade:
    """The calibrated probabilities of KL 0 to 4, with prediction set, interval and attribution map.

    A knee of unknown side is graded as a right and as a left one, and the mean is calibrated for the site;
    its out-of-distribution score is the mean, too.
    widening: of set and interval, which leaves the probabilities as they are.
    """
    seen = graded_orientations(knee, grader)
    found = _calibrated(seen, site)
    thresholds = found.thresholds / widening.odds
    prediction_set = np.flatnonzero(prediction_sets(found.probabilities[None], thresholds)[0])
    attribution = mean_of([one.attribution for one in seen], seen)
    p0, p1, p2, p3, p4 = found.probabilities.tolist()
    by_row = tuple(tuple(row) for row in attribution.tolist())
    members = tuple(prediction_set.tolist())
    ood_score = sum(one.share * one.ood_score for one in seen)
    graded = Grade((p0, p1, p2, p3, p4), members, found.interval, by_row, ood_score, site.promised_for)
    return graded if widening.reach == 1.0 else _stretched(graded, widening.reach)


def _calibrated(seen: Sequence[GradedOrientation], site: SiteSettings) -> CalibratedKnee:
    shipped = mean_of([one.probabilities for one in seen], seen)
    if site.thresholds is None or site.reach is None:
        thresholds = mean_of([one.thresholds for one in seen], seen)
        return CalibratedKnee(shipped, thresholds, mean_interval(seen, float(shipped @ np.array(GRADES))))
    probabilities = site.probabilities(shipped[None])
    (interval,) = intervals(probabilities, site.reach).tolist()
    return CalibratedKnee(probabilities[0], np.array(site.thresholds), (interval[0], interval[1]))


def _stretched(graded: Grade, reach: float) -> Grade:
    return replace(graded, expected_interval=stretched(graded.expected, graded.expected_interval, reach))


def stretched(expected: float, interval: Interval, reach: float) -> Interval:
    """An interval about the expected grade, its ends so many times as far from it, within 0 to 4."""
    low, high = (expected + reach * (end - expected) for end in interval)
    return max(low, float(GRADES[0])), min(high, float(GRADES[-1]))
