"""The outline of a bright disc, from rays across its border: an ellipse near a circle.

A ball off the central ray is shown as an ellipse whose shorter axis is that of a ball on it. Rays may lie off
the outline (letters, the leg, relief): they lose their weight. docs/choices.md#sphere-outline
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.ndimage import map_coordinates

from kltool.typing import Float32, Float64

RAYS: Final = 360
STEP: Final = 0.25  # pixels along a ray
ROUNDS: Final = 6  # of centring
REACH: Final = 0.12  # of the radius, to either side of the border
LEAST_REACH: Final = 5.0  # pixels
TUKEY: Final = 4.685  # docs/choices.md#sphere-outline; standard deviations beyond which a ray has no weight
LEAST_SPREAD: Final = 0.02  # pixels, of rays that all agree

ANGLES: Final = np.linspace(0.0, 2 * np.pi, RAYS, endpoint=False)
HARMONICS: Final = np.stack(
    [np.ones(RAYS), np.sin(ANGLES), np.cos(ANGLES), np.cos(2 * ANGLES), np.sin(2 * ANGLES)], axis=1
)


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """An ellipse near a circle, and how well the border keeps to it.

    row, column: of the centre. radius: mean of both half axes. twice: radius as a function of the angle has
    twice[0] cos 2a + twice[1] sin 2a besides. weights: (RAYS,) 0 to 1. spread: of the rays with weight,
    pixels. contrast: (RAYS,) inside over outside, grey values.
    """

    row: float
    column: float
    radius: float
    twice: tuple[float, float]
    weights: Float64
    spread: float
    contrast: Float64

    @property
    def half_difference(self) -> float:
        """Half of what the longer half axis exceeds the shorter by."""
        return float(np.hypot(*self.twice))

    @property
    def elongation(self) -> float:
        return (self.radius + self.half_difference) / (self.radius - self.half_difference)

    @property
    def angle_rad(self) -> float:
        """Of the longer axis, from the column axis towards the row axis."""
        return float(np.arctan2(self.twice[1], self.twice[0]) / 2)

    def radius_at(self, angles: Float64) -> Float64:
        return np.asarray(
            self.radius + self.twice[0] * np.cos(2 * angles) + self.twice[1] * np.sin(2 * angles)
        )


def trace_outline(pixels: Float32, row: float, column: float, radius: float) -> Outline | None:
    """The outline of the bright disc that lies about there; None where there is none."""
    found: Outline | None = Outline(row, column, radius, (0.0, 0.0), np.ones(RAYS), 0.0, np.ones(RAYS))
    for _ in range(ROUNDS):
        assert found is not None
        last, found = found, _retraced(pixels, found)
        if found is None or not 0.6 * radius < found.radius < 1.6 * radius:
            return None
        if np.hypot(found.row - last.row, found.column - last.column) < 0.01:
            break
    return found


def _retraced(pixels: Float32, last: Outline) -> Outline | None:
    offsets, grey = _sampled(pixels, last)
    contrast, edges = _edges(offsets, grey)
    radii = last.radius_at(ANGLES) + edges
    seen = np.isfinite(radii)
    if seen.mean() < 0.5:
        return None
    (radius, down, across, *twice), weights, spread = _robust(radii, seen)
    return replace(
        last,
        row=last.row + down,
        column=last.column + across,
        radius=radius,
        twice=(twice[0], twice[1]),
        weights=weights,
        spread=spread,
        contrast=contrast,
    )


def _sampled(pixels: Float32, at: Outline) -> tuple[Float64, Float64]:
    """Offsets from the outline (n,), negative inside, and grey values (RAYS, n); beyond the film its edge."""
    reach = max(REACH * at.radius, LEAST_REACH)
    offsets = np.arange(-reach, reach + STEP / 2, STEP)
    radii = at.radius_at(ANGLES)[:, None] + offsets
    top, left = (max(int(middle - radii.max()) - 2, 0) for middle in (at.row, at.column))
    bottom, right = (int(middle + radii.max()) + 3 for middle in (at.row, at.column))
    rows = at.row + np.sin(ANGLES)[:, None] * radii - top
    columns = at.column + np.cos(ANGLES)[:, None] * radii - left
    grey = map_coordinates(pixels[top:bottom, left:right], [rows, columns], order=1, mode="nearest")
    return offsets, np.asarray(grey, np.float64)


def _edges(offsets: Float64, grey: Float64) -> tuple[Float64, Float64]:
    """Contrast of each ray, and the offset where it falls to half of it, outermost; NaN where it does not."""
    inside = float(np.median(grey[:, offsets < 0.5 * offsets[0]]))
    outside = np.median(grey[:, offsets > 0.5 * offsets[-1]], axis=1)
    level = (inside + outside)[:, None] / 2
    above = grey >= level
    falls = above[:, :-1] & ~above[:, 1:]
    last = falls.shape[1] - 1 - np.argmax(falls[:, ::-1], axis=1)
    ray = np.arange(len(grey))
    high, low = grey[ray, last], grey[ray, last + 1]
    share = (high - level[:, 0]) / np.where(high > low, high - low, 1.0)
    edges = np.where(falls.any(axis=1) & (inside > outside), offsets[last] + share * STEP, np.nan)
    return np.asarray(inside - outside), np.asarray(edges)


def _robust(radii: Float64, seen: Float64) -> tuple[Float64, Float64, float]:
    """Radius, shift down and across, and the ellipse, with the weights of the rays and their spread."""
    known = np.where(seen, radii, 0.0)
    weights = seen.astype(np.float64)
    terms, spread = np.zeros(HARMONICS.shape[1]), 0.0
    for _ in range(20):
        root = np.sqrt(weights)
        terms, *_ = np.linalg.lstsq(HARMONICS * root[:, None], known * root, rcond=None)
        away = known - HARMONICS @ terms
        spread = max(1.4826 * float(np.median(np.abs(away[seen]))), LEAST_SPREAD)
        weights = seen * np.clip(1.0 - (away / (TUKEY * spread)) ** 2, 0.0, None) ** 2
    return terms, np.asarray(weights), spread
