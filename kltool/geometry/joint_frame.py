"""Where a patch of the joint lies in the film, in the knee's own frame, and back.

Rows run down and columns from lateral to medial, in shares of the tibial width, so that a patch holds
the same anatomy whatever the film's resolution. Training and reading sample it there.
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
    """Where a patch lies in the turned film: the joint's centre, the tibial width, the tilt.

    centre: (row, column) pixels. A patch pixel is ROW_PITCH by COLUMN_PITCH tibial widths.
    """

    centre: tuple[float, float]
    tibial_width_px: float
    tilt_rad: float

    def to_film(self, at: Points) -> Points:
        """(n, 2) (row, column) of the patch to (row, column) of the film, pixel centres."""
        down = ((at[:, 0] + 0.5) / ROWS * HEIGHT - ABOVE) * self.tibial_width_px
        across = ((at[:, 1] + 0.5) / COLUMNS - 0.5) * WIDTH * self.tibial_width_px
        cos, sin = np.cos(self.tilt_rad), np.sin(self.tilt_rad)
        return np.column_stack(
            [self.centre[0] + cos * down + sin * across, self.centre[1] - sin * down + cos * across]
        )

    def to_patch(self, points: Points) -> Points:
        """The inverse of to_film."""
        away = points - np.array(self.centre)
        cos, sin = np.cos(self.tilt_rad), np.sin(self.tilt_rad)
        down = (away[:, 0] * cos - away[:, 1] * sin) / self.tibial_width_px
        across = (away[:, 0] * sin + away[:, 1] * cos) / self.tibial_width_px
        return np.column_stack([(down + ABOVE) / HEIGHT * ROWS - 0.5, (across / WIDTH + 0.5) * COLUMNS - 0.5])

    @property
    def row_px(self) -> float:
        """The height of a patch pixel in film pixels."""
        return HEIGHT / ROWS * self.tibial_width_px

    def perturbed(self, down: float, across: float, growth: float, turn_rad: float) -> "JointFrame":
        """Another framing: shifted by shares of the tibial width, larger by a factor, turned."""
        shift = np.array([down, across]) * self.tibial_width_px
        return replace(
            self,
            centre=(self.centre[0] + float(shift[0]), self.centre[1] + float(shift[1])),
            tibial_width_px=self.tibial_width_px * growth,
            tilt_rad=self.tilt_rad + turn_rad,
        )


def joint_frame_of(placement: Placement) -> JointFrame:
    return JointFrame(placement.centre, placement.tibial_width_px, placement.tilt_rad)
