"""A result as a fragment of HTML for a notebook: pictures, a table, what must be shown with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kltool.agreement.results import Agreement
from kltool.report import text
from kltool.report.agreement_text import interval_of, knees_of, measure_name, name_of, reason_of, value_of
from kltool.report.files import data_uri
from kltool.report.html.agreement_rows import main_results
from kltool.report.html.change_rows import HEADINGS, width_rows
from kltool.report.html.page import base_name, render
from kltool.report.plots.canvas import jpeg
from kltool.report.plots.change import traced
from kltool.report.plots.knee import knee_picture
from kltool.report.plots.timeline import timeline_svg
from kltool.values.change import KneeChange
from kltool.values.decimals import decimal, from_to
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading, Reading, Unread
from kltool.values.timeline import Timeline

TEMPLATE: Final = "notebook.html.j2"
GRADE_HEADINGS: Final = ("knee", "KL (median)", "90% prediction set", "expected KL")
WIDTH_COLUMNS: Final = 6  # of HEADINGS; the page of a change has all
ESTIMATE_HEADINGS: Final = ("measure", "estimate", "value", "95% CI", "knees")


@dataclass(frozen=True, slots=True)
class Picture:
    """address: a data URI. name: for readers who do not see it."""

    address: str
    name: str


def reading_html(reading: Reading) -> str:
    """The picture of each knee, a row per knee, warnings and notes."""
    refused = [f"knee not read: {knee.reason}" for knee in reading.refused]
    return _fragment(
        [base_name(reading.source)],
        [picture for knee in reading.knees for picture in _pictures(knee)],
        _reading_headings(reading.knees),
        [_reading_row(knee) for knee in reading.knees],
        [*(warning for knee in reading.knees for warning in _warnings(knee)), *refused, *reading.film.notes],
    )


def knee_html(knee: KneeReading) -> str:
    """The picture of the knee, its row, warnings and notes."""
    film = knee.knee.film
    remarks = [*_warnings(knee), *film.notes]
    title = [base_name(film.source)]
    return _fragment(title, list(_pictures(knee)), _reading_headings([knee]), [_reading_row(knee)], remarks)


def unread_html(unread: Unread) -> str:
    """Why there is no reading."""
    return _fragment(
        [f"{base_name(unread.source)}: {unread.status} ({unread.code})"], [], (), [], [unread.reason]
    )


def change_html(change: KneeChange) -> str:
    """The sentence, both films traced, a row per width, what speaks against a change."""
    films = (("before", change.before), ("after", change.after))
    pictures = [Picture(traced(knee), when) for when, knee in films if not _is_detached(knee)]
    rows = [
        (row.name, *(row.cells[: WIDTH_COLUMNS - 1] or (row.reason,))) for row in width_rows(change.widths)
    ]
    remarks = [*change.reasons, *change.plausibility]
    return _fragment([change.sentence], pictures, HEADINGS[:WIDTH_COLUMNS], rows, remarks)


def timeline_html(timeline: Timeline) -> str:
    """The sentence and the figure of all visits."""
    picture = Picture(
        data_uri(timeline_svg(timeline).encode(), "image/svg+xml"), "widths and grades over time"
    )
    return _fragment([timeline.sentence], [picture], (), [], [])


def agreement_html(found: Agreement) -> str:
    """The main results as sentences, and a row per estimate."""
    raters = [rater.name for rater in found.ratings.raters if rater.name != found.ratings.reference]
    sentences = [f"{rater}: {sentence}" for rater in raters for sentence in main_results(found, rater)]
    named = [
        *((one.rater, "kl", estimate) for one in found.grades for estimate in one.estimates),
        *((one.rater, one.width, estimate) for one in found.widths for estimate in one.estimates),
    ]
    rows = [
        (
            f"{measure_name(measure)}, {rater}",
            name_of(estimate),
            value_of(estimate) or reason_of(estimate),
            interval_of(estimate),
            knees_of(estimate),
        )
        for rater, measure, estimate in named
    ]
    return _fragment(sentences, [], ESTIMATE_HEADINGS, rows, [])


def _fragment(
    sentences: Iterable[str],
    pictures: Sequence[Picture],
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    remarks: Sequence[str],
) -> str:
    return render(
        TEMPLATE, sentences=sentences, pictures=pictures, headings=headings, rows=rows, remarks=remarks
    )


def _reading_headings(knees: Sequence[KneeReading]) -> tuple[str, ...]:
    """Of the knees of one film; one of unknown side is alone, so that all minima have the same names."""
    places = knees[0].joint_space.minima if knees else Compartment
    return (*GRADE_HEADINGS, *(f"{place} minimum JSW" for place in places), "quality")


def _reading_row(knee: KneeReading) -> tuple[str, ...]:
    widths = [_width(width) for width in knee.joint_space.minima.values()]
    return (_side(knee), *_grade(knee), *widths, str(knee.quality))


def _side(knee: KneeReading) -> str:
    return str(knee.side) if knee.side is Side.UNKNOWN else f"{knee.side} (by {knee.side_source})"


def _grade(knee: KneeReading) -> tuple[str, str, str]:
    if isinstance(knee.grade, NotMeasured):
        return "not graded", "", knee.grade.reason
    possible = ", ".join(map(str, knee.grade.prediction_set))
    return (
        knee.grade.noted.removeprefix("KL "),
        possible,
        f"{decimal(knee.grade.expected)} ({from_to(knee.grade.expected_interval)})",
    )


def _width(minimum: Width | NotMeasured) -> str:
    if isinstance(minimum, NotMeasured):
        return f"not measured: {minimum.reason}"
    return f"{text.length(minimum)} ({text.interval(minimum)})"


def _warnings(knee: KneeReading) -> list[str]:
    return [f"{text.knee_name(knee.side)}: {warning}" for warning in knee.warnings]


def _pictures(knee: KneeReading) -> Iterable[Picture]:
    if not _is_detached(knee):
        yield Picture(
            data_uri(jpeg(knee_picture(knee)), "image/jpeg"), f"{text.knee_name(knee.side)} as it was read"
        )


def _is_detached(knee: KneeReading) -> bool:
    return isinstance(knee.knee.film.image, NotMeasured)
