"""A simulated ball is shown as geometry and attenuation say."""

import numpy as np
import pytest

pytest.importorskip("cv2")

from kltool.errors import UsageError
from kltool.simulate.ball import add_ball, ball_spacing_mm
from kltool.simulate.collimation import add_marker_and_collimator
from kltool.simulate.scene import Ball, Film

FILM = Film(rows=300, columns=400, spacing_mm=0.2, magnification=1.1, source_mm=1100.0, blur_mm=0.0)


def shown(ball: Ball, film: Film = FILM) -> np.ndarray:
    grey = np.zeros((film.rows, film.columns))
    add_ball(grey, ball, film)
    return grey


def test_its_shadow_is_as_large_as_the_cone_around_it() -> None:
    """On the central ray: tangent of half the angle of the cone, times the distance of the detector."""
    opaque = Ball(at_mm=(0.0, 0.0), diameter_mm=25.0, attenuation_mm=10.0)
    radius_mm = 1100.0 * np.tan(np.arcsin(12.5 / 1000.0))
    assert np.sqrt(shown(opaque).sum() * 0.2**2 / np.pi) == pytest.approx(radius_mm, rel=1e-3)


def test_nearer_to_the_source_it_is_larger() -> None:
    far, near = (Ball((0.0, 0.0), nearer_mm=mm, attenuation_mm=10.0) for mm in (0.0, 100.0))
    ratio = np.sqrt(shown(near).sum() / shown(far).sum())
    assert ratio == pytest.approx(1000.0 / 900.0, rel=1e-3)
    assert ball_spacing_mm(far, FILM) / ball_spacing_mm(near, FILM) == pytest.approx(1000 / 900)


def test_a_ray_through_its_middle_passes_its_diameter() -> None:
    grey = shown(Ball((0.0, 0.0), diameter_mm=20.0, attenuation_mm=0.05))
    assert grey.max() == pytest.approx(1 - np.exp(-1.0), rel=1e-3)


def test_it_is_cut_off_at_the_edge_and_gone_beyond() -> None:
    whole, cut, gone = (shown(Ball(at_mm=(0.0, mm))).sum() for mm in (0.0, 36.4, 90.0))
    assert cut == pytest.approx(whole / 2, rel=0.05)
    assert gone == 0


def test_a_film_with_a_ball_is_brighter_there_and_nowhere_else() -> None:
    from dataclasses import replace

    grey = np.full((FILM.rows, FILM.columns), 800, np.uint16)
    film = add_marker_and_collimator(grey, replace(FILM, ball=Ball(at_mm=(0.0, 10.0))))
    rows, columns = np.nonzero(film != 800)
    assert (film >= 800).all()
    assert (columns.mean() - 199.5) * 0.2 / 1.1 == pytest.approx(10.0, abs=0.1)
    assert np.ptp(rows) * 0.2 / 1.1 == pytest.approx(25.0, abs=0.5)


def test_what_is_no_ball_is_refused() -> None:
    with pytest.raises(UsageError):
        Ball(diameter_mm=0.0)
