"""Calibration errors follow their definition and vanish where probabilities are right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.agreement.statistics.calibration import BINS, calibration_error, gap_sums, reliability


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


def test_calibrated_probabilities_lie_on_the_diagonal() -> None:
    random = np.random.default_rng(8)
    predicted = random.random(200_000)
    bins = reliability(predicted, random.random(200_000) < predicted)
    assert len(bins.predicted) == BINS
    assert bins.share.sum() == pytest.approx(1.0)
    assert bins.observed == pytest.approx(bins.predicted, abs=0.02)
