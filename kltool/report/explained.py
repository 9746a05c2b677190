"""What raises the grade: the grader's view of the knee as it hangs, coloured where the grade comes from."""

import cv2
import numpy as np

from kltool.grading.view import VIEW, grader_view
from kltool.report.canvas import MINIMUM, Picture
from kltool.values.knee import Knee
from kltool.values.radiograph import Side
from kltool.values.reading import Grade

OPACITY = 0.65  # where the grade is raised most


def explained(knee: Knee, grade: Grade) -> Picture:
    """(VIEW.rows, VIEW.columns, 3) uint8: brightest where the expected grade is raised most.

    What lowers the grade is not coloured.
    """
    film = knee.pixels
    grey = np.clip((grader_view(film, knee.placement) + 2) / 4 * 235, 0, 235)
    share = _raised(grade) * OPACITY
    if knee.side is Side.LEFT:
        grey, share = grey[:, ::-1], share[:, ::-1]
    picture = grey[:, :, None] * (1 - share[:, :, None]) + np.array(MINIMUM) * share[:, :, None]
    return np.ascontiguousarray(np.rint(picture).astype(np.uint8))


def _raised(grade: Grade) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(VIEW.rows, VIEW.columns), 0 to 1."""
    places = np.array(grade.attribution, np.float32)
    smooth = cv2.resize(places, (VIEW.columns, VIEW.rows), interpolation=cv2.INTER_CUBIC)
    above = np.clip(np.asarray(smooth, np.float64), 0.0, None)
    return above / max(float(above.max()), 1e-9)
