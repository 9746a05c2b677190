"""Identity match of two knees: what distinguishes them, and what must not matter."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from evaluation.perturbations import perturbed
from hypothesis import given
from hypothesis import strategies as st

from kltool.comparison.identity.match import (
    TOO_LITTLE_BONE,
    LogisticCoefficients,
    match_identity,
    probability_same_knee,
    texture_features,
)
from kltool.comparison.identity.outline import outline_rms_distance
from kltool.comparison.identity.texture import FEWEST_PIXELS, BoneView, correlation, texture_of
from kltool.geometry.joint_frame import JointFrame
from kltool.geometry.points import mirror
from kltool.geometry.registration import estimate_similarity
from kltool.intake import load
from kltool.localize import find_knees
from kltool.typing import Float32
from kltool.values.knee import Knee, Landmarks, Placement
from kltool.values.metal import NO_METAL
from kltool.values.radiograph import Radiograph, Side, SideSource
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
    return replace(knee, film=replace(knee.film, image=pixels))


def grain(seed: int, rows: int = 120, columns: int = 140) -> Float32:
    noise = np.random.default_rng(seed).normal(0.0, 1.0, (rows, columns)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.0), np.float32)


def view(picture: Float32, edge: int = 12) -> BoneView:
    seen = np.zeros(picture.shape, np.bool_)
    seen[edge:-edge, edge:-edge] = True
    return BoneView(texture_of(picture), seen)


# --- the films of a person ------------------------------------------------------------------------


def test_a_film_matches_itself(find: FindSample) -> None:
    match = match_identity(find(BEFORE), find(BEFORE))
    assert match.femur == pytest.approx(1.0, abs=1e-6)
    assert match.tibia == pytest.approx(1.0, abs=1e-6)
    assert match.outline == pytest.approx(0.0, abs=1e-9)
    assert match.probability_same_knee > 0.99


@pytest.mark.parametrize("name", [AFTER, *OTHERS])
def test_which_film_comes_first_changes_nothing(find: FindSample, name: str) -> None:
    assert match_identity(find(BEFORE), find(name)) == match_identity(find(name), find(BEFORE))


def test_the_same_films_give_the_same_bits(find: FindSample) -> None:
    assert match_identity(find(BEFORE), find(AFTER)) == match_identity(find(BEFORE), find(AFTER))


def test_two_visits_of_one_knee_are_recognised(find: FindSample) -> None:
    assert match_identity(find(BEFORE), find(AFTER)).probability_same_knee > 0.5


@pytest.mark.parametrize("name", OTHERS)
def test_another_persons_knee_is_not_taken_for_it(find: FindSample, name: str) -> None:
    match = match_identity(find(BEFORE), find(name))
    assert match.probability_same_knee < 0.5
    assert max(texture_features(match.femur, match.tibia)) < 0.3


def test_what_may_befall_an_exposure_leaves_it_the_same_knee(find: FindSample, models: Models) -> None:
    knee = find(BEFORE)
    film = perturbed(knee.film, np.random.default_rng(3))
    later = find_knees(film, models).knees[0]
    assert match_identity(knee, later).probability_same_knee > 0.95


def test_a_film_and_its_mirror_image_match_in_right_knee_orientation(find: FindSample) -> None:
    """The mirror image of a right knee is read as a left one, and is brought to right-knee orientation."""
    knee = find(BEFORE)
    assert not knee.placement.mirrored
    turned = replace(
        on(knee, np.ascontiguousarray(knee.film.pixels[:, ::-1])),
        side=Side.LEFT,
        placement=replace(knee.placement, mirrored=True),
    )
    assert match_identity(knee, turned) == match_identity(knee, knee)


def test_a_mirror_image_in_the_same_orientation_is_another_knee(find: FindSample) -> None:
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
    assert match_identity(knee, unturned).probability_same_knee < 0.1


def test_brightness_and_its_scale_do_not_matter(find: FindSample) -> None:
    knee = find(BEFORE)
    match = match_identity(knee, on(knee, 0.25 * knee.film.pixels + 100.0))
    assert min(texture_features(match.femur, match.tibia)) > 0.999


# --- films that show too little -------------------------------------------------------------------


def test_a_blank_film_matches_nothing_and_raises_no_error(find: FindSample) -> None:
    knee = find(BEFORE)
    blank = on(knee, np.full_like(knee.film.pixels, 7.0))
    match = match_identity(knee, blank)
    assert (match.femur, match.tibia) == (0.0, 0.0)
    assert 0.0 < match.probability_same_knee < 1.0
    assert match_identity(blank, blank).femur == 0.0


def test_with_one_bone_cut_off_the_probability_rests_on_the_other(find: FindSample) -> None:
    """The upper film ends at the joint, so that no femur is visible; the tibia still identifies the knee."""
    knee = find(BEFORE)
    row = int(knee.landmarks.femur[:, 0].min()) - 4
    up = np.array([row, 0.0])
    marks = knee.landmarks
    cut = replace(
        on(knee, np.ascontiguousarray(knee.film.pixels[row:])),
        landmarks=Landmarks(marks.tibia - up, marks.femur - up, marks.spread, marks.femoral_ends - up),
        placement=replace(knee.placement, centre=(knee.placement.centre[0] - row, knee.placement.centre[1])),
    )
    match = match_identity(knee, cut)
    assert match.femur == TOO_LITTLE_BONE
    assert texture_features(match.femur, match.tibia)[1] > 0.95
    assert match.probability_same_knee > 0.99


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
def test_a_rotated_texture_is_registered(seed: int, turn_deg: float) -> None:
    picture = grain(seed, 120, 140)
    at = cv2.getRotationMatrix2D((69.5, 59.5), turn_deg, 1.0)
    turned = cv2.warpAffine(picture, at, (140, 120), flags=cv2.INTER_CUBIC)
    found = correlation(view(picture, edge=25), view(np.asarray(turned, np.float32), edge=15))
    assert found is not None
    assert found > 0.8


def test_too_few_pixels_give_no_correlation() -> None:
    picture = grain(1)
    few = view(picture)
    few.visible[:] = False
    few.visible[:1, : FEWEST_PIXELS // 140] = True
    assert correlation(few, view(picture)) is None


@given(ALL, st.floats(0.01, 100.0), st.floats(-1000.0, 1000.0))
def test_a_texture_is_invariant_to_brightness(seed: int, gain: float, offset: float) -> None:
    picture = grain(seed, 60, 60)
    changed = texture_of((gain * picture + np.float32(offset)).astype(np.float32))
    rounding = 1e-6 * (abs(offset) + gain) / gain
    assert np.abs(changed - texture_of(picture)).mean() < 1e-3 + 100 * rounding


# --- the outline ----------------------------------------------------------------------------------


def knee_of(points: np.ndarray, width: float = 100.0) -> Knee:
    film = Radiograph("drawn", np.zeros((8, 8), np.float32), None, None, SideSource.UNKNOWN)  # type: ignore[arg-type]
    marks = Landmarks(points[:9], points[9:16], 0.0, points[16:])
    return Knee(
        film,
        Placement((0.0, 0.0), width, 0.0, False),
        marks,
        Side.RIGHT,
        SideSource.UNKNOWN,
        1.0,
        1.0,
        NO_METAL,
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
    assert outline_rms_distance(knee_of(points), knee_of(there)) == pytest.approx(0.0, abs=1e-6)


def test_one_displaced_point_contributes_its_share_to_the_rms_distance() -> None:
    points = outline(5)
    moved = points.copy()
    moved[3] += (0.0, 4.0)
    assert outline_rms_distance(knee_of(points), knee_of(moved)) == pytest.approx(0.04 / np.sqrt(16), rel=0.2)


@given(ALL, ALL)
def test_a_frame_is_transformed_with_its_points(one: int, other: int) -> None:
    lay = estimate_similarity(outline(one), outline(other))
    frame = JointFrame((12.0, -7.0), 100.0, 0.2)
    end = np.array([12.0 + 100.0 * np.sin(0.2), -7.0 + 100.0 * np.cos(0.2)])
    carried = lay.apply_to_frame(frame)
    expected = lay.apply(np.array([complex(*end)]))[0]
    along = carried.tibial_width_px * np.array([np.sin(carried.tilt_rad), np.cos(carried.tilt_rad)])
    assert complex(*(np.array(carried.centre) + along)) == pytest.approx(expected, abs=1e-6)


# --- the probability ------------------------------------------------------------------------------


@given(SHARE, SHARE, st.floats(0.0, 10.0))
def test_the_probability_is_never_certain(femur: float, tibia: float, outline: float) -> None:
    assert 0.0005 < probability_same_knee(femur, tibia, outline) < 0.9995


@given(SHARE, SHARE, st.floats(0.0, 0.1), st.floats(0.0, 1.0))
def test_a_better_match_is_never_less_probable(
    femur: float, tibia: float, outline: float, more: float
) -> None:
    now = probability_same_knee(femur, tibia, outline)
    assert probability_same_knee(femur + more, tibia, outline) >= now
    assert probability_same_knee(femur, tibia + more, outline) >= now
    assert probability_same_knee(femur, tibia, outline + more) <= now


def test_log_odds_of_zero_are_one_half() -> None:
    assert probability_same_knee(0.3, 0.2, 0.01, LogisticCoefficients(0.0, 0.0, 0.0, 0.0)) == 0.5
