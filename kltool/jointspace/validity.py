"""Why a measurement of a compartment is not valid: its reason takes the place of the number."""

from typing import Final

import numpy as np

from kltool.jointspace.traced_compartment import TracedCompartment
from kltool.typing import Points
from kltool.values.decimals import decimal, from_to
from kltool.values.length import NotMeasured

STEPS: Final = 200  # of a range, for its minimum and its mean: 0.1% of the tibial width each


def implausible(
    joint: TracedCompartment, width: float, sd: float, points: Points, where: str
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


def not_reached(joint: TracedCompartment, span: tuple[float, float]) -> NotMeasured | None:
    """The reason where a margin does not reach an end of the span."""
    for name, margin in (("femoral", joint.femur), ("tibial", joint.tibia)):
        for x in span:
            if not margin.reaches(x):
                return NotMeasured(f"the {name} margin does not reach x = {decimal(x, 3)}")
    return None


def traced_range(joint: TracedCompartment, span: tuple[float, float]) -> tuple[float, float] | NotMeasured:
    """The part of a span of x in which both margins were traced, or the reason where it is too short."""
    low, high = _common_range(joint, span)
    if high - low < joint.widths.least_traced * (span[1] - span[0]):
        return NotMeasured(f"both margins were traced over too little of x = {from_to(span)}")
    return low, high


def too_little_found(joint: TracedCompartment, span: tuple[float, float]) -> NotMeasured | None:
    """The reason where a width would be valid over too little of a span of x."""
    x = np.linspace(*span, STEPS + 1)
    femur, tibia = joint.femur.at(x), joint.tibia.at(x)
    sds = [joint.errors.of_fixed(*joint.relative_sd(*pair)) for pair in zip(femur.sd, tibia.sd, strict=True)]
    narrow = tibia.depth - femur.depth <= joint.widths.widest * joint.scale.tibial_width
    found = float(((np.array(sds) <= joint.errors.largest_sd) & narrow).mean())
    if found >= joint.widths.least_traced:
        return None
    return NotMeasured(
        f"both margins were found over only {decimal(100 * found, 0)}% of x = {from_to(span, 3)}"
    )


def _common_range(joint: TracedCompartment, span: tuple[float, float]) -> tuple[float, float]:
    low = max(span[0], float(joint.femur.x[0]), float(joint.tibia.x[0]))
    return low, min(span[1], float(joint.femur.x[-1]), float(joint.tibia.x[-1]))


def crossing_margins(joint: TracedCompartment, span: tuple[float, float]) -> NotMeasured | None:
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
