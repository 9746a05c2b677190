"""The picture shows the outline of the calibration sphere, whatever side of the leg it lies on."""

from dataclasses import replace

import numpy as np
import pytest

from kltool.report.plots.knee import SIZE, knee_picture
from kltool.report.plots.sphere import EDGE, INSET, outline_of
from kltool.values.reading import KneeReading
from kltool.values.sphere import NoSphere, Sphere
from tests.report.plots.pictures import LEFT, RIGHT, ReadSample, pixels_of

SPHERE = (255, 95, 162)


def with_sphere(knee: KneeReading, sphere: Sphere | NoSphere) -> KneeReading:
    return replace(knee, knee=replace(knee.knee, film=replace(knee.knee.film, sphere=sphere)))


def test_its_outline_is_the_ellipse() -> None:
    points = outline_of(Sphere(100.0, 50.0, 40.0, 1.02, 0.3, 25.0)) - (100.0, 50.0)
    along = points @ (np.sin(0.3), np.cos(0.3))
    across = points @ (np.cos(0.3), -np.sin(0.3))
    assert np.ptp(along) == pytest.approx(2 * 20.4, rel=1e-3)
    assert np.ptp(across) == pytest.approx(2 * 20.0, rel=1e-3)


@pytest.mark.parametrize("name", [RIGHT, LEFT])
def test_it_is_drawn_on_the_film_as_it_hangs_and_enlarged(name: str, read_sample: ReadSample) -> None:
    knee = read_sample(name).knees[0]
    film = knee.knee.film.pixels
    sphere = Sphere(film.shape[0] * 0.4, film.shape[1] * 0.75, 60.0, 1.0, 0.0, 25.0)
    rows, columns = pixels_of(knee_picture(with_sphere(knee, sphere)), SPHERE)
    enlarged = (rows >= SIZE - EDGE - INSET) & (columns < EDGE + INSET)
    diameter = INSET / 1.5
    assert np.ptp(rows[enlarged]) == pytest.approx(diameter, abs=4)
    assert columns[enlarged].mean() == pytest.approx(EDGE + INSET / 2, abs=2)
    on_film = ~enlarged & (rows < SIZE) & (columns < SIZE)
    assert on_film.sum() > 50
    assert (columns[on_film] > SIZE / 2).all()


def test_nothing_is_drawn_of_one_that_was_not_found(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    absent = with_sphere(knee, NoSphere("no_disc", "none"))
    assert (knee_picture(absent) == knee_picture(knee)).all()
