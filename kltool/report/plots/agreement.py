"""Plots of agreement as SVG: confusion matrix, reliability, ROC and Bland-Altman; one file each.

The confusion matrix and the reliability diagram are also those of docs/results.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from kltool.agreement.estimators import THRESHOLDS
from kltool.agreement.results import Agreement, Estimate, GradeAgreement, WidthAgreement
from kltool.agreement.statistics.calibration import reliability
from kltool.agreement.statistics.roc import roc
from kltool.report.agreement_text import interval_of, measure_name, value_of
from kltool.report.plots.svg import reproducible, svg_of
from kltool.typing import Float64, Indices, Mask
from kltool.values.decimals import signed
from kltool.values.grade import GRADES
from kltool.values.length import NotMeasured

INK, SOFT, BAND = "#16232e", "#5b6873", "#cfd8df"
BLUE, ORANGE = "#0072b2", "#b84a00"  # docs/choices.md#change-page
OF_THRESHOLD: Final = dict(zip(THRESHOLDS, (BLUE, ORANGE), strict=True))
SQUARE: Final = (4.4, 4.2)  # inches
WIDE: Final = (5.2, 3.8)
LETTERS: Final = 32  # of a rater's name on an axis; longer names are cut
LONGEST_IN_FILE: Final = 60  # letters of each name in the name of a file, which may have 255 bytes
MOST_POINTS: Final = 3000  # docs/choices.md#many-knees
MOST_STEPS: Final = 500  # of a curve

Draw = Callable[[Axes], None]


@dataclass(frozen=True, slots=True)
class Predicted:
    """Predicted probabilities of one event and whether it occurred, (n,) each."""

    name: str
    colour: str
    probability: Float64
    outcomes: Mask


@dataclass(frozen=True, slots=True)
class Drawing:
    """One plot. kind: for example "confusion". measure: "kl" or the width. file: its name without folders."""

    kind: str
    rater: str
    reference: str
    measure: str
    file: str
    svg: str


def drawings(found: Agreement) -> list[Drawing]:
    """Every plot of an agreement; the same agreement gives the same bytes."""
    used: set[str] = set()
    return [
        Drawing(kind, rater, reference, measure, _file(used, kind, rater, reference, measure), svg)
        for kind, rater, reference, measure, svg in _plots(found)
    ]


def _plots(found: Agreement) -> Iterator[tuple[str, str, str, str, str]]:
    for grades in found.grades:
        named = grades.rater, grades.reference, "kl"
        yield "confusion", *named, confusion_svg(grades)
        if len(grades.grades.reference_with_probabilities):
            yield "reliability", *named, reliability_svg(grades)
        if _areas(grades):
            yield "roc", *named, roc_svg(grades)
    for widths in found.widths:
        yield "bland-altman", widths.rater, widths.reference, widths.width, bland_altman_svg(widths)


def confusion_svg(found: GradeAgreement) -> str:
    return _svg(lambda axes: draw_confusion(axes, found), SQUARE)


def draw_confusion(axes: Axes, found: GradeAgreement) -> None:
    """Confusion matrix: rows grades by the reference, columns by the rater."""
    labels = f"KL by {_short(found.rater)}", f"KL by {_short(found.reference)}"
    _draw_counts(axes, found.grades.confusion, *labels)


def confusion_matrix_svg(counts: Indices, column_label: str, row_label: str) -> str:
    """counts: (5, 5) of knees; the shade of a cell is its share of the row."""
    return _svg(lambda axes: _draw_counts(axes, counts, column_label, row_label), SQUARE)


def _draw_counts(axes: Axes, counts: Indices, column_label: str, row_label: str) -> None:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else INK
        axes.text(column, row, f"{count:,}", ha="center", va="center", color=colour)
    axes.set_xticks(GRADES)
    axes.set_yticks(GRADES)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set(xlabel=column_label, ylabel=row_label)


def reliability_svg(found: GradeAgreement) -> str:
    """Observed against predicted: grades from a threshold on, and the most probable grade."""
    grades = found.grades
    predicted = predictions(grades.probabilities, grades.reference_with_probabilities)
    return reliability_diagram_svg(predicted, f"predicted probability by {_short(found.rater)}")


def predictions(probabilities: Float64, grades: Indices) -> list[Predicted]:
    """probabilities: (n, 5). grades: (n,), of the reference."""
    thresholds = [
        Predicted(f"KL ≥ {kl}", colour, probabilities[:, kl:].sum(axis=1).clip(0, 1), grades >= kl)
        for kl, colour in OF_THRESHOLD.items()
    ]
    most_probable = probabilities.max(axis=1), probabilities.argmax(axis=1) == grades
    return [*thresholds, Predicted("most probable grade", INK, *most_probable)]


def reliability_diagram_svg(predicted: Sequence[Predicted], label: str) -> str:
    """Observed frequency against predicted probability in bins of equal count, with 95% intervals."""

    def draw(axes: Axes) -> None:
        axes.plot((0, 1), (0, 1), color=BAND, linewidth=1)
        for one in predicted:
            _draw_reliability(axes, one)
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
        axes.set(xlabel=label, ylabel="observed frequency, with 95% intervals (Wilson)")
        axes.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3)

    return _svg(draw, SQUARE)


def _draw_reliability(axes: Axes, one: Predicted) -> None:
    bins = reliability(one.probability, one.outcomes)
    axes.vlines(bins.predicted, bins.low, bins.high, color=one.colour, linewidth=1.2, alpha=0.7)
    axes.plot(
        bins.predicted, bins.observed, "o-", color=one.colour, linewidth=0.8, markersize=4, label=one.name
    )


def roc_svg(found: GradeAgreement) -> str:
    """ROC curves of the probability of a grade of at least 2, and of at least 3."""
    predicted, reference = found.grades.probabilities, found.grades.reference_with_probabilities

    def draw(axes: Axes) -> None:
        axes.plot((0, 1), (0, 1), color=BAND, linewidth=1)
        for kl, area in _areas(found).items():
            false, true = _thinned(*roc(predicted[:, kl:].sum(axis=1), reference >= kl))
            name = f"KL ≥ {kl}: AUC {value_of(area)}"
            interval = interval_of(area)
            label = f"{name}\n(95% CI: {interval})" if interval else name
            axes.plot(false, true, color=OF_THRESHOLD[kl], linewidth=1.4, label=label)
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
        axes.set(xlabel="1 - specificity", ylabel="sensitivity")
        axes.legend(frameon=False, fontsize=8, loc="lower right")

    return _svg(draw, SQUARE)


def bland_altman_svg(found: WidthAgreement) -> str:
    return _svg(lambda axes: draw_bland_altman(axes, found), WIDE)


def draw_bland_altman(axes: Axes, found: WidthAgreement) -> None:
    """Difference over mean of two widths, with bias and limits of agreement and their intervals."""
    rater, reference = found.widths.rater, found.widths.reference
    means, differences = (rater + reference) / 2, rater - reference
    estimates = {estimate.name: estimate for estimate in found.estimates}
    if len(means) > MOST_POINTS:
        axes.hexbin(means, differences, gridsize=60, bins="log", cmap="Blues", mincnt=1, linewidths=0.1)
    else:
        axes.scatter(means, differences, s=12, color=INK, alpha=0.6, linewidths=0)
    _line(axes, estimates["limit_upper_mm"], "upper limit", ORANGE, "--")
    _line(axes, estimates["bias_mm"], "bias", BLUE, "-")
    _line(axes, estimates["limit_lower_mm"], "lower limit", ORANGE, "--")
    axes.axhline(0, color=BAND, linewidth=0.8, zorder=0)
    axes.set_xlabel(f"mean {measure_name(found.width)} of both, mm")
    axes.set_ylabel(f"{_short(found.rater)} minus {_short(found.reference)}, mm")
    axes.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3)


def _line(axes: Axes, estimate: Estimate, name: str, colour: str, style: str) -> None:
    """A horizontal line at an estimate, with its interval as a band."""
    if isinstance(estimate.value, NotMeasured):
        return
    label = f"{name} {signed(estimate.value)}"
    axes.axhline(estimate.value, color=colour, linestyle=style, linewidth=1.2, label=label)
    if not isinstance(estimate.interval, NotMeasured):
        axes.axhspan(*estimate.interval, color=colour, alpha=0.15, linewidth=0, zorder=0)


def _areas(found: GradeAgreement) -> dict[int, Estimate]:
    """The known areas under the curve, by their grade."""
    estimates = {estimate.name: estimate for estimate in found.estimates}
    areas = {kl: estimates[f"auc_kl{kl}"] for kl in THRESHOLDS}
    return {kl: area for kl, area in areas.items() if not isinstance(area.value, NotMeasured)}


def _thinned(false: Float64, true: Float64) -> tuple[Float64, Float64]:
    """At most MOST_STEPS points of a curve, with both ends."""
    if len(false) <= MOST_STEPS:
        return false, true
    at = np.linspace(0, len(false) - 1, MOST_STEPS).round().astype(np.intp)
    return false[at], true[at]


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"


def _file(used: set[str], kind: str, rater: str, reference: str, measure: str) -> str:
    """A unique file name of plain letters, digits and hyphens; long names are cut."""
    names = (rater, reference) if measure == "kl" else (rater, reference, measure.removesuffix("_mm"))
    plain = "-".join([kind, *filter(None, map(_plain, names))])
    number = next(n for n in range(1, len(used) + 2) if _numbered(plain, n) not in used)
    used.add(_numbered(plain, number))
    return f"{_numbered(plain, number)}.svg"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST_IN_FILE]


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"


def _svg(draw: Draw, size: tuple[float, float]) -> str:
    with (
        reproducible(),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", message="Glyph")  # text stays text, in the font of the viewer
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        for text in figure.findobj(Text):
            text.set_parse_math(False)
        return svg_of(figure)
