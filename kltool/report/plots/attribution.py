"""The attribution map: the grader's view of the knee as it hangs, coloured where regions raise the grade."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from matplotlib.colors import to_rgb

from kltool.grading.view import VIEW, grader_view
from kltool.report.plots.bones import bones_in_view
from kltool.report.plots.canvas import Picture
from kltool.report.plots.style import MINIMUM
from kltool.typing import Float64
from kltool.values.grade import Grade
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured

OPACITY: Final = 0.65  # where the grade is raised most


@dataclass(frozen=True, slots=True)
class AttributionMap:
    """picture: (VIEW.rows, VIEW.columns, 3) uint8, RGB. outside: share of the positive attribution, 0 to 1,
    that lies beside the bones, where it is not shown."""

    picture: Picture
    outside: float | NotMeasured


def attribution_map(knee: Knee, grade: Grade) -> AttributionMap:
    """On the bones and between them, the more yellow the more a region raises the expected grade.

    What lowers the grade is not coloured.
    """
    view = grader_view(knee.pixels, knee.placement)
    raising, bones = _raising(grade), bones_in_view(view, knee)
    opacity = OPACITY * bones * raising / max(float(raising.max()), 1e-9)
    grey = np.clip((view + 2) / 4 * 235, 0, 235)
    if knee.hangs_as_left:
        grey, opacity = grey[:, ::-1], opacity[:, ::-1]
    colour = 255 * np.array(to_rgb(MINIMUM))
    picture = grey[:, :, None] * (1 - opacity[:, :, None]) + colour * opacity[:, :, None]
    shown = np.ascontiguousarray(np.rint(picture).astype(np.uint8))
    if not raising.any():
        return AttributionMap(shown, NotMeasured("no region raises the grade"))
    return AttributionMap(shown, float(raising[~bones].sum() / raising.sum()))


def _raising(grade: Grade) -> Float64:
    """(VIEW.rows, VIEW.columns): the positive attribution."""
    regions = np.array(grade.attribution, np.float32)
    smooth = cv2.resize(regions, (VIEW.columns, VIEW.rows), interpolation=cv2.INTER_CUBIC)
    return np.clip(np.asarray(smooth, np.float64), 0.0, None)
