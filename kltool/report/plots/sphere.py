"""The calibration sphere: its outline on the film and, since it lies off the joint, enlarged in a corner."""

from typing import Final

import cv2
import numpy as np
from matplotlib.figure import Figure

from kltool.geometry.points import mirror
from kltool.report.plots.canvas import Raster, region_of
from kltool.report.plots.film import WHITE, Grey, JointView
from kltool.report.plots.style import SPHERE
from kltool.report.plots.text import SMALL, write
from kltool.typing import Float32, Points
from kltool.values.decimals import decimal
from kltool.values.knee import Knee
from kltool.values.sphere import Sphere

INSET: Final = 120  # rows and columns of the enlarged sphere, pixels
EDGE: Final = 10  # pixels from the lower left corner of the film
ROOM: Final = 0.75  # diameters from its centre to the border of what is enlarged


def draw_sphere(figure: Figure, knee: Knee, view: JointView) -> None:
    """Nothing where the film has none."""
    sphere = knee.film.sphere
    if not isinstance(sphere, Sphere):
        return
    outline = outline_of(sphere)
    columns = knee.film.pixels.shape[1]
    seen = mirror(outline, columns) if knee.placement.mirrored else outline
    region_of(figure, 0, 0, view.size, view.size).draw_line(view.place(seen), SPHERE, 1.5)
    top = view.size - INSET - EDGE
    figure.add_artist(Raster(_enlarged(knee.film.pixels, sphere), EDGE, top))
    inset = region_of(figure, EDGE, top, INSET, INSET)
    corner, scale = _corner(sphere), INSET / _side(sphere)
    inset.draw_line((outline - corner + 0.5) * scale - 0.5, SPHERE, 1.5)
    write(inset, f"sphere, {decimal(sphere.diameter_px, 1)} px", (INSET - 6, 6), SMALL)


def outline_of(sphere: Sphere) -> Points:
    """(n, 2) (row, column) points of the fitted ellipse, closed."""
    turn = np.linspace(0.0, 2 * np.pi, 121)
    shorter = sphere.diameter_px / 2
    along, across = shorter * sphere.elongation * np.cos(turn), shorter * np.sin(turn)
    sine, cosine = np.sin(sphere.angle_rad), np.cos(sphere.angle_rad)
    rows = sphere.row + along * sine + across * cosine
    columns = sphere.column + along * cosine - across * sine
    return np.asarray(np.stack([rows, columns], axis=1))


def _side(sphere: Sphere) -> float:
    return 2 * ROOM * sphere.diameter_px


def _corner(sphere: Sphere) -> Points:
    """The corner of the top left pixel of what is enlarged, half a pixel off its centre."""
    return np.array([sphere.row, sphere.column]) - _side(sphere) / 2 + 0.5


def _enlarged(pixels: Float32, sphere: Sphere) -> Grey:
    """(INSET, INSET) uint8; beyond the film its edge is repeated."""
    (top, left), scale = _corner(sphere), _side(sphere) / INSET
    places = ((np.arange(INSET) + 0.5) * scale - 0.5).astype(np.float32)
    rows, columns = np.meshgrid(places + np.float32(top), places + np.float32(left), indexing="ij")
    shown = cv2.remap(pixels, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    dark, bright = float(shown.min()), float(shown.max())
    return np.asarray((shown - dark) / max(bright - dark, 1e-6) * WHITE, np.uint8)
