"""The attribution map: the grader's view of the knee as it hangs, coloured where regions raise the grade."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_rgb

from kltool.grading.view import VIEW, grader_view
from kltool.report.plots.canvas import Picture
from kltool.report.plots.style import MINIMUM
from kltool.values.grade import Grade
from kltool.values.knee import Knee
from kltool.values.radiograph import Side

OPACITY: Final = 0.65  # where the grade is raised most


def attribution_map(knee: Knee, grade: Grade) -> Picture:
    """(VIEW.rows, VIEW.columns, 3) uint8, RGB: most yellow where the expected grade is raised most.

    What lowers the grade is not coloured.
    """
    film = knee.pixels
    grey = np.clip((grader_view(film, knee.placement) + 2) / 4 * 235, 0, 235)
    opacity = OPACITY * _raising(grade)
    if knee.side is Side.LEFT:
        grey, opacity = grey[:, ::-1], opacity[:, ::-1]
    colour = 255 * np.array(to_rgb(MINIMUM))
    picture = grey[:, :, None] * (1 - opacity[:, :, None]) + colour * opacity[:, :, None]
    return np.ascontiguousarray(np.rint(picture).astype(np.uint8))


def _raising(grade: Grade) -> npt.NDArray[np.float64]:
    """(VIEW.rows, VIEW.columns), 0 to 1."""
    regions = np.array(grade.attribution, np.float32)
    smooth = cv2.resize(regions, (VIEW.columns, VIEW.rows), interpolation=cv2.INTER_CUBIC)
    above = np.clip(np.asarray(smooth, np.float64), 0.0, None)
    return above / max(float(above.max()), 1e-9)
