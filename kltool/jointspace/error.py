"""The standard deviation of each number, from the measurement itself.

The trace says how sure it is of each point of a margin. A width whose ends lie on two margins has
variance = floor² + gain² · (sd_femur² + sd_tibia²): the floor is what no trace can see (where a margin is
by definition), the gain what its own doubt is worth. Repositioning is not in it: kltool.comparison adds it.
"""

import math
from dataclasses import dataclass, replace
from typing import TypeVar

from kltool.values.length import Area, Length, NotMeasured
from kltool.values.reading import CompartmentSpace, JointSpace, Quality

L = TypeVar("L", bound=Length)


@dataclass(frozen=True, slots=True)
class ErrorSettings:
    """Floors as shares of the tibial width (0.0013 is about 0.1 mm); docs/choices.md#error."""

    minimum_floor: float = 0.0011
    minimum_gain: float = 0.69
    fixed_floor: float = 0.0010
    fixed_gain: float = 0.82
    mean_floor: float = 0.0
    mean_gain: float = 0.94
    plateau_margin_sd: float = 0.0055  # of the distance between the rims
    usable_factor: float = 1.01  # docs/choices.md#error-of-poor-films
    poor_factor: float = 1.02  # docs/choices.md#error-of-poor-films
    largest_sd: float = 0.02  # beyond it there is no number; docs/choices.md#error

    def of_minimum(self, femur_sd: float, tibia_sd: float) -> float:
        """Of a minimum whose ends are known so well; all as shares of the tibial width."""
        return _in_quadrature(self.minimum_floor, self.minimum_gain, femur_sd, tibia_sd)

    def of_fixed(self, femur_sd: float, tibia_sd: float) -> float:
        """Of a width at a fixed place."""
        return _in_quadrature(self.fixed_floor, self.fixed_gain, femur_sd, tibia_sd)

    def of_mean(self, femur_sd: float, tibia_sd: float) -> float:
        """Of a mean over a range whose margins are known so well, root mean square."""
        return _in_quadrature(self.mean_floor, self.mean_gain, femur_sd, tibia_sd)

    def factor(self, quality: Quality) -> float:
        """How much wider errors are where the film is less than good."""
        factors = {Quality.GOOD: 1.0, Quality.USABLE: self.usable_factor, Quality.POOR: self.poor_factor}
        return factors[quality]


def inflate_errors(space: JointSpace, quality: Quality, settings: ErrorSettings) -> JointSpace:
    """The same numbers with the errors that this quality deserves."""
    factor = settings.factor(quality)
    return replace(space, medial=_inflated(space.medial, factor), lateral=_inflated(space.lateral, factor))


def inflation_warning(quality: Quality, settings: ErrorSettings) -> tuple[str, ...]:
    """The warning that goes with `widened`; none where nothing was widened."""
    factor = settings.factor(quality)
    if factor == 1.0:
        return ()
    return (f"errors are taken {factor:.3g} times as large, as the quality is {quality}",)


def _in_quadrature(floor: float, gain: float, femur_sd: float, tibia_sd: float) -> float:
    return math.sqrt(floor**2 + gain**2 * (femur_sd**2 + tibia_sd**2))


def _inflated(space: CompartmentSpace, factor: float) -> CompartmentSpace:
    return replace(
        space,
        minimum=_length(space.minimum, factor),
        fixed_widths={x: _length(width, factor) for x, width in space.fixed_widths.items()},
        mean=_length(space.mean, factor),
        area=_area(space.area, factor),
    )


def _length(length: L | NotMeasured, factor: float) -> L | NotMeasured:
    if isinstance(length, NotMeasured):
        return length
    return replace(
        length,
        sd_px=factor * length.sd_px,
        sd_percent=factor * length.sd_percent,
        sd_mm=_times(length.sd_mm, factor),
    )


def _area(area: Area | NotMeasured, factor: float) -> Area | NotMeasured:
    if isinstance(area, NotMeasured):
        return area
    return replace(
        area,
        sd_px2=factor * area.sd_px2,
        sd_percent2=factor * area.sd_percent2,
        sd_mm2=_times(area.sd_mm2, factor),
    )


def _times(value: float | NotMeasured, factor: float) -> float | NotMeasured:
    return value if isinstance(value, NotMeasured) else factor * value
