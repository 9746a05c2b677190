"""Joint-space width over x with its 95% intervals, each location below its place on the film."""

from typing import Final

import numpy as np
from matplotlib.figure import Figure

from kltool.report.plots.canvas import Region, region_of
from kltool.report.plots.film import JointView
from kltool.report.plots.style import AXIS, FAINT, FIXED, GROUND, TEXT
from kltool.report.plots.text import SMALL_DIM, width_of, wrapped, write
from kltool.typing import Points
from kltool.values.decimals import decimal
from kltool.values.joint_space import JointSpace
from kltool.values.length import Length, NotMeasured, Width
from kltool.values.measure import Compartment

ROWS: Final = 190  # of the chart, pixels
TOP, BOTTOM, LEFT, RIGHT = 36, 144, 50, 16
STEP_MM, STEP_PERCENT = 2.0, 3.0  # between lines of the grid
CAP: Final = 3.0  # to either side of an end of an interval, pixels
REASON: Final = 300  # pixels: the widest line of a reason

Estimate = tuple[float, float, float]  # a width and the ends of its interval


def draw_jsw(figure: Figure, top: int, space: JointSpace, view: JointView) -> None:
    """JSW(x) below the view of the film, from a row of the figure on; without a side there is no x."""
    region = region_of(figure, 0, top, view.size, ROWS)
    highest = _draw_grid(region, space, view.size)
    if not space.is_side_known:
        _draw_reason(region, space.medial.mean, view.size / 2)
        return
    for compartment in Compartment:
        columns = _columns(space, compartment, view)
        _draw_locations(region, compartment, columns)
        _draw_compartment(region, space, compartment, columns, highest)


def _columns(space: JointSpace, compartment: Compartment, view: JointView) -> dict[float, float]:
    """Each fixed location's column on the film."""
    origin, end = view.place(np.array([space.axis.origin, space.axis.end]))[:, 1]
    return {x: float(origin + x * (end - origin)) for x in space.of(compartment).fixed_widths}


def _draw_grid(region: Region, space: JointSpace, columns: int) -> float:
    """Returns the width at the top of the chart."""
    fixed = [width for compartment in Compartment for width in space.of(compartment).fixed_widths.values()]
    in_mm = any(isinstance(width, Width) and not isinstance(width.mm, NotMeasured) for width in fixed)
    step, unit = (STEP_MM, "mm") if in_mm else (STEP_PERCENT, "% of the tibial width")
    largest = max((_estimate(width)[2] for width in fixed if isinstance(width, Width)), default=step)
    levels = np.arange(max(np.ceil(largest / step), 2.0) + 1) * step
    rows = _rows(levels, float(levels[-1]))
    lines = [np.array([(row, LEFT), (row, columns - RIGHT)]) for row in rows]
    region.draw_segments(lines, FAINT)
    for level, row in zip(levels, rows, strict=True):
        write(region, decimal(level, 0), (row + 4, LEFT - 10), SMALL_DIM, "right")
    write(region, f"JSW at the fixed locations x, {unit}, with 95% intervals", (22, 12), SMALL_DIM)
    return float(levels[-1])


def _draw_locations(region: Region, compartment: Compartment, columns: dict[float, float]) -> None:
    """The x of every second location, and the compartment's name."""
    for x, column in list(columns.items())[::2]:
        write(region, decimal(x), (BOTTOM + 19, column), SMALL_DIM, "center")
    write(
        region, str(compartment), (BOTTOM + 38, float(np.mean(list(columns.values())))), SMALL_DIM, "center"
    )


def _draw_compartment(
    region: Region, space: JointSpace, compartment: Compartment, columns: dict[float, float], highest: float
) -> None:
    fixed = space.of(compartment).fixed_widths
    measured = {columns[x]: _estimate(width) for x, width in fixed.items() if isinstance(width, Width)}
    if not measured:
        _draw_reason(region, next(iter(fixed.values())), float(np.mean(list(columns.values()))))
        return
    column, (value, low, high) = np.array(list(measured)), _rows(np.array(list(measured.values())).T, highest)
    for end in (low, high):
        region.draw_segments(_segments(end, column - CAP, end, column + CAP), AXIS)
    region.draw_segments(_segments(low, column, high, column), AXIS)
    region.draw_line(np.column_stack([value, column]), FIXED)
    region.draw_segments(_segments(value - 2, column, value + 2, column), TEXT, 4)


def _draw_reason(region: Region, absent: Length | NotMeasured, middle: float) -> None:
    """Why there is no width at any of the locations."""
    assert isinstance(absent, NotMeasured)
    for number, line in enumerate(wrapped(absent.reason, REASON, SMALL_DIM, 4)):
        half, base = width_of(line, SMALL_DIM) / 2 + 6, TOP + 32 + SMALL_DIM.pitch * number
        region.fill(base - 13, round(middle - half), SMALL_DIM.pitch, round(2 * half), GROUND)
        write(region, line, (base, middle), SMALL_DIM, "center")


def _segments(top: Points, left: Points, bottom: Points, right: Points) -> list[Points]:
    return list(np.stack([np.column_stack([top, left]), np.column_stack([bottom, right])], axis=1))


def _rows(values: Points, highest: float) -> Points:
    rows: Points = BOTTOM - (BOTTOM - TOP) * values / highest
    return rows


def _estimate(width: Width) -> Estimate:
    interval = width.interval_mm
    if isinstance(width.mm, NotMeasured) or isinstance(interval, NotMeasured):
        return width.percent, *width.interval_percent
    return width.mm, *interval
