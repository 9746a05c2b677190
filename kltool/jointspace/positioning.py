"""How the knee stood before the film, and how well the film shows it: measured from the film itself."""

import math
from typing import Final

import numpy as np

from kltool.geometry.joint_axes import Axes, profile_of, span_of
from kltool.jointspace.error import ErrorSettings
from kltool.jointspace.image_quality import expose
from kltool.typing import Points
from kltool.values.length import Length, NotMeasured
from kltool.values.radiograph import Knee, Landmarks
from kltool.values.reading import Compartment, Margins, Positioning, Rims, TracedJoint
from kltool.values.scale import Ruler

SPINES: Final = slice(3, 6)  # of the tibial landmarks: spine, valley, spine
ROOF: Final = 3  # of the femoral landmarks: the roof of the notch
LEVER: Final = 0.40  # from the spines to the roof, of the tibial width; docs/choices.md#rotation
NEUTRAL: Final = (
    0.026  # offset of the spines in a leg that is not rotated, likewise; docs/choices.md#rotation
)
STEPS: Final = 100


def position(knee: Knee, traced: TracedJoint, axes: Axes, ruler: Ruler, errors: ErrorSettings) -> Positioning:
    exposure = expose(knee, traced, axes, ruler)
    return Positioning(
        inter_margin_distance(traced.rims, axes, ruler, errors),
        rotation(knee.landmarks, axes, ruler),
        math.degrees(knee.placement.tilt_rad),
        _whole(knee, traced, axes, ruler),
        exposure.clipped,
        exposure.edge_width_percent,
        exposure.contrast_to_noise,
    )


def inter_margin_distance(
    rims: Rims | NotMeasured, axes: Axes, ruler: Ruler, errors: ErrorSettings
) -> Length | NotMeasured:
    """The mean distance between the rims of the medial plateau along the normal of the axis.

    Taken over the range of the medial fixed places; 0 where the beam runs along the plateau.
    """
    if isinstance(rims, NotMeasured):
        return rims
    low, high = span_of(Compartment.MEDIAL)
    x = np.linspace(low, high, STEPS + 1)
    upper, lower = (profile_of(rim, np.zeros(len(rim)), axes, ruler) for rim in (rims.upper, rims.lower))
    if not all(rim.reaches(end) for rim in (upper, lower) for end in (low, high)):
        return NotMeasured(f"the rims of the plateau do not reach from x = {low:.3f} to {high:.3f}")
    apart = float(np.trapezoid(np.abs(lower.at(x).depth - upper.at(x).depth), x)) / (high - low)
    return ruler.length(apart, errors.rim_sd, axes.down)


def rotation(landmarks: Landmarks, axes: Axes, ruler: Ruler) -> float | NotMeasured:
    """Degrees of the leg about its length, from where the tibial spines stand under the notch.

    The notch's roof lies behind the spines: a turn of the leg moves one against the other by the lever
    times the sine of its angle. Positive where the spines stand medially of the roof: turned outwards.
    """
    sine = (spine_offset(landmarks, axes, ruler) - NEUTRAL) / LEVER
    if abs(sine) > 1.0:
        return NotMeasured("the spines stand too far from the notch")
    return math.degrees(math.asin(sine))


def spine_offset(landmarks: Landmarks, axes: Axes, ruler: Ruler) -> float:
    """How far medially of the notch's roof the tibial spines stand, a share of the tibial width."""
    spines, _ = axes.place(ruler.even(landmarks.tibia[SPINES]))
    roof, _ = axes.place(ruler.even(landmarks.femur[ROOF : ROOF + 1]))
    return float(roof.mean() - spines.mean()) * axes.length / ruler.tibia  # x grows laterally


def _whole(knee: Knee, traced: TracedJoint, axes: Axes, ruler: Ruler) -> bool:
    """Whether the plateau, and both margins where widths are measured, lie on the film."""
    shape = knee.film.pixels.shape
    return _on_film(knee.landmarks.tibia, shape) and all(
        _on_film(_bearing(margin, compartment, axes, ruler), shape)
        for compartment in Compartment
        for margin in _margins(traced.of(compartment))
    )


def _margins(margins: Margins | NotMeasured) -> tuple[Points, ...]:
    return () if isinstance(margins, NotMeasured) else (margins.femur, margins.tibia)


def _bearing(margin: Points, compartment: Compartment, axes: Axes, ruler: Ruler) -> Points:
    low, high = span_of(compartment)
    x, _ = axes.place(ruler.even(margin))
    return margin[(x >= low) & (x <= high)]


def _on_film(points: Points, shape: tuple[int, ...]) -> bool:
    return bool((points >= -0.5).all() and (points <= np.array(shape) - 0.5).all())
