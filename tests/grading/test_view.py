"""The grader's view contains the joint and is independent of collimation beyond it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.geometry.transform import transform_points
from kltool.geometry.window import film_to_crop
from kltool.grading.view import VIEW, grader_view, normalize_contrast
from kltool.values.knee import Placement

PLACEMENT = Placement((300.0, 310.0), 200.0, 0.1, False)


def film() -> np.ndarray:
    random = np.random.default_rng(4)
    rows, columns = np.mgrid[:600, :620]
    return (rows + 0.3 * columns + random.normal(0, 20, (600, 620))).astype(np.float32)


@given(st.floats(0.46, 1.4), st.floats(0.46, 1.4), st.floats(0.70, 1.4), st.floats(0.70, 1.4))
def test_what_lies_half_a_tibia_above_and_below_is_outside_the_view(
    above: float, below: float, before: float, behind: float
) -> None:
    top, left = 300 - int(200 * above), 310 - int(200 * before)
    bottom, right = 301 + int(200 * below), 311 + int(200 * behind)
    cut = film()[max(top, 0) : bottom, max(left, 0) : right]
    moved = replace(PLACEMENT, centre=(300.0 - max(top, 0), 310.0 - max(left, 0)))
    assert np.allclose(grader_view(cut, moved), grader_view(film(), PLACEMENT), atol=1e-4)


def test_the_joint_and_the_plateau_lie_where_the_window_says() -> None:
    along = 100.0 * np.array([np.sin(0.1), np.cos(0.1)])
    ends = transform_points(
        film_to_crop(PLACEMENT, VIEW), np.array([PLACEMENT.centre - along, PLACEMENT.centre + along])
    )
    assert ends.mean(axis=0) == pytest.approx(VIEW.joint)
    assert ends[1] - ends[0] == pytest.approx([0.0, VIEW.tibia], abs=1e-9)
    assert grader_view(film(), PLACEMENT).shape == (VIEW.rows, VIEW.columns)


def lit(gain: float, offset: float) -> np.ndarray:
    """Bars of two contrasts under a slope of brightness."""
    rows, columns = np.mgrid[: VIEW.rows, : VIEW.columns]
    bars = np.where((rows // 6) % 2, 0.2, -0.2) * np.where(columns < VIEW.columns // 2, 1.0, 0.3)
    return ((bars + rows / VIEW.rows) * gain + offset).astype(np.float32)


@given(st.floats(0.5, 2.0), st.floats(-1.0, 1.0))
def test_normalized_contrast_is_independent_of_gain_and_offset(gain: float, offset: float) -> None:
    assert np.allclose(
        normalize_contrast(lit(gain, offset), VIEW.tibia),
        normalize_contrast(lit(1.0, 0.0), VIEW.tibia),
        atol=1e-2,
    )


def test_normalized_contrast_is_uniform_and_without_slope() -> None:
    before, after = lit(1.0, 0.0), normalize_contrast(lit(1.0, 0.0), VIEW.tibia)
    strong, weak = (float(part.std(axis=0).mean()) for part in (after[60:120, :110], after[60:120, 210:]))
    assert weak > 0.65 * strong  # 0.3 before
    slope_before, slope_after = (
        picture[96:144].mean() - picture[24:72].mean() for picture in (before, after)
    )
    assert slope_before > 0.4
    assert abs(slope_after) < 0.1


def test_a_uniform_picture_becomes_zero() -> None:
    assert np.abs(normalize_contrast(np.full((176, 320), 3.0, np.float32), 250.0)).max() < 1e-3
