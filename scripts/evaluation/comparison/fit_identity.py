"""The logistic coefficients of the identity match, fitted on pairs of which it is known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from scipy.optimize import minimize

from evaluation.comparison.knee_pairs import KneePair, PairKind, features
from kltool.comparison.identity.match import LogisticCoefficients, probability_same_knee, texture_features
from kltool.typing import Float64
from kltool.values.change import IdentityMatch

FIRST_SEED: Final = 600_000  # of the simulated knees they are fitted on; docs/choices.md#identity-match
RIDGE: Final = 1e-3
SCALE: Final = np.array([0.1, 0.1, 0.01])  # of femur, tibia and outline, that the ridge weighs alike
WEIGHTS: Final[Mapping[PairKind, float]] = {  # of all pairs of a kind; docs/choices.md#identity-match
    PairKind.PERTURBED: 0.125,
    PairKind.TWICE: 0.125,
    PairKind.VISIT: 0.375,
    PairKind.VISIT_CROP: 0.375,
    PairKind.PERSON: 0.2,
    PairKind.PERSON_MIRRORED: 0.2,
    PairKind.OTHER_SIDE: 0.3,
    PairKind.SIMULATED: 0.15,
    PairKind.SIMULATED_CROP: 0.15,
}


def fit(pairs: Sequence[KneePair]) -> LogisticCoefficients:
    """Logistic regression; every kind of pair has its weight, however many there are."""
    counts = {kind: sum(pair.kind is kind for pair in pairs) for kind in PairKind}
    weights = np.array([WEIGHTS[pair.kind] / counts[pair.kind] for pair in pairs])
    signs = np.array([1.0 if pair.kind.true else -1.0 for pair in pairs])
    values = features(pairs) / SCALE

    def penalized_loss(law: Float64) -> float:
        loss = weights @ np.logaddexp(0.0, -signs * (law[0] + values @ law[1:]))
        return float(loss + RIDGE * (law[1:] ** 2).sum())

    law = minimize(penalized_loss, np.zeros(4), method="BFGS").x
    femur, tibia, outline = law[1:] / SCALE
    return LogisticCoefficients(float(law[0]), float(femur), float(tibia), float(outline))


def rescored(pairs: Sequence[KneePair], coefficients: LogisticCoefficients) -> list[KneePair]:
    """The same pairs with the probabilities that these coefficients give."""
    return [replace(pair, identity=_rescored(pair.identity, coefficients)) for pair in pairs]


def _rescored(alike: IdentityMatch, coefficients: LogisticCoefficients) -> IdentityMatch:
    return replace(
        alike,
        probability_same_knee=probability_same_knee(
            *texture_features(alike.femur, alike.tibia), alike.outline, coefficients
        ),
    )
