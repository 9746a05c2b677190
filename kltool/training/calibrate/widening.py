"""How far sets and intervals must widen on films that are less than good to keep the coverage promised."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kltool.grading.classify import stretched
from kltool.grading.prediction_set import prediction_sets
from kltool.grading.widening import Widening
from kltool.training.calibrate.grades import INTERVAL_COVERAGE, SET_COVERAGE
from kltool.typing import Float64


@dataclass(frozen=True, slots=True)
class DoubtedGrade:
    """A grade as calibrated, of a film that may be spoiled. label: the reader's."""

    label: int
    probabilities: tuple[float, ...]
    interval: tuple[float, float]

    @property
    def expected(self) -> float:
        return float(np.dot(self.probabilities, range(len(self.probabilities))))


def fit_widening(grades: Sequence[DoubtedGrade], thresholds: Float64) -> Widening:
    """The smallest widening with which as many labels are covered as are promised, at least none.

    Split conformal: of n films the ceil((n + 1) · coverage)-th smallest factor that covers the label.
    """
    odds = [_odds_needed(one, thresholds) for one in grades]
    reach = [_reach_needed(one) for one in grades]
    return Widening(_conformal(odds, SET_COVERAGE), _conformal(reach, INTERVAL_COVERAGE))


def set_coverage(grades: Sequence[DoubtedGrade], thresholds: Float64, widening: Widening) -> float:
    """Share of the labels in their set."""
    found = prediction_sets(np.array([one.probabilities for one in grades]), thresholds / widening.odds)
    return float(found[np.arange(len(grades)), [one.label for one in grades]].mean())


def set_size(grades: Sequence[DoubtedGrade], thresholds: Float64, widening: Widening) -> float:
    """Mean number of grades in a set."""
    found = prediction_sets(np.array([one.probabilities for one in grades]), thresholds / widening.odds)
    return float(found.sum(axis=1).mean())


def interval_coverage(grades: Sequence[DoubtedGrade], widening: Widening) -> float:
    """Share of the labels in their interval."""
    within = [
        low <= one.label <= high
        for one in grades
        for low, high in (stretched(one.expected, one.interval, widening.reach),)
    ]
    return float(np.mean(within))


def _odds_needed(one: DoubtedGrade, thresholds: Float64) -> float:
    """By how much the thresholds must be divided for the set to contain the label: sets grow with it."""
    probabilities = np.array([one.probabilities])
    candidates = np.unique(np.maximum(thresholds / np.maximum(probabilities[0], 1e-9), 1.0) * (1 + 1e-9))
    return next(
        float(odds)
        for odds in candidates
        if prediction_sets(probabilities, thresholds / odds)[0, one.label] or odds == candidates[-1]
    )


def _reach_needed(one: DoubtedGrade) -> float:
    """By how much the interval must be stretched to contain the label."""
    end = one.interval[1] if one.label > one.expected else one.interval[0]
    return abs(one.label - one.expected) / max(abs(end - one.expected), 1e-9)


def _conformal(needed: Sequence[float], coverage: float) -> float:
    ordered = np.sort(needed)
    rank = min(int(np.ceil(coverage * (len(ordered) + 1))), len(ordered))
    return max(1.0, float(ordered[rank - 1]))
