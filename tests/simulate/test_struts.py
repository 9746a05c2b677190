"""Trabeculae move with their bone; the more it is rotated, the less the texture correlates."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("musculoskeletal.models")
pytest.importorskip("gias3.fieldwork")

from kltool.simulate import Film, KneeScene, simulate_knee
from kltool.simulate.bones import pose_knee
from kltool.simulate.rays import Camera
from kltool.simulate.struts import Struts
from kltool.values.radiograph import Side

FEMUR, TIBIA = 0, 1
CAMERA = Camera(300, 300, 0.3, 1000.0)
STRUTS = Struts(3)
TIBIA_STANDING = pose_knee(KneeScene(Side.LEFT, seed=5)).tibia.vertices


def alike(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def middle(picture: np.ndarray, down: int = 0) -> np.ndarray:
    return picture[100 + down : 200 + down, 100:200]


def turned(vertices: np.ndarray, degrees: float) -> np.ndarray:
    """About the long axis of the leg, through the middle of the bone."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    centre = vertices.mean(axis=0)
    spin = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    return np.asarray((vertices - centre) @ spin.T + centre)


def test_the_texture_has_mean_0_and_deviation_1() -> None:
    shown = STRUTS.project(TIBIA, TIBIA_STANDING, CAMERA)
    assert shown.mean() == pytest.approx(0.0, abs=0.1)
    assert shown.std() == pytest.approx(1.0, abs=0.2)


def test_a_bone_that_is_lowered_takes_its_texture_with_it() -> None:
    """3 mm at 0.3 mm a pixel: ten rows, more or less by depth."""
    before = STRUTS.project(TIBIA, TIBIA_STANDING, CAMERA)
    after = STRUTS.project(TIBIA, TIBIA_STANDING - np.array([0.0, 0.0, 3.0]), CAMERA)
    assert alike(middle(before), middle(after, down=10)) > 0.9
    assert alike(middle(before), middle(after)) < 0.5


def test_the_more_a_bone_is_rotated_the_less_its_texture_correlates() -> None:
    before = middle(STRUTS.project(TIBIA, TIBIA_STANDING, CAMERA))
    found = [
        alike(before, middle(STRUTS.project(TIBIA, turned(TIBIA_STANDING, degrees), CAMERA)))
        for degrees in (0.0, 1.0, 4.0, 12.0)
    ]
    assert found[0] == pytest.approx(1.0)
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.3


def test_another_bone_and_another_knee_have_another_texture() -> None:
    shown = middle(STRUTS.project(TIBIA, TIBIA_STANDING, CAMERA))
    assert abs(alike(shown, middle(Struts(4).project(TIBIA, TIBIA_STANDING, CAMERA)))) < 0.3
    femur = pose_knee(KneeScene(Side.LEFT, seed=5)).femur.vertices
    assert abs(alike(shown, middle(STRUTS.project(FEMUR, femur, CAMERA)))) < 0.3


def test_struts_change_the_texture_and_nothing_that_is_known_of_the_knee() -> None:
    scene, film = KneeScene(Side.RIGHT, seed=5), Film(rows=400, columns=380, spacing_mm=0.3)
    plain, standing = simulate_knee(scene, film), simulate_knee(scene, film, STRUTS)
    assert not np.array_equal(plain.pixels, standing.pixels)
    assert plain.truth[0].medial.minimum_mm == standing.truth[0].medial.minimum_mm
    assert np.array_equal(simulate_knee(scene, film, replace(STRUTS)).pixels, standing.pixels)
