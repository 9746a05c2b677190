"""The attribution map is coloured where the grade is raised, on the bones, and hangs as the film hangs."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kltool.grading.view import VIEW, grader_view
from kltool.localize.crop import sample_crop
from kltool.report.plots.attribution import attribution_map
from kltool.report.plots.bones import bones_in_view
from kltool.values.grade import Grade
from kltool.values.length import NotMeasured
from kltool.values.reading import Reading

ReadSample = Callable[..., Reading]


def coloured(picture: np.ndarray) -> np.ndarray:
    """(columns,): how much of each column is not grey."""
    return np.ptp(picture.astype(float), axis=2).mean(axis=0)


@pytest.mark.parametrize(
    ("name", "on_the_right"), [("knee_right_normal.dcm", True), ("knee_left_moderate.dcm", False)]
)
def test_what_is_found_medially_is_shown_medially(
    name: str, on_the_right: bool, read_sample: ReadSample
) -> None:
    """Medial is on the viewer's right in a right knee."""
    knee = read_sample(name).knees[0]
    assert isinstance(knee.grade, Grade)
    places = np.full((6, 10), -1.0)
    places[5, 8] = 2.0  # from lateral to medial
    grade = replace(knee.grade, attribution=tuple(map(tuple, places.tolist())))
    picture = attribution_map(knee.knee, grade).picture
    assert picture.shape == (VIEW.rows, VIEW.columns, 3)
    share = coloured(picture)
    half = VIEW.columns // 2
    assert (share[half:].sum() > 50 * share[:half].sum()) == on_the_right
    assert (share[:half].sum() > 50 * share[half:].sum()) != on_the_right


def test_where_nothing_raises_the_grade_nothing_is_coloured(read_sample: ReadSample) -> None:
    knee = read_sample("knee_right_normal.dcm").knees[0]
    assert isinstance(knee.grade, Grade)
    grade = replace(knee.grade, attribution=((-1.0, -2.0), (-0.5, -1.0)))
    found = attribution_map(knee.knee, grade)
    assert coloured(found.picture).max() == 0.0
    assert isinstance(found.outside, NotMeasured)


def test_beside_the_bones_nothing_is_coloured_and_its_share_is_stated(read_sample: ReadSample) -> None:
    """A map that is the same everywhere lies beside the bones by as much as the view does."""
    knee = read_sample("knee_right_normal.dcm").knees[0]
    assert isinstance(knee.grade, Grade)
    everywhere = replace(knee.grade, attribution=((1.0, 1.0), (1.0, 1.0)))
    found = attribution_map(knee.knee, everywhere)
    share = (np.ptp(found.picture.astype(int), axis=2) == 0).mean()
    assert found.outside == pytest.approx(share, abs=0.01)
    assert 0.1 < share < 0.25


@pytest.mark.parametrize("name", ["knee_right_severe.dcm", "case/before.dcm", "knee_left_moderate.dcm"])
def test_the_bones_end_where_the_film_falls_dark(name: str, read_sample: ReadSample) -> None:
    """Simulated bones stand in even soft tissue, darker than they are; the film's scale is dense there."""
    knee = read_sample(name).knees[0].knee
    bones = bones_in_view(grader_view(knee.pixels, knee.placement), knee)
    crop = sample_crop(knee.pixels, knee.placement, VIEW)
    just_inside = bones & ~shifted(bones, 9)
    just_outside = ~bones & shifted(bones, -9)
    below = slice(120, None)  # the tibia, below the joint
    assert np.median(crop[below][just_inside[below]]) > 1.2 * np.median(crop[below][just_outside[below]])


def shifted(bones: np.ndarray, columns: int) -> np.ndarray:
    """Narrower by so many columns on either side, or wider where negative."""
    outline = np.array([np.flatnonzero(row)[[0, -1]] for row in bones])
    at = np.arange(bones.shape[1])
    return (at >= outline[:, :1] + columns) & (at <= outline[:, 1:] - columns)
