"""Minimum, JSW(x) at fixed locations, mean and area of each compartment from its margins, with errors.

Where a measurement is unreliable or implausible, its reason takes its place.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.errors import UsageError
from kltool.geometry.joint_axes import (
    FIXED_LOCATIONS,
    JointAxes,
    MarginProfile,
    joint_axes_of,
    knee_axis,
    location_range,
    margin_profile,
)
from kltool.geometry.points import nearest
from kltool.jointspace.error import ErrorSettings
from kltool.jointspace.metal import Metal, detect_metal
from kltool.jointspace.positioning import measure_positioning
from kltool.typing import Points
from kltool.values.decimals import decimal, from_to
from kltool.values.joint_space import CompartmentSpace, JointSpace, Margins, TracedJoint
from kltool.values.knee import Knee
from kltool.values.length import Area, Length, NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.scale import Scale

ERRORS: Final = ErrorSettings()
STEPS: Final = 200  # of a range, for its minimum and its mean: 0.1% of the tibial width each


@dataclass(frozen=True, slots=True)
class WidthSettings:
    """Ranges of x, and limits of a valid measurement; docs/choices.md#minimum-range and #no-number.

    Attributes
    ----------
    medial_range, lateral_range : (float, float)
        x in which the minimum is searched, 0 (medial) to 1 (lateral), ascending.
    deepest_contact, shortest_crossing, widest : float
        Tibial widths: margins that cross by more are wrong; a shorter crossing is ignored; the largest
        plausible width.
    least_traced, most_metal : float
        Shares, 0 to 1: of the range in which both margins must be traced; of a margin that may lie on metal.

    Raises
    ------
    UsageError
        Where a range or a share cannot be.
    """

    medial_range: tuple[float, float] = (0.13, 0.32)  # of the minimum
    lateral_range: tuple[float, float] = (0.68, 0.87)
    deepest_contact: float = 0.012  # of the tibial width: margins that cross by more are wrong
    shortest_crossing: float = 0.010  # of the tibial width: a shorter crossing is ignored
    widest: float = 0.16  # of the tibial width: the largest plausible width
    least_traced: float = 0.75  # share of the range of a minimum in which both margins must be traced
    most_metal: float = 0.2  # share of a margin on metal: beyond it, the margin is that of an implant

    def __post_init__(self) -> None:
        for low, high in (self.medial_range, self.lateral_range):
            if not 0.0 <= low < high <= 1.0:
                raise UsageError(f"range ({low}, {high}) of x found; ascending from 0 to 1 expected")
        limits = (
            self.deepest_contact,
            self.shortest_crossing,
            self.widest,
            self.least_traced,
            self.most_metal,
        )
        if not all(0.0 <= limit <= 1.0 for limit in limits):
            raise UsageError(f"limits {limits} of widths found; 0 to 1 expected of each")

    def range_of(self, compartment: Compartment) -> tuple[float, float]:
        return self.medial_range if compartment is Compartment.MEDIAL else self.lateral_range


@dataclass(frozen=True, slots=True)
class _TracedCompartment:
    """Both margins of one compartment in the axes of the knee, with all that their measurement needs."""

    femur: MarginProfile
    tibia: MarginProfile
    axes: JointAxes
    scale: Scale
    film: tuple[int, int]  # rows, columns
    metal: Metal
    widths: WidthSettings
    errors: ErrorSettings

    def relative_sd(self, femur_sd: float, tibia_sd: float) -> tuple[float, float]:
        """Isotropic units to shares of the tibial width."""
        return femur_sd / self.scale.tibial_width, tibia_sd / self.scale.tibial_width


def measure_joint_space(
    knee: Knee, traced: TracedJoint, widths: WidthSettings, errors: ErrorSettings = ERRORS
) -> JointSpace:
    """All widths of a knee. A width of 0.0 is bone on bone, with both margins found."""
    axis = knee_axis(knee, traced)
    scale = knee.scale
    axes, metal = joint_axes_of(axis, scale), detect_metal(knee)

    def space(compartment: Compartment) -> CompartmentSpace:
        margins = traced.of(compartment)
        if isinstance(margins, NotMeasured):
            return _not_measured(compartment, margins, margins)
        femur = margin_profile(margins.femur, margins.femur_sd, axes, scale)
        tibia = margin_profile(margins.tibia, margins.tibia_sd, axes, scale)
        rows, columns = knee.film.pixels.shape
        joint = _TracedCompartment(femur, tibia, axes, scale, (rows, columns), metal, widths, errors)
        return _measure_compartment(joint, compartment, margins)

    return JointSpace(
        space(Compartment.MEDIAL),
        space(Compartment.LATERAL),
        knee.placement.tibial_width_px,
        axis,
        traced.plateau_margins,
        measure_positioning(knee, traced, axes, scale, errors),
        metal.found,
    )


def _measure_compartment(
    joint: _TracedCompartment, compartment: Compartment, margins: Margins
) -> CompartmentSpace:
    bearing, fixed = joint.widths.range_of(compartment), location_range(compartment)
    wrong = _metal_at_margin(joint, bearing) or _crossing_margins(joint, bearing)
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


def _minimum(joint: _TracedCompartment, span: tuple[float, float]) -> Width | NotMeasured:
    """The smallest Euclidean distance between condyle and plateau, both within a span of x."""
    traced = _traced_range(joint, span)
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


def _width_at(joint: _TracedCompartment, x: float) -> Width | NotMeasured:
    """The distance along the normal of the axis at x."""
    missing = _not_reached(joint, (x, x))
    if missing is not None:
        return missing
    at = np.array([x])
    femur, tibia = joint.femur.at(at), joint.tibia.at(at)
    upper = joint.axes.from_axes(at, femur.depth)[0]
    lower = joint.axes.from_axes(at, np.maximum(tibia.depth, femur.depth))[0]  # contact is a width of 0
    sd = joint.errors.of_fixed(*joint.relative_sd(float(femur.sd[0]), float(tibia.sd[0])))
    return _checked_width(joint, (upper, lower), sd, f"x = {decimal(x, 3)}")


def _mean_and_area(
    joint: _TracedCompartment, span: tuple[float, float]
) -> tuple[Length | NotMeasured, Area | NotMeasured]:
    """By the trapezoidal rule over a span of x; the mean is the area over the length of the span."""
    missing = _not_reached(joint, span)
    if missing is not None:
        return missing, missing
    x = np.linspace(*span, STEPS + 1)
    femur, tibia = joint.femur.at(x), joint.tibia.at(x)
    gap = np.maximum(tibia.depth - femur.depth, 0.0)
    mean = float(np.trapezoid(gap, x)) / (span[1] - span[0])
    sd = joint.errors.of_mean(*joint.relative_sd(_rms(femur.sd), _rms(tibia.sd)))
    points = np.vstack([joint.axes.from_axes(x, femur.depth), joint.axes.from_axes(x, tibia.depth)])
    implausible = _implausible(joint, mean, sd, points, "the range of the fixed locations")
    if implausible is not None:
        return implausible, implausible
    across = joint.axes.length * (span[1] - span[0])
    length = joint.scale.length(mean, sd, joint.axes.down)
    return length, joint.scale.area(mean * across, sd * across / joint.scale.tibial_width, span)


def _checked_width(
    joint: _TracedCompartment, ends: tuple[Points, Points], sd: float, where: str
) -> Width | NotMeasured:
    femur, tibia = ends
    implausible = _implausible(joint, float(np.hypot(*(tibia - femur))), sd, np.array(ends), where)
    return joint.scale.width(femur, tibia, sd, joint.axes.down) if implausible is None else implausible


def _implausible(
    joint: _TracedCompartment, width: float, sd: float, points: Points, where: str
) -> NotMeasured | None:
    """Why a measurement is not valid: points off the film, too large a width, uncertain margins.

    width, points: isotropic units. where: of the measurement, for the reason.
    """
    film = joint.scale.to_film(points)
    if not ((film >= -0.5) & (film <= np.array(joint.film) - 0.5)).all():
        return NotMeasured(f"{where} lies outside the film")
    if width > joint.widths.widest * joint.scale.tibial_width:
        return NotMeasured(f"a width of {joint.scale.describe(width)} lies outside the anatomical range")
    if not sd <= joint.errors.largest_sd:  # also where it is NaN
        spread = joint.scale.describe(sd * joint.scale.tibial_width)
        return NotMeasured(f"the margin is too uncertain: standard deviation {spread}")
    return None


def _not_reached(joint: _TracedCompartment, span: tuple[float, float]) -> NotMeasured | None:
    """The reason where a margin does not reach an end of the span."""
    for name, margin in (("femoral", joint.femur), ("tibial", joint.tibia)):
        for x in span:
            if not margin.reaches(x):
                return NotMeasured(f"the {name} margin does not reach x = {decimal(x, 3)}")
    return None


def _traced_range(joint: _TracedCompartment, span: tuple[float, float]) -> tuple[float, float] | NotMeasured:
    """The part of a span of x in which both margins were traced, or the reason where it is too short."""
    low, high = _common_range(joint, span)
    if high - low < joint.widths.least_traced * (span[1] - span[0]):
        return NotMeasured(f"both margins were traced over too little of x = {from_to(span)}")
    return low, high


def _common_range(joint: _TracedCompartment, span: tuple[float, float]) -> tuple[float, float]:
    low = max(span[0], float(joint.femur.x[0]), float(joint.tibia.x[0]))
    return low, min(span[1], float(joint.femur.x[-1]), float(joint.tibia.x[-1]))


def _metal_at_margin(joint: _TracedCompartment, span: tuple[float, float]) -> NotMeasured | None:
    """The reason where a margin is that of an implant: there is no joint space between bones."""
    for name, margin in (("femoral", joint.femur), ("tibial", joint.tibia)):
        part = margin.restricted(span)
        points = joint.scale.to_film(joint.axes.from_axes(part.x, part.depth))
        if joint.metal.share(points) > joint.widths.most_metal:
            return NotMeasured(f"metal lies at the {name} margin: an implant has no joint space")
    return None


def _crossing_margins(joint: _TracedCompartment, span: tuple[float, float]) -> NotMeasured | None:
    """The reason where the margins cross by more than bones in contact do: one of them at least is wrong."""
    low, high = _common_range(joint, span)
    if high <= low:
        return None
    x = np.linspace(low, high, STEPS + 1)
    overlap = joint.femur.at(x).depth - joint.tibia.at(x).depth
    deep = overlap > joint.widths.deepest_contact * joint.scale.tibial_width
    if (
        float(deep.mean()) * (high - low) * joint.axes.length
        <= joint.widths.shortest_crossing * joint.scale.tibial_width
    ):
        return None
    return NotMeasured(f"the margins cross by {joint.scale.describe(float(overlap.max()))}")


def _rms(values: Points) -> float:
    return float(np.sqrt(np.mean(values**2)))
