"""Registration of two films of one knee: a similarity by corresponding landmarks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kltool.geometry.joint_frame import JointFrame
from kltool.typing import Points
from kltool.values.knee import Knee

ComplexPoints = npt.NDArray[np.complex128]  # points as complex numbers, row + i column


@dataclass(frozen=True, slots=True)
class Similarity:
    """A similarity from one film to another: rotation and scaling about `source`, then a shift to `target`.

    factor: scale and rotation as one complex number.
    """

    source: complex
    target: complex
    factor: complex

    def apply(self, points: ComplexPoints) -> ComplexPoints:
        return np.asarray(self.target + self.factor * (points - self.source))

    def apply_to_frame(self, frame: JointFrame) -> JointFrame:
        """The frame of the other film that shows the same anatomy."""
        centre = self.target + self.factor * (complex(*frame.centre) - self.source)
        along = self.factor * complex(np.sin(frame.tilt_rad), np.cos(frame.tilt_rad))
        return JointFrame(
            (float(centre.real), float(centre.imag)),
            frame.tibial_width_px * abs(self.factor),
            float(np.arctan2(along.real, along.imag)),
        )


def estimate_similarity(source: Points, target: Points) -> Similarity:
    """Of corresponding points (n, 2): least squares. Source: Umeyama 1991."""
    start, end = as_complex(source), as_complex(target)
    centred = start - start.mean()
    factor = complex(np.vdot(centred, end - end.mean()) / np.vdot(centred, centred))
    return Similarity(complex(start.mean()), complex(end.mean()), factor)


def corresponding_frame(frame: JointFrame, source: Knee, target: Knee) -> JointFrame:
    """The frame of `target` that shows the anatomy of `frame` of `source`, by the margins' landmarks."""
    return estimate_similarity(_landmarks(source), _landmarks(target)).apply_to_frame(frame)


def _landmarks(knee: Knee) -> Points:
    """(n, 2), without the femoral ends, which slide along the sides of the femur."""
    return np.vstack([knee.landmarks.tibia, knee.landmarks.femur])


def as_complex(points: Points) -> ComplexPoints:
    """Points as complex numbers, row + i column."""
    return np.asarray(points[:, 0] + 1j * points[:, 1])
