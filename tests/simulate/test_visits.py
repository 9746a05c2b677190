"""A knee at several visits is one knee: only what is to change changes."""

import numpy as np
import pytest

from kltool.simulate.scene import SimulatedFilm
from kltool.simulate.visits import FLEXION_DEG, LARGEST_STEP, ROTATION_DEG, TILT_DEG, simulate_visits

SEED = 310
COARSE = (0.5, 0.6)


@pytest.fixture(scope="module")
def visits() -> tuple[SimulatedFilm, ...]:
    return simulate_visits(SEED, [0.0, -0.8], COARSE)


def test_the_medial_space_changes_by_the_given_amount(visits: tuple[SimulatedFilm, ...]) -> None:
    first, same, narrower = (film.truth[0].medial.minimum_mm for film in visits)
    assert same == pytest.approx(first, abs=0.02)
    assert narrower == pytest.approx(max(first - 0.8, 0.0), abs=0.02)


def test_the_lateral_space_stays(visits: tuple[SimulatedFilm, ...]) -> None:
    lateral = [film.truth[0].lateral.minimum_mm for film in visits]
    assert np.ptp(lateral) < 0.04


def test_the_bones_are_those_of_one_person_in_slightly_different_poses(
    visits: tuple[SimulatedFilm, ...],
) -> None:
    first, *later = (film.truth[0].scene for film in visits)
    for scene in later:
        assert (scene.seed, scene.side, scene.body, scene.osteophytes) == (
            *(first.seed, first.side, first.body),
            first.osteophytes,
        )
        for found, before, deviation in (
            (scene.flexion_deg, first.flexion_deg, FLEXION_DEG),
            (scene.rotation_deg, first.rotation_deg, ROTATION_DEG),
            (scene.beam_tilt_deg, first.beam_tilt_deg, TILT_DEG),
        ):
            assert 0 < abs(found - before) <= LARGEST_STEP * deviation + 1e-9


def test_the_same_seed_is_the_same_visits(visits: tuple[SimulatedFilm, ...]) -> None:
    again = simulate_visits(SEED, [0.0, -0.8], COARSE)
    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(visits, again, strict=True))


def test_some_later_films_are_of_the_same_unit_and_some_of_another() -> None:
    films = [simulate_visits(seed, [0.0, 0.0], COARSE) for seed in range(320, 324)]
    same = [later.film.spacing_mm == first.film.spacing_mm for first, *others in films for later in others]
    assert 0 < sum(same) < len(same)
