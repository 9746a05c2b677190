"""The bone margins on the film with their certainty, and the margins of the medial plateau."""

from typing import Final

import numpy as np
from matplotlib.patches import Polygon

from kltool.report.plots.canvas import Region
from kltool.report.plots.film import JointView
from kltool.report.plots.style import FEMUR, PLATEAU, TIBIA
from kltool.typing import Indices, Points
from kltool.values.joint_space import JointSpace, PlateauMargins
from kltool.values.length import NORMAL_95, NotMeasured
from kltool.values.measure import Compartment

CERTAINTY: Final = 0.35  # opacity of the band that holds a margin with 95%
UNCERTAIN: Final = 0.015  # largest deviation drawn, tibial widths; docs/choices.md#pictures-of-a-reading
DRAWN: Final = {  # of x; docs/choices.md#pictures-of-a-reading
    Compartment.MEDIAL: (0.10, 0.36),
    Compartment.LATERAL: (0.64, 0.92),
}


def draw_margins(region: Region, space: JointSpace, compartment: Compartment, view: JointView) -> None:
    """Both margins with their 95% bands, where they are drawn."""
    margins = space.of(compartment).margins
    if isinstance(margins, NotMeasured):
        return
    for points, sd, colour in (
        (margins.femur, margins.femur_sd, FEMUR),
        (margins.tibia, margins.tibia_sd, TIBIA),
    ):
        drawn = drawn_part(points, sd, space, compartment)
        _draw_margin(region, points[drawn], sd[drawn], colour, view)


def draw_plateau_margins(region: Region, margins: PlateauMargins | NotMeasured, view: JointView) -> None:
    """The anterior and the posterior margin of the medial plateau."""
    if isinstance(margins, NotMeasured):
        return
    for margin in (margins.upper, margins.lower):
        region.draw_line(view.place(margin), PLATEAU, dash=7.0)


def drawn_part(points: Points, sd: Points, space: JointSpace, compartment: Compartment) -> Indices:
    """Where widths are measured, from the first point of a margin to the last that is certain enough.

    points: (n, 2). sd: (n,). Returns their indices.
    """
    origin, end = np.array(space.axis.origin), np.array(space.axis.end)
    x = (points - origin) @ (end - origin) / ((end - origin) @ (end - origin))
    low, high = DRAWN[compartment]
    measured = np.flatnonzero((x >= low) & (x <= high))
    certain = np.flatnonzero(sd[measured] <= UNCERTAIN * space.tibial_width_px)
    return measured[certain[0] : certain[-1] + 1] if len(certain) else certain


def _draw_margin(region: Region, points: Points, sd: Points, colour: str, view: JointView) -> None:
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
