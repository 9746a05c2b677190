"""The unit and the scale of two films of one knee: millimetres as stated, and a femur that does not grow.

Both say how large one film is against the other. Each is believed as far as its error allows, so that a
magnification that differs between the visits is taken out as far as the bone shows it.
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

from kltool.geometry.joint_axes import joint_axes_of
from kltool.values.change import Unit
from kltool.values.length import NotMeasured
from kltool.values.reading import KneeAxis, KneeReading
from kltool.values.scale import Scale
from kltool.values.spacing import Calibration, NoSpacing

FEMUR_SD: Final = 0.006  # of the ratio of two femoral widths; docs/choices.md#magnification
TIBIA_SD: Final = 0.017  # of a tibial width, where lengths are per cent of it; docs/choices.md#magnification
TIER_SD: Final = {  # of one film's millimetres; docs/choices.md#magnification
    Calibration.FIDUCIAL: 0.008,
    Calibration.GEOMETRY: 0.010,
    Calibration.CORRECTED: 0.015,
    Calibration.MAGNIFICATION: 0.015,
    Calibration.DETECTOR: 0.020,
    Calibration.UNKNOWN_PLANE: 0.020,
    Calibration.USER: 0.020,
}


@dataclass(frozen=True, slots=True)
class Scales:
    """How lengths of two films become comparable.

    sizes: of an even unit of each film, in `unit`, both brought together. grown: the femur of the later film
    against the earlier one's, a logarithm, as the films state lengths. each: error of one film's lengths, a
    share; apart: what is left of one film's against the other's once both are brought together.
    """

    unit: Unit
    sizes: tuple[float, float]
    femur_log_ratio: float
    relative_sd: float
    relative_sd_between: float


def scales_of(before: KneeReading, after: KneeReading, axes: tuple[KneeAxis, KneeAxis]) -> Scales:
    """axes: of the femora as they are compared. Per cent of the tibial width unless both films have mm."""
    tier = common_tier(before, after)
    unit = Unit.PERCENT if tier is None else Unit.MM
    own_scales = before.knee.scale, after.knee.scale
    first, second = (_size(scale, unit) for scale in own_scales)
    own = [joint_axes_of(axis, scale) for axis, scale in zip(axes, own_scales, strict=True)]
    grown = log(own[1].length * second) - log(own[0].length * first)
    each = TIBIA_SD if tier is None else TIER_SD[tier]
    trust = 2 * each**2 / (2 * each**2 + FEMUR_SD**2)
    half = trust * grown / 2
    return Scales(unit, (first * exp(half), second * exp(-half)), grown, each, FEMUR_SD * sqrt(trust))


def common_tier(before: KneeReading, after: KneeReading) -> Calibration | None:
    """The tier of the millimetres of both films; None where one of them has none."""
    one, other = before.spacing, after.spacing
    if isinstance(one, NoSpacing) or isinstance(other, NoSpacing):
        return None
    return one.tier


def _size(scale: Scale, unit: Unit) -> float:
    """An even unit in the unit, as its film states it."""
    if unit is Unit.PERCENT:
        return 100.0 / scale.tibial_width
    assert not isinstance(scale.unit_mm, NotMeasured)
    return scale.unit_mm
