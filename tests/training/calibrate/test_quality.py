"""Laws of the quality are found again where they are known."""

import numpy as np
import pytest

from kltool.grading.widening import Widening
from kltool.jointspace import ExpectedErrorSettings
from kltool.jointspace.expected_error import ErrorEvidence
from kltool.training.calibrate.expected_error import ErrorOfMinimum, fit
from kltool.training.calibrate.widening import (
    DoubtedGrade,
    fit_widening,
    interval_coverage,
    set_coverage,
    set_size,
)

THRESHOLDS = np.full(5, 0.3)


def test_a_law_by_which_errors_were_drawn_is_found_again() -> None:
    random, truth = np.random.default_rng(1), ExpectedErrorSettings(0.15, 1.1, 0.2, 0.4, 0.3)
    drawn = [
        ErrorEvidence(*np.exp(random.normal(np.log((0.3, 4.0, 1.5, 1.8)), 0.6)).tolist()) for _ in range(4000)
    ]
    errors = [ErrorOfMinimum(abs(random.normal(0, truth.error_percent(one) * 1.2533)), one) for one in drawn]
    found = fit(errors)
    assert found.typical_percent == pytest.approx(truth.typical_percent, rel=0.1)
    assert found.deviation_power == pytest.approx(truth.deviation_power, abs=0.1)
    assert found.edge_power == pytest.approx(truth.edge_power, abs=0.1)


def test_overconfident_grades_widen_until_the_promise_is_kept() -> None:
    random = np.random.default_rng(2)
    sharp = 0.85 * np.eye(5) + 0.03
    labels = random.integers(0, 5, 2000)
    shown = np.clip(labels + random.choice([-1, 0, 1], 2000, p=[0.2, 0.6, 0.2]), 0, 4)
    grades = [
        DoubtedGrade(int(label), tuple(sharp[at]), (at - 0.5, at + 0.5))
        for label, at in zip(labels, shown.tolist(), strict=True)
    ]
    plain, wide = Widening(), fit_widening(grades, THRESHOLDS)
    assert set_coverage(grades, THRESHOLDS, plain) < 0.75
    assert set_coverage(grades, THRESHOLDS, wide) >= 0.9
    assert set_size(grades, THRESHOLDS, wide) > set_size(grades, THRESHOLDS, plain)
    assert interval_coverage(grades, wide) >= 0.95
