"""More films agree better with a reader unlike the shipped one; grades of other films are found out."""

from dataclasses import replace

import numpy as np
import pytest

from kltool.grading.prediction_set import median_grades
from kltool.sites.chance import chance_of_association
from kltool.sites.curve import learning_curve, weighted_kappa
from tests.sites.simulated import site

VERY_STRICT = (1.3, 2.3, 3.3, 4.3)


def test_kappa_rises_with_the_films_above_that_as_shipped() -> None:
    films = site(100, VERY_STRICT)
    points = list(learning_curve(films, repeats=4))
    assert [point.films for point in points] == [10, 20, 30, 60, 90]
    assert points[-1].kappa > points[0].kappa
    assert points[-1].kappa > weighted_kappa(films.grades, median_grades(films.probabilities))
    assert all(point.low <= point.kappa <= point.high for point in points)


def test_the_curve_of_the_same_films_is_the_same() -> None:
    films = site(30)
    assert list(learning_curve(films, repeats=2)) == list(learning_curve(films, repeats=2))


def test_weighted_kappa_is_1_of_equal_grades_and_0_by_chance() -> None:
    grades = np.arange(1000) % 5
    assert weighted_kappa(grades, grades) == 1.0
    shuffled = np.random.default_rng(1).permutation(grades)
    assert weighted_kappa(grades, shuffled) == pytest.approx(0.0, abs=0.1)


def test_grades_of_the_films_are_no_chance_and_grades_turned_round_are() -> None:
    films = site(20)
    assert chance_of_association(films, 1) < 0.01
    assert chance_of_association(replace(films, grades=4 - films.grades), 1) > 0.9
