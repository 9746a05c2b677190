"""Margins to widths: the minimum of each compartment and JSW(x) at fixed places, with their error."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kltool.geometry import Points, nearest
from kltool.jointspace.axis import knee_axis
from kltool.values.findings import (
    Compartment,
    CompartmentSpace,
    JointSpace,
    KneeAxis,
    Margins,
    NotMeasured,
    Width,
)
from kltool.values.image import Knee, Spacing

MEDIAL_AT = tuple(round(0.150 + 0.025 * step, 3) for step in range(7))  # OAI JSW150 to JSW300
LATERAL_AT = tuple(round(0.700 + 0.025 * step, 3) for step in range(9))  # OAI LJSW700 to LJSW900
POSITIONS = {Compartment.MEDIAL: MEDIAL_AT, Compartment.LATERAL: LATERAL_AT}


@dataclass(frozen=True, slots=True)
class WidthSettings:
    """docs/choices.md#software-error and #minimum-range."""

    software_sd: float = 0.0018  # of the tibial width, repeatability
    medial_range: tuple[float, float] = (0.05, 0.32)  # of x, where the minimum is looked for
    lateral_range: tuple[float, float] = (0.70, 0.95)

    def range_of(self, compartment: Compartment) -> tuple[float, float]:
        return self.medial_range if compartment is Compartment.MEDIAL else self.lateral_range


def measure(
    knee: Knee, margins: Mapping[Compartment, Margins | NotMeasured], settings: WidthSettings
) -> JointSpace:
    """All widths of a knee. A width of 0.0 is bone on bone, with both margins found."""
    axis = knee_axis(knee, margins)
    spaces = {
        compartment: _space(knee, compartment, margins[compartment], axis, settings)
        for compartment in Compartment
    }
    return JointSpace(
        spaces[Compartment.MEDIAL], spaces[Compartment.LATERAL], knee.placement.tibial_width_px, axis
    )


def _space(
    knee: Knee,
    compartment: Compartment,
    margins: Margins | NotMeasured,
    axis: KneeAxis,
    settings: WidthSettings,
) -> CompartmentSpace:
    positions = POSITIONS[compartment]
    if isinstance(margins, NotMeasured):
        return CompartmentSpace(margins, dict.fromkeys(positions, margins), margins)
    minimum = _minimum(knee, margins, axis, settings.range_of(compartment), settings)
    at = {x: _width_at(knee, margins, axis, x, settings) for x in positions}
    return CompartmentSpace(minimum, at, margins)


def _minimum(
    knee: Knee, margins: Margins, axis: KneeAxis, span: tuple[float, float], settings: WidthSettings
) -> Width | NotMeasured:
    """The shortest Euclidean distance from the condyle, within a span of x, to the plateau.

    Where the pixel is not square the nearest foot is sought in millimetres.
    """
    x, _ = _coordinates(margins.femur, axis)
    femur = margins.femur[(x >= span[0]) & (x <= span[1])]
    if not len(femur):
        return NotMeasured("femoral margin lies outside the weight-bearing range")
    scale = _pixel_shape(knee)
    distance, feet = nearest(femur * scale, margins.tibia * scale)
    best = int(distance.argmin())
    crossed = _crossed(margins, femur)
    start, end = femur[best], feet[best] / scale
    return _width(knee, start, start if crossed else end, settings)


def _width_at(
    knee: Knee, margins: Margins, axis: KneeAxis, x: float, settings: WidthSettings
) -> Width | NotMeasured:
    """The distance along the normal of the axis at x."""
    ends = []
    for name, margin in (("femoral", margins.femur), ("tibial", margins.tibia)):
        along, _ = _coordinates(margin, axis)
        order = np.argsort(along, kind="stable")
        if not along[order[0]] <= x <= along[order[-1]]:
            return NotMeasured(f"the {name} margin does not reach x = {x:.3f}")
        ends.append(
            np.array([np.interp(x, along[order], margin[order, coordinate]) for coordinate in (0, 1)])
        )
    femur, tibia = ends
    return _width(knee, femur, tibia if tibia[0] > femur[0] else femur, settings)


def _width(knee: Knee, femur: Points, tibia: Points, settings: WidthSettings) -> Width:
    spacing = knee.spacing
    step = tibia - femur
    px = float(np.hypot(*step))
    line = ((float(femur[0]), float(femur[1])), (float(tibia[0]), float(tibia[1])))
    whole = knee.placement.tibial_width_px
    sd_px, sd_percent = settings.software_sd * whole, 100 * settings.software_sd
    if not isinstance(spacing, Spacing):
        absent = NotMeasured(f"no millimetres: {spacing.reason}")
        return Width(px, 100 * px / whole, absent, sd_px, sd_percent, absent, line)
    mm = float(np.hypot(step[0] * spacing.row_mm, step[1] * spacing.column_mm))
    return Width(px, 100 * px / whole, mm, sd_px, sd_percent, sd_px * spacing.row_mm, line)


def _coordinates(points: Points, axis: KneeAxis) -> tuple[Points, Points]:
    """x along the axis, 0 to 1 over the femur, and the distance below it in pixels; (n,) each."""
    origin, whole = np.array(axis.origin), np.array(axis.end) - np.array(axis.origin)
    length = float(np.hypot(*whole))
    along = whole / length
    normal = np.array([along[1], -along[0]]) * (np.sign(along[1]) or 1.0)
    away = points - origin
    return away @ along / length, away @ normal


def _crossed(margins: Margins, femur: Points) -> bool:
    """Whether the condyle reaches to or below the plateau anywhere that both are traced: bone on bone."""
    order = np.argsort(margins.tibia[:, 1], kind="stable")
    rows, columns = margins.tibia[order].T
    above = femur[(femur[:, 1] >= columns[0]) & (femur[:, 1] <= columns[-1])]
    return bool((above[:, 0] >= np.interp(above[:, 1], columns, rows)).any())


def _pixel_shape(knee: Knee) -> Points:
    """(row, column) lengths of a pixel, scaled to a mean of one; square where nothing is known."""
    if not isinstance(knee.spacing, Spacing):
        return np.ones(2)
    sides = np.array([knee.spacing.row_mm, knee.spacing.column_mm])
    shape: Points = sides / sides.mean()
    return shape
