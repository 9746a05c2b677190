"""The trabecular texture of a bone on two films: brought to one contrast, in register, correlated."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.typing import Float32, Float64, Mask

FINEST: Final = 0.7  # pixels; docs/choices.md#same-knee
COARSEST: Final = 1.5  # pixels; docs/choices.md#same-knee
NEIGHBOURHOOD: Final = 6.0  # pixels; docs/choices.md#same-knee
FLAT: Final = 0.1  # of the picture's mean contrast; docs/choices.md#same-knee
ROUNDING: Final = 1e-6  # of the brightest value: single precision knows no smaller contrast
REACH: Final = 8  # pixels that a bone may lie off where its landmarks say; docs/choices.md#same-knee
TURNS_DEG: Final = (-3.0, -1.5, 0.0, 1.5, 3.0)  # likewise; docs/choices.md#same-knee
ROUNDS: Final = 30  # of the refinement
SETTLED: Final = 1e-5  # gain of correlation at which it ends
FEWEST: Final = 2000  # pixels of a bone seen on both films; docs/choices.md#same-knee


@dataclass(frozen=True, slots=True)
class BoneView:
    """A bone on one film: (rows, columns) texture, and where the film shows this bone."""

    texture: Float32
    visible: Mask


def texture_of(picture: Float32) -> Float32:
    """What is as fine as trabeculae, everywhere of one contrast; 0 where the picture is flat.

    picture: (rows, columns), any affine scale of brightness; the result does not depend on it.
    """
    fine = _blurred(picture, FINEST) - _blurred(picture, COARSEST)
    contrast = np.sqrt(_blurred(fine * fine, NEIGHBOURHOOD))
    mean = float(contrast.mean())
    if mean <= ROUNDING * float(np.abs(picture).max()):
        return np.zeros_like(fine)
    return np.asarray(fine / (contrast + FLAT * mean), np.float32)


def correlation(this: BoneView, other: BoneView) -> float | None:
    """Of two textures where the other lies best on this, -1 to 1; None where too little is shown on both."""
    if this.visible.sum() < FEWEST:
        return None
    near = _nearest(this, other)
    found = [_correlated(this, other, at) for at in (near, _refined(this, other, near))]
    return max((value for value in found if value is not None), default=None)


def _nearest(this: BoneView, other: BoneView) -> Float64:
    """By whole pixels and steps of a turn: (2, 3), from (column, row) of this to those of the other."""
    found = [_best_shift(this, other, turn) for turn in TURNS_DEG]
    return max(found, key=lambda scored: scored[0])[1]


def _best_shift(this: BoneView, other: BoneView, turn_deg: float) -> tuple[float, Float64]:
    """The best correlation with the other turned by so much, and how it lies there."""
    import cv2  # late, as every heavy library: docs/ARCHITECTURE.md

    top, left, bottom, right = _bounds(this.visible)
    turn = np.asarray(cv2.getRotationMatrix2D(((left + right) / 2, (top + bottom) / 2), turn_deg, 1.0), float)
    edges = (REACH, REACH, REACH, REACH)
    padded = cv2.copyMakeBorder(_warped(other.texture, turn), *edges, cv2.BORDER_CONSTANT, value=0)
    around = padded[top : bottom + 2 * REACH, left : right + 2 * REACH]
    seen = this.visible[top:bottom, left:right].astype(np.float32)
    product = cv2.matchTemplate(around, this.texture[top:bottom, left:right] * seen, cv2.TM_CCORR)
    power = cv2.matchTemplate(around * around, seen, cv2.TM_CCORR)
    scores = product / np.sqrt(np.maximum(power, 1.0))
    down, across = np.unravel_index(int(scores.argmax()), scores.shape)
    turn[:, 2] += turn[:, :2] @ np.array([across - REACH, down - REACH], float)
    return float(scores.max()), turn


def _bounds(seen: Mask) -> tuple[int, int, int, int]:
    """Top, left, bottom, right of what is seen; the last two are one beyond it."""
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _refined(this: BoneView, other: BoneView, start: Float64) -> Float64:
    """To parts of a pixel and of a degree. Source: Evangelidis & Psarakis 2008 (ECC)."""
    import cv2

    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, ROUNDS, SETTLED)
    place, seen = start.astype(np.float32), this.visible.astype(np.uint8)
    try:
        _, found = cv2.findTransformECC(
            this.texture, other.texture, place, cv2.MOTION_EUCLIDEAN, criteria, seen, 1
        )
    except cv2.error:  # it found nothing to go by
        return start
    return np.asarray(found, np.float64)


def _correlated(this: BoneView, other: BoneView, at: Float64) -> float | None:
    both = this.visible & (_warped(other.visible.astype(np.float32), at) > 0.99)
    if both.sum() < FEWEST:
        return None
    here, there = (values[both].astype(float) for values in (this.texture, _warped(other.texture, at)))
    here, there = here - here.mean(), there - there.mean()
    power = float(np.sqrt((here @ here) * (there @ there)))
    return float(np.clip(here @ there / power, -1.0, 1.0)) if power > 0 else 0.0


def _warped(picture: Float32, at: Float64) -> Float32:
    """The other's picture as it lies on this one; dark beyond its edges."""
    import cv2

    size = picture.shape[::-1]
    return np.asarray(cv2.warpAffine(picture, at, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP))


def _blurred(picture: Float32, sigma: float) -> Float32:
    import cv2

    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
