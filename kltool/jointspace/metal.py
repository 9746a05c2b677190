"""Metal near the joint: what is brighter than its surroundings with a sharp border all the way round.

Bone fades into bone: wherever a bright part of it is cut out by a threshold, much of the border is a gentle
slope. Metal keeps a sharp border on every side.
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

SIZE: Final = 160  # of the crop that is searched; docs/choices.md#metal
WINDOW: Final = square_window(SIZE)
THRESHOLDS: Final = tuple(np.linspace(0.30, 0.95, 14))  # shares of the crop's range of brightness
SMOOTHING: Final = 0.7  # pixels of that crop, before slopes are taken; docs/choices.md#metal
GENTLEST: Final = 20  # percentile of the border's slope that must still be steep; docs/choices.md#metal
LARGE: Final = (0.10, 0.085)  # least area (squared tibial widths) and slope of a prosthesis, likewise
SMALL: Final = (0.03, 0.13)  # of a screw, staple or plate, likewise
NEAR: Final = 0.03  # of the tibial width: a margin that is so near to metal is the metal's

Mask = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Metal:
    """mask: (SIZE, SIZE), 1 on metal and close to it. found: whether there is any."""

    mask: Mask
    placement: Placement
    found: bool

    def share(self, points: Points) -> float:
        """How many of some points of the turned film lie on or near metal, 0 to 1."""
        if not self.found or not len(points):
            return 0.0
        at = np.round(transform_points(film_to_crop(self.placement, WINDOW), points)).astype(int)
        inside = ((at >= 0) & (at < SIZE)).all(axis=1)
        return float(self.mask[tuple(at[inside].T)].sum()) / len(points)


def detect_metal(knee: Knee) -> Metal:
    film = knee.pixels
    smooth = _unit(sample_crop(film, knee.placement, WINDOW))
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for part in _parts(smooth):
        mask |= part
    found = bool(mask.any())
    reach = 2 * round(NEAR * WINDOW.tibia) + 1
    around = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    return Metal(np.asarray(around, np.uint8), knee.placement, found)


def _unit(crop: Float32) -> Float32:
    """The crop with its second and 99th percentile at 0 and 1, a little smoothed."""
    dark, bright = np.percentile(crop, (2, 99))
    unit = (crop - dark) / max(float(bright - dark), 1e-6)
    return np.asarray(cv2.GaussianBlur(unit.astype(np.float32), (0, 0), SMOOTHING), np.float32)


def _parts(smooth: Float32) -> Iterator[Mask]:
    """Every bright part, at any threshold, whose border is that of metal."""
    slope = np.hypot(*np.gradient(smooth)).astype(np.float32)
    slope = np.asarray(cv2.dilate(slope, np.ones((3, 3), np.uint8)), np.float32)
    slope[[0, -1]] = slope[:, [0, -1]] = 0.0  # a part that runs out of the picture has no border there
    whole = WINDOW.tibia**2
    for threshold in THRESHOLDS:
        bright = (smooth > threshold).astype(np.uint8)
        _, labels, sizes, _ = cv2.connectedComponentsWithStats(bright, connectivity=4)
        for label in range(1, len(sizes)):
            area = sizes[label, cv2.CC_STAT_AREA] / whole
            if area < SMALL[0]:
                continue
            part = (labels == label).astype(np.uint8)
            sharp = float(np.percentile(slope[_border(part)], GENTLEST))
            if any(area >= least and sharp >= steep for least, steep in (LARGE, SMALL)):
                yield part


def _border(part: Mask) -> npt.NDArray[np.bool_]:
    inner = cv2.erode(part, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    border: npt.NDArray[np.bool_] = (part > 0) & (np.asarray(inner) == 0)
    return border
