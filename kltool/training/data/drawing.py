"""Shapes drawn over a knee on a film, in tibial widths right of and below the centre of the shown joint."""

import cv2
import numpy as np
import numpy.typing as npt

from kltool.typing import Float32, Points
from kltool.values.knee import Placement

Outline = list[tuple[float, float]]  # (across, down)


def between(across: Points, lower: Points, upper: Points) -> Outline:
    """What two curves over the same places enclose."""
    border = [*zip(across, lower, strict=True), *zip(across[::-1], upper[::-1], strict=True)]
    return [(float(u), float(v)) for u, v in border]


def bar(start: tuple[float, ...], end: tuple[float, ...], half: float) -> Outline:
    """A straight bar of this half width."""
    along = np.subtract(end, start)
    aside = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-6) * half
    corners = (start + aside, end + aside, end - aside, start - aside)
    return [(float(x), float(y)) for x, y in corners]


def filled(shapes: list[Outline], at: Placement, size: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Which pixels of a film of this size the shapes cover: 0 to 255, smooth at their borders."""
    mask = np.zeros(size, np.uint8)
    for shape in shapes:
        cv2.fillPoly(mask, [np.rint(on_film(shape, at)[:, ::-1] * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return mask


def softened(mask: npt.NDArray[np.uint8], sigma: float) -> Float32:
    """Shares of 0 to 1 of a mask of 0 to 255, blurred by sigma pixels."""
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma) / np.float32(255), np.float32)


def on_film(shape: Outline, at: Placement) -> Points:
    """(row, column)."""
    turn = np.array([[np.sin(at.tilt_rad), np.cos(at.tilt_rad)], [np.cos(at.tilt_rad), -np.sin(at.tilt_rad)]])
    return np.asarray(np.array(at.centre) + at.tibial_width_px * np.array(shape) @ turn, float)
