"""Minimum, JSW(x) at fixed locations, mean and area of each compartment from its margins, with errors.

Where a measurement is unreliable or implausible, its reason takes its place.
"""

from typing import Final

import numpy as np

from kltool.geometry.joint_axes import (
    FIXED_LOCATIONS,
    joint_axes_of,
    knee_axis,
    location_range,
    margin_profile,
)
from kltool.geometry.points import nearest
from kltool.jointspace.error import ErrorSettings
from kltool.jointspace.metal import MetalSettings
from kltool.jointspace.positioning import measure_positioning
from kltool.jointspace.traced_compartment import TracedCompartment, WidthSettings
from kltool.jointspace.unknown_side import without_side
from kltool.jointspace.validity import (
    STEPS,
    crossing_margins,
    implausible,
    not_reached,
    too_little_found,
    traced_range,
)
from kltool.typing import Points
from kltool.values.decimals import decimal
from kltool.values.joint_space import CompartmentSpace, JointSpace, Margins, TracedJoint
from kltool.values.knee import Knee
from kltool.values.length import Area, Length, NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.radiograph import Side

ERRORS: Final = ErrorSettings()
METAL: Final = MetalSettings()


def measure_joint_space(
    knee: Knee,
    traced: TracedJoint,
    widths: WidthSettings,
    errors: ErrorSettings = ERRORS,
    metal: MetalSettings = METAL,
) -> JointSpace:
    """All widths of a knee; without a side, of either half of the picture its minimum alone.

    A width of 0.0 is bone on bone, with both margins found.
    """
    axis = knee_axis(knee, traced)
    scale = knee.scale
    axes = joint_axes_of(axis, scale)

    def space(compartment: Compartment) -> CompartmentSpace:
        margins = traced.of(compartment)
        if isinstance(margins, NotMeasured):
            return _not_measured(compartment, margins, margins)
        implant = metal.in_compartment(knee.metal, compartment)
        if implant is not None:
            return _not_measured(compartment, implant, margins)
        femur = margin_profile(margins.femur, margins.femur_sd, axes, scale)
        tibia = margin_profile(margins.tibia, margins.tibia_sd, axes, scale)
        rows, columns = knee.film.pixels.shape
        joint = TracedCompartment(femur, tibia, axes, scale, (rows, columns), widths, errors)
        return _measure_compartment(joint, compartment, margins)

    measured = JointSpace(
        space(Compartment.MEDIAL),
        space(Compartment.LATERAL),
        knee.placement.tibial_width_px,
        axis,
        traced.plateau_margins,
        measure_positioning(knee, traced, axes, scale, errors),
        metal.is_near(knee.metal),
    )
    return without_side(measured, knee.placement.mirrored) if knee.side is Side.UNKNOWN else measured


def _measure_compartment(
    joint: TracedCompartment, compartment: Compartment, margins: Margins
) -> CompartmentSpace:
    bearing, fixed = joint.widths.range_of(compartment), location_range(compartment)
    wrong = crossing_margins(joint, bearing)
    if wrong is not None:
        return _not_measured(compartment, wrong, margins)
    mean, area = _mean_and_area(joint, fixed)
    at = {x: _width_at(joint, x) for x in FIXED_LOCATIONS[compartment]}
    return CompartmentSpace(_minimum(joint, bearing), at, mean, area, margins)


def _not_measured(
    compartment: Compartment, reason: NotMeasured, margins: Margins | NotMeasured
) -> CompartmentSpace:
    at = dict.fromkeys(FIXED_LOCATIONS[compartment], reason)
    return CompartmentSpace(reason, at, reason, reason, margins)


def _minimum(joint: TracedCompartment, span: tuple[float, float]) -> Width | NotMeasured:
    """The smallest Euclidean distance between condyle and plateau, both within a span of x."""
    traced = traced_range(joint, span)
    if isinstance(traced, NotMeasured):
        return traced
    x = np.linspace(*traced, STEPS + 1)
    femur, tibia = joint.femur.at(x), joint.tibia.at(x)
    gap = tibia.depth - femur.depth
    if gap.min() <= 0.0:
        contact = joint.axes.from_axes(x, femur.depth)[gap.argmin()]
        ends = contact, contact
    else:
        ends = _nearest_points(joint.axes.from_axes(x, femur.depth), joint.axes.from_axes(x, tibia.depth))
    sds = [
        float(np.interp(joint.axes.to_axes(end[None])[0][0], x, side.sd))
        for end, side in zip(ends, (femur, tibia), strict=True)
    ]
    return _checked_width(joint, ends, joint.errors.of_minimum(*joint.relative_sd(*sds)), "the minimum")


def _nearest_points(femur: Points, tibia: Points) -> tuple[Points, Points]:
    """The two nearest points of two polylines that do not cross: one of them is a vertex."""
    down, feet_below = nearest(femur, tibia)
    up, feet_above = nearest(tibia, femur)
    if down.min() <= up.min():
        return femur[down.argmin()], feet_below[down.argmin()]
    return feet_above[up.argmin()], tibia[up.argmin()]


def _width_at(joint: TracedCompartment, x: float) -> Width | NotMeasured:
    """The distance along the normal of the axis at x."""
    missing = not_reached(joint, (x, x))
    if missing is not None:
        return missing
    at = np.array([x])
    femur, tibia = joint.femur.at(at), joint.tibia.at(at)
    upper = joint.axes.from_axes(at, femur.depth)[0]
    lower = joint.axes.from_axes(at, np.maximum(tibia.depth, femur.depth))[0]  # contact is a width of 0
    sd = joint.errors.of_fixed(*joint.relative_sd(float(femur.sd[0]), float(tibia.sd[0])))
    return _checked_width(joint, (upper, lower), sd, f"x = {decimal(x, 3)}")


def _mean_and_area(
    joint: TracedCompartment, span: tuple[float, float]
) -> tuple[Length | NotMeasured, Area | NotMeasured]:
    """By the trapezoidal rule over a span of x; the mean is the area over the length of the span."""
    missing = not_reached(joint, span)
    if missing is not None:
        return missing, missing
    x = np.linspace(*span, STEPS + 1)
    femur, tibia = joint.femur.at(x), joint.tibia.at(x)
    gap = np.maximum(tibia.depth - femur.depth, 0.0)
    mean = float(np.trapezoid(gap, x)) / (span[1] - span[0])
    sd = joint.errors.of_mean(*joint.relative_sd(_rms(femur.sd), _rms(tibia.sd)))
    points = np.vstack([joint.axes.from_axes(x, femur.depth), joint.axes.from_axes(x, tibia.depth)])
    where = "the range of the fixed locations"
    invalid = implausible(joint, mean, sd, points, where) or too_little_found(joint, span)
    if invalid is not None:
        return invalid, invalid
    across = joint.axes.length * (span[1] - span[0])
    length = joint.scale.length(mean, sd, joint.axes.down)
    return length, joint.scale.area(mean * across, sd * across / joint.scale.tibial_width, span)


def _checked_width(
    joint: TracedCompartment, ends: tuple[Points, Points], sd: float, where: str
) -> Width | NotMeasured:
    femur, tibia = ends
    invalid = implausible(joint, float(np.hypot(*(tibia - femur))), sd, np.array(ends), where)
    return joint.scale.width(femur, tibia, sd, joint.axes.down) if invalid is None else invalid


def _rms(values: Points) -> float:
    return float(np.sqrt(np.mean(values**2)))
