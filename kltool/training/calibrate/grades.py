"""Calibration of the grade: its probabilities, its prediction set and the interval of the expected grade.

Probabilities are calibrated by one slope for all logits and one shift a grade. Sets are conformal, a
threshold a grade, so that each grade is covered as often as the others; the grades between two of a set
belong to it. Intervals are conformal, too, as wide as the probabilities are spread. All are fitted on knees
that no network was trained on; the coverage they promise is for knees like these, and those of another
hospital may differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import softmax

from kltool.agreement.statistics import calibration
from kltool.grading.interval import intervals, moments
from kltool.grading.prediction_set import median_grades, prediction_sets
from kltool.typing import Float64
from kltool.values.grade import GRADES

Labels = npt.NDArray[np.intp]
Sets = npt.NDArray[np.bool_]
Participants = npt.NDArray[np.str_]

SET_COVERAGE: Final = 0.9  # of the knees of each grade
INTERVAL_COVERAGE: Final = 0.95  # of all knees
FOLDS: Final = 10  # docs/choices.md#cross-fitting
RIDGE: Final = 0.5  # of the shifts: the evidence of half a knee


@dataclass(frozen=True, slots=True)
class GradeCalibration:
    """slope, shifts: of the logits, before the softmax. thresholds: the least probability of a set's grade.

    reach: how many standard deviations of the probabilities the interval spans to either side.
    """

    slope: float
    shifts: tuple[float, ...]
    thresholds: tuple[float, ...]
    reach: float

    def probabilities(self, logits: Float64) -> Float64:
        """(n, 5) logits to probabilities."""
        return np.asarray(softmax(self.slope * logits + np.array(self.shifts), axis=1))

    def sets(self, logits: Float64) -> Sets:
        """(n, 5): which grades are in the prediction set; no row is empty or has a gap."""
        return prediction_sets(self.probabilities(logits), np.array(self.thresholds))

    def intervals(self, logits: Float64) -> Float64:
        """(n, 2): from, to; of the grade, within 0 to 4."""
        return intervals(self.probabilities(logits), self.reach)


@dataclass(frozen=True, slots=True)
class CalibratedGrades:
    """n knees. labels, participants: (n,). probabilities, sets: (n, 5). intervals: (n, 2) of the grade."""

    labels: Labels
    participants: Participants
    probabilities: Float64
    sets: Sets
    intervals: Float64

    @property
    def grades(self) -> Labels:
        return median_grades(self.probabilities)

    @property
    def covered(self) -> npt.NDArray[np.bool_]:
        """(n,): whether the label is in the prediction set."""
        return np.asarray(self.sets[np.arange(len(self.labels)), self.labels])


def fit(logits: Float64, labels: Labels) -> GradeCalibration:
    """logits: (n, 5), labels: (n,) of knees that the network was not trained on."""

    def negative_log_likelihood(law: Float64) -> float:
        found = softmax(np.exp(law[0]) * logits + law[1:], axis=1)
        likelihood = np.log(np.maximum(found[np.arange(len(labels)), labels], 1e-12)).sum()
        return float(RIDGE * (law[1:] ** 2).sum() - likelihood)

    law = minimize(negative_log_likelihood, np.zeros(1 + len(GRADES)), method="L-BFGS-B").x
    slope, shifts = float(np.exp(law[0])), tuple(float(shift) for shift in law[1:] - law[1:].mean())
    probabilities = np.asarray(softmax(slope * logits + np.array(shifts), axis=1))
    return GradeCalibration(slope, shifts, thresholds(probabilities, labels), reach(probabilities, labels))


def thresholds(probabilities: Float64, labels: Labels) -> tuple[float, ...]:
    """For each grade the probability that SET_COVERAGE of its own knees reach; 0 where there are too few.

    Split conformal prediction by label (Vovk 2012; Sadinle, Lei & Wasserman 2019).
    """
    found = []
    for grade in GRADES:
        own = np.sort(probabilities[labels == grade, grade])
        missed = int((1 - SET_COVERAGE) * (len(own) + 1) + 1e-9)  # a tenth of ten is one, not 0.99...
        found.append(float(own[missed - 1]) if missed else 0.0)
    return tuple(found)


def reach(probabilities: Float64, labels: Labels) -> float:
    """How many standard deviations off the expected grade the label is at most, in INTERVAL_COVERAGE of all.

    Split conformal prediction with normalized scores (Lei et al. 2018).
    """
    expected, sd = moments(probabilities)
    scores = np.sort(np.abs(labels - expected) / sd)
    return float(scores[min(int(np.ceil(INTERVAL_COVERAGE * (len(scores) + 1))), len(scores)) - 1])


def cross_fitted(logits: Float64, labels: Labels, participants: Participants) -> CalibratedGrades:
    """Each knee by a calibration that was fitted on other participants'."""
    probabilities, intervals = np.zeros(logits.shape), np.zeros((len(logits), 2))
    sets = np.zeros(logits.shape, np.bool_)
    for fitted_on, applied_to in _folds(participants):
        law = fit(logits[fitted_on], labels[fitted_on])
        probabilities[applied_to] = law.probabilities(logits[applied_to])
        sets[applied_to] = law.sets(logits[applied_to])
        intervals[applied_to] = law.intervals(logits[applied_to])
    return CalibratedGrades(labels, participants, probabilities, sets, intervals)


def calibration_error(predicted: Float64, observed: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error over equal bins (Guo et al. 2017); predicted, observed: (n,)."""
    sums = calibration.gap_sums(predicted, observed).sum(axis=0)
    return float(calibration.calibration_error(sums, np.array(len(predicted), np.float64)))


def errors_by_chance(probabilities: Float64, replicates: int = 400) -> Float64:
    """(replicates,) calibration errors of the most probable grade where the probabilities are right.

    probabilities: (n, 5). Labels are sampled from them: the error that remains is chance.
    """
    random = np.random.default_rng(1)
    highest = probabilities.max(axis=1)
    sampled = (random.random(len(highest)) < highest for _ in range(replicates))
    return np.array([calibration_error(highest, observed) for observed in sampled])


def _folds(participants: Participants) -> Iterator[tuple[Sets, Sets]]:
    """(others, fold) masks; both knees of a participant are in one fold."""
    names = np.unique(participants)
    fold_of = dict(zip(names, np.random.default_rng(1).permutation(len(names)) % FOLDS, strict=True))
    folds = np.array([fold_of[name] for name in participants])
    for fold in range(min(FOLDS, len(names))):
        yield folds != fold, folds == fold
