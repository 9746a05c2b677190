"""Positioning of the knee and the beam, measured on the film, together with its image quality."""

import math
from typing import Final

import numpy as np

from kltool.geometry.joint_axes import JointAxes, location_range, margin_profile
from kltool.jointspace.error import ErrorSettings
from kltool.jointspace.image_quality import measure_image_quality
from kltool.typing import Points
from kltool.values.decimals import from_to
from kltool.values.joint_space import Margins, PlateauMargins, Positioning, TracedJoint
from kltool.values.knee import Knee, Landmarks
from kltool.values.length import Length, NotMeasured
from kltool.values.measure import Compartment
from kltool.values.scale import Scale

SPINES: Final = slice(3, 6)  # of the tibial landmarks: spine, valley, spine
ROOF: Final = 3  # of the femoral landmarks: the roof of the notch
LEVER: Final = 0.40  # from the spines to the roof, of the tibial width; docs/choices.md#rotation
NEUTRAL: Final = 0.026  # offset of the spines without rotation, likewise; docs/choices.md#rotation
STEPS: Final = 100


def measure_positioning(
    knee: Knee, traced: TracedJoint, axes: JointAxes, scale: Scale, errors: ErrorSettings
) -> Positioning:
    image = measure_image_quality(knee, traced, axes, scale)
    return Positioning(
        inter_margin_distance(traced.plateau_margins, axes, scale, errors),
        leg_rotation(knee.landmarks, axes, scale),
        math.degrees(knee.placement.tilt_rad),
        _complete(knee, traced, axes, scale),
        image.clipped,
        image.edge_width_percent,
        image.contrast_to_noise,
    )


def inter_margin_distance(
    plateau: PlateauMargins | NotMeasured, axes: JointAxes, scale: Scale, errors: ErrorSettings
) -> Length | NotMeasured:
    """The mean distance of the anterior and posterior margins of the medial plateau, along the normal of x.

    Over the range of the medial fixed locations; 0 where the beam is parallel to the plateau.
    """
    if isinstance(plateau, NotMeasured):
        return plateau
    low, high = location_range(Compartment.MEDIAL)
    x = np.linspace(low, high, STEPS + 1)
    upper, lower = (
        margin_profile(margin, np.zeros(len(margin)), axes, scale)
        for margin in (plateau.upper, plateau.lower)
    )
    if not all(margin.reaches(end) for margin in (upper, lower) for end in (low, high)):
        return NotMeasured(f"the margins of the plateau do not extend from x = {from_to((low, high), 3)}")
    distance = float(np.trapezoid(np.abs(lower.at(x).depth - upper.at(x).depth), x)) / (high - low)
    return scale.length(distance, errors.plateau_margin_sd, axes.down)


def leg_rotation(landmarks: Landmarks, axes: JointAxes, scale: Scale) -> float | NotMeasured:
    """Degrees of the leg about its long axis, from the position of the tibial spines under the notch.

    The roof of the notch lies behind the spines: rotation shifts one against the other by the lever times the
    sine of its angle. Positive (external) where the spines lie medially of the roof.
    """
    sine = (spine_offset(landmarks, axes, scale) - NEUTRAL) / LEVER
    if abs(sine) > 1.0:
        return NotMeasured("the tibial spines lie too far from the femoral notch")
    return math.degrees(math.asin(sine))


def least_rotation(landmarks: Landmarks, axes: JointAxes, scale: Scale) -> float:
    """Degrees by which the leg is rotated at least, of whichever side it is; 90 where that cannot be.

    On the other side what lies medially lies laterally.
    """
    sine = (abs(spine_offset(landmarks, axes, scale)) - NEUTRAL) / LEVER
    return math.degrees(math.asin(min(abs(sine), 1.0)))


def spine_offset(landmarks: Landmarks, axes: JointAxes, scale: Scale) -> float:
    """The distance of the tibial spines from the roof of the notch, positive medially, in tibial widths."""
    spines, _ = axes.to_axes(scale.to_isotropic(landmarks.tibia[SPINES]))
    roof, _ = axes.to_axes(scale.to_isotropic(landmarks.femur[ROOF : ROOF + 1]))
    return float(roof.mean() - spines.mean()) * axes.length / scale.tibial_width  # x grows laterally


def _complete(knee: Knee, traced: TracedJoint, axes: JointAxes, scale: Scale) -> bool:
    """Whether the plateau and both margins, where widths are measured, lie on the film."""
    shape = knee.film.pixels.shape
    return _on_film(knee.landmarks.tibia, shape) and all(
        _on_film(_weight_bearing(margin, compartment, axes, scale), shape)
        for compartment in Compartment
        for margin in _margins(traced.of(compartment))
    )


def _margins(margins: Margins | NotMeasured) -> tuple[Points, ...]:
    return () if isinstance(margins, NotMeasured) else (margins.femur, margins.tibia)


def _weight_bearing(margin: Points, compartment: Compartment, axes: JointAxes, scale: Scale) -> Points:
    low, high = location_range(compartment)
    x, _ = axes.to_axes(scale.to_isotropic(margin))
    return margin[(x >= low) & (x <= high)]


def _on_film(points: Points, shape: tuple[int, ...]) -> bool:
    return bool((points >= -0.5).all() and (points <= np.array(shape) - 0.5).all())
