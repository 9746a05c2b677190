"""The joint space of a knee whose side is unknown: two minima by their place in the picture."""

import math
from dataclasses import replace
from typing import Final

from kltool.jointspace.error import ErrorSettings, scaled_error
from kltool.values.decimals import decimal
from kltool.values.joint_space import CompartmentSpace, JointSpace, Positioning
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import PictureSide

NO_COMPARTMENT: Final = NotMeasured("the side is unknown: medial and lateral cannot be told apart")
NO_DIRECTION: Final = NotMeasured("the side is unknown: external and internal rotation cannot be told apart")


def without_side(space: JointSpace, mirrored: bool) -> JointSpace:
    """The same joint space without what only a side gives a meaning.

    space: as measured in right-knee orientation. mirrored: whether its film is mirrored for that.
    """
    left, right = (space.of(one.compartment(mirrored)).minimum for one in PictureSide)
    return replace(
        space,
        medial=_margins_alone(space.medial),
        lateral=_margins_alone(space.lateral),
        plateau_margins=NO_COMPARTMENT,
        positioning=_of_the_picture(space.positioning, mirrored),
        picture_left=left,
        picture_right=right,
    )


def with_other_orientation(
    space: JointSpace, other: JointSpace, probability: float, errors: ErrorSettings
) -> JointSpace:
    """The same minima with errors that count the other orientation, in which the margins lie elsewhere.

    Their mean squared error, by the probability of the orientation of `space`; docs/choices.md#unknown-side.
    """

    def counting(own: Width | NotMeasured, turned_over: Width | NotMeasured) -> Width | NotMeasured:
        if isinstance(own, NotMeasured) or isinstance(turned_over, NotMeasured):
            return own
        away = turned_over.percent - own.percent
        of_other = turned_over.sd_percent**2 + away**2
        sd = math.sqrt(probability * own.sd_percent**2 + (1 - probability) * of_other)
        if sd > 100 * errors.largest_sd:
            return NotMeasured(
                f"the width depends on the side: standard deviation {decimal(sd, 1)} % of the tibial width"
            )
        return scaled_error(own, sd / max(own.sd_percent, 1e-9))

    return replace(
        space,
        picture_left=counting(space.picture_left, other.picture_left),
        picture_right=counting(space.picture_right, other.picture_right),
    )


def _margins_alone(space: CompartmentSpace) -> CompartmentSpace:
    fixed = dict.fromkeys(space.fixed_widths, NO_COMPARTMENT)
    return CompartmentSpace(NO_COMPARTMENT, fixed, NO_COMPARTMENT, NO_COMPARTMENT, space.margins)


def _of_the_picture(at: Positioning, mirrored: bool) -> Positioning:
    tilt_deg = -at.tilt_deg if mirrored else at.tilt_deg
    return replace(at, imd=NO_COMPARTMENT, rotation_deg=NO_DIRECTION, tilt_deg=tilt_deg)
