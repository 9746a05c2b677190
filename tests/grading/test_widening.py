"""Where a film is poor, its set and interval widen; its probabilities, and good films, stay as they are."""

from collections.abc import Callable

import pytest

from kltool.grading import WideningSettings, grade
from kltool.grading.classify import stretched
from kltool.grading.widening import Widening
from kltool.values.reading import Quality, Reading
from kltool.weights import Models

ReadSample = Callable[..., Reading]


def test_only_poor_films_widen() -> None:
    settings = WideningSettings()
    assert settings.of(Quality.GOOD) == settings.of(Quality.USABLE) == Widening(1.0, 1.0)
    assert settings.of(Quality.POOR).odds > 1.0
    assert settings.of(Quality.POOR).reach > 1.0


@pytest.mark.parametrize("name", ["knee_right_normal.dcm", "knee_left_moderate.dcm"])
def test_a_widened_grade_keeps_its_probabilities(name: str, read_sample: ReadSample, models: Models) -> None:
    knee = read_sample(name).knees[0].knee
    plain = grade(knee, models.grader)
    wide = grade(knee, models.grader, Widening(3.0, 1.5))
    assert wide.probabilities == plain.probabilities
    assert set(wide.prediction_set) >= set(plain.prediction_set)
    assert wide.expected_interval[0] <= plain.expected_interval[0]
    assert wide.expected_interval[1] >= plain.expected_interval[1]


def test_an_interval_is_stretched_about_the_expected_grade_and_stays_within_the_grades() -> None:
    assert stretched(1.0, (0.5, 2.0), 1.5) == pytest.approx((0.25, 2.5))
    assert stretched(3.5, (2.5, 4.0), 3.0) == pytest.approx((0.5, 4.0))
