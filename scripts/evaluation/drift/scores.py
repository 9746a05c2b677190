"""Kinds of out-of-distribution scores, each fitted on features of the training films alone."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.covariance import LedoitWolf

from kltool.training.calibrate.familiarity import Familiarity, described
from kltool.typing import Float64

Score = Callable[[Float64], Float64]  # (n, c) features to (n,), larger where films are farther
Labels = npt.NDArray[np.intp]
NEIGHBOUR: Final = 10


def scores_of(training: Float64, grades: Labels) -> Mapping[str, Score]:
    """By name. training: (n, c) features; grades: (n,), of their knees."""
    laws = {axes: described(training, axes) for axes in (16, 32, 64, 96, 128)}
    kinds: dict[str, Score] = {
        f"{axes} axes and what lies beside them": law.scores for axes, law in laws.items()
    }
    kinds["64 axes and what lies beside them (used)"] = kinds.pop("64 axes and what lies beside them")
    kinds["along 64 axes alone"] = lambda features: _along(laws[64], features)
    kinds["beside 64 axes alone (ViM's residual, Wang 2022)"] = lambda features: _beside(laws[64], features)
    kinds["full covariance, shrunk (Ledoit & Wolf 2004)"] = _ledoit_wolf(training)
    means, within = _by_grade(training, grades)
    kinds["nearest mean of a grade, 64 axes (Lee 2018)"] = lambda features: _nearest(within, means, features)
    kinds["the same less the distance from all (Ren 2021)"] = lambda features: (
        _nearest(within, means, features) ** 2 - laws[64].scores(features) ** 2
    )
    kinds[f"{NEIGHBOUR}th nearest training film, by angle (Sun 2022)"] = _neighbours(training)
    return kinds


def _along(law: Familiarity, features: Float64) -> Float64:
    along = (features - law.mean) @ law.axes
    return np.asarray((along**2 / law.variances).sum(axis=1))


def _beside(law: Familiarity, features: Float64) -> Float64:
    away = features - law.mean
    return np.asarray((away**2).sum(axis=1) - ((away @ law.axes) ** 2).sum(axis=1))


def _ledoit_wolf(training: Float64) -> Score:
    fitted = LedoitWolf().fit(training)
    return lambda features: np.asarray(fitted.mahalanobis(features))


def _by_grade(training: Float64, grades: Labels) -> tuple[Float64, Familiarity]:
    """(5, c) means, and the law of what is left about them, its mean 0."""
    means = np.stack([training[grades == kl].mean(axis=0) for kl in np.unique(grades)])
    return means, described(training - means[grades], 64)


def _nearest(within: Familiarity, means: Float64, features: Float64) -> Float64:
    return np.asarray(np.min([within.scores(features - mean) for mean in means], axis=0))


def _neighbours(training: Float64) -> Score:
    known = _unit(training)

    def score(features: Float64) -> Float64:
        likeness = _unit(features) @ known.T
        return np.asarray(-np.partition(likeness, -NEIGHBOUR, axis=1)[:, -NEIGHBOUR])

    return score


def _unit(features: Float64) -> Float64:
    return np.asarray(features / np.linalg.norm(features, axis=1, keepdims=True))
