"""The rectified patch: the same anatomy whatever the film's resolution, and back without loss."""

import numpy as np
import pytest

from kltool.geometry.joint_frame import COLUMNS, HEIGHT, ROWS, WIDTH, JointFrame
from kltool.jointspace.joint_patch import sample_patch

FRAME = JointFrame((300.0, 320.0), 380.0, np.deg2rad(7.0))


def edge_film(shape: tuple[int, int], height: float, slope: float, blur: float) -> np.ndarray:
    """Dark above and bright below the line row = height + slope * column."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return (1.0 / (1.0 + np.exp(-(rows - height - slope * columns) / blur))).astype(np.float32)


def test_a_point_goes_to_the_patch_and_back() -> None:
    points = np.random.default_rng(0).uniform(100.0, 500.0, (40, 2))
    assert np.allclose(FRAME.to_film(FRAME.to_patch(points)), points, atol=1e-9)


def test_the_patch_spans_its_shares_of_the_tibial_width() -> None:
    corners = FRAME.to_film(np.array([[-0.5, -0.5], [-0.5, COLUMNS - 0.5], [ROWS - 0.5, -0.5]]))
    across, down = corners[1] - corners[0], corners[2] - corners[0]
    assert np.hypot(*across) == pytest.approx(WIDTH * 380.0)
    assert np.hypot(*down) == pytest.approx(HEIGHT * 380.0)
    assert across @ down == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("tilt_deg", [-6.0, 0.0, 6.0])
def test_an_edge_of_the_film_is_where_the_patch_shows_it(tilt_deg: float) -> None:
    film = edge_film((620, 640), 290.0, 0.03, 3.0)
    frame = JointFrame((300.0, 320.0), 380.0, np.deg2rad(tilt_deg))
    patch = sample_patch(film, frame)
    column = np.array([20.0, 96.0, 170.0])
    for c in column:
        profile = patch[:, int(c)]
        row = np.interp(0.0, profile, np.arange(ROWS))  # half way between dark and bright
        found = frame.to_film(np.array([[row, c]]))[0]
        assert found[0] == pytest.approx(290.0 + 0.03 * found[1], abs=0.06)


def test_a_finer_film_gives_the_same_patch() -> None:
    coarse, fine = edge_film((600, 640), 290.0, 0.0, 4.0), edge_film((1200, 1280), 580.5, 0.0, 8.0)
    one = sample_patch(coarse, JointFrame((300.0, 320.0), 380.0, 0.0))
    two = sample_patch(fine, JointFrame((600.5, 640.5), 760.0, 0.0))
    assert np.abs(one - two).max() < 0.06


def test_brightness_and_contrast_of_the_film_do_not_matter() -> None:
    film = edge_film((600, 640), 290.0, 0.02, 3.0)
    assert np.allclose(sample_patch(film, FRAME), sample_patch(40 + 900 * film, FRAME), atol=1e-3)


def test_a_frame_moved_and_moved_back_is_the_same() -> None:
    there = FRAME.perturbed(0.01, -0.02, 1.1, 0.05)
    back = there.perturbed(-0.01 / 1.1, 0.02 / 1.1, 1 / 1.1, -0.05)
    assert back.centre == pytest.approx(FRAME.centre)
    assert back.tibial_width_px == pytest.approx(FRAME.tibial_width_px)
    assert back.tilt_rad == pytest.approx(FRAME.tilt_rad)
