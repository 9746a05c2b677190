"""Unit and relative magnification of two films of one knee.

The relative magnification is estimated from the stated pixel spacing and from the femoral width, which does
not change in adults; both estimates are combined with inverse-variance weights. A difference in magnification
between the visits is thereby corrected as far as the bone shows it. The ends of the femur may slide along its
sides: its width is believed only where the landmarks along both margins say nearly the same.
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

import numpy as np

from kltool.geometry.joint_axes import joint_axes_of
from kltool.values.joint_space import KneeAxis
from kltool.values.length import NotMeasured
from kltool.values.reading import KneeReading
from kltool.values.scale import Scale
from kltool.values.spacing import TIER_SD, Calibration, NoSpacing
from kltool.values.width_change import Unit

FEMUR_SD: Final = 0.006  # of the ratio of two femoral widths; docs/choices.md#magnification
LARGEST_DISAGREEMENT: Final = 0.07  # of two logarithms of ratios; docs/choices.md#magnification
TIBIA_SD: Final = 0.017  # of a tibial width, where lengths are per cent of it; docs/choices.md#magnification


@dataclass(frozen=True, slots=True)
class Scales:
    """Scales that make the lengths of two films comparable.

    sizes: of an isotropic unit of each film, in `unit`, corrected for magnification. femur_log_ratio: natural
    logarithm of the later over the earlier femoral width, by the stated scales; outline_log_ratio: likewise,
    of the size of the joint's outline. relative_sd: of the lengths of one film. relative_sd_between: of the
    lengths of one film relative to the other's, after correction.
    """

    unit: Unit
    sizes: tuple[float, float]
    femur_log_ratio: float
    outline_log_ratio: float
    relative_sd: float
    relative_sd_between: float

    @property
    def is_femur_believed(self) -> bool:
        return are_alike(self.femur_log_ratio, self.outline_log_ratio)

    @property
    def bone_log_ratio(self) -> float:
        """Of the bones' sizes: by the femoral width where it is believed."""
        return self.femur_log_ratio if self.is_femur_believed else self.outline_log_ratio


def scales_of(before: KneeReading, after: KneeReading, axes: tuple[KneeAxis, KneeAxis]) -> Scales:
    """axes: of both femora. The unit is % of the tibial width unless both films have a pixel spacing."""
    tier = common_tier(before, after)
    unit = Unit.PERCENT if tier is None else Unit.MM
    own_scales = before.knee.scale, after.knee.scale
    first, second = (_unit_size(scale, unit) for scale in own_scales)
    own = [joint_axes_of(axis, scale) for axis, scale in zip(axes, own_scales, strict=True)]
    femur_log_ratio = log(own[1].length * second) - log(own[0].length * first)
    outline_log_ratio = log(_outline_size(after) * second) - log(_outline_size(before) * first)
    relative_sd = TIBIA_SD if tier is None else TIER_SD[tier]
    if not are_alike(femur_log_ratio, outline_log_ratio):
        between = sqrt(2) * relative_sd
        return Scales(unit, (first, second), femur_log_ratio, outline_log_ratio, relative_sd, between)
    weight = 2 * relative_sd**2 / (2 * relative_sd**2 + FEMUR_SD**2)  # of the femoral width
    half = weight * femur_log_ratio / 2
    sizes = first * exp(half), second * exp(-half)
    between = FEMUR_SD * sqrt(weight)
    return Scales(unit, sizes, femur_log_ratio, outline_log_ratio, relative_sd, between)


def are_alike(femur_log_ratio: float, outline_log_ratio: float) -> bool:
    """Whether the femoral width may be believed."""
    return abs(femur_log_ratio - outline_log_ratio) <= LARGEST_DISAGREEMENT


def _outline_size(reading: KneeReading) -> float:
    """Root mean square distance of the margins' landmarks from their centre, isotropic units."""
    marks = reading.knee.landmarks
    points = reading.knee.scale.to_isotropic(np.vstack([marks.tibia, marks.femur]))
    return float(np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean()))


def common_tier(before: KneeReading, after: KneeReading) -> Calibration | None:
    """The calibration that comparable films share; None where one has no pixel spacing.

    One film given twice may have equal spacings of two calibrations: the less certain one counts.
    """
    one, other = before.spacing, after.spacing
    if isinstance(one, NoSpacing) or isinstance(other, NoSpacing):
        return None
    return max(one.tier, other.tier, key=TIER_SD.__getitem__)


def _unit_size(scale: Scale, unit: Unit) -> float:
    """An isotropic unit of a film in the unit, by the stated scale."""
    if unit is Unit.PERCENT:
        return 100.0 / scale.tibial_width
    assert not isinstance(scale.unit_mm, NotMeasured)
    return scale.unit_mm
