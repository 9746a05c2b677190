"""The summary of a batch: counts, distributions of grades and widths, and the rows to review first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kltool.report import batch_summary
from kltool.report.batch_summary import MM, PERCENT, BatchSummary
from kltool.report.drift import drift_sentences
from kltool.report.files import data_uri
from kltool.report.html.page import base_name, render
from kltool.report.plots.batch import grades_svg, widths_svg
from kltool.tables.columns import KL_PREDICTION_SET, OK, PATH, REASON, SIDE, STATUS, STATUSES
from kltool.values.grade import GRADES
from kltool.values.measure import Compartment

TEMPLATE: Final = "batch.html.j2"


@dataclass(frozen=True, slots=True)
class Case:
    """A row to review. kind: its status, or its quality where it was read."""

    kind: str
    file: str
    side: str
    prediction_set: str
    reason: str
    overlay: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows have no reading, and how many."""

    status: str
    code: str
    rows: int


def summary_page(summary: BatchSummary, run: Mapping[str, Any]) -> str:
    """As HTML. run: the content of run.json."""
    return render(
        TEMPLATE,
        run=run,
        counts={status: run["rows"][status] for status in STATUSES},
        reasons=[Reason(status, code, rows) for (status, code), rows in summary.reasons.most_common()],
        qualities=summary.qualities,
        drift=drift_sentences(summary.drift),
        grades=_picture(grades_svg([summary.grades[kl] for kl in GRADES])),
        widths=[(compartment, _widths(summary, compartment)) for compartment in Compartment],
        cases=[_case(row) for row in summary.worst()],
        worst=summary.to_review,
    )


def _widths(summary: BatchSummary, compartment: Compartment) -> str:
    """A histogram of the minimum widths: in mm where most knees have mm, else in % of tibial width."""
    in_mm, in_percent = summary.widths[compartment, MM], summary.widths[compartment, PERCENT]
    if len(in_mm) and 2 * len(in_mm) >= len(in_percent):
        return _picture(widths_svg(in_mm, "mm"))
    return _picture(widths_svg(in_percent, "% of the tibial width"))


def _case(row: batch_summary.Case) -> Case:
    return Case(
        row["quality"] if row[STATUS] == OK else row[STATUS],
        base_name(row[PATH]),
        row[SIDE],
        row[KL_PREDICTION_SET],
        row[REASON] or row["warnings"],
        row["overlay"],
    )


def _picture(svg: str) -> str:
    return data_uri(svg.encode(), "image/svg+xml")
