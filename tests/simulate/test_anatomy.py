"""Variations of the anatomy show on the film at their place and not elsewhere."""

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("numba")
pytest.importorskip("musculoskeletal.models")
pytest.importorskip("gias3.fieldwork")

from kltool.simulate import Film, KneeScene, SimulatedFilm, simulate_knee
from kltool.simulate.rays import Camera
from kltool.simulate.tissue import trabeculae
from kltool.values.radiograph import Side

FILM = Film(rows=400, columns=380, spacing_mm=0.3, noise=0.0, bits=16, window=(0.5, 4.5), latitude=1.0)
SCENE = KneeScene(Side.LEFT, medial_gap_mm=4.0, lateral_gap_mm=5.0, seed=5)
simulated = cache(simulate_knee)  # for tests that share a film


def bone_under(film: SimulatedFilm, below_mm: float) -> npt.NDArray[np.float64]:
    """Grey of the medial tibia so far below its margin, x = 0.15 to 0.30."""
    truth = film.truth[0]
    margin = truth.medial.tibial_margin[30:-30]
    rows, columns = np.rint(margin + np.array([below_mm / truth.spacing_mm, 0.0])).astype(int).T
    return np.asarray(film.pixels[rows, columns], float)


def test_a_thicker_plate_is_a_broader_bright_band() -> None:
    thin, thick = (simulated(replace(SCENE, plate_mm=(1.1, mm), texture=0.0), FILM) for mm in (1.2, 3.0))
    assert np.median(bone_under(thick, 2.2) - bone_under(thin, 2.2)) > 1000.0
    assert np.median(bone_under(thick, 8.0) - bone_under(thin, 8.0)) < 100.0


def test_a_higher_spine_reaches_higher_into_the_notch() -> None:
    low, high = (simulated(replace(SCENE, spines=(height, height)), FILM) for height in (0.3, 1.8))
    brighter = high.pixels.astype(float) - low.pixels
    truth = low.truth[0]
    left = round(truth.medial.tibial_margin[-1, 1])
    right = round(truth.lateral.tibial_margin[0, 1])
    between = brighter[:, left:right]
    above = int(truth.centre[0])
    assert between[above - 25 : above].max() > 2000.0
    assert np.abs(brighter[: above - 60]).max() < 100.0  # scatter


def test_texture_is_an_amplitude() -> None:
    none, usual, twice = (simulated(replace(SCENE, texture=t), FILM) for t in (0.0, 1.0, 2.0))
    spread = [
        (film.pixels.astype(float) - none.pixels)[250:330, 150:230].std() for film in (none, usual, twice)
    ]
    assert spread[0] == 0.0
    assert spread[2] == pytest.approx(2.0 * spread[1], rel=0.05)


def test_trabeculae_are_millimetres_and_not_pixels() -> None:
    """The same power spectrum in mm: a strand is as wide, and as dark, on either detector."""
    deviation, width = [], []
    for pixel_mm in (0.05, 0.1):
        side = round(80 / pixel_mm)
        texture = trabeculae(Camera(side, side, pixel_mm, 1700.0), 3)
        deviation.append(texture.std())
        neighbours = (texture[:, : -round(0.3 / pixel_mm)] * texture[:, round(0.3 / pixel_mm) :]).mean()
        width.append(neighbours / texture.var())
    assert deviation[0] == pytest.approx(1.0, abs=0.06)
    assert deviation[1] == pytest.approx(deviation[0], rel=0.06)
    assert width[1] == pytest.approx(width[0], abs=0.06)


def test_coarse_trabeculae_reach_farther() -> None:
    camera = Camera(600, 600, 0.1, 1700.0)
    fine, coarse = (trabeculae(camera, 3, size) for size in (0.7, 1.5))
    alike = [(t[:, :-4] * t[:, 4:]).mean() / t.var() for t in (fine, coarse)]
    assert alike[1] > alike[0] + 0.1
