"""An agreement for programs: one record, and one table of all figures.

What was not measured is an object {"not_measured": reason} in the record, and an empty cell with its reason
in the table; never null, 0 or NaN.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from kltool.agreement.results import ALL_RATERS, Agreement, Figure
from kltool.report.agreement_text import reason_of
from kltool.typing import Record
from kltool.values.length import NotMeasured
from kltool.values.reading import DISCLAIMER

HEADINGS: Final = (
    *("judged", "reference", "measure", "figure", "value", "low", "high"),
    *("n_knees", "n_participants", "reason"),
)
DIGITS: Final = 6


def agreement_record(found: Agreement, version: str, utc: str) -> Record:
    """version: of kltool. utc: when, ISO 8601."""
    ratings = found.ratings
    return {
        "raters": [rater.name for rater in ratings.raters],
        "reference": ratings.reference,
        "repeated": ratings.repeated,
        "matched_on": list(ratings.keys),
        "knees": ratings.knees,
        "participants": ratings.participants,
        "knees_without_participant": ratings.unnamed,
        "left_out": [
            {"rater": one.rater, "count": one.count, "reason": one.reason} for one in ratings.left_out
        ],
        "figures": [
            {"judged": judged, "reference": reference, "measure": measure, **_figure(figure)}
            for judged, reference, measure, figure in all_figures(found)
        ],
        "confusion": [
            {"judged": one.judged, "reference": one.reference, "counts": one.grades.confusion.tolist()}
            for one in found.grades
        ],
        "draws": found.resampling.draws,
        "seed": found.resampling.seed,
        "tables": [
            {"file": source.file, "sha256": source.sha256, "rows": source.rows} for source in ratings.sources
        ],
        "produced_by": {"kltool": version, "utc": utc},
        "disclaimer": DISCLAIMER,
    }


def agreement_csv(found: Agreement) -> str:
    """One line a figure, below HEADINGS."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADINGS)
    for judged, reference, measure, figure in all_figures(found):
        value = "" if isinstance(figure.value, NotMeasured) else f"{figure.value:.{DIGITS}g}"
        ends = ("", "") if isinstance(figure.interval, NotMeasured) else _ends(figure.interval)
        row = (judged, reference, measure, figure.name, value, *ends, figure.knees, figure.participants)
        table.writerow((*row, reason_of(figure)))
    return text.getvalue()


def all_figures(found: Agreement) -> Iterator[tuple[str, str, str, Figure]]:
    """Judged, reference, measure, figure; of all raters together there is no reference."""
    for grades in found.grades:
        yield from ((grades.judged, grades.reference, "kl", figure) for figure in grades.figures)
    for widths in found.widths:
        yield from ((widths.judged, widths.reference, widths.width, figure) for figure in widths.figures)
    for measure, figures in found.together.items():
        yield from ((ALL_RATERS, "", measure, figure) for figure in figures)
    if found.repositioning:
        first, second = (rater.name for rater in found.ratings.raters[:2])
        yield from ((second, first, width, figure) for width, figure in found.repositioning.items())


def _figure(figure: Figure) -> Record:
    return {
        "figure": figure.name,
        "value": _absent(figure.value)
        if isinstance(figure.value, NotMeasured)
        else round(figure.value, DIGITS),
        "interval_95": _absent(figure.interval)
        if isinstance(figure.interval, NotMeasured)
        else [round(end, DIGITS) for end in figure.interval],
        "knees": figure.knees,
        "participants": figure.participants,
    }


def _absent(absent: NotMeasured) -> Record:
    return {"not_measured": absent.reason}


def _ends(interval: Sequence[float]) -> tuple[str, ...]:
    return tuple(f"{end:.{DIGITS}g}" for end in interval)
