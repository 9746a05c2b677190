"""A marker and the collimator change their area of the film and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("cv2")

from kltool.errors import UsageError
from kltool.simulate.collimation import add_marker_and_collimator
from kltool.simulate.scene import Collimator, Film, Marker

FILM = Film(rows=400, columns=360, spacing_mm=0.3, magnification=1.0)  # 120 x 108 mm
GREY = np.full((FILM.rows, FILM.columns), 1500, np.uint16)


def test_a_film_without_either_is_unchanged() -> None:
    assert add_marker_and_collimator(GREY, FILM) is GREY


@pytest.mark.parametrize("white", [0.0, 1.0])
def test_the_collimator_shows_its_rectangle_and_nothing_outside(white: float) -> None:
    collimator = Collimator(centre_mm=(6.0, -3.0), half_mm=(30.0, 24.0), penumbra_mm=0.6, white=white)
    film = add_marker_and_collimator(GREY, replace(FILM, collimator=collimator))
    exposed = film == 1500
    rows, columns = np.nonzero(exposed)
    assert np.ptp(rows) * 0.3 == pytest.approx(60.0, abs=1.2)
    assert np.ptp(columns) * 0.3 == pytest.approx(48.0, abs=1.2)
    assert (rows.mean() - 199.5) * 0.3 == pytest.approx(6.0, abs=0.2)
    assert (columns.mean() - 179.5) * 0.3 == pytest.approx(-3.0, abs=0.2)
    assert set(np.unique(film[:40])) == {round(white * 4095)}


def test_a_rotated_collimator_exposes_the_same_area() -> None:
    straight, turned = (
        (
            add_marker_and_collimator(
                GREY, replace(FILM, collimator=Collimator(half_mm=(30.0, 24.0), turn_deg=t))
            )
            > 750
        ).sum()
        for t in (0.0, 12.0)
    )
    assert turned == pytest.approx(straight, rel=0.01)


def test_a_penumbra_is_as_wide_as_it_says() -> None:
    collimator = Collimator(half_mm=(200.0, 24.0), penumbra_mm=4.0)
    across = add_marker_and_collimator(GREY, replace(FILM, collimator=collimator))[200]
    rising = (across > 0) & (across < 1500) & (np.arange(FILM.columns) < 180)
    assert rising.sum() * 0.3 == pytest.approx(4.0, abs=0.7)


def test_a_marker_is_white_at_its_position_and_nowhere_else() -> None:
    film = add_marker_and_collimator(
        GREY, replace(FILM, marker=Marker("R", at_mm=(-40.0, 30.0), height_mm=12.0))
    )
    rows, columns = np.nonzero(film != 1500)
    assert film.max() == 4095
    assert (rows.min() + rows.max()) / 2 * 0.3 == pytest.approx(59.85 - 40.0, abs=2.0)
    assert (columns.min() + columns.max()) / 2 * 0.3 == pytest.approx(53.85 + 30.0, abs=2.0)
    assert np.ptp(rows) * 0.3 == pytest.approx(12.0, rel=0.3)


def test_the_two_letters_differ_and_a_mirrored_one_is_its_mirror_image() -> None:
    marker = Marker("R", at_mm=(0.0, 0.0))
    right, left, mirrored = (
        add_marker_and_collimator(GREY, replace(FILM, marker=m))
        for m in (marker, replace(marker, letter="L"), replace(marker, mirrored=True))
    )
    assert not np.array_equal(right, left)
    assert (right != mirrored[:, ::-1]).mean() < 0.002  # the letter is centred to a pixel


def test_a_marker_off_the_film_is_cut_off() -> None:
    film = add_marker_and_collimator(GREY, replace(FILM, marker=Marker("L", at_mm=(-60.0, 52.0))))
    assert (film != 1500).any()
    assert np.array_equal(
        add_marker_and_collimator(GREY, replace(FILM, marker=Marker("L", at_mm=(-300.0, 0.0)))), GREY
    )


def test_other_letters_are_refused() -> None:
    with pytest.raises(UsageError, match="L or R"):
        Marker("X")
