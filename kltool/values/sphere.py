"""A calibration sphere: a ball of known diameter beside the leg, as its film shows it."""

import math
from dataclasses import dataclass
from typing import Any, Final

from kltool.errors import UsageError

SMALLEST_SPHERE_MM: Final = 5.0  # docs/choices.md#sphere-size
LARGEST_SPHERE_MM: Final = 60.0  # docs/choices.md#sphere-size


@dataclass(frozen=True, slots=True)
class Sphere:
    """The outline of a calibration sphere on a film that is upright.

    Attributes
    ----------
    row, column : float
        Its centre, pixels.
    diameter_px : float
        Along the shorter axis of the outline, which perspective leaves as it is, pixels.
    elongation : float
        The longer axis divided by the shorter, 1 or more.
    angle_rad : float
        Of the longer axis, positive from the column axis towards the row axis.
    diameter_mm : float
        As the user states it.
    """

    row: float
    column: float
    diameter_px: float
    elongation: float
    angle_rad: float
    diameter_mm: float

    @property
    def spacing_mm(self) -> float:
        """Millimetres a pixel in the plane of the sphere."""
        return self.diameter_mm / self.diameter_px


@dataclass(frozen=True, slots=True)
class NoSphere:
    """Why a sphere that the user states gives no spacing.

    Attributes
    ----------
    code : str
        The reason for programs: "no_disc", "several_discs" or "impossible_spacing".
    reason : str
        The reason in a sentence.
    """

    code: str
    reason: str


def given_sphere_mm(given: Any) -> float:
    """The diameter that a user states, mm, 5 to 60. Raises UsageError."""
    try:
        if isinstance(given, bool):
            raise TypeError("a truth value is no length")
        diameter = float(given)
    except (TypeError, ValueError) as error:
        raise UsageError(_expected(repr(given))) from error
    if not (math.isfinite(diameter) and SMALLEST_SPHERE_MM <= diameter <= LARGEST_SPHERE_MM):
        raise UsageError(_expected(f"{diameter:g}"))
    return diameter


def _expected(found: str) -> str:
    return (
        f"sphere of {found} mm found, a diameter of {SMALLEST_SPHERE_MM:g} to {LARGEST_SPHERE_MM:g} mm "
        "expected; give that of your calibration sphere (sphere_mm, --sphere)"
    )
