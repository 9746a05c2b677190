"""The grader's view: the joint and its close surroundings.

The view ends a third of a tibial width above and below the joint, where films of any hospital still show
bone, so that collimation does not influence the grade. Its local contrast is normalized, so that the
processing of the film has little influence.
"""

from typing import Final

import cv2
import numpy as np

from kltool.geometry.window import CropWindow
from kltool.localize.crop import sample_crop
from kltool.localize.normalise import standardize
from kltool.typing import Float32
from kltool.values.knee import Placement

VIEW: Final = CropWindow(
    rows=176, columns=320, tibia=250.0, joint=(91.5, 159.5)
)  # docs/choices.md#grader-view
COARSE: Final = 0.08  # tibial widths; docs/choices.md#contrast-normalization
NEIGHBOURHOOD: Final = 0.2  # tibial widths; docs/choices.md#contrast-normalization
FLOOR: Final = 0.1  # of the whole picture's contrast; docs/choices.md#contrast-normalization


def grader_view(film: Float32, placement: Placement, window: CropWindow = VIEW) -> Float32:
    """The grader's view of a knee, (rows, columns) of the window, brightness and local contrast normalized.

    film: in right-knee orientation, bone bright; the result does not depend on an affine scale of brightness.
    """
    return normalize_contrast(standardize(sample_crop(film, placement, window)), window.tibia)


def normalize_contrast(picture: Float32, tibia: float) -> Float32:
    """Coarse brightness subtracted, local contrast divided by; clipped at -2 and +2.

    picture: (rows, columns). tibia: the tibial width on it, pixels. Local contrast normalization after
    Jarrett et al. 2009.
    """
    fine = picture - _gaussian_blur(picture, COARSE * tibia)
    local = np.sqrt(_gaussian_blur(fine * fine, NEIGHBOURHOOD * tibia))
    contrast = np.maximum(local + FLOOR * np.sqrt(np.mean(fine * fine)), 1e-3)
    return np.asarray(np.clip(fine / contrast, -2.0, 2.0), np.float32)


def _gaussian_blur(picture: Float32, sigma: float) -> Float32:
    """A Gaussian blur of sigma pixels, computed at a quarter of the resolution for speed."""
    rows, columns = picture.shape
    small = cv2.resize(picture, (columns // 4, rows // 4), interpolation=cv2.INTER_AREA)
    wide = cv2.GaussianBlur(small, (0, 0), sigma / 4)
    return np.asarray(cv2.resize(wide, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)
