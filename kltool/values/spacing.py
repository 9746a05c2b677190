"""Pixel spacing, and how its millimetres were calibrated."""

import math
from dataclasses import dataclass
from enum import Enum

from kltool.errors import SpacingError

SMALLEST_SPACING_MM = 0.02  # docs/choices.md#spacing-range
LARGEST_SPACING_MM = 1.0  # docs/choices.md#spacing-range


class Calibration(Enum):
    """How millimetres were calibrated, the most reliable first (after DICOM PS3.3 10.7)."""

    FIDUCIAL = 1
    GEOMETRY = 2
    CORRECTED = 3
    MAGNIFICATION = 4
    DETECTOR = 5
    UNKNOWN_PLANE = 6
    USER = 7

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Spacing:
    """Millimetres between the centres of neighbouring rows and of neighbouring columns."""

    row_mm: float
    column_mm: float
    tier: Calibration

    def __post_init__(self) -> None:
        for mm in (self.row_mm, self.column_mm):
            if not (math.isfinite(mm) and SMALLEST_SPACING_MM <= mm <= LARGEST_SPACING_MM):
                raise SpacingError(self.row_mm, self.column_mm)


@dataclass(frozen=True, slots=True)
class NoSpacing:
    """The reason why there are no millimetres."""

    reason: str
