"""The bone margins on the film with their certainty, and the margins of the medial plateau."""

from typing import Final

import numpy as np
from matplotlib.patches import Polygon

from kltool.report.plots.canvas import Region
from kltool.report.plots.film import JointView
from kltool.report.plots.style import FEMUR, PLATEAU, TIBIA
from kltool.typing import Points
from kltool.values.joint_space import JointSpace, PlateauMargins
from kltool.values.length import NORMAL_95, NotMeasured
from kltool.values.measure import Compartment

CERTAINTY: Final = 0.35  # opacity of the band that holds a margin with 95%
UNCERTAIN: Final = 0.015  # largest deviation drawn, tibial widths; docs/choices.md#pictures-of-a-reading


def draw_margins(region: Region, space: JointSpace, compartment: Compartment, view: JointView) -> None:
    """Both margins with their 95% bands, from the first point to the last that is certain enough."""
    margins = space.of(compartment).margins
    if isinstance(margins, NotMeasured):
        return
    largest_sd = UNCERTAIN * space.tibial_width_px
    _draw_margin(region, margins.femur, margins.femur_sd, largest_sd, FEMUR, view)
    _draw_margin(region, margins.tibia, margins.tibia_sd, largest_sd, TIBIA, view)


def draw_plateau_margins(region: Region, margins: PlateauMargins | NotMeasured, view: JointView) -> None:
    """The anterior and the posterior margin of the medial plateau."""
    if isinstance(margins, NotMeasured):
        return
    for margin in (margins.upper, margins.lower):
        region.draw_line(view.place(margin), PLATEAU, dash=7.0)


def certain_part(sd: Points, largest_sd: float) -> slice:
    """From the first point of a margin to the last that is certain enough to be drawn."""
    certain = np.flatnonzero(sd <= largest_sd)
    return slice(certain[0], certain[-1] + 1) if len(certain) else slice(0)


def _draw_margin(
    region: Region, points: Points, sd: Points, largest_sd: float, colour: str, view: JointView
) -> None:
    shown = certain_part(sd, largest_sd)
    points, sd = points[shown], sd[shown]
    if len(points) < 2:
        return
    across = NORMAL_95 * sd[:, None] * _normals(points)
    outline = np.vstack([view.place(points - across), view.place(points + across)[::-1]])
    band = Polygon(outline[:, ::-1], facecolor=colour, alpha=CERTAINTY, linewidth=0)
    region.add(band)
    region.draw_line(view.place(points), colour, 3)


def _normals(points: Points) -> Points:
    """(n, 2) unit normals of a polyline."""
    along = np.gradient(points, axis=0)
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    return np.column_stack([along[:, 1], -along[:, 0]])
