"""Whether two films show one knee: what they are told by, and what must not matter."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from evaluation.perturbations import perturbed
from hypothesis import given
from hypothesis import strategies as st

from kltool.comparison.identity.match import TOO_LITTLE, Odds, likeness, probability, textures
from kltool.comparison.identity.outline import apart
from kltool.comparison.identity.texture import FEWEST, BoneView, correlation, texture_of
from kltool.geometry.joint_frame import Frame
from kltool.geometry.points import mirror
from kltool.geometry.registration import laid
from kltool.intake import load
from kltool.localize import find_knees
from kltool.typing import Float32
from kltool.values.radiograph import Knee, Landmarks, Placement, Radiograph, Side, SideSource
from kltool.weights import Models

FindSample = Callable[[str], Knee]
BEFORE, AFTER = "case/before.dcm", "case/after.dcm"
OTHERS = ("knee_right_normal.dcm", "knee_left_moderate.dcm", "knee_right_severe.dcm")
ALL = st.integers(0, 2**31 - 1)
SHARE = st.floats(-1.0, 1.0)


@pytest.fixture(scope="module")
def find(models: Models, samples: Path) -> FindSample:
    known: dict[str, Knee] = {}

    def found(name: str) -> Knee:
        if name not in known:
            known[name] = find_knees(load(samples / name), models).knees[0]
        return known[name]

    return found


def on(knee: Knee, pixels: Float32) -> Knee:
    return replace(knee, film=replace(knee.film, pixels=pixels))


def grain(seed: int, rows: int = 120, columns: int = 140) -> Float32:
    noise = np.random.default_rng(seed).normal(0.0, 1.0, (rows, columns)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.0), np.float32)


def view(picture: Float32, edge: int = 12) -> BoneView:
    seen = np.zeros(picture.shape, np.bool_)
    seen[edge:-edge, edge:-edge] = True
    return BoneView(texture_of(picture), seen)


# --- the films of a person ------------------------------------------------------------------------


def test_a_film_is_wholly_like_itself(find: FindSample) -> None:
    alike = likeness(find(BEFORE), find(BEFORE))
    assert alike.femur == pytest.approx(1.0, abs=1e-6)
    assert alike.tibia == pytest.approx(1.0, abs=1e-6)
    assert alike.outline == pytest.approx(0.0, abs=1e-9)
    assert alike.same > 0.99


@pytest.mark.parametrize("name", [AFTER, *OTHERS])
def test_which_film_comes_first_changes_nothing(find: FindSample, name: str) -> None:
    assert likeness(find(BEFORE), find(name)) == likeness(find(name), find(BEFORE))


def test_the_same_films_give_the_same_bits(find: FindSample) -> None:
    assert likeness(find(BEFORE), find(AFTER)) == likeness(find(BEFORE), find(AFTER))


def test_two_visits_of_one_knee_are_recognised(find: FindSample) -> None:
    assert likeness(find(BEFORE), find(AFTER)).same > 0.5


@pytest.mark.parametrize("name", OTHERS)
def test_another_persons_knee_is_not_taken_for_it(find: FindSample, name: str) -> None:
    alike = likeness(find(BEFORE), find(name))
    assert alike.same < 0.5
    assert max(textures(alike.femur, alike.tibia)) < 0.3


def test_what_may_befall_an_exposure_leaves_it_the_same_knee(find: FindSample, models: Models) -> None:
    knee = find(BEFORE)
    film = perturbed(knee.film, np.random.default_rng(3))
    later = find_knees(film, models).knees[0]
    assert likeness(knee, later).same > 0.95


def test_a_film_and_its_mirror_image_show_one_knee_once_turned(find: FindSample) -> None:
    """The mirror image of a right knee is hung as a left one, and is turned to the same hand again."""
    knee = find(BEFORE)
    assert not knee.placement.mirrored
    turned = replace(
        on(knee, np.ascontiguousarray(knee.film.pixels[:, ::-1])),
        side=Side.LEFT,
        placement=replace(knee.placement, mirrored=True),
    )
    assert likeness(knee, turned) == likeness(knee, knee)


def test_the_mirror_image_that_is_not_turned_is_another_knee(find: FindSample) -> None:
    knee = find(BEFORE)
    columns = knee.film.pixels.shape[1]
    marks = knee.landmarks
    flipped = Landmarks(
        mirror(marks.tibia, columns)[::-1],
        mirror(marks.femur, columns)[::-1],
        marks.spread,
        mirror(marks.femoral_ends, columns)[::-1],
    )
    (centre,) = mirror(np.array([knee.placement.centre]), columns)
    placement = replace(
        knee.placement, centre=(float(centre[0]), float(centre[1])), tilt_rad=-knee.placement.tilt_rad
    )
    unturned = replace(
        on(knee, np.ascontiguousarray(knee.film.pixels[:, ::-1])), landmarks=flipped, placement=placement
    )
    assert likeness(knee, unturned).same < 0.1


def test_brightness_and_its_scale_do_not_matter(find: FindSample) -> None:
    knee = find(BEFORE)
    alike = likeness(knee, on(knee, 0.25 * knee.film.pixels + 100.0))
    assert min(textures(alike.femur, alike.tibia)) > 0.999


# --- films that show too little -------------------------------------------------------------------


def test_a_blank_film_is_like_nothing_and_no_error(find: FindSample) -> None:
    knee = find(BEFORE)
    blank = on(knee, np.full_like(knee.film.pixels, 7.0))
    alike = likeness(knee, blank)
    assert (alike.femur, alike.tibia) == (0.0, 0.0)
    assert 0.0 < alike.same < 1.0
    assert likeness(blank, blank).femur == 0.0


def test_a_bone_that_is_cut_off_leaves_the_judgment_to_the_other(find: FindSample) -> None:
    """The upper film ends at the joint, so that no femur is seen; the tibia still says whose it is."""
    knee = find(BEFORE)
    row = int(knee.landmarks.femur[:, 0].min()) - 4
    up = np.array([row, 0.0])
    marks = knee.landmarks
    cut = replace(
        on(knee, np.ascontiguousarray(knee.film.pixels[row:])),
        landmarks=Landmarks(marks.tibia - up, marks.femur - up, marks.spread, marks.femoral_ends - up),
        placement=replace(knee.placement, centre=(knee.placement.centre[0] - row, knee.placement.centre[1])),
    )
    alike = likeness(knee, cut)
    assert alike.femur == TOO_LITTLE
    assert textures(alike.femur, alike.tibia)[1] > 0.95
    assert alike.same > 0.99


@given(ALL)
def test_flat_patches_and_noise_neither_fail_nor_correlate(seed: int) -> None:
    random = np.random.default_rng(seed)
    first, second = grain(seed), grain(seed + 1)
    first[: int(random.integers(120))] = 3.0
    second[:, int(random.integers(140)) :] = 0.0
    found = correlation(view(first), view(second))
    assert found is not None
    assert -1.0 <= found < 0.5


# --- the texture ----------------------------------------------------------------------------------


@given(ALL, st.integers(-6, 6), st.integers(-6, 6))
def test_a_texture_is_found_where_it_was_moved_to(seed: int, down: int, right: int) -> None:
    picture = grain(seed, 160, 180)
    here, there = picture[20:140, 20:160], picture[20 + down : 140 + down, 20 + right : 160 + right]
    found = correlation(view(np.ascontiguousarray(here)), view(np.ascontiguousarray(there)))
    assert found is not None
    assert found > 0.98


@given(ALL, st.floats(-3.0, 3.0))
def test_a_turned_texture_is_turned_back(seed: int, turn_deg: float) -> None:
    picture = grain(seed, 120, 140)
    at = cv2.getRotationMatrix2D((69.5, 59.5), turn_deg, 1.0)
    turned = cv2.warpAffine(picture, at, (140, 120), flags=cv2.INTER_CUBIC)
    found = correlation(view(picture, edge=25), view(np.asarray(turned, np.float32), edge=15))
    assert found is not None
    assert found > 0.8


def test_of_too_few_pixels_there_is_no_correlation() -> None:
    picture = grain(1)
    few = view(picture)
    few.seen[:] = False
    few.seen[:1, : FEWEST // 140] = True
    assert correlation(few, view(picture)) is None


@given(ALL, st.floats(0.01, 100.0), st.floats(-1000.0, 1000.0))
def test_a_texture_has_no_scale_of_brightness(seed: int, gain: float, offset: float) -> None:
    picture = grain(seed, 60, 60)
    changed = texture_of((gain * picture + np.float32(offset)).astype(np.float32))
    rounding = 1e-6 * (abs(offset) + gain) / gain
    assert np.abs(changed - texture_of(picture)).mean() < 1e-3 + 100 * rounding


# --- the outline ----------------------------------------------------------------------------------


def knee_of(points: np.ndarray, width: float = 100.0) -> Knee:
    film = Radiograph("drawn", np.zeros((8, 8), np.float32), None, None, SideSource.UNKNOWN)  # type: ignore[arg-type]
    marks = Landmarks(points[:9], points[9:16], 0.0, points[16:])
    return Knee(
        film, Placement((0.0, 0.0), width, 0.0, False), marks, Side.RIGHT, SideSource.UNKNOWN, 1.0, 1.0
    )


def outline(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-50.0, 50.0, (18, 2))


@given(ALL, st.floats(-3.0, 3.0), st.floats(0.5, 2.0), st.floats(-500.0, 500.0), st.floats(-500.0, 500.0))
def test_an_outline_shifted_turned_and_scaled_is_the_same_outline(
    seed: int, turn: float, scale: float, down: float, right: float
) -> None:
    points = outline(seed)
    spin = scale * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    there = points @ spin.T + np.array([down, right])
    assert apart(knee_of(points), knee_of(there)) == pytest.approx(0.0, abs=1e-6)


def test_an_outline_with_one_point_moved_is_apart_by_about_its_share() -> None:
    points = outline(5)
    moved = points.copy()
    moved[3] += (0.0, 4.0)
    assert apart(knee_of(points), knee_of(moved)) == pytest.approx(0.04 / np.sqrt(16), rel=0.2)


@given(ALL, ALL)
def test_a_frame_is_carried_with_its_points(one: int, other: int) -> None:
    lay = laid(outline(one), outline(other))
    frame = Frame((12.0, -7.0), 100.0, 0.2)
    end = np.array([12.0 + 100.0 * np.sin(0.2), -7.0 + 100.0 * np.cos(0.2)])
    carried = lay.of_frame(frame)
    expected = lay.of(np.array([complex(*end)]))[0]
    along = carried.tibial_width_px * np.array([np.sin(carried.tilt_rad), np.cos(carried.tilt_rad)])
    assert complex(*(np.array(carried.centre) + along)) == pytest.approx(expected, abs=1e-6)


# --- the probability ------------------------------------------------------------------------------


@given(SHARE, SHARE, st.floats(0.0, 10.0))
def test_the_probability_is_one_and_never_certain(femur: float, tibia: float, apart: float) -> None:
    assert 0.0005 < probability(femur, tibia, apart) < 0.9995


@given(SHARE, SHARE, st.floats(0.0, 0.1), st.floats(0.0, 1.0))
def test_more_likeness_is_never_less_probable(femur: float, tibia: float, apart: float, more: float) -> None:
    now = probability(femur, tibia, apart)
    assert probability(femur + more, tibia, apart) >= now
    assert probability(femur, tibia + more, apart) >= now
    assert probability(femur, tibia, apart + more) <= now


def test_even_odds_are_one_half() -> None:
    assert probability(0.3, 0.2, 0.01, Odds(0.0, 0.0, 0.0, 0.0)) == 0.5
