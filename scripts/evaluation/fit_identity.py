"""The odds that tell one knee from two, fitted on pairs of which that is known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from evaluation.knee_pairs import Kind, Pair, features
from kltool.comparison.identity.match import LogisticCoefficients, probability_same_knee, texture_features
from kltool.typing import Float64
from kltool.values.change import IdentityMatch

FIRST_SEED: Final = 600_000  # of the drawn knees they are fitted on; docs/choices.md#identity-match
RIDGE: Final = 1e-3
SCALE: Final = np.array([0.1, 0.1, 0.01])  # of femur, tibia and outline, that the ridge weighs alike
WEIGHTS: Final[Mapping[Kind, float]] = {  # of all pairs of a kind; docs/choices.md#identity-match
    Kind.PERTURBED: 0.125,
    Kind.TWICE: 0.125,
    Kind.VISIT: 0.375,
    Kind.VISIT_CROP: 0.375,
    Kind.PERSON: 0.2,
    Kind.PERSON_MIRRORED: 0.2,
    Kind.OTHER_SIDE: 0.3,
    Kind.DRAWN: 0.15,
    Kind.DRAWN_CROP: 0.15,
}


def fit(pairs: Sequence[Pair]) -> LogisticCoefficients:
    """Logistic regression; every kind of pair has its weight, however many there are."""
    from scipy.optimize import minimize

    counts = {kind: sum(pair.kind is kind for pair in pairs) for kind in Kind}
    weights = np.array([WEIGHTS[pair.kind] / counts[pair.kind] for pair in pairs])
    signs = np.array([1.0 if pair.kind.true else -1.0 for pair in pairs])
    values = features(pairs) / SCALE

    def unlikely(law: Float64) -> float:
        loss = weights @ np.logaddexp(0.0, -signs * (law[0] + values @ law[1:]))
        return float(loss + RIDGE * (law[1:] ** 2).sum())

    law = minimize(unlikely, np.zeros(4), method="BFGS").x
    femur, tibia, outline = law[1:] / SCALE
    return LogisticCoefficients(float(law[0]), float(femur), float(tibia), float(outline))


def judged(pairs: Sequence[Pair], odds: LogisticCoefficients) -> list[Pair]:
    """The same pairs with the probabilities of these odds."""
    return [replace(pair, likeness=_judged(pair.likeness, odds)) for pair in pairs]


def _judged(alike: IdentityMatch, odds: LogisticCoefficients) -> IdentityMatch:
    return replace(
        alike,
        probability_same_knee=probability_same_knee(
            *texture_features(alike.femur, alike.tibia), alike.outline, odds
        ),
    )
