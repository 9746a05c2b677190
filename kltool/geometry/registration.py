"""Two films of one knee in register: a similarity by corresponding landmarks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kltool.geometry.joint_frame import Frame
from kltool.typing import Points
from kltool.values.radiograph import Knee

Plane = npt.NDArray[np.complex128]  # points as complex numbers, row + i column


@dataclass(frozen=True, slots=True)
class Laid:
    """A similarity that lays one film on another: turned and scaled about a middle, moved to one there."""

    here: complex
    there: complex
    turn: complex

    def of(self, points: Plane) -> Plane:
        return np.asarray(self.there + self.turn * (points - self.here))

    def of_frame(self, frame: Frame) -> Frame:
        """The frame of the other film that shows the same place."""
        centre = self.there + self.turn * (complex(*frame.centre) - self.here)
        along = self.turn * complex(np.sin(frame.tilt_rad), np.cos(frame.tilt_rad))
        return Frame(
            (float(centre.real), float(centre.imag)),
            frame.tibial_width_px * abs(self.turn),
            float(np.arctan2(along.real, along.imag)),
        )


def laid(here: Points, there: Points) -> Laid:
    """Of corresponding points (n, 2): least squares. Source: Umeyama 1991."""
    near, far = plane(here), plane(there)
    away = near - near.mean()
    turn = complex(np.vdot(away, far - far.mean()) / np.vdot(away, away))
    return Laid(complex(near.mean()), complex(far.mean()), turn)


def carried(frame: Frame, this: Knee, other: Knee) -> Frame:
    """The frame of `other` that shows the place of `frame` of `this`, by all landmarks of both."""
    return laid(_landmarks(this), _landmarks(other)).of_frame(frame)


def _landmarks(knee: Knee) -> Points:
    marks = knee.landmarks
    return np.vstack([marks.tibia, marks.femur, marks.femoral_ends])


def plane(points: Points) -> Plane:
    """Points as complex numbers, row + i column."""
    return np.asarray(points[:, 0] + 1j * points[:, 1])
