"""Simulated films of one knee or of both: the pipeline of this package."""

import numpy as np

from kltool.errors import UsageError
from kltool.simulate.beam import attenuation, expose
from kltool.simulate.bones import pose_knee
from kltool.simulate.collimation import add_marker_and_collimator
from kltool.simulate.gaps import set_gaps
from kltool.simulate.margins import fine_camera, knee_truth, mirrored
from kltool.simulate.rays import Camera
from kltool.simulate.scene import Film, KneeScene, KneeTruth, SimulatedFilm
from kltool.simulate.struts import Struts
from kltool.typing import Float64
from kltool.values.radiograph import Side


def simulate_knee(scene: KneeScene, film: Film | None = None, struts: Struts | None = None) -> SimulatedFilm:
    """One knee on its film. The same scene, film and struts give the same bits.

    struts: trabeculae that move with their bone; without them the texture is fixed to the film.
    """
    film = film or Film()
    right = scene.side is Side.RIGHT
    at_mm = _mirrored_position(film) if right else film.joint_at_mm
    integral, truth = _simulate_left_knee(scene, film, 0.0, at_mm, struts)
    pixels = expose(integral, film)
    if right:
        pixels, truth = np.ascontiguousarray(pixels[:, ::-1]), mirrored(truth, film.columns)
    return SimulatedFilm(add_marker_and_collimator(pixels, film), film, (truth,))


def simulate_bilateral(right: KneeScene, left: KneeScene, film: Film | None = None) -> SimulatedFilm:
    """Both knees on one film as displayed, the right knee on the left; the central ray lies between them."""
    if (right.side, left.side) != (Side.RIGHT, Side.LEFT):
        raise UsageError(f"sides {right.side} and {left.side} found; right and then left expected")
    film = film or Film(rows=900, columns=1500, spacing_mm=0.25)
    right_integral, right_truth = _simulate_left_knee(
        right, film, film.separation_mm / 2, _mirrored_position(film)
    )
    left_integral, left_truth = _simulate_left_knee(left, film, film.separation_mm / 2, film.joint_at_mm)
    pixels = add_marker_and_collimator(expose(right_integral[:, ::-1] + left_integral, film), film)
    return SimulatedFilm(pixels, film, (mirrored(right_truth, film.columns), left_truth))


def _mirrored_position(film: Film) -> tuple[float, float]:
    """The position of the joint of a right knee while it is simulated as a left one."""
    return film.joint_at_mm[0], -film.joint_at_mm[1]


def _simulate_left_knee(
    scene: KneeScene,
    film: Film,
    offset_mm: float,
    joint_at_mm: tuple[float, float],
    struts: Struts | None = None,
) -> tuple[Float64, KneeTruth]:
    """Line integrals and truth of the knee as a left one, `offset_mm` to the right of the central ray."""
    camera = _camera(film, joint_at_mm)
    fine = fine_camera(camera, offset_mm)
    bones, margins, axis = set_gaps(pose_knee(scene, offset_mm), scene, fine)
    truth = knee_truth(scene, margins, axis, bones, fine, camera, film.magnification)
    return attenuation(scene, bones, camera, offset_mm, struts), truth


def _camera(film: Film, joint_at_mm: tuple[float, float]) -> Camera:
    pixel_mm = film.joint_spacing_mm
    shift = joint_at_mm[0] / pixel_mm, joint_at_mm[1] / pixel_mm
    return Camera(film.rows, film.columns, pixel_mm, film.source_mm / film.magnification, shift)
