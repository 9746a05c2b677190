"""Open growth plates drawn over the knees of adults: films of children and of youths are not at hand.

A dark line across the bone above the condyles and below the plateau, wavy, with dense bone along it. Its
distance from the joint, its width and its course cover those of knees from 8 to 16 years:
docs/choices.md#growth-plates
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.training.data.drawing import between, filled, softened
from kltool.training.sampling import Random
from kltool.typing import Float32, Points
from kltool.values.knee import Placement

FEMORAL: Final = (-0.48, -0.24)  # tibial widths below the joint's centre
TIBIAL: Final = (0.14, 0.34)
WIDTHS: Final = (0.016, 0.05)  # tibial widths
REACH: Final = (0.48, 0.58)  # tibial widths to either side, the whole bone
DARK: Final = (0.25, 0.8)  # share of the way from bone to soft tissue
DENSE: Final = (0.0, 0.25)  # share of the way from bone to the brightest bone, along the plate
SOFT_TISSUE: Final = 15.0  # percentile of the film's brightness
PLACES: Final = 61


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """Where one plate lies, (PLACES,) each, in tibial widths."""

    across: Points
    down: Points
    half: Points


def with_growth_plates(film: Float32, at: Placement, random: Random) -> Float32:
    """Both plates are open, or now and then one of them."""
    shown = [FEMORAL, TIBIAL] if random.random() < 0.8 else [FEMORAL if random.random() < 0.5 else TIBIAL]
    wide, dark, dense = random.uniform(*WIDTHS), random.uniform(*DARK), random.uniform(*DENSE)
    for heights in shown:
        film = _drawn(film, at, _course(heights, wide * random.uniform(0.8, 1.2), random), dark, dense)
    return film


def _course(heights: tuple[float, float], wide: float, random: Random) -> _Course:
    """Long waves and fine ones; narrower here, wider there."""
    reach = random.uniform(*REACH)
    across = np.linspace(-reach, reach, PLACES)
    phases, waves = random.uniform(0, 2 * np.pi, 3), np.array([2.5, 5.0, 14.0])
    sizes = np.abs(random.normal(0.0, (0.025, 0.012, 0.004)))
    down = random.uniform(*heights) + random.normal(0.0, 0.05) * across + random.normal(0.0, 0.15) * across**2
    down = down + (sizes * np.sin(waves * across[:, None] / reach + phases)).sum(1)
    uneven = 1 + 0.3 * np.sin(random.uniform(3, 9) * across / reach + random.uniform(0, 2 * np.pi))
    return _Course(across, down, wide / 2 * uneven)


def _drawn(film: Float32, at: Placement, course: _Course, dark: float, dense: float) -> Float32:
    """Only what is brighter than soft tissue becomes darker, so that the line ends where the bone does."""
    soft, bright = (float(value) for value in np.percentile(film, (SOFT_TISSUE, 99.0)))
    blur = max(0.25 * float(course.half.mean()) * at.tibial_width_px, 0.3)
    plate = softened(filled([_band(course, 1.0)], at, film.shape), blur)
    beside = softened(filled([_band(course, 2.2)], at, film.shape), blur) - plate
    bone = film > soft
    denser = film + np.where(bone, np.float32(dense) * beside.clip(0, 1) * (bright - film).clip(min=0), 0)
    darker = denser - np.float32(dark) * plate * (denser - soft).clip(min=0)
    return np.asarray(darker, np.float32)


def _band(course: _Course, times: float) -> list[tuple[float, float]]:
    return between(course.across, course.down + times * course.half, course.down - times * course.half)
