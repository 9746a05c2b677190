"""More films agree better with a reader unlike the shipped one; grades of other films are found out."""

from dataclasses import replace

import numpy as np
import pytest

from kltool.grading.prediction_set import median_grades
from kltool.report.plots.site import learning_curve_svg
from kltool.sites.chance import LARGEST_P, chance_of_association
from kltool.sites.cross_fit import SiteFilms
from kltool.sites.curve import CurvePoint, learning_curve, weighted_kappa
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


def test_the_curve_ends_at_what_is_left_where_one_person_has_many_films() -> None:
    films = replace(site(60), participants=np.maximum(np.arange(60) - 29, 0))
    assert [point.films for point in learning_curve(films, repeats=2)][-1] <= 30


def test_grades_that_are_alike_within_persons_are_no_evidence() -> None:
    """Both knees of a person resemble each other; the persons' grades are those of others."""
    random, refused = np.random.default_rng(7), []
    for _ in range(60):
        severity = np.repeat(random.uniform(0, 4, 25), 4)
        expected = np.eye(5)[np.rint(severity).astype(int)]
        grades = np.rint(np.repeat(random.permutation(severity[::4]), 4)).astype(int)
        people = np.repeat(np.arange(25), 4)
        refused.append(chance_of_association(SiteFilms(expected, grades, people), 1) > LARGEST_P)
    assert np.mean(refused) > 0.9


def test_numbers_below_the_curve_do_not_touch() -> None:
    points = [CurvePoint(films, 0.8, 0.7, 0.9) for films in (10, 30, 100, 300, 310)]
    drawn = learning_curve_svg(points, 0.7)
    assert "310" in drawn
    assert ">300<" not in drawn


def test_weighted_kappa_is_1_of_equal_grades_and_0_by_chance() -> None:
    grades = np.arange(1000) % 5
    assert weighted_kappa(grades, grades) == 1.0
    shuffled = np.random.default_rng(1).permutation(grades)
    assert weighted_kappa(grades, shuffled) == pytest.approx(0.0, abs=0.1)


def test_grades_of_the_films_are_no_chance_and_grades_turned_round_are() -> None:
    films = site(20)
    assert chance_of_association(films, 1) < 0.01
    assert chance_of_association(replace(films, grades=4 - films.grades), 1) > 0.9
