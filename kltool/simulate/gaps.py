"""The shank is moved in the plane of the picture until both joint spaces have the widths of the scene."""

import numpy as np

from kltool.errors import UsageError
from kltool.simulate.bones import KneeBones
from kltool.simulate.margins import (
    LATERAL_SEARCH,
    MEDIAL_SEARCH,
    Axis,
    ProjectedMargins,
    compartment_margins,
    femoral_axis,
    signed_gap,
)
from kltool.simulate.rays import Camera
from kltool.simulate.scene import KneeScene
from kltool.typing import Float64

Both = tuple[ProjectedMargins, ProjectedMargins]

TOLERANCE_MM = 0.002  # docs/choices-simulate.md#gap-tolerance
ITERATIONS = 40


def set_gaps(bones: KneeBones, scene: KneeScene, camera: Camera) -> tuple[KneeBones, Both, Axis]:
    """Bones, margins and x axis with the minimum widths of the scene, to within 0.02 mm.

    In every iteration the shank moves by a Newton step for fixed margins, and the margins are projected again
    from the moved surfaces, because they shift a little along the bone.
    """
    axis = femoral_axis(bones.bare_femur, camera)
    target = np.array([scene.medial_gap_mm, scene.lateral_gap_mm])
    for iteration in range(ITERATIONS):
        margins = compartment_margins(bones, axis, camera)
        missing = target - _gaps_mm(margins, camera)
        if np.abs(missing).max() < TOLERANCE_MM * (1 + iteration // 4):
            return bones, margins, axis
        damping = 1.0 if iteration < 5 else 0.6  # columns change at the ends of the margins
        down_mm, turn_rad = _newton_step(margins, damping * missing, camera, bones.offset_mm)
        bones = bones.with_shank_moved(down_mm, turn_rad)
    raise UsageError(f"joint spaces {target[0]} and {target[1]} mm cannot be reached by this knee and pose")


def _gaps_mm(margins: Both, camera: Camera) -> Float64:
    medial, lateral = margins[0].searched(MEDIAL_SEARCH), margins[1].searched(LATERAL_SEARCH)
    return np.array([signed_gap(*medial), signed_gap(*lateral)]) * camera.pixel_mm


def _newton_step(margins: Both, missing: Float64, camera: Camera, offset_mm: float) -> tuple[float, float]:
    """How far down (mm) and by what angle (rad) the shank has to move for the missing millimetres.

    A small rotation about the middle of the joint lowers the plateau at distance a by a times the angle.
    """
    columns = [m.tibial[:, 1].mean() - camera.middle[1] for m in margins]
    arms = [column * camera.pixel_mm - offset_mm for column in columns]
    down, turn = np.linalg.solve([[1.0, arms[0]], [1.0, arms[1]]], missing)
    return float(down), float(np.clip(turn, -0.1, 0.1))
