"""The pictures of a batch's summary, as SVG; the same numbers give the same text."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from kltool.report.plots.svg import reproducible, svg_of
from kltool.values.reading import GRADES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK: Final = "#1f3b57"
SIZE: Final = (4.2, 2.8)  # inches
BINS: Final = 40


def grades_svg(counts: Sequence[int]) -> str:
    """How many knees of each KL grade, 0 to 4."""

    def draw(axes: "Axes") -> None:
        bars = axes.bar(GRADES, counts, color=INK)
        axes.bar_label(bars, [f"{count:,}" for count in counts], fontsize=8)
        axes.set(xlabel="KL grade", xticks=GRADES)
        axes.margins(y=0.12)

    return _svg(draw)


def widths_svg(widths: Sequence[float], unit: str) -> str:
    """How many knees have which minimum width."""

    def draw(axes: "Axes") -> None:
        most = max(float(np.percentile(widths, 99.5)), 1e-6) if widths else 1.0
        axes.hist(np.clip(widths, 0.0, most), np.linspace(0.0, most, BINS + 1).tolist(), color=INK)
        axes.set(xlabel=f"minimum width, {unit}", xlim=(0.0, most))

    return _svg(draw)


def _svg(draw: Callable[["Axes"], None]) -> str:
    from matplotlib.figure import Figure  # late: docs/ARCHITECTURE.md
    from matplotlib.ticker import MaxNLocator

    with reproducible():
        figure = Figure(figsize=SIZE, layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        axes.set_ylabel("knees")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        return svg_of(figure)
