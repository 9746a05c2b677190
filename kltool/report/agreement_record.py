"""An agreement as a JSON record and as a table of all estimates.

A missing value is {"not_measured": reason} in the record, and an empty cell with its reason in the table;
never null, 0 or NaN.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from kltool.agreement.results import ALL_RATERS, Agreement, Estimate
from kltool.report.agreement_text import reason_of
from kltool.tables.spreadsheet import as_cell
from kltool.typing import Record
from kltool.values.length import NotMeasured
from kltool.values.reading import DISCLAIMER

HEADINGS: Final = (
    *("rater", "reference", "measure", "estimate", "value", "low", "high"),
    *("n_knees", "n_participants", "reason"),
)
DIGITS: Final = 6


def agreement_record(found: Agreement, version: str, utc: str) -> Record:
    """version: of kltool. utc: date and time, ISO 8601."""
    ratings = found.ratings
    return {
        "raters": [rater.name for rater in ratings.raters],
        "reference": ratings.reference,
        "repeated": ratings.repeated,
        "matched_on": list(ratings.keys),
        "knees": ratings.knees,
        "participants": ratings.participants,
        "knees_without_participant": ratings.knees_without_participant,
        "joins": [
            {
                "first": one.first,
                "second": one.second,
                "joined": one.joined,
                "only_first": one.only_first,
                "only_second": one.only_second,
            }
            for one in ratings.joins
        ],
        "exclusions": [
            {"rater": one.rater, "count": one.count, "reason": one.reason} for one in ratings.exclusions
        ],
        "estimates": [
            {"rater": rater, "reference": reference, "measure": measure, **_estimate(estimate)}
            for rater, reference, measure, estimate in all_estimates(found)
        ],
        "confusion": [
            {"rater": one.rater, "reference": one.reference, "counts": one.grades.confusion.tolist()}
            for one in found.grades
        ],
        "replicates": found.resampling.replicates,
        "seed": found.resampling.seed,
        "tables": [
            {"file": source.file, "sha256": source.sha256, "rows": source.rows} for source in ratings.sources
        ],
        "produced_by": {"kltool": version, "utc": utc},
        "disclaimer": DISCLAIMER,
    }


def agreement_csv(found: Agreement) -> str:
    """One line for each estimate, below HEADINGS."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADINGS)
    for rater, reference, measure, estimate in all_estimates(found):
        value = "" if isinstance(estimate.value, NotMeasured) else f"{estimate.value:.{DIGITS}g}"
        ends = ("", "") if isinstance(estimate.interval, NotMeasured) else _ends(estimate.interval)
        row = (rater, reference, measure, estimate.name, value, *ends, estimate.knees, estimate.participants)
        table.writerow([as_cell(str(cell)) for cell in (*row, reason_of(estimate))])
    return text.getvalue()


def all_estimates(found: Agreement) -> Iterator[tuple[str, str, str, Estimate]]:
    """Rater, reference, measure, estimate; of all raters at once the reference is empty."""
    for grades in found.grades:
        yield from ((grades.rater, grades.reference, "kl", estimate) for estimate in grades.estimates)
    for widths in found.widths:
        yield from ((widths.rater, widths.reference, widths.width, estimate) for estimate in widths.estimates)
    for measure, estimates in found.all_raters.items():
        yield from ((ALL_RATERS, "", measure, estimate) for estimate in estimates)
    if found.repositioning:
        first, second = (rater.name for rater in found.ratings.raters[:2])
        yield from ((second, first, width, estimate) for width, estimate in found.repositioning.items())


def _estimate(estimate: Estimate) -> Record:
    return {
        "estimate": estimate.name,
        "value": _absent(estimate.value)
        if isinstance(estimate.value, NotMeasured)
        else round(estimate.value, DIGITS),
        "interval_95": _absent(estimate.interval)
        if isinstance(estimate.interval, NotMeasured)
        else [round(end, DIGITS) for end in estimate.interval],
        "knees": estimate.knees,
        "participants": estimate.participants,
    }


def _absent(absent: NotMeasured) -> Record:
    return {"not_measured": absent.reason}


def _ends(interval: Sequence[float]) -> tuple[str, ...]:
    return tuple(f"{end:.{DIGITS}g}" for end in interval)
