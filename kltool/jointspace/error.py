"""The standard deviation of the error of each measurement.

The margin network gives a standard deviation for each point of a margin. A width between two margins has
variance = floor² + gain² · (sd_femur² + sd_tibia²): the floor is the error of which the network does not know
(of the definition of a margin), the gain calibrates its own standard deviations. Repositioning is not
included: kltool.comparison adds it.
"""

import math
from dataclasses import dataclass, replace
from typing import TypeVar

from kltool.values.joint_space import CompartmentSpace, JointSpace
from kltool.values.length import Area, Length, NotMeasured
from kltool.values.reading import Quality

L = TypeVar("L", bound=Length)


@dataclass(frozen=True, slots=True)
class ErrorSettings:
    """Standard deviation of each width; docs/choices.md#error and #error-inflation.

    Attributes
    ----------
    minimum_floor, fixed_floor, mean_floor : float
        Errors of which the network does not know, of a minimum, of a width at a fixed location and of a mean;
        shares of the tibial width (0.0013 is about 0.1 mm).
    minimum_gain, fixed_gain, mean_gain : float
        By which the network's own standard deviations are calibrated.
    plateau_margin_sd : float
        Of the inter-margin distance, a share of the tibial width.
    usable_factor, poor_factor : float
        By which errors are multiplied where the quality is usable, or poor.
    largest_sd : float
        A share of the tibial width; beyond it there is no number.
    """

    minimum_floor: float = 0.0011
    minimum_gain: float = 0.69
    fixed_floor: float = 0.0010
    fixed_gain: float = 0.82
    mean_floor: float = 0.0
    mean_gain: float = 0.94
    plateau_margin_sd: float = 0.0055
    usable_factor: float = 1.01
    poor_factor: float = 1.02
    largest_sd: float = 0.02

    def of_minimum(self, femur_sd: float, tibia_sd: float) -> float:
        """Of a minimum, from the deviations at its ends; all as shares of the tibial width."""
        return _in_quadrature(self.minimum_floor, self.minimum_gain, femur_sd, tibia_sd)

    def of_fixed(self, femur_sd: float, tibia_sd: float) -> float:
        """Of a width at a fixed location."""
        return _in_quadrature(self.fixed_floor, self.fixed_gain, femur_sd, tibia_sd)

    def of_mean(self, femur_sd: float, tibia_sd: float) -> float:
        """Of a mean over a range, from the root mean square deviations of its margins."""
        return _in_quadrature(self.mean_floor, self.mean_gain, femur_sd, tibia_sd)

    def factor(self, quality: Quality) -> float:
        """By how much errors are multiplied at this quality."""
        factors = {Quality.GOOD: 1.0, Quality.USABLE: self.usable_factor, Quality.POOR: self.poor_factor}
        return factors[quality]


def inflate_errors(space: JointSpace, quality: Quality, settings: ErrorSettings) -> JointSpace:
    """The same measurements with errors multiplied by the factor of the quality."""
    factor = settings.factor(quality)
    return replace(
        space,
        medial=_inflated_compartment(space.medial, factor),
        lateral=_inflated_compartment(space.lateral, factor),
        picture_left=_inflated_length(space.picture_left, factor),
        picture_right=_inflated_length(space.picture_right, factor),
    )


def _in_quadrature(floor: float, gain: float, femur_sd: float, tibia_sd: float) -> float:
    return math.sqrt(floor**2 + gain**2 * (femur_sd**2 + tibia_sd**2))


def _inflated_compartment(space: CompartmentSpace, factor: float) -> CompartmentSpace:
    return replace(
        space,
        minimum=_inflated_length(space.minimum, factor),
        fixed_widths={x: _inflated_length(width, factor) for x, width in space.fixed_widths.items()},
        mean=_inflated_length(space.mean, factor),
        area=_inflated_area(space.area, factor),
    )


def _inflated_length(length: L | NotMeasured, factor: float) -> L | NotMeasured:
    return length if isinstance(length, NotMeasured) else scaled_error(length, factor)


def scaled_error(length: L, factor: float) -> L:
    """The same length with its standard deviation multiplied."""
    return replace(
        length,
        sd_px=factor * length.sd_px,
        sd_percent=factor * length.sd_percent,
        sd_mm=_scaled(length.sd_mm, factor),
    )


def _inflated_area(area: Area | NotMeasured, factor: float) -> Area | NotMeasured:
    if isinstance(area, NotMeasured):
        return area
    return replace(
        area,
        sd_px2=factor * area.sd_px2,
        sd_percent2=factor * area.sd_percent2,
        sd_mm2=_scaled(area.sd_mm2, factor),
    )


def _scaled(value: float | NotMeasured, factor: float) -> float | NotMeasured:
    return value if isinstance(value, NotMeasured) else factor * value
