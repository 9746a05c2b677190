"""Geometry of points, polylines and similarities, on which every width depends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from kltool.geometry.points import arc_length, bilinear, mirror, nearest, resample
from kltool.geometry.transform import similarity_matrix, transform_points

LENGTHS = st.floats(-500, 500)


@given(st.integers(0, 2**32 - 1))
def test_bilinear_values_are_those_of_scipy_up_to_the_last_row_and_column(seed: int) -> None:
    random = np.random.default_rng(seed)
    image = random.normal(size=tuple(random.integers(2, 9, 2)))
    corners = np.array([[0, 0], np.array(image.shape) - 1])
    points = np.concatenate([random.uniform(0, corners[1], (20, 2)), corners]).reshape(11, 2, 2)
    expected = map_coordinates(image, np.moveaxis(points, 2, 0), order=1)
    assert np.allclose(bilinear(image, points), expected, rtol=0, atol=1e-12)


@given(st.lists(st.tuples(LENGTHS, LENGTHS), min_size=1, max_size=9), st.integers(1, 4000))
def test_mirroring_is_its_own_inverse(points: list[tuple[float, float]], columns: int) -> None:
    before = np.array(points)
    assert np.allclose(mirror(mirror(before, columns), columns), before)


@given(LENGTHS, LENGTHS, st.floats(0.1, 10), st.floats(-3, 3))
def test_a_similarity_scales_every_distance_alike(
    row: float, column: float, scale: float, turn: float
) -> None:
    matrix = similarity_matrix((row, column), (7.0, -3.0), scale, turn)
    ends = np.array([[row, column], [row + 3.0, column - 4.0]])
    moved = transform_points(matrix, ends)
    assert np.allclose(moved[0], (7.0, -3.0))
    assert np.hypot(*(moved[1] - moved[0])) == pytest.approx(5.0 * scale)


def test_a_rotation_goes_from_the_column_axis_towards_the_row_axis() -> None:
    moved = transform_points(similarity_matrix((0, 0), (0, 0), 1.0, np.pi / 2), np.array([[0.0, 1.0]]))
    assert np.allclose(moved, [[1.0, 0.0]])


def test_the_nearest_point_may_lie_between_two_vertices() -> None:
    distance, feet = nearest(np.array([[0.0, 1.0]]), np.array([[2.0, 0.0], [2.0, 10.0]]))
    assert distance.tolist() == [2.0]
    assert feet.tolist() == [[2.0, 1.0]]


def test_beyond_its_end_a_line_is_as_near_as_its_end() -> None:
    distance, feet = nearest(np.array([[0.0, 14.0]]), np.array([[3.0, 0.0], [3.0, 10.0]]))
    assert distance.tolist() == [5.0]
    assert feet.tolist() == [[3.0, 10.0]]


def test_resampling_keeps_the_ends_and_the_length_of_a_straight_line() -> None:
    line = resample(np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]), 21)
    assert np.allclose(line[[0, -1]], [[0, 0], [6, 8]])
    assert np.allclose(np.diff(arc_length(line)), 0.5)
