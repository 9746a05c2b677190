"""The pictures of a change: each film with its margins and minimum widths, and both films registered."""

from typing import Final

import numpy as np

from kltool.report.files import data_uri
from kltool.report.plots.canvas import Picture, Raster, Region, blank, jpeg, region_of, rendered
from kltool.report.plots.film import registered_view, view_of
from kltool.report.plots.joint_space import draw_minimum_width
from kltool.report.plots.margins import draw_margins
from kltool.report.plots.style import DIM, own_defaults
from kltool.report.plots.text import Style, write
from kltool.values.length import Width
from kltool.values.measure import Compartment
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading

SIZE: Final = 720  # docs/choices.md#change-page
NAME: Final = Style(14, DIM)  # of a compartment
NAMES_ROW: Final = SIZE - 12.0


@own_defaults
def traced(knee: KneeReading) -> str:
    """The knee in its own canonical view with its margins and minimum widths, as a data: address."""
    view = view_of(knee.knee, SIZE)
    figure = blank(SIZE, SIZE)
    figure.add_artist(Raster(view.shown(knee.knee.film), 0, 0))
    region = region_of(figure, 0, 0, SIZE, SIZE)
    for compartment in Compartment:
        draw_margins(region, knee.joint_space, compartment, view)
    for minimum in knee.joint_space.minima.values():
        if isinstance(minimum, Width):
            draw_minimum_width(region, view.place(np.array(minimum.line)))
    _name_compartments(region, knee.side)
    return _address(rendered(figure))


def registered_films(before: KneeReading, after: KneeReading) -> tuple[str, str]:
    """Both films as the view of `before` shows the joint, nothing drawn on them, as data: addresses."""
    here = view_of(before.knee, SIZE).shown(before.knee.film)
    there = registered_view(before.knee, after.knee, SIZE).shown(after.knee.film)
    return _address(here), _address(there)


def _name_compartments(region: Region, side: Side) -> None:
    """Each name on its side of the picture as the film hangs."""
    names = [Compartment.LATERAL, Compartment.MEDIAL]
    for name, share in zip(names if side is Side.RIGHT else names[::-1], (0.1, 0.9), strict=True):
        write(region, str(name), (NAMES_ROW, share * SIZE), NAME, align="center")


def _address(picture: Picture) -> str:
    return data_uri(jpeg(picture), "image/jpeg")
