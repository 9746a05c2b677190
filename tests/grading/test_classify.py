"""A grade is a probability over five grades that does not depend on the brightness of the film."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kltool.grading import grade
from kltool.values.grade import Grade
from kltool.values.reading import Reading
from kltool.weights import Models

ReadSample = Callable[..., Reading]
NAMES = ("knee_right_normal.dcm", "knee_left_moderate.dcm", "knee_right_severe.dcm", "case/before.dcm")


@pytest.mark.parametrize("name", NAMES)
def test_the_probabilities_of_a_knee_sum_to_one(name: str, read_sample: ReadSample) -> None:
    for knee in read_sample(name).knees:
        assert isinstance(knee.grade, Grade)
        assert sum(knee.grade.probabilities) == pytest.approx(1.0, abs=1e-6)
        assert all(0.0 <= p <= 1.0 for p in knee.grade.probabilities)
        assert 0.0 <= knee.grade.expected <= 4.0


@pytest.mark.parametrize(
    ("probabilities", "grade"),
    [
        ((0.6, 0.3, 0.1, 0.0, 0.0), 0),
        ((0.4, 0.25, 0.35, 0.0, 0.0), 1),  # 0 is most probable; 1 or more is probabler than not
        ((0.0, 0.0, 0.2, 0.3, 0.5), 3),
        ((0.0, 0.0, 0.1, 0.3, 0.6), 4),
    ],
)
def test_the_grade_is_the_median_of_its_probabilities(
    probabilities: tuple[float, float, float, float, float], grade: int
) -> None:
    assert Grade(probabilities, (0,), (0.0, 4.0), ((0.0,),), 0.5).grade == grade


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gain=st.floats(0.01, 100.0), offset=st.floats(-1000.0, 1000.0))
def test_a_brighter_or_flatter_film_has_the_same_grade(
    gain: float, offset: float, read_sample: ReadSample, models: Models
) -> None:
    knee = read_sample("case/before.dcm").knees[0].knee
    film = knee.film.pixels.astype(np.float64)
    altered = ((film / np.ptp(film) + offset) * gain).astype(np.float32)
    before = grade(knee, models.grader).probabilities
    after = grade(replace(knee, film=replace(knee.film, image=altered)), models.grader).probabilities
    assert np.abs(np.subtract(after, before)).max() < 0.005


@pytest.mark.parametrize("name", NAMES)
def test_the_prediction_set_has_no_gap_and_contains_the_grade(name: str, read_sample: ReadSample) -> None:
    for knee in read_sample(name).knees:
        assert isinstance(knee.grade, Grade)
        likely = knee.grade.prediction_set
        assert likely == tuple(range(likely[0], likely[-1] + 1))
        assert knee.grade.grade in likely


def test_at_least_2_and_3_are_the_sums_of_the_upper_probabilities() -> None:
    found = Grade((0.1, 0.2, 0.3, 0.25, 0.15), (1, 2, 3), (0.5, 3.5), ((0.0,),), 0.5)
    assert found.at_least(2) == pytest.approx(0.7)
    assert found.at_least(3) == pytest.approx(0.4)
    assert found.at_least(0) == pytest.approx(1.0)


def test_a_knee_and_its_mirror_image_have_the_same_grade(models: Models, read_sample: ReadSample) -> None:
    """The left knee of a film is mirrored before it is graded; where the side is wrong, the grade is not."""
    knee = read_sample("knee_right_severe.dcm").knees[0].knee
    (row, column), columns = knee.placement.centre, knee.film.pixels.shape[1]
    mirrored = replace(
        knee,
        film=replace(knee.film, image=np.ascontiguousarray(knee.film.pixels[:, ::-1])),
        placement=replace(
            knee.placement, centre=(row, columns - 1 - column), tilt_rad=-knee.placement.tilt_rad
        ),
    )
    one, other = grade(knee, models.grader), grade(mirrored, models.grader)
    assert one.probabilities == pytest.approx(other.probabilities, abs=2e-3)
    assert np.allclose(one.attribution, np.array(other.attribution)[:, ::-1], atol=2e-3)


def test_a_severe_knee_is_graded_higher_than_a_normal_one(read_sample: ReadSample) -> None:
    normal, severe = (read_sample(name).knees[0].grade for name in (NAMES[0], NAMES[2]))
    assert isinstance(normal, Grade)
    assert isinstance(severe, Grade)
    assert severe.expected > normal.expected + 1.0
