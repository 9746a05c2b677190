"""One knee, or both, on a film: the front page of the simulation."""

import numpy as np

from kltool.errors import UsageError
from kltool.simulate.beam import attenuation, expose
from kltool.simulate.bones import pose_knee
from kltool.simulate.dressing import dressed
from kltool.simulate.gaps import set_gaps
from kltool.simulate.margins import fine_camera, knee_truth, mirrored
from kltool.simulate.rays import Camera
from kltool.simulate.scene import Film, KneeScene, KneeTruth, SimulatedFilm
from kltool.simulate.struts import Struts
from kltool.typing import Float64
from kltool.values.radiograph import Side


def simulate_knee(scene: KneeScene, film: Film | None = None, struts: Struts | None = None) -> SimulatedFilm:
    """One knee on its film. The same scene, film and struts give the same bits.

    struts: trabeculae that move with their bone; without them they lie in the film.
    """
    film = film or Film()
    right = scene.side is Side.RIGHT
    at_mm = _mirror_shift(film) if right else film.joint_at_mm
    shadow, truth = _left_knee(scene, film, 0.0, at_mm, struts)
    pixels = expose(shadow, film)
    if right:
        pixels, truth = np.ascontiguousarray(pixels[:, ::-1]), mirrored(truth, film.columns)
    return SimulatedFilm(dressed(pixels, film), film, (truth,))


def simulate_bilateral(right: KneeScene, left: KneeScene, film: Film | None = None) -> SimulatedFilm:
    """Both knees on one film as hung, the right one on the left; one beam between them."""
    if (right.side, left.side) != (Side.RIGHT, Side.LEFT):
        raise UsageError(f"sides {right.side} and {left.side} found; right and then left expected")
    film = film or Film(rows=900, columns=1500, spacing_mm=0.25)
    right_shadow, right_truth = _left_knee(right, film, film.separation_mm / 2, _mirror_shift(film))
    left_shadow, left_truth = _left_knee(left, film, film.separation_mm / 2, film.joint_at_mm)
    pixels = dressed(expose(right_shadow[:, ::-1] + left_shadow, film), film)
    return SimulatedFilm(pixels, film, (mirrored(right_truth, film.columns), left_truth))


def _mirror_shift(film: Film) -> tuple[float, float]:
    """Where the joint of a right knee lies while it is drawn as a left one."""
    return film.joint_at_mm[0], -film.joint_at_mm[1]


def _left_knee(
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
