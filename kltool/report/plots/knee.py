"""The figure of a reading: the film with what was measured on it, JSW(x) below it, numbers beside it."""

from pathlib import Path
from typing import Final

from matplotlib.figure import Figure

from kltool.errors import UsageError
from kltool.files import write_file
from kltool.report.plots import jsw, panel
from kltool.report.plots.canvas import Picture, Raster, blank, png, region_of, rendered
from kltool.report.plots.film import JointView, view_of
from kltool.report.plots.joint_space import draw_axis, draw_fixed_locations, draw_minimum
from kltool.report.plots.margins import draw_margins, draw_plateau_margins
from kltool.report.plots.sphere import draw_sphere
from kltool.report.plots.style import own_defaults
from kltool.values.measure import Compartment
from kltool.values.reading import KneeReading

SIZE: Final = 900  # rows and columns of the film, pixels
ROWS, COLUMNS = SIZE + jsw.ROWS, SIZE + panel.COLUMNS


def write_overlay(knee: KneeReading, file: Path) -> None:
    """Write the picture as PNG; the same reading gives the same bytes.

    Raises UsageError where the file cannot be written.
    """
    data = png(knee_picture(knee))
    try:
        write_file(file, data)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written ({error.strerror}); choose another --overlay folder"
        ) from error


def knee_picture(knee: KneeReading) -> Picture:
    """(ROWS, COLUMNS, 3) uint8, RGB."""
    return rendered(knee_figure(knee))


@own_defaults
def knee_figure(knee: KneeReading) -> Figure:
    """ROWS by COLUMNS pixels, of which the film has the first SIZE by SIZE."""
    view = view_of(knee.knee, SIZE)
    figure = blank(ROWS, COLUMNS)
    draw_knee(figure, knee, view)
    jsw.draw_jsw(figure, SIZE, knee.joint_space, view)
    panel.draw_panel(figure, SIZE, ROWS, knee)
    return figure


def draw_knee(figure: Figure, knee: KneeReading, view: JointView) -> None:
    """The film at the top left of the figure, with what was measured on it."""
    figure.add_artist(Raster(view.shown(knee.knee.film), 0, 0))
    region = region_of(figure, 0, 0, view.size, view.size)
    space = knee.joint_space
    if space.is_side_known:
        draw_axis(region, space.axis, view)
        draw_fixed_locations(region, space, view)
    draw_plateau_margins(region, space.plateau_margins, view)
    for compartment in Compartment:
        draw_margins(region, space, compartment, view)
    for place in space.minima:
        draw_minimum(region, space, place, view)
    draw_sphere(figure, knee.knee, view)
