"""Crops as other hospitals, machines and exports might show them; each change alone.

By them the out-of-distribution score was chosen (scripts/compare_ood_scores.py), and by them it is judged.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from kltool.geometry.window import JOINT_ROW, TIBIAL_SHARE
from kltool.typing import Float32
from kltool.values.radiograph import Radiograph
from kltool.values.spacing import NoSpacing

Shift = Callable[[Float32], Float32]

# docs/choices.md#simulated-shifts
STRETCH: Final = 0.65
BLUR: Final = 2.0
SHARPENING: Final = 1.5
GAMMA: Final = 2.0
COARSENESS: Final = 2.5
NOISE: Final = 0.15
COLLIMATION: Final = (0.25, 0.55)
ROTATION_DEG: Final = 15.0


def shifted(film: Radiograph, shift: Shift) -> Radiograph:
    """The film after a change of its picture; its spacing is no longer known."""
    image = np.ascontiguousarray(shift(film.pixels.astype(np.float32)))
    return replace(film, image=image, spacing=NoSpacing("shifted"))


def _stretched(pixels: Float32) -> Float32:
    """Narrower, as are films of another hospital."""
    rows, columns = pixels.shape
    return _resized(pixels, (rows, round(columns * STRETCH)), cv2.INTER_AREA)


def _blurred(pixels: Float32) -> Float32:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), BLUR), np.float32)


def _sharpened(pixels: Float32) -> Float32:
    return np.asarray(pixels + SHARPENING * (pixels - _blurred(pixels)), np.float32)


def _darkened(pixels: Float32) -> Float32:
    low, high = float(pixels.min()), float(pixels.max())
    unit = (pixels - low) / max(high - low, 1e-6)
    return np.asarray(low + (high - low) * unit**GAMMA, np.float32)


def _coarse(pixels: Float32) -> Float32:
    rows, columns = pixels.shape
    small = _resized(pixels, (round(rows / COARSENESS), round(columns / COARSENESS)), cv2.INTER_AREA)
    return _resized(small, (rows, columns), cv2.INTER_CUBIC)


def _noisy(pixels: Float32) -> Float32:
    random = np.random.default_rng(int(np.abs(pixels).sum()))  # other noise on each film
    noise = random.normal(0.0, NOISE * float(pixels.std()), pixels.shape)
    return np.asarray(pixels + noise, np.float32)


def _collimated(pixels: Float32) -> Float32:
    """Black beyond the joint, which lies where OAI crops have it."""
    rows, columns = pixels.shape
    middle, tibia = np.array([JOINT_ROW * rows, 0.5 * columns]), TIBIAL_SHARE * columns
    reach = tibia * np.array(COLLIMATION)
    top, left = (max(int(side), 0) for side in middle - reach)
    bottom, right = (int(side) for side in middle + reach)
    framed = np.full_like(pixels, pixels.min())
    framed[top:bottom, left:right] = pixels[top:bottom, left:right]
    return framed


def _rotated(pixels: Float32) -> Float32:
    rows, columns = pixels.shape
    matrix = np.asarray(cv2.getRotationMatrix2D((columns / 2, JOINT_ROW * rows), ROTATION_DEG, 1.0), float)
    turned = cv2.warpAffine(pixels, matrix, (columns, rows), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.float32)


def _resized(pixels: Float32, shape: tuple[int, int], kind: int) -> Float32:
    return np.asarray(cv2.resize(pixels, shape[::-1], interpolation=kind), np.float32)


SHIFTS: Final[dict[str, Shift]] = {
    f"stretched sideways by {STRETCH:g}": _stretched,
    f"blurred, SD of {BLUR:g} pixels": _blurred,
    f"sharpened, {SHARPENING:g} times what the blur removes": _sharpened,
    f"gamma of {GAMMA:g}": _darkened,
    f"pixels {COARSENESS:g} times as large": _coarse,
    f"noise of {NOISE:g} of its contrast": _noisy,
    f"collimated to {COLLIMATION[0]:g} tibial widths above and below": _collimated,
    f"rotated by {ROTATION_DEG:g} degrees": _rotated,
}
