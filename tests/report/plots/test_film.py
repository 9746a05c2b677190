"""A film is shown as it hangs, and another one at the same place."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kltool.report.plots.film import Grey, registered_view, view_of
from kltool.values.knee import Knee, Landmarks
from kltool.values.reading import Reading

ReadSample = Callable[..., Reading]
SIZE = 300
LEFT = "knee_left_moderate.dcm"


def moved(knee: Knee, rows: int, columns: int) -> Knee:
    """The same knee on a film that shows it elsewhere, framed as if it had not been noticed."""
    film = replace(knee.film, image=np.roll(knee.film.pixels, (rows, -columns), (0, 1)))
    marks, shift = knee.landmarks, np.array([rows, columns], float)
    shifted = Landmarks(marks.tibia + shift, marks.femur + shift, marks.spread, marks.femoral_ends + shift)
    return replace(knee, film=film, landmarks=shifted)


def difference(one: Grey, other: Grey) -> float:
    middle = slice(SIZE // 4, 3 * SIZE // 4)
    return float(np.abs(one[middle, middle].astype(float) - other[middle, middle]).mean())


@pytest.mark.parametrize("name", ["case/before.dcm", LEFT])
def test_a_film_is_registered_with_itself(name: str, read_sample: ReadSample) -> None:
    knee = read_sample(name).knees[0].knee
    own, registered = view_of(knee, SIZE), registered_view(knee, knee, SIZE)
    assert difference(own.shown(knee.film), registered.shown(knee.film)) < 0.1


def test_the_landmarks_and_not_the_framing_bring_films_into_register(read_sample: ReadSample) -> None:
    knee = read_sample(LEFT).knees[0].knee
    other = moved(knee, 9, -6)
    here = view_of(knee, SIZE).shown(knee.film)
    assert difference(here, view_of(other, SIZE).shown(other.film)) > 5
    assert difference(here, registered_view(knee, other, SIZE).shown(other.film)) < 0.5


def test_points_go_where_the_picture_shows_them(read_sample: ReadSample) -> None:
    for name, lateral_first in (("case/before.dcm", True), (LEFT, False)):
        knee = read_sample(name).knees[0].knee
        columns = view_of(knee, SIZE).place(knee.landmarks.tibia)[:, 1]
        assert (np.diff(columns[[0, -1]]) > 0).all() == lateral_first
