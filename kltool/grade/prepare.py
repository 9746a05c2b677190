"""A canonical crop becomes the grader's input: the one preparation, for training and for reading."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]

INPUT_SIZE: Final = 224  # docs/choices.md#grader-input
DARK_PERCENTILE: Final = 1.0  # docs/choices.md#grader-input
BRIGHT_PERCENTILE: Final = 99.0  # docs/choices.md#grader-input
CENTRE: Final = 0.5  # docs/choices.md#grader-input
SCALE: Final = 0.25  # docs/choices.md#grader-input


def prepare(crop: Float32, size: int = INPUT_SIZE) -> Float32:
    """Resize a square crop and bring its brightness to a fixed range.

    crop: (n, n), bone bright, any affine scale of brightness; the result does not depend on it.
    Returns (size, size) with about -2 at the first and +2 at the 99th percentile.
    """
    return standardize(resize(crop, size))


def resize(crop: Float32, size: int) -> Float32:
    """Resample a square crop to (size, size); area averaging where it shrinks, linear where it grows."""
    if crop.shape == (size, size):
        return crop
    method = cv2.INTER_AREA if crop.shape[0] > size else cv2.INTER_LINEAR
    resized: Float32 = cv2.resize(crop, (size, size), interpolation=method)
    return resized


def standardize(image: Float32) -> Float32:
    """Map the first and 99th percentile to 0 and 1, clip, then centre and scale."""
    dark, bright = np.percentile(image, (DARK_PERCENTILE, BRIGHT_PERCENTILE))
    unit = np.clip((image - dark) / max(float(bright - dark), 1e-6), 0.0, 1.0)
    standardized: Float32 = ((unit - CENTRE) / SCALE).astype(np.float32)
    return standardized
