"""Bright discs on a film: candidates among its bright areas, each traced and judged by its outline."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from kltool.localize.sphere.border import border_offset
from kltool.localize.sphere.outline import Outline, trace_outline
from kltool.typing import Float32, Mask

Limits = tuple[float, float]

COARSE: Final = 20.0  # pixels of the smallest disc on the reduced film
LEVELS: Final = 14  # of brightness
LEAST_FILLED, MOST_FILLED = 0.88, 1.10  # of the ellipse in the box of an area
MOST_ELONGATED: Final = 1.05  # docs/choices.md#sphere-outline
REPEATED: Final = 0.1  # radii
MOST_UNEVEN: Final = 1.3  # of the box of an area
LEAST_SHARE: Final = 0.85  # of the rays that keep to the outline
LARGEST_SPREAD: Final = 0.008  # of the radius
SPREAD_PX: Final = 0.25  # pixels, beside it
LEAST_CONTRAST: Final = 0.35  # of the range of the film
LEAST_BRIGHT: Final = 0.97  # of the disc
BRIGHTNESS: Final = 75.0  # percentile of the film


@dataclass(frozen=True, slots=True, eq=False)
class Disc:
    """A bright disc. diameter: along the shorter axis, pixels."""

    outline: Outline
    diameter: float


def find_discs(pixels: Float32, diameters: Limits) -> list[Disc]:
    """Bright discs with such diameters, pixels, each with dark ground around it; the clearest first."""
    bright, whole_range = _levels(pixels)
    found: list[Outline] = []
    for row, column, radius in _different(_candidates(pixels, diameters)):
        outline = trace_outline(pixels, row, column, radius)
        if outline is not None and _is_disc(outline, pixels, (bright, whole_range), diameters):
            found.append(outline)
    found = _without_doubles(found)
    return [Disc(one, _diameter(pixels, one)) for one in found]


def _levels(pixels: Float32) -> Limits:
    """The grey value of the film's brighter parts, and the range of the film."""
    few = pixels[:: max(1, pixels.shape[0] // 500), :: max(1, pixels.shape[1] // 500)]
    dark, bright, most = np.percentile(few, (2.0, BRIGHTNESS, 99.5))
    return float(bright), float(most - dark)


def _candidates(pixels: Float32, diameters: Limits) -> Iterator[tuple[float, float, float]]:
    """Row, column and radius of areas that are brighter than what surrounds them, and about round."""
    scale = min(1.0, COARSE / diameters[0])
    small = np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)
    factors = pixels.shape[0] / small.shape[0], pixels.shape[1] / small.shape[1]
    low, high = np.percentile(small, (30.0, 99.95))
    for level in np.linspace(high, low, LEVELS + 2)[1:-1]:
        for row, column, radius in _round_areas(small > level):
            at = (row + 0.5) * factors[0] - 0.5, (column + 0.5) * factors[1] - 0.5
            if 0.8 * diameters[0] <= 2 * radius * factors[0] <= 1.2 * diameters[1]:
                yield *at, radius * factors[0]


def _different(candidates: Iterable[tuple[float, float, float]]) -> Iterator[tuple[float, float, float]]:
    """Without those that nearly repeat an earlier one, as at the next level of brightness."""
    earlier: list[tuple[float, float, float]] = []
    for row, column, radius in candidates:
        repeats = (
            np.hypot(row - one[0], column - one[1]) < REPEATED * radius
            and abs(radius - one[2]) < REPEATED * radius
            for one in earlier
        )
        if not any(repeats):
            earlier.append((row, column, radius))
            yield row, column, radius


def _round_areas(bright: Mask) -> Iterator[tuple[float, float, float]]:
    """Row, column and radius of each area that fills a round box within the film."""
    _, _, areas, centres = cv2.connectedComponentsWithStats(bright.astype(np.uint8), connectivity=4)
    rows, columns = bright.shape
    for (left, top, wide, high, size), (column, row) in zip(areas[1:], centres[1:], strict=True):
        inside = left > 0 and top > 0 and left + wide < columns and top + high < rows
        round_box = max(wide, high) <= MOST_UNEVEN * min(wide, high)
        filled = size / (np.pi / 4 * wide * high)
        if inside and round_box and LEAST_FILLED <= filled <= MOST_FILLED:
            yield float(row), float(column), float(np.sqrt(size / np.pi))


def _is_disc(outline: Outline, pixels: Float32, film: Limits, diameters: Limits) -> bool:
    """Round, whole, bright all over and dark around. film: of its levels."""
    diameter = 2 * (outline.radius - outline.half_difference)
    extent = outline.radius + outline.half_difference + 1
    whole = all(
        extent <= middle <= side - 1 - extent
        for middle, side in zip((outline.row, outline.column), pixels.shape, strict=True)
    )
    if not (whole and diameters[0] <= diameter <= diameters[1] and outline.elongation <= MOST_ELONGATED):
        return False
    bright, whole_range = film
    clear = outline.contrast >= LEAST_CONTRAST * whole_range
    keeps = (outline.weights > 0.1) & clear
    even = outline.spread <= LARGEST_SPREAD * outline.radius + SPREAD_PX
    return bool(keeps.mean() >= LEAST_SHARE and even and _is_bright(outline, pixels, bright))


def _is_bright(outline: Outline, pixels: Float32, bright: float) -> bool:
    """Nearly all of it above half its contrast, its middle no darker than the film's brighter parts."""
    top, left = (int(middle - outline.radius) for middle in (outline.row, outline.column))
    side = int(2 * outline.radius) + 2
    window = pixels[top : top + side, left : left + side]
    rows, columns = np.mgrid[top : top + window.shape[0], left : left + window.shape[1]]
    within = np.hypot(rows - outline.row, columns - outline.column) < 0.9 * outline.radius
    middle = float(np.median(window[within]))
    level = middle - 0.5 * float(np.median(outline.contrast))
    return bool(middle >= bright and (window[within] >= level).mean() >= LEAST_BRIGHT)


def _without_doubles(found: list[Outline]) -> list[Outline]:
    """Of outlines about one centre the clearest; the clearest first."""
    kept: list[Outline] = []
    for one in sorted(found, key=lambda outline: outline.spread / outline.radius):
        if all(np.hypot(one.row - other.row, one.column - other.column) > other.radius for other in kept):
            kept.append(one)
    return kept


def _diameter(pixels: Float32, outline: Outline) -> float:
    return 2 * (outline.radius - outline.half_difference + border_offset(pixels, outline))
