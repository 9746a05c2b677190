"""Lengths on a film whose pixels need not be square: isotropic units, and from them px, per cent and mm.

In isotropic units, rows and columns are scaled by the height and width of the film's pixel, whose mean is
one, so that distances and angles are true. On square pixels an isotropic unit is a pixel.
"""

from dataclasses import dataclass

import numpy as np

from kltool.typing import Points
from kltool.values.by_value import ByValue
from kltool.values.decimals import decimal
from kltool.values.length import Area, Length, NotMeasured, Width
from kltool.values.spacing import NoSpacing, Spacing


@dataclass(frozen=True, slots=True, eq=False)
class Scale(ByValue):
    """Lengths on one film.

    pixel_size: (2,) height and width of a film pixel, isotropic units. tibial_width: isotropic units.
    unit_mm: millimetres of an isotropic unit, or why there are none.
    """

    pixel_size: Points
    tibial_width: float
    unit_mm: float | NotMeasured

    def to_isotropic(self, film: Points) -> Points:
        """(n, 2) film pixels to isotropic units."""
        scaled: Points = film * self.pixel_size
        return scaled

    def to_film(self, isotropic: Points) -> Points:
        """The inverse of to_isotropic."""
        scaled: Points = isotropic / self.pixel_size
        return scaled

    def length(self, isotropic: float, sd: float, direction: Points) -> Length:
        """sd: standard deviation, tibial widths. direction: a unit vector in isotropic units."""
        return Length(*self._lengths(isotropic, sd, direction))

    def width(self, femur: Points, tibia: Points, sd: float, normal: Points) -> Width:
        """The distance of two points in isotropic units. normal: its direction where the points coincide."""
        step = tibia - femur
        distance = float(np.hypot(*step))
        ends = [(float(row), float(column)) for row, column in self.to_film(np.array([femur, tibia]))]
        direction = step / distance if distance > 0 else normal
        return Width(*self._lengths(distance, sd, direction), line=(ends[0], ends[1]))

    def area(self, isotropic2: float, sd: float, span: tuple[float, float]) -> Area:
        """An area in squared isotropic units, its standard deviation in squared tibial widths. span: of x."""
        sd_isotropic2, pixel2 = sd * self.tibial_width**2, float(self.pixel_size.prod())
        share = 100 / self.tibial_width**2
        mm2, sd_mm2 = (
            value if isinstance(value, NotMeasured) else value**2 * size
            for value, size in ((self.unit_mm, isotropic2), (self.unit_mm, sd_isotropic2))
        )
        return Area(
            isotropic2 / pixel2, share * isotropic2, mm2, sd_isotropic2 / pixel2, 100 * sd, sd_mm2, span
        )

    def describe(self, isotropic: float) -> str:
        """A length as text, for a reason."""
        if isinstance(self.unit_mm, NotMeasured):
            return f"{decimal(100 * isotropic / self.tibial_width, 1)} % of the tibial width"
        return f"{decimal(isotropic * self.unit_mm, 1)} mm"

    def _lengths(
        self, isotropic: float, sd: float, direction: Points
    ) -> tuple[float, float, float | NotMeasured, float, float, float | NotMeasured]:
        px = float(np.hypot(*(direction / self.pixel_size)))  # of an isotropic unit along the direction
        sd_isotropic = sd * self.tibial_width
        mm, sd_mm = (
            value if isinstance(value, NotMeasured) else value * size
            for value, size in ((self.unit_mm, isotropic), (self.unit_mm, sd_isotropic))
        )
        return isotropic * px, 100 * isotropic / self.tibial_width, mm, sd_isotropic * px, 100 * sd, sd_mm


def scale_of(spacing: Spacing | NoSpacing, tibial_width_px: float, tilt_rad: float) -> Scale:
    """The scale for a knee of this width and tilt; without a spacing, pixels count as square."""
    pixel, unit_mm = _pixel_size(spacing)
    across = np.array([np.sin(tilt_rad), np.cos(tilt_rad)]) * tibial_width_px
    return Scale(pixel, float(np.hypot(*(across * pixel))), unit_mm)


def _pixel_size(spacing: Spacing | NoSpacing) -> tuple[Points, float | NotMeasured]:
    if isinstance(spacing, NoSpacing):
        return np.ones(2), NotMeasured(f"no millimetres: {spacing.reason}")
    sides = np.array([spacing.row_mm, spacing.column_mm])
    unit_mm = float(sides.mean())
    return sides / unit_mm, unit_mm
