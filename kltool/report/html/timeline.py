"""The page of timelines: every knee over its visits, as a figure and in numbers; one file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kltool.report.files import data_uri
from kltool.report.html.change_rows import DECISIVE
from kltool.report.html.page import render, save
from kltool.report.html.provenance import page_provenance
from kltool.report.html.timeline_rows import SlopeRow, VisitRow, slope_rows, visit_rows
from kltool.report.plots.timeline import timeline_svg
from kltool.values.radiograph import Side
from kltool.values.reading import Provenance
from kltool.values.timeline import Timeline, Visit

TEMPLATE = "timeline.html.j2"


@dataclass(frozen=True, slots=True)
class TimelineSection:
    """The timeline of one knee as the template shows it. picture: a data: URI."""

    title: str
    side: Side
    sentence: str
    picture: str
    rows: list[VisitRow]
    slopes: list[SlopeRow]


def write_timeline_page(timelines: Sequence[Timeline], file: Path) -> None:
    """Write the timelines of any number of knees as one self-contained HTML file.

    Only the base names of the films' files are shown. Raises UsageError where the file cannot be written.
    """
    save(timeline_page(timelines), file)


def timeline_page(timelines: Sequence[Timeline]) -> str:
    """The page as HTML; the same timelines give the same text."""
    changes = [change for timeline in timelines for change in timeline.changes]
    return render(
        TEMPLATE,
        knees=[_section(timeline) for timeline in timelines],
        provenance=page_provenance(_films(timelines), changes),
        decisive=DECISIVE,
    )


def _section(timeline: Timeline) -> TimelineSection:
    picture = data_uri(timeline_svg(timeline).encode(), "image/svg+xml")
    title = f"{timeline.side} knee".capitalize()
    if timeline.subject:
        title = f"{timeline.subject}, {timeline.side} knee"
    return TimelineSection(
        title, timeline.side, timeline.sentence, picture, visit_rows(timeline), slope_rows(timeline)
    )


def _films(timelines: Sequence[Timeline]) -> list[tuple[str, str, Provenance]]:
    """Every film of every visit once, by subject and date."""
    films = {
        (visit.subject, visit.day, visit.name): (
            _title(visit),
            visit.reading.film.source,
            visit.reading.produced_by,
        )
        for timeline in timelines
        for visit in timeline.visits
    }
    return [films[visit] for visit in sorted(films)]


def _title(visit: Visit) -> str:
    return f"{visit.subject}, {visit.name}" if visit.subject else visit.name
