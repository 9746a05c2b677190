"""How far a film's features lie from those of the films that the grader learned from.

The features of the training films are described by a normal distribution whose covariance has a few axes of
its own and one variance in all other directions: probabilistic principal components (Tipping & Bishop 1999).
The score is the Mahalanobis distance by it (Lee et al. 2018), in which what lies outside of the axes counts
(Moghaddam & Pentland 1997; Wang et al. 2022), divided by a limit.

Networks know the films that they learned from: features of these lie closer together than those of other
films of the same kind. Therefore the limit is set by held-out films.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kltool.typing import Float64

AXES: Final = 64  # docs/choices.md#ood-score
BEYOND: Final = 0.045  # of films like the held-out ones, at most; docs/choices.md#ood-limit


@dataclass(frozen=True, slots=True, eq=False)
class Familiarity:
    """mean: (c,) of the features. axes: (c, k), orthonormal. variances: (k,) along them.

    remainder: the variance in each other direction. limit: the distance whose score is 1.
    """

    mean: Float64
    axes: Float64
    variances: Float64
    remainder: float
    limit: float = 1.0

    def scores(self, features: Float64) -> Float64:
        """(n,) of (n, c) features, 0 upwards; 1 is the limit."""
        away = features - self.mean
        along = away @ self.axes
        outside = np.maximum((away**2).sum(axis=1) - (along**2).sum(axis=1), 0.0)
        squared = (along**2 / self.variances).sum(axis=1) + outside / self.remainder
        return np.asarray(np.sqrt(squared) / self.limit)


def fit(training: Float64, held_out: Float64, axes: int = AXES) -> Familiarity:
    """training, held_out: (n, c) features of films that the grader learned from, and of others like them.

    The limit is passed by at most BEYOND of films like the held-out ones (split conformal prediction: Vovk,
    Gammerman & Shafer 2005).
    """
    law = described(training, axes)
    return replace(law, limit=_limit(law.scores(held_out)))


def described(training: Float64, axes: int = AXES) -> Familiarity:
    """The distances of (n, c) features, without a limit."""
    mean = training.mean(axis=0)
    values, directions = np.linalg.eigh(np.cov(training, rowvar=False))
    variances, others = values[::-1][:axes], values[::-1][axes:]
    return Familiarity(mean, directions[:, ::-1][:, :axes], variances, float(others.mean()))


def _limit(distances: Float64) -> float:
    """The smallest distance that as many as are promised do not pass, one film more being counted."""
    ordered = np.sort(distances)
    rank = int(np.ceil((1 - BEYOND) * (len(ordered) + 1)))
    return float(ordered[min(rank, len(ordered)) - 1])
