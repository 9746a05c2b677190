"""Two films of one knee in register: where the other film shows what a frame of this one shows."""

import numpy as np

from kltool.geometry import Points
from kltool.jointspace.patch import Frame
from kltool.values.image import Knee


def carried(frame: Frame, this: Knee, other: Knee) -> Frame:
    """The frame of `other` that shows the place of `frame` of `this`, by the landmarks of both.

    A similarity: shift, turn and scale, least squares over all landmarks. Source: Umeyama 1991.
    """
    here, there = (_plane(_landmarks(knee)) for knee in (this, other))
    middle, far_middle = here.mean(), there.mean()
    away = here - middle
    turn = complex(np.vdot(away, there - far_middle) / np.vdot(away, away))
    centre = far_middle + turn * (complex(*frame.centre) - middle)
    along = turn * complex(np.sin(frame.tilt_rad), np.cos(frame.tilt_rad))
    return Frame(
        (float(centre.real), float(centre.imag)),
        frame.tibial_width_px * abs(turn),
        float(np.arctan2(along.real, along.imag)),
    )


def _landmarks(knee: Knee) -> Points:
    marks = knee.landmarks
    return np.vstack([marks.tibia, marks.femur, marks.femoral_ends])


def _plane(points: Points) -> np.ndarray[tuple[int], np.dtype[np.complex128]]:
    """Points as complex numbers, row + i column."""
    return points[:, 0] + 1j * points[:, 1]
