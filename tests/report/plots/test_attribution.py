"""The attribution map is coloured where the grade is raised, and hangs as the film hangs."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kltool.grading.view import VIEW
from kltool.report.plots.attribution import attribution_map
from kltool.values.grade import Grade
from kltool.values.radiograph import Side
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
    places[3, 8] = 2.0  # from lateral to medial
    grade = replace(knee.grade, attribution=tuple(map(tuple, places.tolist())))
    picture = attribution_map(knee.knee, grade)
    assert picture.shape == (VIEW.rows, VIEW.columns, 3)
    share = coloured(picture)
    half = VIEW.columns // 2
    assert (share[half:].sum() > 50 * share[:half].sum()) == on_the_right
    assert (share[:half].sum() > 50 * share[half:].sum()) != on_the_right


def test_where_nothing_raises_the_grade_nothing_is_coloured(read_sample: ReadSample) -> None:
    knee = read_sample("knee_right_normal.dcm").knees[0]
    assert isinstance(knee.grade, Grade)
    grade = replace(knee.grade, attribution=((-1.0, -2.0), (-0.5, -1.0)))
    assert knee.side is Side.RIGHT
    assert coloured(attribution_map(knee.knee, grade)).max() == 0.0
