"""Calibration errors follow their definition and vanish where probabilities are right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from kltool.agreement.statistics.calibration import (
    BINS,
    calibration_error,
    gap_sums,
    reliability,
    wilson_95,
)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_the_calibration_error_is_the_weighted_gap_of_each_bin(pairs: list[tuple[float, bool]]) -> None:
    """By its definition (Guo et al. 2017), bin by bin."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for one in pairs:
        bins.setdefault(min(int(one[0] * BINS), BINS - 1), []).append(one)
    expected = sum(
        len(held) / len(pairs) * abs(np.mean([p for p, _ in held]) - np.mean([came for _, came in held]))
        for held in bins.values()
    )
    predicted, outcomes = np.array([one for one, _ in pairs]), np.array([outcome for _, outcome in pairs])
    found = calibration_error(gap_sums(predicted, outcomes).sum(axis=0), np.array(float(len(pairs))))
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(("knees", "points"), [(12, 1), (60, 2), (186, 6), (1655, 10)])
def test_the_points_of_a_reliability_hold_equal_counts_and_are_fewer_of_few_knees(
    knees: int, points: int
) -> None:
    random = np.random.default_rng(knees)
    predicted = random.random(knees)
    outcomes = random.random(knees) < predicted
    found = reliability(predicted, outcomes)
    assert found.count.sum() == knees
    assert len(found.count) == points
    assert np.ptp(found.count) <= 1
    assert found.predicted @ found.count == pytest.approx(predicted.sum())
    assert found.observed @ found.count == pytest.approx(outcomes.sum())


def test_equal_probabilities_share_a_point() -> None:
    predicted = np.repeat([0.0, 0.3, 1.0], [100, 50, 150])
    found = reliability(predicted, predicted > 0.5)
    assert found.predicted.tolist() == pytest.approx([0.0, 0.3, 1.0])
    assert found.count.tolist() == [100, 50, 150]


def test_calibrated_probabilities_lie_on_the_diagonal_within_their_intervals() -> None:
    random = np.random.default_rng(8)
    predicted = random.random(200_000)
    found = reliability(predicted, random.random(200_000) < predicted)
    assert found.observed == pytest.approx(found.predicted, abs=0.02)
    assert ((found.low < found.observed) & (found.observed < found.high)).all()
    assert ((found.low < found.predicted) & (found.predicted < found.high)).mean() >= 0.8


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_that_of_an_independent_library(counts: tuple[int, int]) -> None:
    occurred, knees = counts
    low, high = wilson_95(np.array([occurred / knees]), np.array([knees]))
    expected = binomtest(occurred, knees).proportion_ci(method="wilson")
    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), abs=1e-6)
