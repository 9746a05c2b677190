"""The calibration error is that of its definition; probabilities that come true lie on the diagonal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.agreement.statistics.calibration import BINS, calibration_error, gap_sums, reliability


def expected_calibration_error(said: list[tuple[float, bool]]) -> float:
    """Equations 2 and 3 of Guo et al. 2017, bin by bin; a bin holds its lower end, the last one both."""
    total = 0.0
    for number in range(BINS):
        held = [one for one in said if min(int(one[0] * BINS), BINS - 1) == number]
        if held:
            confidence = sum(sure for sure, _ in held) / len(held)
            accuracy = sum(came for _, came in held) / len(held)
            total += len(held) / len(said) * abs(accuracy - confidence)
    return total


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_the_calibration_error_is_that_of_its_definition(said: list[tuple[float, bool]]) -> None:
    sure, right = np.array([one for one, _ in said]), np.array([came for _, came in said])
    found = calibration_error(gap_sums(sure, right).sum(axis=0), np.array(float(len(said))))
    assert found == pytest.approx(expected_calibration_error(said))


def test_probabilities_that_come_true_lie_on_the_diagonal() -> None:
    random = np.random.default_rng(8)
    said = random.random(200_000)
    bins = reliability(said, random.random(200_000) < said)
    assert len(bins.said) == BINS
    assert bins.share.sum() == pytest.approx(1.0)
    assert bins.came == pytest.approx(bins.said, abs=0.02)
