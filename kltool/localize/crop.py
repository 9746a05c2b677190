"""Canonical crops of a knee: upright, at one anatomical scale, lateral on the left.

A window gives the size of a crop and where the joint lies in it.
"""

import cv2
import numpy as np
import numpy.typing as npt

from kltool.geometry.window import CANONICAL_WINDOW, CropWindow, film_to_crop
from kltool.typing import Float32
from kltool.values.knee import Placement


def sample_crop(pixels: Float32, placement: Placement, window: CropWindow = CANONICAL_WINDOW) -> Float32:
    """The crop of a film in right-knee orientation, (rows, columns) of the window; edges are repeated.

    A film finer than the crop is blurred before sampling, against aliasing.
    """
    matrix = film_to_crop(placement, window)
    shrink = placement.tibial_width_px / window.tibia
    region, corner = _covered_region(pixels, matrix, window, margin=int(4 * shrink) + 2)
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


def _covered_region(
    pixels: Float32, matrix: npt.NDArray[np.float64], window: CropWindow, margin: int
) -> tuple[Float32, npt.NDArray[np.float64]]:
    """The part of the film that the crop covers, and its top left corner."""
    bottom_right = (window.rows, window.columns)
    corners = np.array([[0, 0], [0, window.columns], [window.rows, 0], bottom_right], float)
    in_film = (corners - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
    rows, columns = pixels.shape
    top, left = np.clip(np.floor(in_film.min(0)).astype(int) - margin, 0, (rows - 2, columns - 2))
    bottom, right = np.clip(
        np.ceil(in_film.max(0)).astype(int) + margin, (top + 2, left + 2), (rows, columns)
    )
    return np.ascontiguousarray(pixels[top:bottom, left:right]), np.array([top, left], float)
