"""Prediction sets and intervals of a site, from knees that the calibration was not fitted on.

Split conformal prediction. The thresholds of the shipped sets keep their proportions and are divided by one
factor, since a few tens of films say nothing about each grade; the interval spans one number of standard
deviations. The knees of one person resemble each other and count together as one. A knee of a person who is
exchangeable with those that were scored, by one law that was fitted on others, is covered with a probability
of at least 90%, or 95%, over the draw of all (Vovk, Gammerman & Shafer 2005; of persons with several knees
each Lee, Barber & Willett 2023), over all grades together and not of each. Where each fold is scored by a
law of its own, as here, this holds nearly (cross-conformal prediction, Vovk 2015);
docs/choices.md#site-films.
"""

from typing import Final

import numpy as np

from kltool.grading.interval import moments
from kltool.grading.prediction_set import median_grades
from kltool.typing import Float64, Indices

SET_COVERAGE: Final = 0.90
INTERVAL_COVERAGE: Final = 0.95
ROUNDING: Final = 1e-9  # 0.9 of ten is nine, not 9.0...1
LEAST_FACTOR: Final = 0.01  # sets are the median alone well above it; a threshold stays finite


def set_scores(probabilities: Float64, thresholds: Float64, grades: Indices) -> Float64:
    """(n,): the least factor by which thresholds are divided for the set of a knee to contain its grade.

    probabilities: (n, 5). thresholds: (5,). A grade also belongs to a set between a grade that reaches its
    threshold and the median.
    """
    needed = thresholds / np.maximum(probabilities, 1e-12)
    medians = median_grades(probabilities)
    from_below = np.minimum.accumulate(needed, axis=1)
    from_above = np.minimum.accumulate(needed[:, ::-1], axis=1)[:, ::-1]
    own = np.arange(len(grades)), grades
    found = np.where(grades < medians, from_below[own], from_above[own])
    return np.where(grades == medians, LEAST_FACTOR, np.maximum(found, LEAST_FACTOR))


def interval_scores(probabilities: Float64, grades: Indices) -> Float64:
    """(n,): how many standard deviations the grade lies off the expected one (Lei et al. 2018)."""
    expected, sd = moments(probabilities)
    return np.asarray(np.abs(grades - expected) / sd)


def conformal_quantile(scores: Float64, participants: Indices, coverage: float) -> float:
    """The score that a knee of a new participant does not exceed with a probability of `coverage`.

    scores, participants: (n,). The scores of a participant share the weight of one; the smallest score that
    the weight coverage · (participants + 1) does not exceed, which is the ceil(coverage · (n + 1))-th where
    each has one knee. The largest where there are too few participants for that.
    """
    which, counts = np.unique(participants, return_inverse=True, return_counts=True)[1:]
    order = np.argsort(scores, kind="stable")
    weight = np.cumsum(1 / counts[which][order])
    needed = coverage * (len(counts) + 1) - ROUNDING
    rank = min(int(np.searchsorted(weight, needed)), len(scores) - 1)
    return float(scores[order][rank])
