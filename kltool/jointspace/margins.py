"""The bone margins of both compartments, traced on the full-resolution film.

The landmarks say roughly where the margins run; the film itself says exactly. The femoral margin is the
lower edge of the condyle, the steepest darkening going down; the tibial margin is the upper edge of the
bright subchondral plate, the steepest brightening going down. Lengths are shares of the tibial width,
so that they hold with and without a pixel spacing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kltool.geometry import Points
from kltool.jointspace.edge import Expected, sample_band, smooth_along, trace_edge
from kltool.localize.canonical import turned
from kltool.values.findings import Compartment, Margins, NotMeasured
from kltool.values.image import Knee


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """Lengths as shares of the tibial width (0.0125 is about 1 mm); docs/choices.md#margins."""

    femur_above: float = 0.022
    femur_below: float = 0.022
    tibia_above: float = 0.034
    tibia_below: float = 0.012
    station: float = 0.003  # between neighbouring stations along the margin
    depth_step_px: float = 0.25
    blur_depth: float = 0.0035
    blur_along: float = 0.006
    smooth_along: float = 0.008
    plate_above_rim: float = 0.009  # the plate's upper edge lies above the landmarks on its rim
    guide_weight: float = 2.0  # how dear it is to leave the landmarks' curve
    least_strength: float = 1.2  # of the edge, over the band's mean slope
    largest_spread: float = 0.06  # of the landmarks' heat, a share of the crop


FEMUR_SPAN = {Compartment.LATERAL: (0, 2), Compartment.MEDIAL: (4, 6)}  # first and last landmark
TIBIA_SPAN = {Compartment.LATERAL: (0, 2), Compartment.MEDIAL: (6, 8)}


def trace_margins(knee: Knee, settings: TraceSettings) -> Mapping[Compartment, Margins | NotMeasured]:
    """The margins of both compartments, or why they were not found."""
    if knee.landmarks.spread > settings.largest_spread:
        absent = NotMeasured("the joint's outline is uncertain: margins not traced")
        return dict.fromkeys(Compartment, absent)
    film = turned(knee.film.pixels, knee.placement.mirrored)
    return {compartment: _compartment(film, knee, compartment, settings) for compartment in Compartment}


def _compartment(
    film: "np.ndarray[tuple[int, int], np.dtype[np.float32]]",
    knee: Knee,
    compartment: Compartment,
    settings: TraceSettings,
) -> Margins | NotMeasured:
    width = knee.placement.tibial_width_px
    femur = _traced(
        film,
        knee.landmarks.femur,
        FEMUR_SPAN[compartment],
        width,
        settings,
        settings.femur_above,
        settings.femur_below,
        brightens=False,
    )
    if femur is None:
        return NotMeasured(f"{compartment} femoral margin not found: no clear edge")
    tibia = _traced(
        film,
        knee.landmarks.tibia,
        TIBIA_SPAN[compartment],
        width,
        settings,
        settings.tibia_above,
        settings.tibia_below,
        brightens=True,
    )
    if tibia is None:
        return NotMeasured(f"{compartment} tibial margin not found: no clear edge")
    return Margins(femur, tibia)


def _traced(
    film: "np.ndarray[tuple[int, int], np.dtype[np.float32]]",
    landmarks: Points,
    span: tuple[int, int],
    width: float,
    settings: TraceSettings,
    above: float,
    below: float,
    brightens: bool,
) -> Points | None:
    station = settings.station * width
    guide = _guide(landmarks, span, station)
    if not _inside(guide, film.shape):
        return None
    step = settings.depth_step_px
    band = sample_band(film, guide, above * width, below * width, step)
    blur = (settings.blur_depth * width / step, settings.blur_along / settings.station)
    expected = Expected(-settings.plate_above_rim * width if brightens else 0.0, settings.guide_weight)
    depth, strength = trace_edge(band, blur, brightens, expected)
    if strength < settings.least_strength:
        return None
    return band.at(smooth_along(depth, settings.smooth_along / settings.station))


def _guide(landmarks: Points, span: tuple[int, int], station: float) -> Points:
    """A smooth curve through the landmarks, at even steps across, from one of them to another."""
    from scipy.interpolate import PchipInterpolator

    order = np.argsort(landmarks[:, 1])
    row_at = PchipInterpolator(landmarks[order, 1], landmarks[order, 0])
    left, right = landmarks[span[0], 1], landmarks[span[1], 1]
    columns = np.linspace(left, right, max(round(abs(right - left) / station), 4) + 1)
    return np.column_stack([row_at(columns), columns])


def _inside(guide: Points, shape: tuple[int, ...]) -> bool:
    return bool((guide >= 0).all() and (guide <= np.array(shape) - 1).all())
