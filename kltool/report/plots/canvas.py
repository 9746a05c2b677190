"""Figures measured in pixels, and the bytes of their pictures: the same figure gives the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D, Bbox

from kltool.report.plots.style import GROUND, own_defaults
from kltool.typing import Points

Picture = npt.NDArray[np.uint8]

DPI: Final = 72  # a point of text is a pixel
PNG: Final = (  # docs/choices.md#pictures-of-a-reading
    *(cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_DEFAULT),
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
)
JPEG: Final = (  # docs/choices.md#change-page
    *(cv2.IMWRITE_JPEG_QUALITY, 92),
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
)


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of a figure, in its own pixels: (row, column), origin at the centre of its top left pixel.

    What is added later is drawn above what is added before. transform: (column, row) to the figure. box: what
    is drawn is cut off at it, but for text. Faster than Axes: docs/choices.md#pictures-of-a-reading.
    """

    figure: Figure
    transform: Affine2D
    box: Bbox

    def add(self, artist: Artist) -> None:
        artist.set_transform(self.transform)
        artist.set_zorder(2)
        artist.set_clip_box(self.box)
        self.figure.add_artist(artist)

    def draw_line(self, points: Points, colour: str, width: float = 1.0, dash: float = 0.0) -> None:
        """A polyline through (n, 2); dash: length of its dashes and gaps, pixels."""
        line = Line2D(points[:, 1], points[:, 0], color=colour, linewidth=width, solid_capstyle="round")
        if dash:
            line.set_dashes((dash / width, dash / width))
        self.add(line)

    def draw_segments(self, segments: Sequence[Points], colour: str, width: float = 1.0) -> None:
        """Straight lines, each between two points."""
        lines = [segment[:, ::-1] for segment in segments]
        self.add(LineCollection(lines, colors=colour, linewidths=width))

    def fill(self, top: float, left: float, rows: float, columns: float, colour: str) -> None:
        """A rectangle whose first pixel is (top, left)."""
        self.add(Rectangle((left - 0.5, top - 0.5), columns, rows, facecolor=colour, linewidth=0))


class Raster(Artist):
    """A picture, grey or RGB, each pixel one of the figure; `imshow` would resample it."""

    def __init__(self, picture: Picture, left: int, top: int) -> None:
        super().__init__()
        self.set_zorder(1)
        code = cv2.COLOR_GRAY2RGBA if picture.ndim == 2 else cv2.COLOR_RGB2RGBA
        self._rgba = np.asarray(cv2.cvtColor(picture, code), np.uint8)
        self._left, self._bottom = left, top + len(picture)

    def draw(self, renderer: RendererBase) -> None:
        _, height = renderer.get_canvas_width_height()
        renderer.draw_image(renderer.new_gc(), self._left, height - self._bottom, self._rgba[::-1])


def blank(rows: int, columns: int) -> Figure:
    """A figure of so many pixels."""
    figure = Figure(figsize=(columns / DPI, rows / DPI), dpi=DPI, facecolor=GROUND)
    FigureCanvasAgg(figure)
    return figure


def region_of(figure: Figure, left: int, top: int, columns: int, rows: int) -> Region:
    """The rectangle of so many pixels of a figure."""
    height = round(figure.bbox.height)
    transform = Affine2D.from_values(1, 0, 0, -1, left + 0.5, height - top - 0.5)
    return Region(figure, transform, Bbox.from_bounds(left, height - top - rows, columns, rows))


@own_defaults
def rendered(figure: Figure) -> Picture:
    """(rows, columns, 3) uint8, RGB."""
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()  # type: ignore[no-untyped-call]
    rgba = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    return np.asarray(cv2.cvtColor(rgba, cv2.COLOR_RGBA2RGB), np.uint8)


def png(picture: Picture) -> bytes:
    """Of a picture that is grey or RGB."""
    return _encoded(".png", picture, PNG)


def jpeg(picture: Picture) -> bytes:
    """Of a picture that is grey or RGB."""
    return _encoded(".jpg", picture, JPEG)


def _encoded(kind: str, picture: Picture, options: tuple[int, ...]) -> bytes:
    bgr = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    written, data = cv2.imencode(kind, bgr, options)
    assert written
    return bytes(data)
