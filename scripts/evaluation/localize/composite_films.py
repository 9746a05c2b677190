"""Composite films of annotated crops, as hospitals send films, to see whether their knees are found.

One knee or two, 0.1 to 0.5 mm a pixel, long films and narrow strips, on black, grey or white, with markers,
collimated or cut off beside a joint. No network was trained on them if none was on the crops.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from kltool.training.data.annotated import AnnotatedKnee
from kltool.training.data.augment import exposure, noise, sharpness
from kltool.training.data.composites import PastedKnee, background, marker, paste
from kltool.training.sampling import Random
from kltool.typing import Float32, Points
from kltool.values.radiograph import Side

TIBIA_MM: Final = 76.0  # docs/choices.md#tibial-width
MM_PER_PX: Final = (0.10, 0.50)
SHORTEST, LONGEST = 400, 4500  # pixels a side


@dataclass(frozen=True, slots=True)
class CompositeKnee:
    """centre: (row, column) of the joint. width: of the tibia, pixels."""

    centre: Points
    width: float
    side: Side


@dataclass(frozen=True, slots=True)
class CompositeFilm:
    """pixels: (rows, columns), 0 to 1. knees: as they are displayed, the right one on the left."""

    kind: str
    pixels: Float32
    knees: tuple[CompositeKnee, ...]


def composite_film(knees: Sequence[AnnotatedKnee], random: Random) -> CompositeFilm:
    """A film of one knee or two. knees: in right-knee orientation."""
    kind = str(
        random.choice(
            ["both knees", "one knee", "one knee, tight", "strip of both"], p=[0.4, 0.3, 0.15, 0.15]
        )
    )
    width = TIBIA_MM * random.uniform(0.9, 1.1) / float(np.exp(random.uniform(*np.log(MM_PER_PX))))
    high, wide = _extent(kind, random)
    width = min(width, LONGEST / max(high, wide))
    width = max(width, SHORTEST / max(high, wide))
    rows, columns = round(high * width), round(wide * width)
    pixels = background((rows, columns), random)
    row = rows * random.uniform(0.45, 0.58)
    if kind in ("both knees", "strip of both"):
        distance = random.uniform(1.35, min(wide - 1.25, 2.2)) * width
        middle = columns / 2 + random.uniform(-0.5, 0.5) * max(columns - distance - 1.2 * width, 0.0) * 0.8
        pixels, pasted = _both(pixels, knees, width, (row, middle, distance), random)
        sides: tuple[Side, ...] = (Side.RIGHT, Side.LEFT)
    else:
        column = columns / 2 + random.uniform(-0.5, 0.5) * max(columns - 1.2 * width, 0.0) * 0.8
        sides = (Side.RIGHT if random.random() < 0.5 else Side.LEFT,)
        pixels, pasted = paste(pixels, knees, width, np.array([row, column]), random, sides[0], False)
    if random.random() < 0.5:
        pixels = marker(pixels, random)
    pixels = noise(sharpness(exposure(pixels, random), random), random)
    placed = [
        CompositeKnee(one.centre, float(np.hypot(*(one.ends[1] - one.ends[0]))), side)
        for one, side in zip(pasted, sides, strict=True)
    ]
    return CompositeFilm(kind, pixels, tuple(placed))


def _extent(kind: str, random: Random) -> tuple[float, float]:
    """Height and width of the film, tibial widths."""
    if kind == "both knees":
        return random.uniform(1.4, 4.5), random.uniform(2.9, 4.5)
    if kind == "strip of both":
        return random.uniform(0.95, 1.3), random.uniform(2.9, 4.2)
    if kind == "one knee":
        return random.uniform(1.5, 4.5), random.uniform(1.3, 3.0)
    return random.uniform(1.0, 1.4), random.uniform(1.15, 1.4)


def _both(
    pixels: Float32,
    knees: Sequence[AnnotatedKnee],
    width: float,
    place: tuple[float, float, float],
    random: Random,
) -> tuple[Float32, list[PastedKnee]]:
    """place: row, column of the middle between the knees, and their distance, pixels."""
    row, middle, distance = place
    pasted: list[PastedKnee] = []
    for side, column in ((Side.RIGHT, middle - distance / 2), (Side.LEFT, middle + distance / 2)):
        at = np.array([row + random.normal(0, 0.06) * width, column])
        half = slice(0, int(middle)) if side is Side.RIGHT else slice(int(middle), pixels.shape[1])
        with_knee, knee = paste(pixels, knees, width * random.uniform(0.95, 1.05), at, random, side, False)
        pixels = pixels.copy()
        pixels[:, half] = with_knee[:, half]
        pasted += knee
    return pixels, pasted


def set_into_film(crop: Float32, random: Random) -> Float32:
    """The crop in a film one to three times as fine, limb repeated above and below, air on both sides.

    Its own pixels are resampled and otherwise as they were.
    """
    rows = len(crop)
    above, below, left, right = (int(random.uniform(0.0, 1.5) * rows) for _ in range(4))
    tall = cv2.copyMakeBorder(crop, above, below, 0, 0, cv2.BORDER_REPLICATE)
    film = cv2.copyMakeBorder(tall, 0, 0, left, right, cv2.BORDER_CONSTANT, value=float(crop.min()))
    growth = float(random.uniform(1.0, 3.0))
    return np.asarray(cv2.resize(film, None, fx=growth, fy=growth, interpolation=cv2.INTER_CUBIC), np.float32)
