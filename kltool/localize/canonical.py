"""A knee's canonical crops: upright, one anatomical scale, lateral on the left; the one place for them.

A window says how large a crop is and where the joint lies on it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kltool.geometry import similarity
from kltool.values.image import Float32, Placement

CROP_SIZE: Final = 224  # docs/choices.md#canonical-crop
TIBIAL_SHARE: Final = 0.76  # docs/choices.md#canonical-crop
JOINT_ROW: Final = 0.59  # docs/choices.md#canonical-crop


@dataclass(frozen=True, slots=True)
class Window:
    """rows, columns, tibia (the tibial width): pixels of the crop. joint: (row, column) of its centre."""

    rows: int
    columns: int
    tibia: float
    joint: tuple[float, float]


def square(size: int) -> Window:
    """The plateau spans TIBIAL_SHARE of it, the joint lies JOINT_ROW of the way down, as in OAI crops."""
    return Window(size, size, TIBIAL_SHARE * size, (JOINT_ROW * size - 0.5, 0.5 * size - 0.5))


CANONICAL: Final = square(CROP_SIZE)


def turned(pixels: Float32, mirrored: bool) -> Float32:
    """The film turned to one hand: mirrored for a left knee, as it is for a right one; a view, no copy."""
    return pixels[:, ::-1] if mirrored else pixels


def film_to_crop(placement: Placement, window: Window = CANONICAL) -> npt.NDArray[np.float64]:
    """The (2, 3) map from (row, column) of the turned film to (row, column) of the crop."""
    scale = window.tibia / placement.tibial_width_px
    return similarity(placement.centre, window.joint, scale, -placement.tilt_rad)


def crop_to_film(placement: Placement, window: Window = CANONICAL) -> npt.NDArray[np.float64]:
    """The inverse of film_to_crop."""
    scale = placement.tibial_width_px / window.tibia
    return similarity(window.joint, placement.centre, scale, placement.tilt_rad)


def cut(pixels: Float32, placement: Placement, window: Window = CANONICAL) -> Float32:
    """The crop of a film already turned to one hand, (rows, columns) of the window; edges are repeated.

    A film finer than the crop is blurred before it is sampled, so that nothing aliases.
    """
    import cv2  # late, as every heavy library: docs/ARCHITECTURE.md

    matrix = film_to_crop(placement, window)
    shrink = placement.tibial_width_px / window.tibia
    region, corner = _surroundings(pixels, matrix, window, margin=int(4 * shrink) + 2)
    if shrink > 1.0:
        sigma = 0.5 * float(np.sqrt(shrink**2 - 1.0))  # docs/choices.md#canonical-crop
        blurred = cv2.GaussianBlur(region, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
        region = np.asarray(blurred, np.float32)
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ corner
    by_column = shifted[::-1][:, [1, 0, 2]]  # OpenCV takes (x, y)
    crop = cv2.warpAffine(
        region,
        by_column,
        (window.columns, window.rows),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(crop, np.float32)


def _surroundings(
    pixels: Float32, matrix: npt.NDArray[np.float64], window: Window, margin: int
) -> tuple[Float32, npt.NDArray[np.float64]]:
    """The part of the film that the crop touches, and its top left corner."""
    bottom_right = (window.rows, window.columns)
    corners = np.array([[0, 0], [0, window.columns], [window.rows, 0], bottom_right], float)
    in_film = (corners - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
    rows, columns = pixels.shape
    top, left = np.clip(np.floor(in_film.min(0)).astype(int) - margin, 0, (rows - 2, columns - 2))
    bottom, right = np.clip(
        np.ceil(in_film.max(0)).astype(int) + margin, (top + 2, left + 2), (rows, columns)
    )
    return np.ascontiguousarray(pixels[top:bottom, left:right]), np.array([top, left], float)
