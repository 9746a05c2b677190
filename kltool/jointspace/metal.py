"""Metal near the joint: bright parts of the film with a sharp border on every side.

Where a threshold separates a bright part of bone, much of its border has a gentle slope; the border of metal
is steep all around.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from kltool.geometry.transform import transform_points
from kltool.geometry.window import film_to_crop, square_window
from kltool.localize.crop import sample_crop
from kltool.typing import Float32, Points
from kltool.values.knee import Knee, Placement

SIZE: Final = 160  # of the crop, pixels; docs/choices.md#metal
WINDOW: Final = square_window(SIZE)
THRESHOLDS: Final = tuple(np.linspace(0.30, 0.95, 14))  # shares of the crop's range of values
SMOOTHING: Final = 0.7  # pixels, before slopes are computed; docs/choices.md#metal
SLOPE_PERCENTILE: Final = (
    20  # percentile of the slope along the border, compared with a threshold; docs/choices.md#metal
)
LARGE: Final = (0.10, 0.085)  # least area (squared tibial widths) and slope of a prosthesis, likewise
SMALL: Final = (0.03, 0.13)  # of a screw, staple or plate, likewise
NEAR: Final = 0.03  # of the tibial width: a margin within this distance counts as that of the metal

ByteMask = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Metal:
    """mask: (SIZE, SIZE), 1 on metal and close to it. found: whether there is any."""

    mask: ByteMask
    placement: Placement
    found: bool

    def share(self, points: Points) -> float:
        """The share of points, film pixels in right-knee orientation, that lie on or near metal, 0 to 1."""
        if not self.found or not len(points):
            return 0.0
        at = np.round(transform_points(film_to_crop(self.placement, WINDOW), points)).astype(int)
        inside = ((at >= 0) & (at < SIZE)).all(axis=1)
        return float(self.mask[tuple(at[inside].T)].sum()) / len(points)


def detect_metal(knee: Knee) -> Metal:
    smooth = _normalized(sample_crop(knee.pixels, knee.placement, WINDOW))
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for part in _metal_parts(smooth):
        mask |= part
    found = bool(mask.any())
    reach = 2 * round(NEAR * WINDOW.tibia) + 1
    around = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    return Metal(np.asarray(around, np.uint8), knee.placement, found)


def _normalized(crop: Float32) -> Float32:
    """The crop scaled so that its second and 99th percentile are 0 and 1, and smoothed."""
    dark, bright = np.percentile(crop, (2, 99))
    unit = (crop - dark) / max(float(bright - dark), 1e-6)
    return np.asarray(cv2.GaussianBlur(unit.astype(np.float32), (0, 0), SMOOTHING), np.float32)


def _metal_parts(smooth: Float32) -> Iterator[ByteMask]:
    """Every bright part, at any threshold, with the size and the border of metal."""
    slope = np.hypot(*np.gradient(smooth)).astype(np.float32)
    slope = np.asarray(cv2.dilate(slope, np.ones((3, 3), np.uint8)), np.float32)
    slope[[0, -1]] = slope[:, [0, -1]] = 0.0  # a part that reaches the edge of the crop has no border there
    tibial_width2 = WINDOW.tibia**2
    for threshold in THRESHOLDS:
        bright = (smooth > threshold).astype(np.uint8)
        _, labels, sizes, _ = cv2.connectedComponentsWithStats(bright, connectivity=4)
        for label in range(1, len(sizes)):
            area = sizes[label, cv2.CC_STAT_AREA] / tibial_width2
            if area < SMALL[0]:
                continue
            part = (labels == label).astype(np.uint8)
            sharp = float(np.percentile(slope[_border(part)], SLOPE_PERCENTILE))
            if any(area >= least and sharp >= steep for least, steep in (LARGE, SMALL)):
                yield part


def _border(part: ByteMask) -> npt.NDArray[np.bool_]:
    inner = cv2.erode(part, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    border: npt.NDArray[np.bool_] = (part > 0) & (np.asarray(inner) == 0)
    return border
