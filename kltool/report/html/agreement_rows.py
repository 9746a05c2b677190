"""Figures of agreement as rows of text, for the page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kltool.agreement.results import Agreement, Figure, WidthAgreement
from kltool.report.agreement_text import (
    LABELS,
    count_of,
    interval_of,
    knees_of,
    measure_name,
    name_of,
    quoted,
    reason_of,
    value_of,
)
from kltool.report.html.timeline_rows import Cell
from kltool.values.length import NotMeasured

OF_WIDTHS: Final = {  # columns of the table of widths: heading to figure
    "bias, mm": "bias_mm",
    "lower limit, mm": "limit_lower_mm",
    "upper limit, mm": "limit_upper_mm",
    "wSD, mm": "within_subject_sd_mm",
    "SDC, mm": "smallest_detectable_change_mm",
    "RMS CV, %": "rms_cv_percent",
    "ICC(2,1)": "icc_2_1",
    "ICC(3,1)": "icc_3_1",
    "alpha": "alpha_interval",
}
OF_ALL_RATERS: Final = dict(list(OF_WIDTHS.items())[3:])
OF_REPEATS: Final = {"repositioning error, mm": "repositioning_mm"}
NO_INTERVAL: Final = "no interval"


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure of the grade that is known. knees: "193 / 100", knees and participants."""

    name: str
    value: str
    interval: str
    knees: str


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One width, or the grade, under the headings of its table."""

    name: str
    knees: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class MeasureTable:
    """remarks: why intervals are missing."""

    headings: tuple[str, ...]
    rows: list[MeasureRow]
    remarks: list[str]


def figure_rows(figures: Sequence[Figure]) -> tuple[list[FigureRow], list[str]]:
    """Those that are known, in the order of LABELS; and which numbers and intervals are missing, and why."""
    by_name = {figure.name: figure for figure in figures}
    ordered = [by_name[name] for name in LABELS if name in by_name]
    rows = [_figure_row(figure) for figure in ordered if not isinstance(figure.value, NotMeasured)]
    return rows, _reasons((name_of(figure), figure) for figure in ordered)


def width_table(widths: Sequence[WidthAgreement]) -> MeasureTable:
    return _table(OF_WIDTHS, {one.width: one.figures for one in widths})


def together_table(together: Mapping[str, tuple[Figure, ...]]) -> MeasureTable:
    """Of all raters: the grade has an alpha and nothing else."""
    return _table(OF_ALL_RATERS, together)


def repositioning_table(repositioning: Mapping[str, Figure]) -> MeasureTable:
    return _table(OF_REPEATS, {width: (figure,) for width, figure in repositioning.items()})


def _table(columns: Mapping[str, str], measures: Mapping[str, Sequence[Figure]]) -> MeasureTable:
    """columns: heading to figure."""
    rows = [_measure_row(measure, figures, columns) for measure, figures in measures.items()]
    without = [
        (measure_name(measure), figure)
        for measure, figures in measures.items()
        for figure in figures
        if not isinstance(figure.value, NotMeasured)
    ]
    return MeasureTable(tuple(columns), rows, _reasons(without))


def _reasons(named: Iterable[tuple[str, Figure]]) -> list[str]:
    """Each reason once, after the names of all that lack a number, or an interval, for it."""
    names: dict[str, dict[str, None]] = {}
    for name, figure in named:
        if reason_of(figure):
            names.setdefault(reason_of(figure), {})[name] = None
    return [f"{'; '.join(of_reason)}: {reason}" for reason, of_reason in names.items()]


def sentences(found: Agreement, judged: str) -> Iterator[str]:
    """What is most asked of one rater against the reference, in words."""
    for grades in found.grades:
        if grades.judged == judged:
            kappa = next(figure for figure in grades.figures if figure.name == "kappa_quadratic")
            yield f"KL grade: quadratic weighted kappa {quoted(kappa)}, {knees_of(kappa)}."
    for widths in (widths for widths in found.widths if widths.judged == judged):
        if widths.width in ("medial_mjsw_mm", "lateral_mjsw_mm"):
            bias, _, lower, upper = widths.figures[:4]
            limits = "" if isinstance(lower.value, NotMeasured) else _limits(lower, upper)
            name = measure_name(widths.width).capitalize()
            yield f"{name}: bias {quoted(bias)}{limits}, {knees_of(bias)}."


def _limits(lower: Figure, upper: Figure) -> str:
    return f", limits of agreement {value_of(lower, False)} to {value_of(upper)}"


def _figure_row(figure: Figure) -> FigureRow:
    return FigureRow(name_of(figure), value_of(figure, False), _interval(figure), count_of(figure))


def _measure_row(measure: str, figures: Sequence[Figure], columns: Mapping[str, str]) -> MeasureRow:
    by_name = {figure.name: figure for figure in figures}
    cells = tuple(_cell(by_name, name) for name in columns.values())
    return MeasureRow(measure_name(measure), count_of(figures[0]), cells)


def _cell(figures: Mapping[str, Figure], name: str) -> Cell:
    """The grade's alpha stands in the column of the widths' alpha."""
    figure = figures.get(name) or (figures.get("alpha_ordinal") if name == "alpha_interval" else None)
    if figure is None:
        return Cell("-")
    if isinstance(figure.value, NotMeasured):
        return Cell(figure.value.reason, absent=True)
    return Cell(value_of(figure, False), _interval(figure))


def _interval(figure: Figure) -> str:
    return interval_of(figure) or NO_INTERVAL
