"""How probable each grade is, which grades hold the label in nine of ten knees, and how far from the
expected grade it lies.

Probabilities are calibrated by one slope for all logits and one shift a grade. Sets are conformal, a
threshold a grade, so that each grade is held as often as the others; the grades between two of a set belong
to it. Intervals are conformal, too, as wide as the probabilities are spread. All are fitted on knees that no
network was trained on; what they promise they promise for knees like these, and another hospital's may be
unlike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kltool.grading.prediction_set import median_grades, prediction_sets
from kltool.typing import Float64
from kltool.values.reading import GRADES

Labels = npt.NDArray[np.intp]
Sets = npt.NDArray[np.bool_]

SHARE: Final = 0.9  # of the knees of each grade that the sets are to hold
INTERVAL: Final = 0.95  # of all knees whose grade the intervals are to hold
FOLDS: Final = 10  # docs/choices.md#cross-fitting
RIDGE: Final = 0.5  # of the shifts: the evidence of half a knee


@dataclass(frozen=True, slots=True)
class Certainty:
    """slope, shifts: of the logits, before the softmax. thresholds: the least probability of a likely one.

    reach: how many standard deviations of the probabilities the interval spans to either side.
    """

    slope: float
    shifts: tuple[float, ...]
    thresholds: tuple[float, ...]
    reach: float

    def probabilities(self, logits: Float64) -> Float64:
        """(n, 5) logits to probabilities."""
        return softmax(self.slope * logits + np.array(self.shifts))

    def likely(self, logits: Float64) -> Sets:
        """(n, 5): which grades are likely; no row is empty or has a gap."""
        return prediction_sets(self.probabilities(logits), np.array(self.thresholds))

    def intervals(self, logits: Float64) -> Float64:
        """(n, 2): from, to; of the grade, within 0 to 4."""
        expected, sd = moments(self.probabilities(logits))
        ends = np.stack([expected - self.reach * sd, expected + self.reach * sd], axis=1)
        return np.clip(ends, GRADES[0], GRADES[-1])


@dataclass(frozen=True, slots=True)
class Judged:
    """n knees. labels, people: (n,). probabilities, likely: (n, 5). intervals: (n, 2) of the grade."""

    labels: Labels
    people: npt.NDArray[np.str_]
    probabilities: Float64
    likely: Sets
    intervals: Float64

    @property
    def grades(self) -> Labels:
        return median_grades(self.probabilities)

    @property
    def held(self) -> npt.NDArray[np.bool_]:
        """(n,): whether the label is among the likely grades."""
        return np.asarray(self.likely[np.arange(len(self.labels)), self.labels])


def fit(logits: Float64, labels: Labels) -> Certainty:
    """logits: (n, 5), labels: (n,) of knees that the network was not trained on."""
    from scipy.optimize import minimize

    def unlikely(law: Float64) -> float:
        found = softmax(np.exp(law[0]) * logits + law[1:])
        likelihood = np.log(np.maximum(found[np.arange(len(labels)), labels], 1e-12)).sum()
        return float(RIDGE * (law[1:] ** 2).sum() - likelihood)

    law = minimize(unlikely, np.zeros(1 + len(GRADES)), method="L-BFGS-B").x
    slope, shifts = float(np.exp(law[0])), tuple(float(shift) for shift in law[1:] - law[1:].mean())
    probabilities = softmax(slope * logits + np.array(shifts))
    return Certainty(slope, shifts, thresholds(probabilities, labels), reach(probabilities, labels))


def thresholds(probabilities: Float64, labels: Labels) -> tuple[float, ...]:
    """For each grade the probability that SHARE of its own knees reach; 0 where there are too few knees.

    Split conformal prediction by label (Vovk 2012; Sadinle, Lei & Wasserman 2019).
    """
    found = []
    for grade in GRADES:
        own = np.sort(probabilities[labels == grade, grade])
        missed = int((1 - SHARE) * (len(own) + 1) + 1e-9)  # a tenth of ten is one, not 0.99...
        found.append(float(own[missed - 1]) if missed else 0.0)
    return tuple(found)


def reach(probabilities: Float64, labels: Labels) -> float:
    """How many of its standard deviations the label lies at most from the expected grade, in INTERVAL of all.

    Split conformal prediction with normalized scores (Lei et al. 2018).
    """
    expected, sd = moments(probabilities)
    scores = np.sort(np.abs(labels - expected) / sd)
    return float(scores[min(int(np.ceil(INTERVAL * (len(scores) + 1))), len(scores)) - 1])


def moments(probabilities: Float64) -> tuple[Float64, Float64]:
    """Mean and standard deviation of the grade, (n,) each, by (n, 5) probabilities."""
    grades = np.arange(probabilities.shape[1])
    expected = probabilities @ grades
    variance = (probabilities * (grades - expected[:, None]) ** 2).sum(axis=1)
    return expected, np.sqrt(np.maximum(variance, 1e-12))


def cross_fitted(logits: Float64, labels: Labels, people: npt.NDArray[np.str_]) -> Judged:
    """Each knee as judged by a fit on other people's."""
    probabilities, intervals = np.zeros(logits.shape), np.zeros((len(logits), 2))
    likely = np.zeros(logits.shape, np.bool_)
    for fitted_on, applied_to in _folds(people):
        certainty = fit(logits[fitted_on], labels[fitted_on])
        probabilities[applied_to] = certainty.probabilities(logits[applied_to])
        likely[applied_to] = certainty.likely(logits[applied_to])
        intervals[applied_to] = certainty.intervals(logits[applied_to])
    return Judged(labels, people, probabilities, likely, intervals)


def calibration_error(sure: Float64, right: npt.NDArray[np.bool_], bins: int = 15) -> float:
    """Mean distance of certainty and share of right answers over equal bins (Guo et al. 2017)."""
    place = np.clip((sure * bins).astype(int), 0, bins - 1)
    return sum(
        float(abs(sure[here].mean() - right[here].mean())) * float(here.mean())
        for here in (place == number for number in range(bins))
        if here.any()
    )


def chance_errors(probabilities: Float64, draws: int = 400) -> Float64:
    """(draws,) calibration errors of the most probable grade where the probabilities are right.

    probabilities: (n, 5). Labels are drawn from them: what is left is chance.
    """
    random = np.random.default_rng(1)
    sure = probabilities.max(axis=1)
    return np.array([calibration_error(sure, random.random(len(sure)) < sure) for _ in range(draws)])


def softmax(logits: Float64) -> Float64:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)


def _folds(people: npt.NDArray[np.str_]) -> Iterator[tuple[Sets, Sets]]:
    """(others, fold) masks; both knees of a person are in one fold."""
    names = np.unique(people)
    fold_of = dict(zip(names, np.random.default_rng(1).permutation(len(names)) % FOLDS, strict=True))
    folds = np.array([fold_of[name] for name in people])
    for fold in range(min(FOLDS, len(names))):
        yield folds != fold, folds == fold
