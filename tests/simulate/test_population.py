"""Sampled knees and films cover the stated ranges, and a seed defines a film."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("musculoskeletal.models")
pytest.importorskip("gias3.fieldwork")

from kltool.errors import UsageError
from kltool.simulate import Film, KneeScene, SimulatedFilm, population, sample_scene_and_film, simulate_random
from kltool.simulate.collimation import add_marker_and_collimator
from kltool.values.radiograph import Side

Values = np.ndarray[tuple[int], np.dtype[np.float64]]

COARSE = (0.5, 0.6)


@cache
def sampled() -> list[tuple[KneeScene, Film]]:
    return [sample_scene_and_film(seed) for seed in range(2000)]


def spread(value: Callable[[KneeScene, Film], float]) -> Values:
    return np.array([value(scene, film) for scene, film in sampled()])


def test_a_seed_is_one_knee_and_another_seed_another() -> None:
    assert sample_scene_and_film(7) == sample_scene_and_film(7)
    assert sample_scene_and_film(7) != sample_scene_and_film(8)
    assert sample_scene_and_film(7) != sample_scene_and_film(7, attempt=1)


def test_a_seed_gives_the_same_film_every_time() -> None:
    first, again = simulate_random(3, COARSE), simulate_random(3, COARSE)
    assert np.array_equal(first.pixels, again.pixels)
    assert first.truth[0].to_json() == again.truth[0].to_json()


def test_the_medial_gap_is_the_mixture_that_is_stated() -> None:
    gap = spread(lambda scene, _: scene.medial_gap_mm)
    assert (gap == 0.0).mean() == pytest.approx(0.05, abs=0.02)
    assert (gap < 0.8).mean() == pytest.approx(0.15, abs=0.03)
    assert ((gap >= 0.8) & (gap < 3.0)).sum() > 400
    assert (gap > 4.0).mean() == pytest.approx(0.38, abs=0.06)
    assert gap.max() > 6.9


def test_a_narrow_lateral_space_comes_with_a_wide_medial_one() -> None:
    medial, lateral = spread(lambda s, _: s.medial_gap_mm), spread(lambda s, _: s.lateral_gap_mm)
    narrow = lateral < 3.0
    assert narrow.mean() == pytest.approx(0.12, abs=0.02)
    assert medial[narrow].min() >= 3.0
    assert lateral[~narrow].min() >= 3.5
    assert lateral.max() > 8.8


def fills(found: Values, least: float, most: float, slack: float) -> None:
    """Values lie in a range and come near to both of its ends. slack: share of the range."""
    reach = slack * (most - least)
    assert least <= found.min() <= least + reach
    assert most - reach <= found.max() <= most


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("flexion_deg", 0.0, 35.0),
        ("rotation_deg", -15.0, 15.0),
        ("beam_tilt_deg", -10.0, 10.0),
        ("varus_deg", -6.0, 6.0),
        ("body", 0.7, 1.6),
        ("bone_density", 0.5, 1.5),
        ("texture", 0.3, 1.4),
        ("coarseness", 0.7, 1.5),
    ],
)
def test_the_knees_cover_their_ranges(name: str, least: float, most: float) -> None:
    fills(spread(lambda scene, _: getattr(scene, name)), least, most, slack=0.05)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("magnification", 1.03, 1.25),
        ("spacing_mm", 0.1, 0.2),
        ("blur_mm", 0.05, 0.35),
        ("noise", 0.3, 3.0),
        ("scatter", 0.0, 0.8),
        ("latitude", 0.3, 1.0),
        ("bits", 8, 16),
    ],
)
def test_the_films_cover_their_ranges(name: str, least: float, most: float) -> None:
    fills(spread(lambda _, film: getattr(film, name)), least, most, slack=0.02)


def test_both_sides_are_as_frequent_and_markers_name_theirs() -> None:
    assert spread(lambda scene, _: scene.side is Side.RIGHT).mean() == pytest.approx(0.5, abs=0.05)
    markers = [(scene.side, film.marker) for scene, film in sampled() if film.marker]
    letters = {(side, marker.letter) for side, marker in markers if not marker.mirrored}
    assert letters == {(Side.RIGHT, "R"), (Side.LEFT, "L")}


def test_a_narrow_side_has_more_osteophytes_sclerosis_and_lean() -> None:
    narrow = spread(lambda s, _: s.medial_gap_mm) < 1.0
    wide = spread(lambda s, _: min(s.medial_gap_mm, s.lateral_gap_mm)) > 4.5
    for value in (
        lambda s, _: s.osteophytes.medial_tibial,
        lambda s, _: s.sclerosis.medial,
        lambda s, _: s.varus_deg / 5,
    ):
        found = spread(value)
        assert found[narrow].mean() > found[wide].mean() + 0.2
    spurs = spread(lambda s, _: s.osteophytes.medial_tibial)
    assert spurs[narrow].min() < 0.1
    assert spurs[wide].max() > 0.8


def test_the_pitch_of_the_detector_can_be_chosen() -> None:
    found = [sample_scene_and_film(seed, (0.1, 0.6))[1].joint_spacing_mm for seed in range(500)]
    assert min(found) < 0.11
    assert max(found) > 0.5


@pytest.mark.parametrize("seed", range(12))
def test_the_joint_lies_on_the_exposed_film(seed: int) -> None:
    simulated = simulate_random(seed, COARSE)
    truth, film = simulated.truth[0], simulated.film
    for compartment in (truth.medial, truth.lateral):
        for margin in (compartment.femoral_margin, compartment.tibial_margin):
            assert (margin >= 0).all()
            assert (margin <= np.array([film.rows, film.columns]) - 1).all()
    margin = np.rint(truth.medial.tibial_margin).astype(int)
    exposed = add_marker_and_collimator(
        np.full(simulated.pixels.shape, 2 ** (film.bits - 1), np.uint16), replace(film, marker=None)
    )
    assert np.ptp(exposed[margin[:, 0], margin[:, 1]].astype(int)) == 0


def test_an_impossible_pose_is_sampled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[KneeScene] = []

    def fussy(scene: KneeScene, film: Film) -> SimulatedFilm:
        asked.append(scene)
        if len(asked) < 3:
            raise UsageError("cannot be reached")
        return SimulatedFilm(np.zeros((2, 2), np.uint16), film, ())

    monkeypatch.setattr(population, "simulate_knee", fussy)
    assert simulate_random(5).film == sample_scene_and_film(5, attempt=2)[1]
    assert asked == [sample_scene_and_film(5, attempt=attempt)[0] for attempt in range(3)]
