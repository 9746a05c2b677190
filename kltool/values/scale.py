"""Lengths on a film whose pixels need not be square: even units, and from them px, per cent and mm.

An even unit is a pixel whose sides are brought to one length: row and column are scaled by the sides of the
film's pixel, whose mean is one. Angles and distances are true in even units; on square pixels they are
pixels.
"""

from dataclasses import dataclass

import numpy as np

from kltool.typing import Points
from kltool.values.length import Area, Length, NotMeasured, Width
from kltool.values.spacing import NoSpacing, Spacing


@dataclass(frozen=True, slots=True)
class Scale:
    """pixel: (2,) height and width of a film pixel, even units. tibia: the tibial width, even units.

    unit_mm: millimetres of an even unit, or why there are none.
    """

    pixel_size: Points
    tibial_width: float
    unit_mm: float | NotMeasured

    def to_isotropic(self, film: Points) -> Points:
        """(n, 2) film pixels to even units."""
        scaled: Points = film * self.pixel_size
        return scaled

    def to_film(self, even: Points) -> Points:
        """The inverse of even."""
        scaled: Points = even / self.pixel_size
        return scaled

    def length(self, even: float, sd: float, direction: Points) -> Length:
        """A length in even units and its standard deviation in tibial widths, along an even direction."""
        return Length(*self._lengths(even, sd, direction))

    def width(self, femur: Points, tibia: Points, sd: float, normal: Points) -> Width:
        """Between two points in even units; normal: the direction where they are one point."""
        step = tibia - femur
        even = float(np.hypot(*step))
        ends = [(float(row), float(column)) for row, column in self.to_film(np.array([femur, tibia]))]
        direction = step / even if even > 0 else normal
        return Width(*self._lengths(even, sd, direction), line=(ends[0], ends[1]))

    def area(self, even2: float, sd: float, span: tuple[float, float]) -> Area:
        """An area in square even units and its standard deviation in squared tibial widths."""
        sd_even2, pixel2 = sd * self.tibial_width**2, float(self.pixel_size.prod())
        share = 100 / self.tibial_width**2
        mm2, sd_mm2 = (
            value if isinstance(value, NotMeasured) else value**2 * size
            for value, size in ((self.unit_mm, even2), (self.unit_mm, sd_even2))
        )
        return Area(even2 / pixel2, share * even2, mm2, sd_even2 / pixel2, 100 * sd, sd_mm2, span)

    def describe(self, even: float) -> str:
        """A length in words, for a reason."""
        if isinstance(self.unit_mm, NotMeasured):
            return f"{100 * even / self.tibial_width:.1f} % of the tibial width"
        return f"{even * self.unit_mm:.1f} mm"

    def _lengths(
        self, even: float, sd: float, direction: Points
    ) -> tuple[float, float, float | NotMeasured, float, float, float | NotMeasured]:
        px = float(np.hypot(*(direction / self.pixel_size)))  # of an even unit this way
        sd_even = sd * self.tibial_width
        mm, sd_mm = (
            value if isinstance(value, NotMeasured) else value * size
            for value, size in ((self.unit_mm, even), (self.unit_mm, sd_even))
        )
        return even * px, 100 * even / self.tibial_width, mm, sd_even * px, 100 * sd, sd_mm


def scale_of(spacing: Spacing | NoSpacing, tibial_width_px: float, tilt_rad: float) -> Scale:
    """Of a film and a plateau on it, tilted in the picture; square pixels where nothing else is known."""
    pixel, unit_mm = _pixel(spacing)
    across = np.array([np.sin(tilt_rad), np.cos(tilt_rad)]) * tibial_width_px
    return Scale(pixel, float(np.hypot(*(across * pixel))), unit_mm)


def _pixel(spacing: Spacing | NoSpacing) -> tuple[Points, float | NotMeasured]:
    if isinstance(spacing, NoSpacing):
        return np.ones(2), NotMeasured(f"no millimetres: {spacing.reason}")
    sides = np.array([spacing.row_mm, spacing.column_mm])
    unit_mm = float(sides.mean())
    return sides / unit_mm, unit_mm
