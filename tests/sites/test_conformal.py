"""Sets and intervals of a site keep their promise over sites; sets are consecutive and hold the median."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kltool.grading.prediction_set import median_grades, prediction_sets
from kltool.sites.conformal import conformal_quantile, set_scores
from kltool.sites.cross_fit import cross_calibrated, fitted_law, folds
from kltool.typing import Float64
from tests.sites.simulated import CUT_POINTS, STRICT, site

THRESHOLDS = np.array([0.17, 0.13, 0.15, 0.2, 0.25])
SHARES = arrays(np.float64, (4, 5), elements=st.floats(0, 1)).map(
    lambda raw: (raw + 1e-3) / (raw + 1e-3).sum(axis=1, keepdims=True)
)


@given(SHARES, st.integers(0, 4))
def test_the_score_of_a_knee_is_the_least_factor_by_which_its_set_has_the_grade(
    probabilities: Float64, grade: int
) -> None:
    grades = np.full(len(probabilities), grade)
    scores = set_scores(probabilities, THRESHOLDS, grades)
    for row, score in enumerate(scores):
        at = prediction_sets(probabilities[row][None], THRESHOLDS / (score * (1 + 1e-9)))[0]
        assert at[grade]
        if score > 0.01:
            below = prediction_sets(probabilities[row][None], THRESHOLDS / (score * (1 - 1e-6)))[0]
            assert not below[grade]


def test_the_conformal_quantile_is_the_score_of_the_right_rank() -> None:
    scores, people = np.arange(1.0, 20.0), np.arange(19)
    assert conformal_quantile(scores, people, 0.95) == 19.0
    assert conformal_quantile(scores, people, 0.90) == 18.0
    assert conformal_quantile(scores[:9], people[:9], 0.90) == 9.0
    assert conformal_quantile(scores[:3], people[:3], 0.90) == 3.0  # too few: the largest


@given(st.integers(2, 6))
def test_the_knees_of_a_person_count_as_one(knees: int) -> None:
    random = np.random.default_rng(knees)
    scores = random.normal(size=21)
    people = np.repeat(np.arange(21), knees)
    for coverage in (0.90, 0.95):
        of_one = conformal_quantile(scores, np.arange(21), coverage)
        assert conformal_quantile(np.repeat(scores, knees), people, coverage) == of_one
    order = random.permutation(len(people))
    many = random.normal(size=len(people))
    assert conformal_quantile(many, people, 0.9) == conformal_quantile(many[order], people[order], 0.9)


def test_persons_with_many_knees_alike_are_covered_as_promised() -> None:
    """21 persons, of whom some have ten knees with one score: a new person is covered in nine of ten."""
    covered = []
    for seed in range(2000):
        random = np.random.default_rng(seed)
        scores, knees = random.normal(size=22), random.choice([1, 10], 21)
        people = np.repeat(np.arange(21), knees)
        covered.append(scores[21] <= conformal_quantile(scores[people], people, 0.9))
    assert np.mean(covered) > 0.885


@pytest.mark.parametrize("count", [20, 60])
@pytest.mark.parametrize("cut_points", [CUT_POINTS, STRICT])
def test_sets_and_intervals_cover_as_promised_on_the_mean_of_sites(
    count: int, cut_points: tuple[float, ...]
) -> None:
    judged = site(1000, cut_points, seed=500)
    sets, intervals = [], []
    for seed in range(25):
        found = fitted_law(site(count, cut_points, seed), THRESHOLDS).applied(judged.probabilities)
        sets.append(found.covered(judged.grades).mean())
        intervals.append(found.within(judged.grades).mean())
    assert 0.87 <= np.mean(sets) <= 0.95
    assert 0.92 <= np.mean(intervals) <= 0.99


def test_sets_are_consecutive_and_hold_the_median() -> None:
    films = site(60, STRICT)
    found = cross_calibrated(films, THRESHOLDS)
    for members, median in zip(found.sets, median_grades(found.probabilities), strict=True):
        within = np.flatnonzero(members)
        assert median in within
        assert list(within) == list(range(within[0], within[-1] + 1))


def test_no_knee_is_calibrated_by_a_knee_of_the_same_person() -> None:
    people = np.arange(41) // 2
    seen = np.zeros(41, int)
    for others, fold in folds(people, 1):
        assert not set(people[others]) & set(people[fold])
        seen += fold
    assert (seen == 1).all()


def test_the_same_films_give_the_same_law() -> None:
    assert fitted_law(site(50), THRESHOLDS) == fitted_law(site(50), THRESHOLDS)
