"""Calibration errors equal those of an independent calculation and vanish where calibrated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.agreement.statistics.calibration import BINS, calibration_error, gap_sums, reliability
from kltool.training.calibrate import grades


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_the_calibration_error_equals_that_of_the_grading_results(pairs: list[tuple[float, bool]]) -> None:
    predicted, outcomes = np.array([one for one, _ in pairs]), np.array([outcome for _, outcome in pairs])
    found = calibration_error(gap_sums(predicted, outcomes).sum(axis=0), np.array(float(len(pairs))))
    assert found == pytest.approx(grades.calibration_error(predicted, outcomes))


def test_calibrated_probabilities_lie_on_the_diagonal() -> None:
    random = np.random.default_rng(8)
    predicted = random.random(200_000)
    bins = reliability(predicted, random.random(200_000) < predicted)
    assert len(bins.predicted) == BINS
    assert bins.share.sum() == pytest.approx(1.0)
    assert bins.observed == pytest.approx(bins.predicted, abs=0.02)
