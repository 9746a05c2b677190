"""The frame of the joint: where a patch of the joint lies on the film, and the maps to it and back.

Rows run down and columns from lateral to medial, in shares of the tibial width, so that a patch holds
the same anatomy at any resolution of the film, in training and in reading.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kltool.typing import Points
from kltool.values.knee import Placement

ROWS: Final = 208  # docs/choices.md#joint-patch
COLUMNS: Final = 192  # docs/choices.md#joint-patch
HEIGHT: Final = 0.34  # docs/choices.md#joint-patch
WIDTH: Final = 1.20  # docs/choices.md#joint-patch
ABOVE: Final = 0.20  # docs/choices.md#joint-patch


@dataclass(frozen=True, slots=True)
class JointFrame:
    """Where a patch lies on the film in right-knee orientation: centre of the joint, tibial width, tilt.

    centre: (row, column) pixels. A patch pixel is ROW_PITCH by COLUMN_PITCH tibial widths.
    """

    centre: tuple[float, float]
    tibial_width_px: float
    tilt_rad: float

    def to_film(self, patch: Points) -> Points:
        """(n, 2) (row, column) of the patch to (row, column) of the film, pixel centres."""
        down = ((patch[:, 0] + 0.5) / ROWS * HEIGHT - ABOVE) * self.tibial_width_px
        across = ((patch[:, 1] + 0.5) / COLUMNS - 0.5) * WIDTH * self.tibial_width_px
        cos, sin = np.cos(self.tilt_rad), np.sin(self.tilt_rad)
        return np.column_stack(
            [self.centre[0] + cos * down + sin * across, self.centre[1] - sin * down + cos * across]
        )

    def to_patch(self, film: Points) -> Points:
        """The inverse of to_film."""
        offset = film - np.array(self.centre)
        cos, sin = np.cos(self.tilt_rad), np.sin(self.tilt_rad)
        down = (offset[:, 0] * cos - offset[:, 1] * sin) / self.tibial_width_px
        across = (offset[:, 0] * sin + offset[:, 1] * cos) / self.tibial_width_px
        return np.column_stack([(down + ABOVE) / HEIGHT * ROWS - 0.5, (across / WIDTH + 0.5) * COLUMNS - 0.5])

    @property
    def row_px(self) -> float:
        """The height of a patch pixel in film pixels."""
        return HEIGHT / ROWS * self.tibial_width_px

    def perturbed(self, down: float, across: float, scale: float, turn_rad: float) -> "JointFrame":
        """The frame shifted by shares of the tibial width, scaled and rotated."""
        shift = np.array([down, across]) * self.tibial_width_px
        return replace(
            self,
            centre=(self.centre[0] + float(shift[0]), self.centre[1] + float(shift[1])),
            tibial_width_px=self.tibial_width_px * scale,
            tilt_rad=self.tilt_rad + turn_rad,
        )


def joint_frame_of(placement: Placement) -> JointFrame:
    return JointFrame(placement.centre, placement.tibial_width_px, placement.tilt_rad)
