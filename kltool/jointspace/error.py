"""The standard deviation of each number, from the measurement itself.

The trace says how sure it is of each point of a margin. A width whose ends lie on two margins has the
standard deviation gain · √(sd_femur² + sd_tibia²)^power, all in per cent of the tibial width: the gain is
what the margins' own doubt is worth, the power how much faster errors grow than it. Repositioning is not in
it: kltool.compare adds it.
"""

import math
from dataclasses import dataclass, replace
from typing import TypeVar

from kltool.values.findings import Area, CompartmentSpace, JointSpace, Length, NotMeasured, Quality

L = TypeVar("L", bound=Length)


@dataclass(frozen=True, slots=True)
class ErrorSettings:
    """Sources: docs/choices.md#error.

    A gain is the deviation in per cent of the tibial width where that of the margins is 1%. rim_sd,
    largest_sd: shares of the tibial width (0.0013 is about 0.1 mm).
    """

    minimum_gain: float = 0.60
    minimum_power: float = 1.4
    fixed_gain: float = 0.60
    fixed_power: float = 1.3
    mean_gain: float = 0.50
    mean_power: float = 1.3
    rim_sd: float = 0.0055  # of the distance between the rims
    usable_factor: float = 1.01  # docs/choices.md#error-of-poor-films
    poor_factor: float = 1.31  # docs/choices.md#error-of-poor-films
    largest_sd: float = 0.02  # beyond it there is no number; docs/choices.md#error

    def of_minimum(self, femur_sd: float, tibia_sd: float) -> float:
        """Of a minimum whose ends are known so well; all as shares of the tibial width."""
        return deviation(self.minimum_gain, self.minimum_power, math.hypot(femur_sd, tibia_sd))

    def of_fixed(self, femur_sd: float, tibia_sd: float) -> float:
        """Of a width at a fixed place."""
        return deviation(self.fixed_gain, self.fixed_power, math.hypot(femur_sd, tibia_sd))

    def of_mean(self, femur_sd: float, tibia_sd: float) -> float:
        """Of a mean over a range whose margins are known so well, root mean square."""
        return deviation(self.mean_gain, self.mean_power, math.hypot(femur_sd, tibia_sd))

    def factor(self, quality: Quality) -> float:
        """How much wider errors are where the film is less than good."""
        factors = {Quality.GOOD: 1.0, Quality.USABLE: self.usable_factor, Quality.POOR: self.poor_factor}
        return factors[quality]


def deviation(gain: float, power: float, margins: float) -> float:
    """Of a width, where that of both margins together is `margins`; shares of the tibial width."""
    return gain / 100 * math.pow(100 * margins, power)


def widened(space: JointSpace, quality: Quality, settings: ErrorSettings) -> JointSpace:
    """The same numbers with the errors that this quality deserves."""
    factor = settings.factor(quality)
    return replace(space, medial=_widened(space.medial, factor), lateral=_widened(space.lateral, factor))


def widening(quality: Quality, settings: ErrorSettings) -> tuple[str, ...]:
    """The warning that goes with `widened`; none where nothing was widened."""
    factor = settings.factor(quality)
    if factor == 1.0:
        return ()
    return (f"errors are taken {factor:.2g} times as large, as the quality is {quality}",)


def _widened(space: CompartmentSpace, factor: float) -> CompartmentSpace:
    return replace(
        space,
        minimum=_length(space.minimum, factor),
        at={x: _length(width, factor) for x, width in space.at.items()},
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
