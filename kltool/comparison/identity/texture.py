"""Trabecular texture of a bone on two films: contrast-normalised, registered, correlated."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from kltool.typing import Float32, Float64, Mask

FINE_SIGMA: Final = 0.7  # of a Gaussian, pixels; docs/choices.md#identity-match
COARSE_SIGMA: Final = 1.5  # pixels; docs/choices.md#identity-match
CONTRAST_SIGMA: Final = 6.0  # pixels; docs/choices.md#identity-match
REGULARISATION: Final = 0.1  # of the image's mean contrast; docs/choices.md#identity-match
ROUNDING: Final = 1e-6  # of the brightest value: contrast below it is rounding of single precision
SEARCH_RADIUS: Final = 8  # pixels about the registration by landmarks; docs/choices.md#identity-match
SEARCH_ANGLES_DEG: Final = (-3.0, -1.5, 0.0, 1.5, 3.0)  # likewise; docs/choices.md#identity-match
MOST_ITERATIONS: Final = 30  # of the refinement
CONVERGED: Final = 1e-5  # gain of correlation at which the refinement ends
FEWEST_PIXELS: Final = 2000  # of a bone visible on both films; docs/choices.md#identity-match


@dataclass(frozen=True, slots=True)
class BoneView:
    """A bone on one film: (rows, columns) texture, and where the bone is visible."""

    texture: Float32
    visible: Mask


def texture_of(picture: Float32) -> Float32:
    """Difference of Gaussians at the scale of trabeculae, normalised to local contrast; 0 in a flat image.

    picture: (rows, columns); the result is invariant to affine changes of brightness.
    """
    fine = _blurred(picture, FINE_SIGMA) - _blurred(picture, COARSE_SIGMA)
    contrast = np.sqrt(_blurred(fine * fine, CONTRAST_SIGMA))
    mean = float(contrast.mean())
    if mean <= ROUNDING * float(np.abs(picture).max()):
        return np.zeros_like(fine)
    return np.asarray(fine / (contrast + REGULARISATION * mean), np.float32)


def correlation(this: BoneView, other: BoneView) -> float | None:
    """Of two textures in the best registration found, -1 to 1; None where too little is visible on both."""
    if this.visible.sum() < FEWEST_PIXELS:
        return None
    coarse = _coarse_registration(this, other)
    found = [_correlation_at(this, other, at) for at in (coarse, _refined(this, other, coarse))]
    return max((value for value in found if value is not None), default=None)


def _coarse_registration(this: BoneView, other: BoneView) -> Float64:
    """Search over whole pixels and angles: (2, 3), from (column, row) of this to those of the other."""
    found = [_best_shift(this, other, angle) for angle in SEARCH_ANGLES_DEG]
    return max(found, key=lambda scored: scored[0])[1]


def _best_shift(this: BoneView, other: BoneView, angle_deg: float) -> tuple[float, Float64]:
    """The best correlation with the other rotated by an angle, and that registration."""
    top, left, bottom, right = _bounds(this.visible)
    centre = (left + right) / 2, (top + bottom) / 2
    affine = np.asarray(cv2.getRotationMatrix2D(centre, angle_deg, 1.0), float)
    edges = (SEARCH_RADIUS, SEARCH_RADIUS, SEARCH_RADIUS, SEARCH_RADIUS)
    padded = cv2.copyMakeBorder(_warped(other.texture, affine), *edges, cv2.BORDER_CONSTANT, value=0)
    around = padded[top : bottom + 2 * SEARCH_RADIUS, left : right + 2 * SEARCH_RADIUS]
    visible = this.visible[top:bottom, left:right].astype(np.float32)
    product = cv2.matchTemplate(around, this.texture[top:bottom, left:right] * visible, cv2.TM_CCORR)
    power = cv2.matchTemplate(around * around, visible, cv2.TM_CCORR)
    scores = product / np.sqrt(np.maximum(power, 1.0))
    down, across = np.unravel_index(int(scores.argmax()), scores.shape)
    affine[:, 2] += affine[:, :2] @ np.array([across - SEARCH_RADIUS, down - SEARCH_RADIUS], float)
    return float(scores.max()), affine


def _bounds(mask: Mask) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of a mask; bottom and right exclusive."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _refined(this: BoneView, other: BoneView, start: Float64) -> Float64:
    """Below a pixel and a degree, by maximising the enhanced correlation coefficient (ECC).

    Source: Evangelidis & Psarakis 2008.
    """
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, MOST_ITERATIONS, CONVERGED)
    initial, visible = start.astype(np.float32), this.visible.astype(np.uint8)
    try:
        _, found = cv2.findTransformECC(
            this.texture, other.texture, initial, cv2.MOTION_EUCLIDEAN, criteria, visible, 1
        )
    except cv2.error:  # it did not converge
        return start
    return np.asarray(found, np.float64)


def _correlation_at(this: BoneView, other: BoneView, at: Float64) -> float | None:
    both = this.visible & (_warped(other.visible.astype(np.float32), at) > 0.99)
    if both.sum() < FEWEST_PIXELS:
        return None
    own, registered = (values[both].astype(float) for values in (this.texture, _warped(other.texture, at)))
    own, registered = own - own.mean(), registered - registered.mean()
    power = float(np.sqrt((own @ own) * (registered @ registered)))
    return float(np.clip(own @ registered / power, -1.0, 1.0)) if power > 0 else 0.0


def _warped(picture: Float32, at: Float64) -> Float32:
    """An image resampled by a registration; 0 beyond its edges."""
    size = picture.shape[::-1]
    return np.asarray(cv2.warpAffine(picture, at, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP))


def _blurred(picture: Float32, sigma: float) -> Float32:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
