"""What a site's calibration is worth on films that it was not fitted on."""

from dataclasses import dataclass

import numpy as np

from kltool.grading.prediction_set import median_grades
from kltool.grading.severity import cumulative_logits
from kltool.sites.cross_fit import CalibratedKnees, SiteFilms, fitted_law, folds, probabilities_by
from kltool.sites.curve import weighted_kappa
from kltool.sites.fit import Pooling, fitted
from kltool.typing import Float64, Indices


@dataclass(frozen=True, slots=True)
class Scores:
    """kappa: quadratic weighted. coverage: of the sets; within: of the intervals; size: mean of the sets."""

    kappa: float
    coverage: float
    size: float
    within: float


def mean_scores(scores: list[Scores]) -> Scores:
    rows = np.array([(one.kappa, one.coverage, one.size, one.within) for one in scores])
    kappa, coverage, size, within = rows.mean(axis=0).tolist()
    return Scores(kappa, coverage, size, within)


def scored(knees: CalibratedKnees, grades: Indices) -> Scores:
    return Scores(
        weighted_kappa(grades, knees.medians),
        float(knees.covered(grades).mean()),
        float(knees.sets.sum(axis=1).mean()),
        float(knees.within(grades).mean()),
    )


def cross_scores(films: SiteFilms, thresholds: Float64, count: int, repeats: int) -> list[Scores]:
    """Each film by a whole calibration fitted on `count` others, drawn anew in each repeat."""
    return [_cross_score(films, thresholds, count, seed) for seed in range(1, repeats + 1)]


def _cross_score(films: SiteFilms, thresholds: Float64, count: int, seed: int) -> Scores:
    shape = films.probabilities.shape
    found = CalibratedKnees(np.zeros(shape), np.zeros(shape, np.bool_), np.zeros((len(films), 2)))
    random = np.random.default_rng((seed, 2))
    for others, fold in folds(films.participants, seed):
        chosen = random.permutation(np.flatnonzero(others))[:count]
        law = fitted_law(films.take(chosen), thresholds, seed=seed)
        of_fold = law.applied(films.probabilities[fold])
        found.probabilities[fold] = of_fold.probabilities
        found.sets[fold] = of_fold.sets
        found.intervals[fold] = of_fold.intervals
    return scored(found, films.grades)


def log_loss(films: SiteFilms, pooling: Pooling | None, count: int, seed: int) -> tuple[float, float]:
    """Mean negative log-likelihood and kappa on other participants' films; as shipped where pooling is None.

    count: films of the fit.
    """
    order = np.random.default_rng((seed, 3)).permutation(np.unique(films.participants))
    people = set(order[: len(order) // 2].tolist())
    half = np.array([one in people for one in films.participants.tolist()])
    fitted_on = films.take(np.random.default_rng(seed).permutation(np.flatnonzero(half))[:count])
    judged = films.take(~half)
    probabilities = judged.probabilities
    if pooling is not None:
        reader = fitted(cumulative_logits(fitted_on.probabilities), fitted_on.grades, pooling)
        probabilities = probabilities_by(reader, probabilities)
    own = probabilities[np.arange(len(judged)), judged.grades]
    loss = float(-np.log(np.maximum(own, 1e-6)).mean())
    return loss, weighted_kappa(judged.grades, median_grades(probabilities))
