"""The joint, rectified: a patch of the full-resolution film in the knee's own frame, and back.

Rows run down and columns from lateral to medial, in shares of the tibial width, so that a patch holds
the same anatomy whatever the film's resolution. Training and reading sample it here.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kltool.geometry import Points
from kltool.localize.brightness import standardize
from kltool.values.image import Float32, Placement

ROWS: Final = 208  # docs/choices.md#joint-patch
COLUMNS: Final = 192  # docs/choices.md#joint-patch
HEIGHT: Final = 0.34  # docs/choices.md#joint-patch
WIDTH: Final = 1.20  # docs/choices.md#joint-patch
ABOVE: Final = 0.20  # docs/choices.md#joint-patch
SAMPLES_A_COLUMN: Final = 4  # docs/choices.md#joint-patch


@dataclass(frozen=True, slots=True)
class Frame:
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

    def moved(self, down: float, across: float, growth: float, turn_rad: float) -> "Frame":
        """Another framing: shifted by shares of the tibial width, larger by a factor, turned."""
        shift = np.array([down, across]) * self.tibial_width_px
        return replace(
            self,
            centre=(self.centre[0] + float(shift[0]), self.centre[1] + float(shift[1])),
            tibial_width_px=self.tibial_width_px * growth,
            tilt_rad=self.tilt_rad + turn_rad,
        )


def frame_of(placement: Placement) -> Frame:
    return Frame(placement.centre, placement.tibial_width_px, placement.tilt_rad)


def sample_patch(film: Float32, frame: Frame) -> Float32:
    """(ROWS, COLUMNS) patch of a turned film, brightness standardized; the film's edges are repeated.

    Rows are sampled about as finely as detectors do; a column is the mean of several, since a margin
    changes little along itself.
    """
    import cv2  # late, as every heavy library: docs/ARCHITECTURE.md

    fine = COLUMNS * SAMPLES_A_COLUMN
    # Three corners of the fine grid fix the map from it to the film.
    grid = np.array([[0.0, 0.0], [0.0, fine - 1.0], [ROWS - 1.0, 0.0]])
    in_patch = grid.copy()
    in_patch[:, 1] = (grid[:, 1] + 0.5) / SAMPLES_A_COLUMN - 0.5
    in_film = frame.to_film(in_patch)
    region, corner = _surroundings(film, frame)
    by_column = cv2.getAffineTransform(
        grid[:, ::-1].astype(np.float32).copy(), (in_film - corner)[:, ::-1].astype(np.float32).copy()
    )
    sampled = cv2.warpAffine(
        region,
        by_column,
        (fine, ROWS),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return standardize(sampled.reshape(ROWS, COLUMNS, SAMPLES_A_COLUMN).mean(axis=2))


def _surroundings(film: Float32, frame: Frame) -> tuple[Float32, Points]:
    """The part of the film that the patch touches, and its top left corner."""
    corners = np.array([[0, 0], [0, COLUMNS], [ROWS, 0], [ROWS, COLUMNS]], float) - 0.5
    touched = frame.to_film(corners)
    limit = np.array(film.shape)
    low = np.clip(np.floor(touched.min(0)).astype(int) - 3, 0, limit - 2)
    high = np.clip(np.ceil(touched.max(0)).astype(int) + 4, low + 2, limit)
    return np.ascontiguousarray(film[low[0] : high[0], low[1] : high[1]]), low.astype(float)
