"""The bone margins of both compartments and the rims of the medial plateau, on the full-resolution film.

The landmarks say where the joint lies; the margin network, looking at the film at its own resolution,
says where the margins run, column by column, and how sure it is. Lengths are shares of the tibial
width, so that they hold with and without a pixel spacing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kltool.geometry.joint_frame import joint_frame_of
from kltool.jointspace.margin_network import MarginCurves, trace_curves
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.reading import Margins, PlateauMargins, TracedJoint
from kltool.weights import Network

FEMUR, TIBIA, UPPER_PLATEAU_MARGIN, LOWER_PLATEAU_MARGIN = range(4)


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """Shares of the tibial width; docs/choices.md#margins."""

    innermost: float = 0.15  # a compartment's margins begin so far from the plateau's middle
    outermost: float = 0.52
    largest_sd: float = 0.03  # of a margin, at its median point
    largest_spread: float = 0.06  # of the landmarks' heat, a share of the crop


def trace_margins(knee: Knee, network: Network, settings: TraceSettings) -> TracedJoint:
    """The margins of both compartments and the medial rims, or why they were not found."""
    if knee.landmarks.spread > settings.largest_spread:
        absent = NotMeasured("the joint's outline is uncertain: margins not traced")
        return TracedJoint(absent, absent, absent)
    film = knee.pixels
    return joint_from_curves(trace_curves(film, joint_frame_of(knee.placement), network), knee, settings)


def joint_from_curves(curves: MarginCurves, knee: Knee, settings: TraceSettings) -> TracedJoint:
    """The margins of both compartments and the medial rims out of the curves of a film."""
    return TracedJoint(
        _margins(curves, knee, Compartment.MEDIAL, settings),
        _margins(curves, knee, Compartment.LATERAL, settings),
        _plateau_margins(curves, knee, settings),
    )


def _margins(
    curves: MarginCurves, knee: Knee, compartment: Compartment, settings: TraceSettings
) -> Margins | NotMeasured:
    within = _columns(curves, compartment, settings)
    femur, tibia = curves.at[FEMUR, within], curves.at[TIBIA, within]
    femur_sd, tibia_sd = curves.sd[FEMUR, within], curves.sd[TIBIA, within]
    for name, margin, sd in (("femoral", femur, femur_sd), ("tibial", tibia, tibia_sd)):
        if not _inside(margin, knee.film.pixels.shape):
            return NotMeasured(f"the {compartment} {name} margin is cut off by the edge of the film")
        if float(np.median(sd)) > settings.largest_sd * knee.placement.tibial_width_px:
            return NotMeasured(f"{compartment} {name} margin not found: no clear edge")
    return Margins(femur, tibia, femur_sd, tibia_sd)


def _plateau_margins(
    curves: MarginCurves, knee: Knee, settings: TraceSettings
) -> PlateauMargins | NotMeasured:
    within = _columns(curves, Compartment.MEDIAL, settings)
    upper, lower = curves.at[UPPER_PLATEAU_MARGIN, within], curves.at[LOWER_PLATEAU_MARGIN, within]
    doubt = float(
        np.median(np.hypot(curves.sd[UPPER_PLATEAU_MARGIN, within], curves.sd[LOWER_PLATEAU_MARGIN, within]))
    )
    if doubt > settings.largest_sd * knee.placement.tibial_width_px:
        return NotMeasured("the rims of the medial plateau cannot be told apart from other edges")
    return PlateauMargins(upper, lower)


def _columns(
    curves: MarginCurves, compartment: Compartment, settings: TraceSettings
) -> npt.NDArray[np.bool_]:
    """Which columns belong to a compartment; lateral lies before the middle, medial after it."""
    outwards = curves.position if compartment is Compartment.MEDIAL else -curves.position
    return np.asarray((outwards >= settings.innermost) & (outwards <= settings.outermost))


def _inside(points: npt.NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    return bool((points >= 0).all() and (points <= np.array(shape) - 1).all())
