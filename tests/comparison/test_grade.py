"""The change of the grade keeps each film's own probabilities, whatever the errors of both share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from kltool.comparison.grade import grade_change
from kltool.report.text import claim_sentence
from kltool.values.grade import Grade
from kltool.values.grade_change import GradeChange, GradeClaim
from kltool.values.length import NotMeasured

SHARES = st.lists(st.floats(0.001, 1.0), min_size=5, max_size=5)
CORRELATIONS = st.floats(0.0, 0.9)


def graded(shares: list[float]) -> Grade:
    p0, p1, p2, p3, p4 = (share / sum(shares) for share in shares)
    return Grade((p0, p1, p2, p3, p4), (0, 1, 2, 3, 4), (0.0, 4.0), ((0.0,),), 0.5)


def changed(before: Grade, after: Grade, correlation: float) -> GradeChange:
    change = grade_change(before, after, correlation)
    assert isinstance(change, GradeChange)
    return change


@given(SHARES, SHARES)
def test_every_transition_of_the_grade_is_counted_once(before: list[float], after: list[float]) -> None:
    change = grade_change(graded(before), graded(after))
    assert isinstance(change, GradeChange)
    assert sum(sum(row) for row in change.transition) == pytest.approx(1.0)
    assert change.improved + change.same + change.worse == pytest.approx(1.0)


@given(SHARES, SHARES)
def test_swapping_the_films_swaps_improved_and_worse(before: list[float], after: list[float]) -> None:
    there = grade_change(graded(before), graded(after))
    back = grade_change(graded(after), graded(before))
    assert isinstance(there, GradeChange)
    assert isinstance(back, GradeChange)
    assert back.improved == pytest.approx(there.worse)
    assert back.same == pytest.approx(there.same)
    assert (back.before, back.after) == (there.after, there.before)


def test_from_a_sure_2_to_a_sure_3_is_worse() -> None:
    before, after = graded([0.0, 0.0, 1.0, 0.0, 0.0]), graded([0.0, 0.0, 0.0, 1.0, 0.0])
    change = grade_change(before, after)
    assert isinstance(change, GradeChange)
    assert (change.improved, change.same, change.worse) == (0.0, 0.0, 1.0)
    assert (change.before.grade, change.after.grade) == (2, 3)


def test_without_a_grade_in_one_film_the_grade_has_no_change_and_says_why() -> None:
    absent, sure = NotMeasured("not graded"), graded([1.0, 0.0, 0.0, 0.0, 0.0])
    assert grade_change(absent, sure) == NotMeasured("before: not graded")
    assert grade_change(sure, absent) == NotMeasured("after: not graded")


@given(SHARES, SHARES, CORRELATIONS)
def test_each_film_keeps_its_own_probabilities(
    before: list[float], after: list[float], correlation: float
) -> None:
    joint = np.array(changed(graded(before), graded(after), correlation).transition)
    assert joint.sum(axis=1) == pytest.approx(np.array(before) / sum(before), abs=2e-4)
    assert joint.sum(axis=0) == pytest.approx(np.array(after) / sum(after), abs=2e-4)


@pytest.mark.parametrize("correlation", [0.2, 0.4, 0.7])
def test_the_joint_probabilities_are_those_of_a_normal_copula(correlation: float) -> None:
    before, after = graded([1, 3, 4, 2, 0.5]), graded([2, 4, 2, 1, 0.5])
    joint = np.array(changed(before, after, correlation).transition)
    both = multivariate_normal((0, 0), ((1, correlation), (correlation, 1)))
    limits = [norm.ppf(np.cumsum(grade.probabilities)[:4]) for grade in (before, after)]
    for row, low in enumerate(limits[0]):
        for column, high in enumerate(limits[1]):
            assert joint[: row + 1, : column + 1].sum() == pytest.approx(both.cdf((low, high)), abs=1e-4)


@given(SHARES, CORRELATIONS, CORRELATIONS)
def test_errors_that_are_shared_make_a_change_less_probable(
    shares: list[float], one: float, other: float
) -> None:
    low, high = sorted((one, other))
    knee = graded(shares)
    assert changed(knee, knee, high).same >= changed(knee, knee, low).same - 1e-6


def test_independent_readings_multiply() -> None:
    before, after = graded([1, 2, 3, 2, 1]), graded([2, 2, 2, 2, 2])
    joint = np.array(changed(before, after, 0.0).transition)
    assert joint == pytest.approx(np.outer(before.probabilities, after.probabilities), abs=1e-9)


def test_a_claim_is_worth_the_probability_of_its_two_grades() -> None:
    change = changed(graded([0, 0, 1, 1, 0]), graded([0, 0, 1, 1, 0]), 0.0)
    claim = GradeClaim(3, 2)
    assert change.probability(claim) == pytest.approx(0.25)
    assert claim_sentence(change, claim) == "3 → 2: probability 0.25; the films do not support it"
