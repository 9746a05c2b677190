"""Where the border of a ball lies within the blurred edge of its disc, by the profile across it.

Rays near the border of a ball cross little of it, so that its disc looks too small; where it is burnt out it
looks too large, and where the window begins above the air too small. The mean profile, of some hundred rays,
tells how much.
docs/choices.md#sphere-border
"""

from typing import Final

import numpy as np

from kltool.localize.sphere.appearance import GREY_SD, Profile, border_of
from kltool.localize.sphere.outline import RAYS, Outline
from kltool.typing import Float32, Mask

REACH: Final = 0.10  # of the radius, to either side of the border
LEAST_REACH: Final = 5.0  # pixels
BIN: Final = 0.2  # pixels
FEWEST: Final = 4  # pixels in a bin
FEWEST_BINS: Final = 12
PLACE_SD: Final = 0.02  # pixels, of the mean place of a bin; docs/choices.md#sphere-border
LEAST_WEIGHT: Final = 0.1  # of a ray that counts
FULL_CONTRAST: Final = 0.8  # of the clearest rays; clearer ones alone count where they are many
ENOUGH: Final = 0.4  # of the rays


def border_offset(pixels: Float32, outline: Outline) -> float:
    """By how much the border lies outside of the outline, pixels."""
    profile = _profile(pixels, outline)
    return border_of(profile) if len(profile.offsets) >= FEWEST_BINS else 0.0


def _profile(pixels: Float32, outline: Outline) -> Profile:
    """The mean across the border, of the rays that keep to the outline."""
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
    grey = (grey - low) / (high - low)
    certain = GREY_SD / np.hypot(GREY_SD, PLACE_SD * np.gradient(grey, at))  # less so where it is steep
    weights = certain * np.sqrt(count[full] / np.median(count[full]))
    return Profile(at, grey, weights, outline.radius)


def _clear_rays(outline: Outline) -> Mask:
    """(RAYS,) bool: those that keep to the outline, of them those on dark ground where these are many."""
    kept = outline.weights > LEAST_WEIGHT
    clear = kept & (outline.contrast >= FULL_CONTRAST * np.percentile(outline.contrast, 90))
    return np.asarray(clear if clear.mean() >= ENOUGH else kept)
