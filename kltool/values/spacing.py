"""Pixel spacing, and how its millimetres were calibrated."""

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from kltool.errors import SpacingError
from kltool.values.square_pixels import MOST_ELONGATED

SMALLEST_SPACING_MM = 0.02  # docs/choices.md#spacing-range
LARGEST_SPACING_MM = 1.0  # docs/choices.md#spacing-range
SAME_SPACING = 1e-3  # docs/choices-intake.md#same-spacing; relative, rounding in the text of a tag


class Calibration(Enum):
    """How millimetres were calibrated, the most reliable first (after DICOM PS3.3 10.7).

    FIDUCIAL: an object of known size in the plane of the joint. GEOMETRY: the distances of the tube.
    SPHERE: a ball beside the leg, whose size the user states and the film shows. CORRECTED: corrected by the
    device. MAGNIFICATION: the stated magnification factor. DETECTOR: the plane of the detector, where a knee
    is larger than it is. UNKNOWN_PLANE: the tags do not say. USER: stated by the user.
    """

    FIDUCIAL = 1
    GEOMETRY = 2
    SPHERE = 3
    CORRECTED = 4
    MAGNIFICATION = 5
    DETECTOR = 6
    UNKNOWN_PLANE = 7
    USER = 8

    @property
    def label(self) -> str:
        """As records and tables have it, for example "unknown_plane"."""
        return self.name.lower()


TIER_SD: Final = {  # of one film's millimetres, relative; docs/choices.md#magnification
    Calibration.FIDUCIAL: 0.008,
    Calibration.GEOMETRY: 0.010,
    Calibration.SPHERE: 0.015,
    Calibration.CORRECTED: 0.015,
    Calibration.MAGNIFICATION: 0.015,
    Calibration.DETECTOR: 0.020,
    Calibration.UNKNOWN_PLANE: 0.020,
    Calibration.USER: 0.020,
}


@dataclass(frozen=True, slots=True)
class Spacing:
    """Millimetres a pixel.

    Attributes
    ----------
    row_mm, column_mm : float
        Millimetres between the centres of neighbouring rows, and of neighbouring columns; 0.02 to 1.0.
    tier : Calibration
        How the millimetres were calibrated.
    """

    row_mm: float
    column_mm: float
    tier: Calibration

    def __post_init__(self) -> None:
        for mm in (self.row_mm, self.column_mm):
            if not (math.isfinite(mm) and SMALLEST_SPACING_MM <= mm <= LARGEST_SPACING_MM):
                raise SpacingError(self.row_mm, self.column_mm)

    @property
    def aspect(self) -> float:
        """The height of a pixel divided by its width."""
        return self.row_mm / self.column_mm

    @property
    def squared(self) -> "Spacing":
        """The finer of both, in both directions."""
        finer = min(self.row_mm, self.column_mm)
        return Spacing(finer, finer, self.tier)

    def __str__(self) -> str:
        return f"{self.row_mm:g} x {self.column_mm:g} mm ({self.tier.label})"


@dataclass(frozen=True, slots=True)
class NoSpacing:
    """The reason why there are no millimetres.

    Attributes
    ----------
    reason : str
        In words, to be shown in place of the millimetres.
    """

    reason: str


def same_spacing(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two spacings, each (between rows, between columns) in mm, differ by no more than rounding."""
    return all(math.isclose(a, b, rel_tol=SAME_SPACING) for a, b in zip(one, other, strict=True))


def aspect_of(spacing: Spacing | NoSpacing, stated: float = 1.0) -> float:
    """The height of a pixel divided by its width, by the spacing or, where there is none, as stated."""
    return stated if isinstance(spacing, NoSpacing) else spacing.aspect


def user_spacing(given_mm: Any) -> Spacing:
    """One number, or (between rows, between columns), in mm. Raises SpacingError where it cannot be true."""
    if isinstance(given_mm, Spacing):
        return given_mm
    row: Any = given_mm
    column: Any = given_mm
    if hasattr(given_mm, "__len__") and not isinstance(given_mm, str | bytes) and len(given_mm) == 2:
        row, column = given_mm  # a tuple, an array, the value of a DICOM element
    try:
        if isinstance(row, bool) or isinstance(column, bool):
            raise TypeError("a truth value is no length")
        spacing = Spacing(float(row), float(column), Calibration.USER)
        if not 1 / MOST_ELONGATED <= spacing.aspect <= MOST_ELONGATED:
            raise ValueError("no pixel has such a shape")
        return spacing
    except (TypeError, ValueError) as error:
        raise SpacingError(row, column) from error
