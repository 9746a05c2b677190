"""The bone margins of both compartments and the margins of the medial plateau, at the film's full resolution.

The landmarks locate the joint; the margin network traces the margins column by column, with a standard
deviation. Lengths are shares of the tibial width, so that they hold with and without a pixel spacing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kltool.geometry.joint_frame import joint_frame_of
from kltool.jointspace.margin_network import MarginCurves, trace_curves
from kltool.values.joint_space import Margins, PlateauMargins, TracedJoint
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.weights import Network

FEMUR, TIBIA, UPPER_PLATEAU_MARGIN, LOWER_PLATEAU_MARGIN = range(4)


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """Tracing of the margins; lengths are shares of the tibial width; docs/choices.md#margins.

    Attributes
    ----------
    innermost, outermost : float
        Where the margins of a compartment begin and end, from the middle of the plateau.
    largest_sd : float
        Of a margin, the median of its points; beyond it there is no margin.
    largest_spread : float
        Of the landmarks, a share of the crop; beyond it nothing is traced.
    """

    innermost: float = 0.15
    outermost: float = 0.52
    largest_sd: float = 0.03
    largest_spread: float = 0.06


def trace_margins(knee: Knee, network: Network, settings: TraceSettings) -> TracedJoint:
    """The margins of both compartments and of the medial plateau, or why they were not found."""
    if knee.landmarks.spread > settings.largest_spread:
        absent = NotMeasured("the joint's outline is uncertain: margins not traced")
        return TracedJoint(absent, absent, absent)
    curves = trace_curves(knee.pixels, joint_frame_of(knee.placement), network)
    return joint_from_curves(curves, knee, settings)


def joint_from_curves(curves: MarginCurves, knee: Knee, settings: TraceSettings) -> TracedJoint:
    """The margins of both compartments and of the medial plateau from the curves of a film."""
    return TracedJoint(
        _margins(curves, knee, Compartment.MEDIAL, settings),
        _margins(curves, knee, Compartment.LATERAL, settings),
        _plateau_margins(curves, knee, settings),
    )


def _margins(
    curves: MarginCurves, knee: Knee, compartment: Compartment, settings: TraceSettings
) -> Margins | NotMeasured:
    within = _compartment_columns(curves, compartment, settings)
    femur, tibia = curves.at[FEMUR, within], curves.at[TIBIA, within]
    femur_sd, tibia_sd = curves.sd[FEMUR, within], curves.sd[TIBIA, within]
    for name, margin, sd in (("femoral", femur, femur_sd), ("tibial", tibia, tibia_sd)):
        if not _on_film(margin, knee.film.pixels.shape):
            return NotMeasured(f"the {compartment} {name} margin is cut off by the edge of the film")
        if float(np.median(sd)) > settings.largest_sd * knee.placement.tibial_width_px:
            return NotMeasured(f"{compartment} {name} margin not found: no clear edge")
    return Margins(femur, tibia, femur_sd, tibia_sd)


def _plateau_margins(
    curves: MarginCurves, knee: Knee, settings: TraceSettings
) -> PlateauMargins | NotMeasured:
    within = _compartment_columns(curves, Compartment.MEDIAL, settings)
    upper, lower = curves.at[UPPER_PLATEAU_MARGIN, within], curves.at[LOWER_PLATEAU_MARGIN, within]
    sd = float(
        np.median(np.hypot(curves.sd[UPPER_PLATEAU_MARGIN, within], curves.sd[LOWER_PLATEAU_MARGIN, within]))
    )
    if sd > settings.largest_sd * knee.placement.tibial_width_px:
        return NotMeasured("the margins of the medial plateau cannot be distinguished from other edges")
    return PlateauMargins(upper, lower)


def _compartment_columns(
    curves: MarginCurves, compartment: Compartment, settings: TraceSettings
) -> npt.NDArray[np.bool_]:
    """The columns of a compartment: lateral before the middle of the plateau, medial after it."""
    outwards = curves.position if compartment is Compartment.MEDIAL else -curves.position
    return np.asarray((outwards >= settings.innermost) & (outwards <= settings.outermost))


def _on_film(points: npt.NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    return bool((points >= 0).all() and (points <= np.array(shape) - 1).all())
