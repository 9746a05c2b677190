"""Variants for the grader's training are views of the same knee, and mirrored ones know it."""

import numpy as np
import pytest

pytest.importorskip("numba")

from kltool.geometry.window import film_to_crop
from kltool.grading.view import VIEW
from kltool.training.data.graded import GradedKnee
from kltool.training.data.views import plain, scaled, variant
from kltool.values.knee import Placement

WIDTHS = np.array([2.0, 3.0, 6.0, 7.0], np.float32)


def knee() -> GradedKnee:
    """Bright bars, five of them across the lateral half."""
    film = np.full((224, 224), 90, np.uint8)
    film[118:124] += 80
    for row in range(94, 154, 12):
        film[row : row + 5, :106] = 200
    return GradedKnee("simulated", film, Placement((121.0, 111.5), 168.0, 0.0, False), WIDTHS, 2)


@pytest.mark.parametrize("seed", range(20))
def test_the_widths_of_a_mirrored_view_are_those_of_the_other_side(seed: int) -> None:
    picture, widths = variant(knee(), VIEW, np.random.default_rng(seed))
    assert picture.shape == (VIEW.rows, VIEW.columns)
    halves = picture[:, 20:140], picture[:, 180:300]
    left, right = (float(np.abs(np.diff(half.mean(axis=1))).sum()) for half in halves)
    assert widths.tolist() == (WIDTHS.tolist() if left > right else [6.0, 7.0, 2.0, 3.0])


def test_both_sides_are_learned_from_about_equally() -> None:
    seen = [variant(knee(), VIEW, np.random.default_rng(seed))[1][0] == 2.0 for seed in range(60)]
    assert 15 < sum(seen) < 45


def test_the_same_seed_gives_the_same_view_and_another_seed_another() -> None:
    views = [variant(knee(), VIEW, np.random.default_rng(seed))[0] for seed in (5, 5, 6)]
    assert np.array_equal(views[0], views[1])
    assert not np.array_equal(views[0], views[2])


def test_a_coarser_view_shows_the_same_places() -> None:
    half, at = scaled(0.5), knee().placement
    corner = np.array([[100.0, 60.0]])
    fine = (film_to_crop(at, VIEW) @ [100.0, 60.0, 1.0] + 0.5) / 2 - 0.5
    assert film_to_crop(at, half) @ [*corner[0], 1.0] == pytest.approx(fine)
    assert plain(knee(), half).shape == (VIEW.rows // 2, VIEW.columns // 2)
