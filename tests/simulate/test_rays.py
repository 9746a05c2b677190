"""Path lengths and outlines agree with geometry."""

import numpy as np
import pytest

pytest.importorskip("numba")

from kltool.simulate.rays import Camera, lower_outline, path_length, profile_rows

from .shapes import cube, sphere

CAMERA = Camera(rows=201, columns=241, pixel_mm=0.25, distance_mm=1500.0)


def _offsets_mm(camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Where every ray crosses the plane of the joint: mm down and mm to the right of the middle."""
    row, column = camera.middle
    rows, columns = np.mgrid[: camera.rows, : camera.columns]
    return (rows - row) * camera.pixel_mm, (columns - column) * camera.pixel_mm


def _chord_of_sphere(radius_mm: float, camera: Camera) -> np.ndarray:
    down, right = _offsets_mm(camera)
    beside = np.hypot(down, right)
    distance = camera.distance_mm * beside / np.hypot(camera.distance_mm, beside)  # of the ray to the centre
    return np.asarray(2.0 * np.sqrt(np.maximum(radius_mm**2 - distance**2, 0.0)))


def test_a_ray_through_a_sphere_is_as_long_as_its_chord() -> None:
    found = path_length(*sphere(20.0), CAMERA)
    chord = _chord_of_sphere(20.0, CAMERA)
    assert found.max() == pytest.approx(40.0, abs=0.02)
    assert np.abs(found - chord)[chord > 8.0].max() < 0.06


def test_a_ray_through_a_cube_is_as_long_as_its_chord() -> None:
    found = path_length(*cube(30.0), CAMERA)
    down, right = _offsets_mm(CAMERA)
    chord = 30.0 * np.sqrt(1.0 + (down**2 + right**2) / CAMERA.distance_mm**2)
    within = np.maximum(np.abs(down), np.abs(right)) < 14.7  # the rays that meet both flat faces
    outside = np.maximum(np.abs(down), np.abs(right)) > 15.3
    assert np.abs(found - chord)[within].max() < 1e-9
    assert np.abs(found[outside]).max() < 1e-9


def test_the_hollow_of_a_shell_does_not_count() -> None:
    outer, inner = path_length(*sphere(20.0), CAMERA), path_length(*sphere(18.0), CAMERA)
    middle = tuple(int(place) for place in CAMERA.middle)
    assert (outer - inner)[middle] == pytest.approx(4.0, abs=0.02)


def test_no_ray_slips_between_two_faces() -> None:
    rng = np.random.default_rng(0)
    vertices, faces = sphere(20.0, rings=40)
    for _ in range(10):
        turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        turn *= np.sign(np.linalg.det(turn))
        found = path_length(vertices @ turn, faces, CAMERA)
        chord = _chord_of_sphere(20.0, CAMERA)
        assert np.abs(found - chord)[chord > 12.0].max() < 0.5
        assert np.abs(found[chord == 0.0]).max() < 1e-9


def test_the_lower_outline_of_a_sphere_lies_a_radius_below_its_middle() -> None:
    outline = lower_outline(*sphere(20.0), CAMERA)
    lowest_mm = (outline.max() - CAMERA.middle[0]) * CAMERA.pixel_mm
    assert lowest_mm == pytest.approx(20.0, abs=0.01)
    assert np.isinf(outline[0])


def test_a_plane_is_met_at_its_height() -> None:
    table = np.array([[-10.0, -5.0, 0.0], [10.0, -5.0, 0.0], [10.0, 5.0, 0.0], [-10.0, 5.0, 0.0]])
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    _, rows = profile_rows(table, faces, CAMERA, step_mm=0.5)
    middle = int(CAMERA.middle[1])
    assert np.isfinite(rows[middle]).sum() == 21
    assert np.nanmax(np.abs(rows - CAMERA.middle[0])) < 1e-9
