"""How probable each grade is, and which grades hold the label in nine of ten knees.

Probabilities are calibrated by one slope for all logits and one shift a grade. Sets are conformal, a
threshold a grade, so that each grade is held as often as the others; the grades between two of a set belong
to it. Both are fitted on knees that no network was trained on; what they promise they promise for knees like
these, and another hospital's may be unlike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kltool.grade.likely import contiguous
from kltool.values.findings import GRADES

Float64 = npt.NDArray[np.float64]
Labels = npt.NDArray[np.intp]
Sets = npt.NDArray[np.bool_]

SHARE: Final = 0.9  # of the knees of each grade that the sets are to hold
FOLDS: Final = 10  # docs/choices.md#cross-fitting
RIDGE: Final = 0.5  # of the shifts: the evidence of half a knee


@dataclass(frozen=True, slots=True)
class Certainty:
    """slope, shifts: of the logits, before the softmax. thresholds: the least probability of a likely one."""

    slope: float
    shifts: tuple[float, ...]
    thresholds: tuple[float, ...]

    def probabilities(self, logits: Float64) -> Float64:
        """(n, 5) logits to probabilities."""
        return softmax(self.slope * logits + np.array(self.shifts))

    def likely(self, logits: Float64) -> Sets:
        """(n, 5): which grades are likely; no row is empty or has a gap."""
        return contiguous(self.probabilities(logits), np.array(self.thresholds))


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
    return Certainty(slope, shifts, thresholds(probabilities, labels))


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


def cross_fitted(logits: Float64, labels: Labels, people: npt.NDArray[np.str_]) -> tuple[Float64, Sets]:
    """Probabilities (n, 5) and sets (n, 5) of each knee, by a fit on other people's."""
    probabilities = np.zeros(logits.shape)
    likely = np.zeros(logits.shape, np.bool_)
    for fitted_on, applied_to in _folds(people):
        certainty = fit(logits[fitted_on], labels[fitted_on])
        probabilities[applied_to] = certainty.probabilities(logits[applied_to])
        likely[applied_to] = certainty.likely(logits[applied_to])
    return probabilities, likely


def calibration_error(sure: Float64, right: npt.NDArray[np.bool_], bins: int = 15) -> float:
    """Mean distance of certainty and share of right answers over equal bins (Guo et al. 2017)."""
    place = np.clip((sure * bins).astype(int), 0, bins - 1)
    return sum(
        float(abs(sure[here].mean() - right[here].mean())) * float(here.mean())
        for here in (place == number for number in range(bins))
        if here.any()
    )


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
