"""Krippendorff's alpha equals an independent library's, missing ratings included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.agreement.statistics.alpha import coincidences, interval_alpha, interval_sums, ordinal_alpha
from kltool.typing import Float64

RATINGS = st.lists(
    st.lists(st.one_of(st.integers(0, 4), st.none()), min_size=3, max_size=3), min_size=2, max_size=30
)


def ordinal(grades: Float64) -> float:
    """grades: (n, raters), NaN where there is none."""
    known = np.isfinite(grades)
    twice = known.sum(axis=1) > 1
    whole = np.where(known, grades, 0).astype(np.intp)
    return float(ordinal_alpha(coincidences(whole[twice], known[twice], 5).sum(axis=0).reshape(5, 5)))


def interval(values: Float64) -> float:
    known = np.isfinite(values)
    twice = known.sum(axis=1) > 1
    return float(interval_alpha(interval_sums(values[twice], known[twice]).sum(axis=0)))


@given(RATINGS)
def test_alpha_is_that_of_the_library(rows: list[list[int | None]]) -> None:
    library = pytest.importorskip("krippendorff")
    grades = np.array(rows, np.float64)
    pairable = grades[np.isfinite(grades).sum(axis=1) > 1]
    grades_given = np.unique(pairable[np.isfinite(pairable)])
    if len(grades_given) < 2:
        assert not len(pairable) or np.isnan(ordinal(grades))
        return
    for level, found in (("ordinal", ordinal(grades)), ("interval", interval(grades))):
        expected = library.alpha(
            reliability_data=pairable.T, level_of_measurement=level, value_domain=list(range(5))
        )
        assert found == pytest.approx(expected)


def test_alpha_of_the_data_of_the_paper() -> None:
    """Four observers, twelve units: ordinal 0.815, interval 0.849 (Krippendorff 2011, section C and D)."""
    gap = np.nan
    observers = np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, gap, gap, gap],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, gap, 3],
            [gap, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, gap],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, gap],
        ]
    )
    assert ordinal(observers.T - 1) == pytest.approx(0.815, abs=5e-4)
    assert interval(observers.T) == pytest.approx(0.849, abs=5e-4)


@given(st.lists(st.integers(0, 4), min_size=2, max_size=30).filter(lambda grades: len(set(grades)) > 1))
def test_alpha_of_identical_ratings_is_one(grades: list[int]) -> None:
    three = np.repeat(np.array(grades, np.float64)[:, None], 3, axis=1)
    assert ordinal(three) == pytest.approx(1.0)
    assert interval(three) == pytest.approx(1.0)


def test_alpha_of_widths_does_not_change_with_a_constant() -> None:
    widths = np.random.default_rng(3).normal(4, 1, (40, 3))
    assert interval(widths + 100) == pytest.approx(interval(widths))
