"""The learning curve of a site's calibration as SVG."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from kltool.report.plots.svg import reproducible, svg_of
from kltool.sites.curve import CurvePoint
from kltool.values.length import NotMeasured

BLUE, SOFT = "#0072b2", "#5b6873"  # docs/choices.md#change-page
SIZE = (5.2, 3.8)  # inches


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
        axes.set_xticks(films, [f"{count:,}" for count in films])
        axes.minorticks_off()
        axes.set(xlabel="films that the calibration was fitted on", ylabel="quadratic weighted kappa")
        axes.legend(frameon=False, fontsize=8, loc="lower right")
        return svg_of(figure)
