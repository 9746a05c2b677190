"""Distributions in the summary of a batch, as SVG; the same numbers give the same text."""

from array import array
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kltool.report.plots.svg import reproducible, svg_of
from kltool.values.grade import GRADES

INK: Final = "#1f3b57"
SIZE: Final = (4.2, 2.8)  # inches
BINS: Final = 40


def grades_svg(counts: Sequence[int]) -> str:
    """Number of knees of each KL grade. counts: (5,), of KL 0 to 4."""

    def draw(axes: Axes) -> None:
        bars = axes.bar(GRADES, counts, color=INK)
        axes.bar_label(bars, [f"{count:,}" for count in counts], fontsize=8)
        axes.set(xlabel="KL grade", xticks=GRADES)
        axes.margins(y=0.12)

    return _svg(draw)


def widths_svg(widths: "Sequence[float] | array[float]", unit: str) -> str:
    """Histogram of minimum widths; the last bar holds what is above the 99.5th percentile."""

    def draw(axes: Axes) -> None:
        most = max(float(np.percentile(widths, 99.5)), 1e-6) if len(widths) else 1.0
        axes.hist(np.clip(widths, 0.0, most), np.linspace(0.0, most, BINS + 1).tolist(), color=INK)
        axes.set(xlabel=f"minimum width, {unit}", xlim=(0.0, most))

    return _svg(draw)


def _svg(draw: Callable[[Axes], None]) -> str:
    with reproducible():
        figure = Figure(figsize=SIZE, layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        axes.set_ylabel("knees")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        return svg_of(figure)
