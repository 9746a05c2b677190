"""Bias, limits and the error of one measurement equal those of the publications."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kltool.agreement import estimators
from kltool.agreement.bootstrap import Resampling, Sample, intervals
from kltool.agreement.statistics.bland_altman import (
    difference_sums,
    limits_of_agreement,
    repeat_sums,
    repeatability,
)
from kltool.typing import Float64
from kltool.values.length import NORMAL_95, NotMeasured

LENGTHS = arrays(np.float64, st.integers(3, 30), elements=st.floats(0.1, 9))

# Peak expiratory flow of 20 schoolchildren, four measurements each, l/min (Bland & Altman 1996, table 1).
PEAK_FLOW = (
    *((190, 220, 200, 200), (220, 200, 240, 230), (260, 260, 240, 280), (210, 300, 280, 265)),
    *((270, 265, 280, 270), (280, 280, 270, 275), (260, 280, 280, 300), (275, 275, 275, 305)),
    *((280, 290, 300, 290), (320, 290, 300, 290), (300, 300, 310, 300), (270, 250, 330, 370)),
    *((320, 330, 330, 330), (335, 320, 335, 375), (350, 320, 340, 365), (360, 320, 350, 345)),
    *((330, 340, 380, 390), (335, 385, 360, 370), (400, 420, 425, 420), (430, 460, 480, 470)),
)


def limits(differences: Float64) -> tuple[float, ...]:
    return tuple(float(one) for one in limits_of_agreement(difference_sums(differences).sum(axis=0)))


def errors(values: npt.ArrayLike) -> tuple[float, ...]:
    found = np.asarray(values, np.float64)
    known = np.isfinite(found)
    sums = repeat_sums(np.where(known, found, 0.0), known).sum(axis=0)
    return tuple(float(one) for one in repeatability(sums))


def test_limits_are_bias_and_1_96_standard_deviations() -> None:
    differences = np.random.default_rng(1).normal(0.2, 0.5, 50)
    bias, sd = differences.mean(), differences.std(ddof=1)
    assert limits(differences) == pytest.approx((bias, sd, bias - 1.96 * sd, bias + 1.96 * sd), rel=1e-4)


@given(LENGTHS)
def test_the_bias_changes_its_sign_with_the_raters(differences: Float64) -> None:
    bias, sd, lower, upper = limits(differences)
    assert limits(-differences) == pytest.approx((-bias, sd, -upper, -lower), abs=1e-9)


def test_the_within_subject_deviation_is_that_of_the_paper() -> None:
    """21.5 l/min; a difference of two measurements is below 2.77 of these in 95% (Bland & Altman 1996)."""
    deviation, detectable, _ = errors(PEAK_FLOW)
    assert deviation == pytest.approx(21.5, abs=0.05)
    assert detectable == pytest.approx(2.77 * deviation, rel=2e-3)


def test_a_known_error_of_one_measurement_is_found() -> None:
    random = np.random.default_rng(7)
    true = random.uniform(2, 6, (20000, 1))
    deviation, _, variation = errors(true + random.normal(0, 0.2, (20000, 3)))
    assert deviation == pytest.approx(0.2, rel=0.02)
    expected = 100 * 0.2 * np.sqrt(1 / (2 * 6))  # the mean of 1 / width squared from 2 to 6 mm
    assert variation == pytest.approx(expected, rel=0.03)


def test_repeats_of_some_knees_only_count_by_how_many_there_are() -> None:
    gap = np.nan
    deviation, _, variation = errors([[1, 3, gap], [2, 4, 6], [5, 5, gap]])
    assert deviation**2 == pytest.approx((2 + 8 + 0) / (1 + 2 + 1))
    assert variation == pytest.approx(100 * np.sqrt((2 / 4 + 4 / 16 + 0) / 3))


def test_a_closed_space_has_no_variation_and_costs_the_others_nothing() -> None:
    assert errors([[0, 0], [4, 5]])[2] == pytest.approx(errors([[4, 5]])[2])
    assert np.isnan(errors([[0, 0]])[2])


def test_intervals_of_the_limits_are_those_of_the_paper() -> None:
    """Bland & Altman 1986: standard error s / sqrt(n) of the bias, about sqrt(3 s^2 / n) of a limit."""
    differences = np.random.default_rng(6).normal(0.1, 0.4, 400)
    sample = Sample.of(np.arange(400))
    found = intervals(estimators.differences(differences, sample), Resampling(4000))
    bias, sd, _, upper = limits(differences)
    for name, middle, error in (
        ("bias_mm", bias, sd / np.sqrt(400)),
        ("limit_upper_mm", upper, np.sqrt(3 * sd**2 / 400)),
    ):
        interval = found[name]
        assert not isinstance(interval, NotMeasured)
        expected = (middle - NORMAL_95 * error, middle + NORMAL_95 * error)
        assert interval == pytest.approx(expected, abs=0.15 * error)


def test_intervals_of_a_limit_have_the_stated_coverage() -> None:
    """100 participants with two correlated knees: about 95% of the intervals contain the true upper limit."""
    random = np.random.default_rng(11)
    covered, studies = 0, 300
    participants = np.repeat(np.arange(100), 2)
    spread = np.hypot(0.3, 0.2)
    for _ in range(studies):
        differences = random.normal(0, 0.3, 100)[participants] + random.normal(0, 0.2, 200)
        interval = intervals(estimators.differences(differences, Sample(participants)), Resampling(200))[
            "limit_upper_mm"
        ]
        assert not isinstance(interval, NotMeasured)
        covered += interval[0] <= NORMAL_95 * spread <= interval[1]
    assert 0.89 <= covered / studies <= 0.98
