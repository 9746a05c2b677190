"""One knee, or both, on a film: the front page of the simulation."""

import numpy as np
import numpy.typing as npt

from kltool.errors import UsageError
from kltool.simulate.beam import attenuation, expose
from kltool.simulate.bones import pose_knee
from kltool.simulate.gaps import set_gaps
from kltool.simulate.margins import knee_truth, mirrored
from kltool.simulate.rays import Camera
from kltool.simulate.scene import Film, KneeScene, KneeTruth, SimulatedFilm
from kltool.values.image import Side

Float64 = npt.NDArray[np.float64]


def simulate_knee(scene: KneeScene, film: Film | None = None) -> SimulatedFilm:
    """One knee in the middle of its film. The same scene and film give the same bits."""
    film = film or Film()
    shadow, truth = _left_knee(scene, film, offset_mm=0.0)
    pixels = expose(shadow, film)
    if scene.side is Side.RIGHT:
        pixels, truth = np.ascontiguousarray(pixels[:, ::-1]), mirrored(truth, film.columns)
    return SimulatedFilm(pixels, film, (truth,))


def simulate_bilateral(right: KneeScene, left: KneeScene, film: Film | None = None) -> SimulatedFilm:
    """Both knees on one film as hung, the right one on the left; one beam between them."""
    if (right.side, left.side) != (Side.RIGHT, Side.LEFT):
        raise UsageError(f"sides {right.side} and {left.side} found; right and then left expected")
    film = film or Film(rows=900, columns=1500, spacing_mm=0.25)
    right_shadow, right_truth = _left_knee(right, film, film.separation_mm / 2)
    left_shadow, left_truth = _left_knee(left, film, film.separation_mm / 2)
    pixels = expose(right_shadow[:, ::-1] + left_shadow, film)
    return SimulatedFilm(pixels, film, (mirrored(right_truth, film.columns), left_truth))


def _left_knee(scene: KneeScene, film: Film, offset_mm: float) -> tuple[Float64, KneeTruth]:
    """Line integrals and truth of the knee as a left one, `offset_mm` to the right of the middle."""
    camera = Camera(film.rows, film.columns, film.joint_spacing_mm, film.source_mm / film.magnification)
    bones, margins, axis = set_gaps(pose_knee(scene, offset_mm), scene, camera)
    truth = knee_truth(scene, margins, axis, bones, camera, film.magnification)
    return attenuation(scene, bones, camera, offset_mm), truth
