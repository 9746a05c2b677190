"""Text and ticks that fit axes of any size, in the caller's own font."""

import textwrap
from typing import Final

from matplotlib.axes import Axes
from matplotlib.text import Text

SOFT: Final = "#5b6873"
LETTER: Final = 0.56  # mean width of a letter, of its size
PITCH: Final = 1.5  # from one line to the next with room for a layout, of the size of its letters
FEWEST: Final = 12  # letters of a line
POINTS: Final = 72.0  # an inch


def size_of(axes: Axes) -> tuple[float, float]:
    """Width and height, points; before a layout that the figure makes when it is drawn."""
    box, dpi = axes.get_window_extent(), axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    return box.width / dpi * POINTS, box.height / dpi * POINTS


def fit(text: Text, length: float) -> None:
    """Break each line of a text so that it is about so long, points."""
    letters = max(int(length / (LETTER * size_in_points(text))), FEWEST)
    text.set_text("\n".join(textwrap.fill(line, letters) for line in text.get_text().split("\n")))


def size_in_points(text: Text) -> float:
    return float(text.get_fontproperties().get_size_in_points())


def fit_title_and_labels(axes: Axes) -> None:
    width, height = size_of(axes)
    fit(axes.title, width)
    fit(axes.xaxis.label, width)
    fit(axes.yaxis.label, height)


def fit_rows(axes: Axes, rows: int) -> None:
    """Make the labels of the y axis, one a row, smaller than the rows."""
    usual = size_in_points(axes.yaxis.get_ticklabels()[0])
    axes.tick_params(axis="y", labelsize=min(usual, size_of(axes)[1] / rows / PITCH))


def write_reason(axes: Axes, reason: str) -> None:
    """In the middle of axes that hold nothing else."""
    text = axes.text(
        0.5, 0.5, reason, ha="center", va="center", color=SOFT, transform=axes.transAxes, parse_math=False
    )
    fit(text, size_of(axes)[0])
    axes.set_yticks([])
