"""What an image file holds, whatever its format."""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from kltool.typing import Float32, Float64, Mask
from kltool.values.radiograph import Side, SideSource
from kltool.values.spacing import NoSpacing, Spacing

LEAST_PRECISION = 2.0**-20  # docs/choices-intake.md#single-precision; of the film's range

Pair = tuple[float, float]  # mm, (between rows, between columns)


@dataclass(frozen=True, slots=True)
class DisplayedPixels:
    """Pixels as a viewer displays them; where `padding` is set there is no image and they are darkest."""

    pixels: Float32
    padding: Mask | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpacingResult:
    """The spacing of a film, what was noted in finding it, and what else the file allows, best first."""

    spacing: Spacing | NoSpacing
    notes: tuple[str, ...] = ()
    other_spacings: tuple[Spacing, ...] = ()


@dataclass(frozen=True, slots=True)
class Laterality:
    """The side of a film and how it is stored. both: the tags name both knees, not one side."""

    side: Side | None
    source: SideSource
    notes: tuple[str, ...] = ()
    both: bool = False
    stored_mirrored: bool = False


@dataclass(frozen=True, slots=True)
class ImageContent:
    """A file's content, before what the user states takes its place.

    aspect: the height of a pixel divided by its width, as stated beside the spacing.
    """

    displayed: DisplayedPixels
    spacing: SpacingResult
    laterality: Laterality
    subject: str | None = None
    study_date: date | None = None
    projection: str | None = None
    instance_uid: str | None = None
    aspect: float = 1.0


def without_padding(pixels: Float32, padding: Mask | None) -> Float32:
    """Padding at the darkest value of the image."""
    if padding is None:
        return pixels
    return np.where(padding, pixels[~padding].min(), pixels).astype(np.float32)


def single_precision(values: Float64, padding: Mask | None = None) -> Float32:
    """As float32, counted from the darkest of the image where its grey levels would be rounded otherwise.

    values: finite. docs/choices-intake.md#single-precision
    """
    image = values if padding is None else values[~padding]
    rounded = image.astype(np.float32)
    darkest = image.min()
    if np.isfinite(rounded).all() and np.abs(rounded - image).max() <= LEAST_PRECISION * np.ptp(image):
        return values.astype(np.float32)
    return np.asarray(values - darkest, np.float32)


def ratio(*values: float) -> float:
    """The first of two numbers by the second; 1 where they are not two, or not positive and finite."""
    if len(values) != 2 or not all(0 < value < math.inf for value in values):
        return 1.0
    return values[0] / values[1]
