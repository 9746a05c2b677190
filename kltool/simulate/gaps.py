"""The shank is moved in the plane of the picture until both joint spaces are as asked."""

import numpy as np

from kltool.errors import UsageError
from kltool.simulate.bones import KneeBones
from kltool.simulate.margins import (
    LATERAL_SEARCH,
    MEDIAL_SEARCH,
    Axis,
    Margins,
    compartment_margins,
    femoral_axis,
    signed_gap,
)
from kltool.simulate.rays import Camera
from kltool.simulate.scene import KneeScene
from kltool.typing import Float64

Both = tuple[Margins, Margins]

CLOSE_MM = 0.002  # docs/choices-simulate.md#gap-tolerance
ROUNDS = 40


def set_gaps(bones: KneeBones, scene: KneeScene, camera: Camera) -> tuple[KneeBones, Both, Axis]:
    """Bones, margins and x axis with the minimum widths of the scene, to within 0.02 mm.

    In every round the shank is moved as Newton's rule says for the margins as they stand, and the
    margins are found again on the moved surfaces, because they shift a little along the bone.
    """
    axis = femoral_axis(bones.bare_femur, camera)
    asked = np.array([scene.medial_gap_mm, scene.lateral_gap_mm])
    for round_ in range(ROUNDS):
        margins = compartment_margins(bones, axis, camera)
        missing = asked - _gaps_mm(margins, camera)
        if np.abs(missing).max() < CLOSE_MM * (1 + round_ // 4):
            return bones, margins, axis
        share = 1.0 if round_ < 5 else 0.6  # columns that come and go at the ends make the last steps uneven
        down_mm, turn_rad = _step(margins, share * missing, camera, bones.offset_mm)
        bones = bones.with_shank_moved(down_mm, turn_rad)
    raise UsageError(f"joint spaces {asked[0]} and {asked[1]} mm cannot be reached by this knee and pose")


def _gaps_mm(margins: Both, camera: Camera) -> Float64:
    medial, lateral = margins[0].searched(MEDIAL_SEARCH), margins[1].searched(LATERAL_SEARCH)
    return np.array([signed_gap(*medial), signed_gap(*lateral)]) * camera.pixel_mm


def _step(margins: Both, missing: Float64, camera: Camera, offset_mm: float) -> tuple[float, float]:
    """How far down (mm) and by what angle (rad) the shank has to move for the missing millimetres.

    A small turn about the joint's middle lowers the plateau at a distance a from it by a times the angle.
    """
    columns = [m.tibial[:, 1].mean() - camera.middle[1] for m in margins]
    arms = [column * camera.pixel_mm - offset_mm for column in columns]
    down, turn = np.linalg.solve([[1.0, arms[0]], [1.0, arms[1]]], missing)
    return float(down), float(np.clip(turn, -0.1, 0.1))
