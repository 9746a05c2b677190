"""A crop lies where the placement of its knee says, and its points map back to the film."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.geometry.transform import transform_points
from kltool.geometry.window import (
    CROP_SIZE,
    JOINT_ROW,
    TIBIAL_SHARE,
    crop_to_film,
    film_to_crop,
    square_window,
)
from kltool.localize.crop import sample_crop
from kltool.values.knee import Placement, right_knee_orientation
from kltool.values.reading import Reading

ReadSample = Callable[..., Reading]
PLACES = st.floats(-200.0, 3000.0)
PLACEMENTS = st.builds(
    Placement,
    centre=st.tuples(PLACES, PLACES),
    tibial_width_px=st.floats(40.0, 1200.0),
    tilt_rad=st.floats(-0.6, 0.6),
    mirrored=st.booleans(),
)
SIZES = st.sampled_from([160, CROP_SIZE, 900])
NAMES = ("knee_right_normal.dcm", "knee_left_moderate.dcm", "knee_right_severe.dcm", "bilateral.dcm")


@given(PLACEMENTS, SIZES, st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=5))
def test_to_the_crop_and_back_is_the_same_place(
    placement: Placement, size: int, places: list[tuple[float, float]]
) -> None:
    points = np.array(places)
    there = transform_points(film_to_crop(placement, square_window(size)), points)
    assert np.allclose(
        transform_points(crop_to_film(placement, square_window(size)), there), points, atol=1e-6
    )


@given(PLACEMENTS, SIZES)
def test_the_joint_and_the_plateaus_ends_land_where_the_grader_expects_them(
    placement: Placement, size: int
) -> None:
    along = np.array([np.sin(placement.tilt_rad), np.cos(placement.tilt_rad)])
    half = along * placement.tibial_width_px / 2
    lateral, joint, medial = transform_points(
        film_to_crop(placement, square_window(size)),
        np.array([placement.centre - half, placement.centre, placement.centre + half]),
    )
    row, middle = JOINT_ROW * size - 0.5, 0.5 * size - 0.5
    assert joint == pytest.approx([row, middle], abs=1e-6)
    assert lateral == pytest.approx([row, middle - TIBIAL_SHARE * size / 2], abs=1e-6)
    assert medial == pytest.approx([row, middle + TIBIAL_SHARE * size / 2], abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_the_landmarks_of_a_knee_lie_about_the_joints_row_lateral_on_the_left(
    name: str, read_sample: ReadSample
) -> None:
    for reading in read_sample(name).knees:
        found = reading.knee
        tibia = transform_points(film_to_crop(found.placement), found.landmarks.tibia) / CROP_SIZE
        assert tibia[0, 1] == pytest.approx(0.5 - TIBIAL_SHARE / 2, abs=0.01)
        assert tibia[-1, 1] == pytest.approx(0.5 + TIBIAL_SHARE / 2, abs=0.01)
        assert tibia[[0, -1], 0] == pytest.approx(JOINT_ROW, abs=0.06)
        assert (np.diff(tibia[:, 1]) > 0).all()


@pytest.mark.parametrize(("scale", "tilt_rad"), [(0.6, 0.0), (1.0, 0.2), (4.0, -0.3)])
def test_what_lies_at_the_joint_in_the_film_lies_at_the_joint_in_the_crop(
    scale: float, tilt_rad: float
) -> None:
    placement = Placement((430.3, 515.8), scale * TIBIAL_SHARE * CROP_SIZE, tilt_rad, False)
    rows, columns = np.mgrid[:1000, :1100]
    away = np.hypot(rows - placement.centre[0], columns - placement.centre[1])
    film = np.exp(-((away / (4 * scale)) ** 2)).astype(np.float32)
    crop = sample_crop(film, placement).astype(float)
    grid = np.asarray(np.mgrid[:CROP_SIZE, :CROP_SIZE])
    found = (grid * crop).sum((1, 2)) / crop.sum()
    assert found == pytest.approx([JOINT_ROW * CROP_SIZE - 0.5, 0.5 * CROP_SIZE - 0.5], abs=0.1)


def test_a_crop_beyond_the_edge_of_the_film_repeats_the_edge() -> None:
    film = np.full((300, 300), 7.0, np.float32)
    crop = sample_crop(film, Placement((5.0, 290.0), 200.0, 0.1, False))
    assert crop.shape == (CROP_SIZE, CROP_SIZE)
    assert np.allclose(crop, 7.0)


def test_only_a_left_knees_film_is_mirrored() -> None:
    film = np.arange(12, dtype=np.float32).reshape(3, 4)
    assert (right_knee_orientation(film, False) == film).all()
    assert (right_knee_orientation(film, True) == film[:, ::-1]).all()
