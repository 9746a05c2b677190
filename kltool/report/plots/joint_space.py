"""The joint space on the film: the axis, the widths at the fixed locations and each compartment's minimum."""

from typing import Final

import numpy as np
from matplotlib.patches import Circle

from kltool.report import text
from kltool.report.plots.canvas import Region
from kltool.report.plots.film import JointView
from kltool.report.plots.style import AXIS, DIM, FIXED, GROUND, MINIMUM
from kltool.report.plots.text import SMALL_DIM, Style, width_of, wrapped, write
from kltool.typing import Points
from kltool.values.joint_space import JointSpace, KneeAxis
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment, Place

TICK: Final = 4.0  # to either side of the axis, pixels of the picture
BELOW: Final = 150  # a minimum's label below it, pixels of the picture: under the plateau
MIDDLE: Final = {Compartment.MEDIAL: 0.22, Compartment.LATERAL: 0.80}  # x of a compartment
REASON: Final = 260  # pixels: the widest line of a reason
MOST_LINES: Final = 7  # of a reason
PADDING: Final = 8  # left and right of the text of a label, pixels
EDGE: Final = 4  # between a label and the edge of the picture, pixels
NUMBER, ABSENT = Style(16, MINIMUM), Style(12, DIM)


def draw_axis(region: Region, axis: KneeAxis, view: JointView) -> None:
    """The tangent of the condyles, from the femur's medial edge (x = 0) to its lateral one (x = 1)."""
    ends = view.place(np.array([axis.origin, axis.end]))
    region.draw_line(ends, AXIS, dash=5.0)
    for (row, column), name in zip(ends, ("x = 0", "x = 1"), strict=True):
        at = row - 10, min(max(column, 24), view.size - 24)
        write(region, name, at, SMALL_DIM, align="center")


def draw_fixed_locations(region: Region, space: JointSpace, view: JointView) -> None:
    """A tick of the axis at each fixed location, and the width where there is one."""
    origin, end = view.place(np.array([space.axis.origin, space.axis.end]))
    along = (end - origin) / max(float(np.hypot(*(end - origin))), 1e-9)
    across = TICK * np.array([along[1], -along[0]])
    fixed = {
        x: width for compartment in Compartment for x, width in space.of(compartment).fixed_widths.items()
    }
    widths = [view.place(np.array(width.line)) for width in fixed.values() if isinstance(width, Width)]
    feet = [origin + x * (end - origin) for x in fixed]
    region.draw_segments(widths, FIXED, 1.3)
    region.draw_segments([np.array([foot - across, foot + across]) for foot in feet], AXIS, 3)


def draw_minimum(region: Region, space: JointSpace, place: Place, view: JointView) -> None:
    """The minimum width, with its value and its 95% interval on the tibia below; or why there is none."""
    minimum = space.minima[place]
    if isinstance(minimum, NotMeasured):
        _draw_reason(region, minimum, space.axis, place, view)
        return
    ends = view.place(np.array(minimum.line))
    bottom = ends[1] + np.array([BELOW, 0.0])
    region.draw_line(np.array([ends[1] + np.array([7.0, 0.0]), bottom]), MINIMUM, 1.5)
    draw_minimum_width(region, ends)
    _draw_label(region, [text.length(minimum), text.interval(minimum)], bottom, NUMBER, view)


def draw_minimum_width(region: Region, ends: Points) -> None:
    """The minimum width between its two ends, (2, 2) in the picture; a ring where bone meets bone."""
    if np.hypot(*(ends[1] - ends[0])) < 4.0:
        row, column = ends.mean(axis=0)
        ring = Circle((column, row), 6.0, fill=False, edgecolor=MINIMUM, linewidth=2.5)
        region.add(ring)
    else:
        region.draw_line(ends, MINIMUM, 4.5)


def _draw_reason(region: Region, minimum: NotMeasured, axis: KneeAxis, place: Place, view: JointView) -> None:
    compartment = place if isinstance(place, Compartment) else place.compartment(view.as_left)
    origin, end = np.array(axis.origin), np.array(axis.end)
    middle = view.place((origin + MIDDLE[compartment] * (end - origin))[None])[0]
    reason = wrapped(minimum.reason, REASON, ABSENT, MOST_LINES)
    _draw_label(region, [f"{place}: not measured", *reason], middle + np.array([BELOW, 0.0]), ABSENT, view)


def _draw_label(region: Region, lines: list[str], top: Points, style: Style, view: JointView) -> None:
    """Text on a dark ground whose top centre is at (row, column), moved into the picture."""
    columns = round(max(width_of(line, style) for line in lines)) + 2 * PADDING
    rows = style.pitch * len(lines) + PADDING
    row = min(round(top[0]), view.size - EDGE - rows)
    column = min(max(round(top[1] - columns / 2), EDGE), view.size - EDGE - columns)
    region.fill(row, column, rows, columns, GROUND)
    for number, line in enumerate(lines, 1):
        write(region, line, (row + style.pitch * number, column + PADDING), style)
