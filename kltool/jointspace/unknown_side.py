"""The joint space of a knee whose side is unknown: two minima by their place in the picture."""

from dataclasses import replace
from typing import Final

from kltool.values.joint_space import CompartmentSpace, JointSpace, Positioning
from kltool.values.length import NotMeasured
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


def _margins_alone(space: CompartmentSpace) -> CompartmentSpace:
    fixed = dict.fromkeys(space.fixed_widths, NO_COMPARTMENT)
    return CompartmentSpace(NO_COMPARTMENT, fixed, NO_COMPARTMENT, NO_COMPARTMENT, space.margins)


def _of_the_picture(at: Positioning, mirrored: bool) -> Positioning:
    tilt_deg = -at.tilt_deg if mirrored else at.tilt_deg
    return replace(at, imd=NO_COMPARTMENT, rotation_deg=NO_DIRECTION, tilt_deg=tilt_deg)
