"""Quadratic weighted kappa equals an independent library's."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from kltool.training.kappa import quadratic_weighted_kappa

GRADES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=5, max_size=60)


@given(GRADES)
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs).T
    if len(set(first)) < 2 or len(set(second)) < 2:
        return  # agreement by chance is certain: kappa is not defined
    expected = cohen_kappa_score(first, second, weights="quadratic", labels=range(5))
    assert np.isclose(quadratic_weighted_kappa(first, second), expected)


def test_a_reader_who_agrees_with_himself_has_kappa_one() -> None:
    grades = np.array([0, 1, 2, 3, 4, 2, 1])
    assert quadratic_weighted_kappa(grades, grades) == 1.0
