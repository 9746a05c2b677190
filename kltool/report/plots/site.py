"""The learning curve of a site's calibration as SVG."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from kltool.report.plots.svg import reproducible, svg_of
from kltool.sites.curve import CurvePoint
from kltool.values.length import NotMeasured

BLUE, SOFT = "#0072b2", "#5b6873"  # docs/choices.md#change-page
SIZE = (5.2, 3.8)  # inches
LABEL = 0.1  # of the width of the axis, which a number takes


def learning_curve_svg(points: Sequence[CurvePoint], shipped: float | NotMeasured) -> str:
    """Kappa over the number of films, with the middle 90% of the repeats; a line at kappa as shipped."""
    films = [point.films for point in points]
    with reproducible():
        figure = Figure(figsize=SIZE, layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        if not isinstance(shipped, NotMeasured):
            axes.axhline(shipped, color=SOFT, linestyle="--", linewidth=1.2, label="as shipped")
        axes.vlines(films, [one.low for one in points], [one.high for one in points], color=BLUE, alpha=0.6)
        axes.plot(films, [one.kappa for one in points], "o-", color=BLUE, markersize=4, label="calibrated")
        axes.set_xscale("log")
        ticks = _apart(films)
        axes.set_xticks(ticks, [f"{count:,}" for count in ticks])
        axes.minorticks_off()
        axes.set(xlabel="films that the calibration was fitted on", ylabel="quadratic weighted kappa")
        axes.legend(frameon=False, fontsize=8, loc="best")
        return svg_of(figure)


def _apart(films: Sequence[int]) -> list[int]:
    """The numbers whose labels do not touch on the logarithmic axis; always the last."""
    nexts = [*films[1:], films[-1] * films[-1]]
    shortest = (films[-1] / films[0]) ** LABEL
    return [count for count, following in zip(films, nexts, strict=True) if following >= shortest * count]
