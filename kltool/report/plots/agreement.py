"""Agreement in pictures, as SVG: who gave which grade, how sure, how far apart; each a file of its own.

The confusion matrix and the reliability diagram are also those of the scores in docs/results.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from kltool.agreement.estimators import THRESHOLDS
from kltool.agreement.results import Agreement, Figure, GradeAgreement, WidthAgreement
from kltool.agreement.statistics.calibration import reliability
from kltool.agreement.statistics.roc import roc
from kltool.report.agreement_text import interval_of, measure_name, value_of
from kltool.report.plots.svg import reproducible, svg_of
from kltool.report.text import signed
from kltool.typing import Float64, Indices, Mask
from kltool.values.length import NotMeasured
from kltool.values.reading import GRADES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, SOFT, BAND = "#16232e", "#5b6873", "#cfd8df"
BLUE, ORANGE = "#0072b2", "#b84a00"  # docs/choices.md#change-page
OF_THRESHOLD: Final = dict(zip(THRESHOLDS, (BLUE, ORANGE), strict=True))
SQUARE: Final = (4.4, 4.2)  # inches
WIDE: Final = (5.2, 3.8)
LETTERS: Final = 32  # of a rater's name on an axis; the page has the whole
MOST_POINTS: Final = 3000  # docs/choices.md#many-knees
MOST_STEPS: Final = 500  # of a curve

Draw = Callable[["Axes"], None]


@dataclass(frozen=True, slots=True)
class Predicted:
    """Probabilities of one event and whether it came, (n,) each."""

    name: str
    colour: str
    probability: Float64
    came: Mask


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture. kind: "confusion" and so on. measure: "kl" or the width. file: its name, no folders."""

    kind: str
    judged: str
    reference: str
    measure: str
    file: str
    svg: str


def drawings(found: Agreement) -> list[Drawing]:
    """Every picture of an agreement; the same agreement gives the same bytes."""
    taken: set[str] = set()
    return [
        Drawing(kind, judged, reference, measure, _file(taken, kind, judged, reference, measure), svg)
        for kind, judged, reference, measure, svg in _drawn(found)
    ]


def _drawn(found: Agreement) -> Iterator[tuple[str, str, str, str, str]]:
    for grades in found.grades:
        named = grades.judged, grades.reference, "kl"
        yield "confusion", *named, confusion_svg(grades)
        if len(grades.grades.truth):
            yield "reliability", *named, reliability_svg(grades)
        if _areas(grades):
            yield "roc", *named, roc_svg(grades)
    for widths in found.widths:
        yield "bland-altman", widths.judged, widths.reference, widths.width, bland_altman_svg(widths)


def confusion_svg(found: GradeAgreement) -> str:
    """Knees by the reference's grade (row) and the judged one (column)."""
    labels = f"KL by {_short(found.judged)}", f"KL by {_short(found.reference)}"
    return confusion_matrix_svg(found.grades.confusion, *labels)


def confusion_matrix_svg(counts: Indices, column_label: str, row_label: str) -> str:
    """counts: (5, 5) of knees; a cell is as dark as its share of its row."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)

    def draw(axes: "Axes") -> None:
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for (row, column), count in np.ndenumerate(counts):
            colour = "white" if shares[row, column] > 0.5 else INK
            axes.text(column, row, f"{count:,}", ha="center", va="center", color=colour)
        axes.set_xticks(GRADES)
        axes.set_yticks(GRADES)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        axes.set(xlabel=column_label, ylabel=row_label)

    return _svg(draw, SQUARE)


def reliability_svg(found: GradeAgreement) -> str:
    """How often a grade from a threshold on, and the most probable grade, came as predicted."""
    predicted = predictions(found.grades.probabilities, found.grades.truth)
    return reliability_diagram_svg(predicted, f"probability by {_short(found.judged)}")


def predictions(said: Float64, truth: Indices) -> list[Predicted]:
    """said: (n, 5) probabilities. truth: (n,) grades."""
    kinds = [
        Predicted(f"KL ≥ {kl}", colour, said[:, kl:].sum(axis=1).clip(0, 1), truth >= kl)
        for kl, colour in OF_THRESHOLD.items()
    ]
    most_probable = said.max(axis=1), said.argmax(axis=1) == truth
    return [*kinds, Predicted("most probable grade", INK, *most_probable)]


def reliability_diagram_svg(predicted: Sequence[Predicted], label: str) -> str:
    """How often what was predicted with a probability came true; a point is as large as its bin's share."""

    def draw(axes: "Axes") -> None:
        axes.plot((0, 1), (0, 1), color=BAND, linewidth=1)
        for one in predicted:
            bins = reliability(one.probability, one.came)
            axes.plot(bins.said, bins.came, color=one.colour, linewidth=1, alpha=0.4)
            axes.scatter(
                bins.said,
                bins.came,
                s=8 + 400 * bins.share,
                color=one.colour,
                alpha=0.7,
                linewidths=0,
                label=one.name,
            )
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
        axes.set(xlabel=label, ylabel="share that came true")
        for handle in axes.legend(frameon=False, fontsize=8, loc="upper left").legend_handles:
            handle.set_sizes([30])  # type: ignore[union-attr]

    return _svg(draw, SQUARE)


def roc_svg(found: GradeAgreement) -> str:
    """Which share of knees from a grade on is found at which share of false alarms."""
    said, truth = found.grades.probabilities, found.grades.truth

    def draw(axes: "Axes") -> None:
        axes.plot((0, 1), (0, 1), color=BAND, linewidth=1)
        for kl, area in _areas(found).items():
            false, true = _thinned(*roc(said[:, kl:].sum(axis=1), truth >= kl))
            name = f"KL ≥ {kl}: AUC {value_of(area)}"
            interval = interval_of(area)
            label = f"{name}\n(95%: {interval})" if interval else name
            axes.plot(false, true, color=OF_THRESHOLD[kl], linewidth=1.4, label=label)
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
        axes.set(xlabel="1 - specificity", ylabel="sensitivity")
        axes.legend(frameon=False, fontsize=8, loc="lower right")

    return _svg(draw, SQUARE)


def bland_altman_svg(found: WidthAgreement) -> str:
    """Difference over mean of two widths, with bias, limits of agreement and the intervals of all three."""
    judged, reference = found.widths.judged, found.widths.reference
    means, differences = (judged + reference) / 2, judged - reference
    figures = {figure.name: figure for figure in found.figures}

    def draw(axes: "Axes") -> None:
        if len(means) > MOST_POINTS:
            axes.hexbin(means, differences, gridsize=60, bins="log", cmap="Blues", mincnt=1, linewidths=0.1)
        else:
            axes.scatter(means, differences, s=12, color=INK, alpha=0.6, linewidths=0)
        _line(axes, figures["limit_upper_mm"], "upper limit", ORANGE, "--")
        _line(axes, figures["bias_mm"], "bias", BLUE, "-")
        _line(axes, figures["limit_lower_mm"], "lower limit", ORANGE, "--")
        axes.axhline(0, color=BAND, linewidth=0.8, zorder=0)
        axes.set_xlabel(f"mean {measure_name(found.width)} of both, mm")
        axes.set_ylabel(f"{_short(found.judged)} minus {_short(found.reference)}, mm")
        axes.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3)

    return _svg(draw, WIDE)


def _line(axes: "Axes", figure: Figure, name: str, colour: str, style: str) -> None:
    """A figure across the picture, with its interval behind it."""
    if isinstance(figure.value, NotMeasured):
        return
    label = f"{name} {signed(figure.value)}"
    axes.axhline(figure.value, color=colour, linestyle=style, linewidth=1.2, label=label)
    if not isinstance(figure.interval, NotMeasured):
        axes.axhspan(*figure.interval, color=colour, alpha=0.15, linewidth=0, zorder=0)


def _areas(found: GradeAgreement) -> dict[int, Figure]:
    """The areas that are known, by their grade."""
    figures = {figure.name: figure for figure in found.figures}
    areas = {kl: figures[f"auc_kl{kl}"] for kl in THRESHOLDS}
    return {kl: area for kl, area in areas.items() if not isinstance(area.value, NotMeasured)}


def _thinned(false: Float64, true: Float64) -> tuple[Float64, Float64]:
    """At most MOST_STEPS points of a curve, its ends among them."""
    if len(false) <= MOST_STEPS:
        return false, true
    at = np.linspace(0, len(false) - 1, MOST_STEPS).round().astype(np.intp)
    return false[at], true[at]


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"


def _file(taken: set[str], kind: str, judged: str, reference: str, measure: str) -> str:
    """A name of plain letters that no other picture has."""
    names = (judged, reference) if measure == "kl" else (judged, reference, measure.removesuffix("_mm"))
    plain = "-".join(
        [kind, *filter(None, (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") for name in names))]
    )
    number = next(n for n in range(1, len(taken) + 2) if _numbered(plain, n) not in taken)
    taken.add(_numbered(plain, number))
    return f"{_numbered(plain, number)}.svg"


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"


def _svg(draw: Draw, size: tuple[float, float]) -> str:
    from matplotlib.figure import Figure as Canvas  # late: docs/ARCHITECTURE.md
    from matplotlib.text import Text

    with (
        reproducible(),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", message="Glyph")  # text stays text, in the reader's own font
        canvas = Canvas(figsize=size, layout="constrained")
        axes = canvas.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        for text in canvas.findobj(Text):
            text.set_parse_math(False)
        return svg_of(canvas)
