"""Two films of one knee in register: a similarity by corresponding landmarks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kltool.geometry.joint_frame import JointFrame
from kltool.typing import Points
from kltool.values.knee import Knee

ComplexPoints = npt.NDArray[np.complex128]  # points as complex numbers, row + i column


@dataclass(frozen=True, slots=True)
class Similarity:
    """A similarity that lays one film on another: turned and scaled about a middle, moved to one there."""

    here: complex
    there: complex
    factor: complex

    def apply(self, points: ComplexPoints) -> ComplexPoints:
        return np.asarray(self.there + self.factor * (points - self.here))

    def apply_to_frame(self, frame: JointFrame) -> JointFrame:
        """The frame of the other film that shows the same place."""
        centre = self.there + self.factor * (complex(*frame.centre) - self.here)
        along = self.factor * complex(np.sin(frame.tilt_rad), np.cos(frame.tilt_rad))
        return JointFrame(
            (float(centre.real), float(centre.imag)),
            frame.tibial_width_px * abs(self.factor),
            float(np.arctan2(along.real, along.imag)),
        )


def estimate_similarity(here: Points, there: Points) -> Similarity:
    """Of corresponding points (n, 2): least squares. Source: Umeyama 1991."""
    near, far = as_complex(here), as_complex(there)
    away = near - near.mean()
    turn = complex(np.vdot(away, far - far.mean()) / np.vdot(away, away))
    return Similarity(complex(near.mean()), complex(far.mean()), turn)


def corresponding_frame(frame: JointFrame, this: Knee, other: Knee) -> JointFrame:
    """The frame of `other` that shows the place of `frame` of `this`, by all landmarks of both."""
    return estimate_similarity(_landmarks(this), _landmarks(other)).apply_to_frame(frame)


def _landmarks(knee: Knee) -> Points:
    marks = knee.landmarks
    return np.vstack([marks.tibia, marks.femur, marks.femoral_ends])


def as_complex(points: Points) -> ComplexPoints:
    """Points as complex numbers, row + i column."""
    return np.asarray(points[:, 0] + 1j * points[:, 1])
