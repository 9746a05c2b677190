"""Estimates of agreement as rows of text for the page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kltool.agreement.results import Agreement, Estimate, WidthAgreement
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

WIDTH_COLUMNS: Final = {  # heading to estimate
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
ALL_RATERS_COLUMNS: Final = dict(list(WIDTH_COLUMNS.items())[3:])
REPEATS_COLUMNS: Final = {"repositioning error, mm": "repositioning_mm"}
NO_INTERVAL: Final = "no interval"


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """One known estimate of the grade. knees: "193 / 100", knees and participants."""

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


def estimate_rows(estimates: Sequence[Estimate]) -> tuple[list[EstimateRow], list[str]]:
    """The known ones, in the order of LABELS; and which numbers and intervals are missing, and why."""
    by_name = {estimate.name: estimate for estimate in estimates}
    ordered = [by_name[name] for name in LABELS if name in by_name]
    rows = [_estimate_row(estimate) for estimate in ordered if not isinstance(estimate.value, NotMeasured)]
    return rows, _reasons((name_of(estimate), estimate) for estimate in ordered)


def width_table(widths: Sequence[WidthAgreement]) -> MeasureTable:
    return _table(WIDTH_COLUMNS, {one.width: one.estimates for one in widths})


def all_raters_table(estimates: Mapping[str, tuple[Estimate, ...]]) -> MeasureTable:
    """Of all raters at once; of the grade there is only alpha."""
    return _table(ALL_RATERS_COLUMNS, estimates)


def repositioning_table(repositioning: Mapping[str, Estimate]) -> MeasureTable:
    return _table(REPEATS_COLUMNS, {width: (estimate,) for width, estimate in repositioning.items()})


def _table(columns: Mapping[str, str], measures: Mapping[str, Sequence[Estimate]]) -> MeasureTable:
    """columns: heading to estimate."""
    rows = [_measure_row(measure, estimates, columns) for measure, estimates in measures.items()]
    known = [
        (measure_name(measure), estimate)
        for measure, estimates in measures.items()
        for estimate in estimates
        if not isinstance(estimate.value, NotMeasured)
    ]
    return MeasureTable(tuple(columns), rows, _reasons(known))


def _reasons(named: Iterable[tuple[str, Estimate]]) -> list[str]:
    """Each reason once, after the names of all whose number or interval is missing for it."""
    names: dict[str, dict[str, None]] = {}
    for name, estimate in named:
        if reason_of(estimate):
            names.setdefault(reason_of(estimate), {})[name] = None
    return [f"{'; '.join(of_reason)}: {reason}" for reason, of_reason in names.items()]


def main_results(found: Agreement, rater: str) -> Iterator[str]:
    """The main results of one rater against the reference as sentences."""
    for grades in found.grades:
        if grades.rater == rater:
            kappa = next(estimate for estimate in grades.estimates if estimate.name == "kappa_quadratic")
            yield f"KL grade: quadratic weighted kappa {quoted(kappa)}, {knees_of(kappa)}."
    for widths in (widths for widths in found.widths if widths.rater == rater):
        if widths.width in ("medial_mjsw_mm", "lateral_mjsw_mm"):
            bias, _, lower, upper = widths.estimates[:4]
            limits = "" if isinstance(lower.value, NotMeasured) else _limits(lower, upper)
            name = measure_name(widths.width).capitalize()
            yield f"{name}: bias {quoted(bias)}{limits}, {knees_of(bias)}."


def _limits(lower: Estimate, upper: Estimate) -> str:
    return f", limits of agreement {value_of(lower, False)} to {value_of(upper)}"


def _estimate_row(estimate: Estimate) -> EstimateRow:
    return EstimateRow(name_of(estimate), value_of(estimate, False), _interval(estimate), count_of(estimate))


def _measure_row(measure: str, estimates: Sequence[Estimate], columns: Mapping[str, str]) -> MeasureRow:
    by_name = {estimate.name: estimate for estimate in estimates}
    cells = tuple(_cell(by_name, name) for name in columns.values())
    return MeasureRow(measure_name(measure), count_of(estimates[0]), cells)


def _cell(estimates: Mapping[str, Estimate], name: str) -> Cell:
    """Alpha of the grade is in the same column as alpha of the widths."""
    estimate = estimates.get(name) or (estimates.get("alpha_ordinal") if name == "alpha_interval" else None)
    if estimate is None:
        return Cell("-")
    if isinstance(estimate.value, NotMeasured):
        return Cell(estimate.value.reason, absent=True)
    return Cell(value_of(estimate, False), _interval(estimate))


def _interval(estimate: Estimate) -> str:
    return interval_of(estimate) or NO_INTERVAL
