"""The grade of a knee of unknown side is the mean over both sides by their probabilities."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pytest

from kltool.grading import grade
from kltool.grading.widening import Widening
from kltool.typing import Float32, Float64
from kltool.values.grade import Grade
from kltool.values.knee import Knee, OtherOrientation, Placement
from kltool.values.reading import Reading
from kltool.weights import Network

ReadSample = Callable[..., Reading]
RIGHT, LEFT = np.array([0.5, 0.3, 0.2, 0.0, 0.0]), np.array([0.0, 0.1, 0.2, 0.6, 0.1])
THRESHOLDS = np.array([0.1, 0.2, 0.15, 0.35, 0.3])
REACH = 1.9
SCORES = (0.4, 1.4)
MAPS = {0: np.arange(6.0).reshape(2, 3), 1: np.array([[3.0, -1.0, 0.0], [0.5, 2.0, 8.0]])}


@dataclass
class TwoOpinions:
    """A grader that says one thing of the first picture it sees, and another of the second."""

    opinions: tuple[Float64, ...] = (RIGHT, LEFT)
    seen: int = 0

    def __call__(self, images: Float32) -> tuple[Float64, ...]:
        opinion = self.opinions[self.seen]
        expected, sd = moments(opinion)
        interval = np.clip([expected - REACH * sd, expected + REACH * sd], 0.0, 4.0)
        attribution, score = MAPS[self.seen], np.array([[SCORES[self.seen]]])
        self.seen += 1
        return opinion[None], THRESHOLDS[None], interval[None], attribution[None], score


def moments(probabilities: Float64) -> tuple[float, float]:
    expected = float(probabilities @ np.arange(5))
    return expected, float(np.sqrt(probabilities @ (np.arange(5) - expected) ** 2))


def graded(knee: Knee, widening: Widening | None = None, grader: Any = None) -> Grade:
    return grade(knee, cast(Network, grader or TwoOpinions()), widening or Widening())


def turned_over(at: Placement, columns: int) -> Placement:
    row, column = at.centre
    return replace(at, centre=(row, columns - 1 - column), tilt_rad=-at.tilt_rad, mirrored=not at.mirrored)


@pytest.fixture
def knee(read_sample: ReadSample) -> Knee:
    """As if nothing stated its side, a right one with a probability of 0.7."""
    known = read_sample("knee_right_severe.dcm").knees[0].knee
    other = turned_over(known.placement, known.film.pixels.shape[1])
    return replace(known, side_probability=0.7, other=OtherOrientation(other, known.landmarks))


def test_its_probabilities_are_those_of_either_side_weighted_by_that_side(knee: Knee) -> None:
    assert graded(knee).probabilities == pytest.approx(0.7 * RIGHT + 0.3 * LEFT)


def test_its_set_is_that_of_its_probabilities(knee: Knee) -> None:
    """0.35, 0.24, 0.20, 0.18 and 0.03 reach the thresholds of KL 0 to 2."""
    assert graded(knee).prediction_set == (0, 1, 2)
    assert graded(knee, Widening(odds=2.0)).prediction_set == (0, 1, 2, 3)


def test_its_interval_spans_the_spread_within_and_between_the_sides(knee: Knee) -> None:
    mean, sd = moments(0.7 * RIGHT + 0.3 * LEFT)
    found = graded(knee)
    assert found.expected == pytest.approx(mean)
    assert found.expected_interval == pytest.approx((max(mean - REACH * sd, 0.0), mean + REACH * sd))
    assert sd > max(moments(RIGHT)[1], moments(LEFT)[1])


def test_its_map_is_the_mean_of_both_in_its_own_orientation(knee: Knee) -> None:
    expected = 0.7 * MAPS[0] + 0.3 * MAPS[1][:, ::-1]
    assert np.allclose(graded(knee).attribution, expected)


def test_its_out_of_distribution_score_is_the_mean_of_both(knee: Knee) -> None:
    assert graded(knee).ood_score == pytest.approx(0.7 * SCORES[0] + 0.3 * SCORES[1])


def test_a_knee_of_known_side_is_graded_once(knee: Knee) -> None:
    grader = TwoOpinions()
    found = graded(replace(knee, other=None), grader=grader)
    assert grader.seen == 1
    assert found.probabilities == pytest.approx(RIGHT)
    assert np.allclose(found.attribution, MAPS[0])


def test_the_mirror_image_has_the_same_grade_and_the_mirrored_map(knee: Knee, models: Any) -> None:
    """Where both sides are as probable, and the other placement is the first one."""
    assert knee.other is not None
    pixels = np.ascontiguousarray(knee.film.pixels[:, ::-1])
    even = replace(knee, side_probability=0.5)
    mirrored = replace(
        even,
        film=replace(knee.film, image=pixels),
        placement=replace(knee.other.placement, mirrored=knee.placement.mirrored),
        other=OtherOrientation(
            replace(knee.placement, mirrored=knee.other.placement.mirrored), knee.landmarks
        ),
    )
    one, other = graded(even, grader=models.grader), graded(mirrored, grader=models.grader)
    assert other.probabilities == pytest.approx(one.probabilities, abs=2e-3)
    assert np.allclose(other.attribution, np.array(one.attribution)[:, ::-1], atol=2e-3)
