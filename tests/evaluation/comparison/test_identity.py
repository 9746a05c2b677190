"""The coefficients of the identity match are those that made the pairs, and the scores those of the pairs."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

pytest.importorskip("numba")
pytest.importorskip("musculoskeletal.models")
pytest.importorskip("gias3.fieldwork")

from evaluation.comparison.fit_identity import WEIGHTS, fit, rescored
from evaluation.comparison.identity import auc, section
from evaluation.comparison.knee_pairs import KneePair, PairKind, features, partners

from kltool.comparison.identity.match import LogisticCoefficients, probability_same_knee
from kltool.values.change import IdentityMatch

TRUE, FALSE = [kind for kind in PairKind if kind.true], [kind for kind in PairKind if not kind.true]


def pairs(odds: LogisticCoefficients, count: int, seed: int = 1) -> list[KneePair]:
    """So many pairs whose parts are random and whose kind follows the coefficients."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(count):
        femur, tibia, outline = random.uniform(0, 0.3), random.uniform(0, 0.3), random.uniform(0, 0.02)
        same = probability_same_knee(femur, tibia, outline, odds)
        kinds = TRUE if random.random() < same else FALSE
        kind = kinds[int(random.integers(len(kinds)))]
        made.append(KneePair(kind, str(number), IdentityMatch(femur, tibia, outline, same)))
    return made


def test_weights_of_true_and_of_false_pairs_are_even() -> None:
    assert sum(WEIGHTS[kind] for kind in TRUE) == pytest.approx(1.0)
    assert sum(WEIGHTS[kind] for kind in FALSE) == pytest.approx(1.0)


def test_coefficients_that_made_the_pairs_are_found_again() -> None:
    known = LogisticCoefficients(0.0, 8.0, 12.0, -250.0)
    found = fit(pairs(known, 6000))
    assert found.femur == pytest.approx(known.femur, rel=0.25)
    assert found.tibia == pytest.approx(known.tibia, rel=0.25)
    assert found.outline == pytest.approx(known.outline, rel=0.25)


def test_rescored_pairs_keep_what_was_measured() -> None:
    before = pairs(LogisticCoefficients(0.0, 8.0, 12.0, -250.0), 20)
    after = rescored(before, LogisticCoefficients(0.0, 0.0, 0.0, 0.0))
    assert np.array_equal(features(before), features(after))
    assert {pair.identity.probability_same_knee for pair in after} == {0.5}


def test_the_area_under_the_curve_is_that_of_an_independent_calculation() -> None:
    made = pairs(LogisticCoefficients(0.0, 8.0, 12.0, -250.0), 800)
    tibia = features(made)[:, 1]
    chosen = [pair.kind in (PairKind.VISIT, PairKind.SIMULATED) for pair in made]
    expected = roc_auc_score(
        [pair.kind is PairKind.VISIT for pair in made if pair.kind in (PairKind.VISIT, PairKind.SIMULATED)],
        tibia[chosen],
    )
    assert auc(made, PairKind.VISIT, PairKind.SIMULATED, tibia) == pytest.approx(expected)


def test_a_section_without_pairs_misses_its_criteria_and_is_no_error() -> None:
    assert "missed: no figure" in str(section([]))


def test_a_knee_is_compared_with_other_people_on_both_sides_and_with_its_own_other_knee() -> None:
    paths = [Path(f"{person}{side}.png") for person in range(9000, 9010) for side in "LR"]
    for place, knee in enumerate(paths):
        crops = partners(place, paths)
        assert all(other.stem[:-1] != knee.stem[:-1] for other in crops.others)
        assert [other.stem[-1] == knee.stem[-1] for other in crops.others] == [True, False]
        opposite = paths[place + 1] if knee.stem.endswith("L") else None
        assert crops.opposite == opposite
