"""The grade in the panel: probabilities of KL 0 to 4, expected grade and prediction set."""

from typing import Final

from kltool.report.plots.canvas import Region
from kltool.report.plots.style import DIM, FIXED, MINIMUM
from kltool.report.plots.text import BODY_DIM, HEADING, SMALL_DIM, Style, paragraph, write
from kltool.values.decimals import decimal, from_to
from kltool.values.grade import GRADES, Grade, grades_in_words
from kltool.values.length import NotMeasured
from kltool.values.probability import format_probability

BAR_LEFT, BAR_LENGTH = 68, 220  # pixels; of a probability of 1
PITCH: Final = 24  # pixels from one grade to the next
MOST_LINES: Final = 6  # of a reason
PROBABILITY: Final = Style(13)
PROBABILITY_DIM: Final = Style(13, DIM)


def draw_grade(region: Region, grade: Grade | NotMeasured, top: int, left: int, width: int) -> int:
    """Returns the row of the last base line."""
    if isinstance(grade, NotMeasured):
        return paragraph(region, f"no grade: {grade.reason}", (top, left), width, BODY_DIM, MOST_LINES)
    rows = [top + PITCH * (kl + 1) for kl in GRADES]
    for kl, row in zip(GRADES, rows, strict=True):
        chosen, length = kl == grade.grade, BAR_LENGTH * grade.probabilities[kl]
        region.fill(row - 12, left + BAR_LEFT, 16, max(length, 1.0), MINIMUM if chosen else FIXED)
        write(region, f"KL {kl}", (row, left), HEADING if chosen else BODY_DIM)
        value = format_probability(grade.probabilities[kl])
        write(region, value, (row, left + BAR_LEFT + length + 8), PROBABILITY if chosen else PROBABILITY_DIM)
    _mark_prediction_set(region, grade, rows, left)
    return _draw_summary(region, grade, rows[-1] + 5, left)


def _mark_prediction_set(region: Region, grade: Grade, rows: list[int], left: int) -> None:
    """A line along its grades, left of their bars."""
    first, last = rows[grade.prediction_set[0]], rows[grade.prediction_set[-1]]
    region.fill(first - 14, left + BAR_LEFT - 8, last - first + 20, 2, MINIMUM)


def _draw_summary(region: Region, grade: Grade, row: int, left: int) -> int:
    low, high = grade.prediction_set[0], grade.prediction_set[-1]
    span = f"KL {low}" if low == high else f"KL {low} to {high}"
    lines = (
        f"KL {grade.grade}: the median of the probabilities",
        *_likely_note(grade.likely_grades),
        f"line: 90% prediction set, {span}",
        f"expected grade {decimal(grade.expected)} (95%: {from_to(grade.expected_interval)})",
    )
    for line in lines:
        row += SMALL_DIM.pitch
        write(region, line, (row, left), SMALL_DIM)
    return row


def _likely_note(likely: tuple[int, ...]) -> list[str]:
    return [f"KL {grades_in_words(likely)}: both are about as likely"] if len(likely) > 1 else []
