"""Where the border of a ball lies within the blurred edge of its disc, by the profile across it.

Rays near the border of a ball cross little of it, so that the disc of a ball looks too small by half its
contrast; where it is burnt out it looks too large. The mean profile, of some hundred rays, tells how much.
docs/choices.md#sphere-border
"""

from typing import Final

import numpy as np
from scipy.optimize import least_squares

from kltool.localize.sphere.outline import RAYS, Outline
from kltool.typing import Float32, Float64

REACH: Final = 0.10  # of the radius, to either side of the border
LEAST_REACH: Final = 5.0  # pixels
BIN: Final = 0.2  # pixels
FEWEST: Final = 4  # pixels in a bin
LEAST_WEIGHT: Final = 0.1  # of a ray that counts
FULL_CONTRAST: Final = 0.8  # of the clearest rays; clearer ones alone count where they are many
ENOUGH: Final = 0.4  # of the rays
OPACITY: Final = 22.0  # docs/choices.md#sphere-border; attenuation across the ball, line integral
OPACITY_SD: Final = 0.35  # docs/choices.md#sphere-border; of its natural logarithm
GAIN, GAIN_SD = 1.1, 0.3  # docs/choices.md#sphere-border; of the height of the disc over what is shown of it
GREY_SD: Final = 0.008  # docs/choices.md#sphere-border; of the mean profile, its contrast 1
PIXEL_VARIANCE: Final = 1 / 12  # of a pixel's width

NODES: Final = np.linspace(-3.0, 3.0, 25)
SHARES: Final = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()
LOWEST: Final = (-4.0, -2.5, float(np.log(3.0)), -0.1, 0.5, 0.9)
HIGHEST: Final = (4.0, 1.5, float(np.log(100.0)), 0.1, 2.5, 1.5)
STARTS: Final = ((-0.7, 1.0), (-0.7, 1.3), (0.2, 1.0), (0.2, 1.3))  # log of the blur, and the gain


def border_offset(pixels: Float32, outline: Outline) -> float:
    """By how much the border lies outside of the outline, pixels."""
    offsets, grey, weights = _profile(pixels, outline)
    if len(offsets) < len(LOWEST):
        return 0.0

    def misfit(parameters: Float64) -> Float64:
        off = (_model(parameters, offsets, outline.radius) - grey) * weights / GREY_SD
        unusual = (
            (parameters[2] - np.log(OPACITY)) / OPACITY_SD,
            (parameters[4] - GAIN) / GAIN_SD,
        )
        return np.append(off, unusual)

    fits = [
        least_squares(
            misfit, (0.0, blur, np.log(OPACITY), 0.0, gain, 1.0), bounds=(LOWEST, HIGHEST), loss="soft_l1"
        )
        for blur, gain in STARTS
    ]
    return float(min(fits, key=lambda fit: float(fit.cost)).x[0])


def _model(parameters: Float64, offsets: Float64, radius: float) -> Float64:
    """Grey value at each offset: of a ball, blurred, brightened and cut off at white."""
    border, log_blur, log_opacity, black, gain, white = parameters
    width = np.sqrt(np.exp(2 * log_blur) + PIXEL_VARIANCE)
    at = offsets[:, None] - border + width * NODES
    chord = np.sqrt(np.maximum(0.0, 1.0 - ((radius + at) / radius) ** 2))  # 1: through the centre
    shown = black + gain * ((1.0 - np.exp(-np.exp(log_opacity) * chord)) @ SHARES)
    return np.asarray(np.minimum(shown, white))


def _profile(pixels: Float32, outline: Outline) -> tuple[Float64, Float64, Float64]:
    """Offsets from the outline, mean grey values (0 outside, 1 inside), and weights of the bins."""
    reach = max(REACH * outline.radius, LEAST_REACH)
    extent = outline.radius + outline.half_difference + reach + 2
    top, left = (max(int(middle - extent), 0) for middle in (outline.row, outline.column))
    bottom, right = (int(middle + extent) + 1 for middle in (outline.row, outline.column))
    window = pixels[top:bottom, left:right]
    rows, columns = np.mgrid[top : top + window.shape[0], left : left + window.shape[1]]
    down, across = rows - outline.row, columns - outline.column
    angles = np.arctan2(down, across)
    offsets = np.hypot(down, across) - outline.radius_at(angles)
    ray = np.rint(angles % (2 * np.pi) / (2 * np.pi) * RAYS).astype(int) % RAYS
    used = (np.abs(offsets) < reach) & _clear_rays(outline)[ray]
    bins = np.floor((offsets[used] + reach) / BIN).astype(int)
    count = np.bincount(bins)
    full = count >= FEWEST
    at, grey = (
        np.bincount(bins, values[used])[full] / count[full] for values in (offsets, window.astype(np.float64))
    )
    low, high = np.median(grey[at > 0.6 * reach]), np.median(grey[at < -0.6 * reach])
    return at, (grey - low) / (high - low), np.sqrt(count[full] / np.median(count[full]))


def _clear_rays(outline: Outline) -> Float64:
    """(RAYS,) bool: those that keep to the outline, of them those on dark ground where these are many."""
    kept = outline.weights > LEAST_WEIGHT
    clear = kept & (outline.contrast >= FULL_CONTRAST * np.percentile(outline.contrast, 90))
    return np.asarray(clear if clear.mean() >= ENOUGH else kept)
