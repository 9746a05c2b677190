"""The page of a change: both films, the change with its errors, and its provenance; one file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kltool.report import plots
from kltool.report.html.change_rows import (
    DECISIVE,
    HEADINGS,
    ErrorBreakdown,
    WidthRow,
    error_breakdowns,
    not_linked,
    width_rows,
)
from kltool.report.html.heat import Heat, heat
from kltool.report.html.page import base_name, render, save
from kltool.report.html.provenance import page_provenance
from kltool.report.text import claim_sentence, familiarity
from kltool.values.change import Comparability, KneeChange
from kltool.values.decimals import decimal
from kltool.values.grade import GRADES
from kltool.values.grade_change import GradeClaim
from kltool.values.length import NotMeasured
from kltool.values.probability import format_probability
from kltool.values.radiograph import SideSource
from kltool.values.reading import KneeReading, Quality
from kltool.values.spacing import NoSpacing

TEMPLATE = "change.html.j2"


@dataclass(frozen=True, slots=True)
class FilmFigure:
    """One film of a knee. picture: a data: URI. familiarity: of the film to the grader, in words.

    remarks: warnings and notes, shown below it.
    """

    name: str
    file: str
    picture: str
    quality: Quality
    familiarity: str
    side_source: SideSource
    calibration: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeSection:
    """The change of one knee as the template shows it.

    registered: before and after as data: URIs. errors: of the decisive width, or why there are none.
    """

    change: KneeChange
    comparable: bool
    films: tuple[FilmFigure, FilmFigure]
    registered: tuple[str, str]
    rows: list[WidthRow]
    not_linked: list[str]
    errors: list[ErrorBreakdown] | NotMeasured
    grade: Heat | NotMeasured
    claim: str
    femur: str
    tibia: str
    probability_same_knee: str


def write_change_page(changes: Sequence[KneeChange], claim: GradeClaim | None, file: Path) -> None:
    """Write the changes of one or more knees between two films as one self-contained HTML file.

    claim: a change of grade to assess for each knee. Only the base names of the films' files are shown.
    Raises UsageError where the file cannot be written.
    """
    save(change_page(changes, claim), file)


def change_page(changes: Sequence[KneeChange], claim: GradeClaim | None) -> str:
    """The page as HTML; the same changes give the same text."""
    before, after = changes[0].before, changes[0].after
    sources = (before.knee.film.source, after.knee.film.source)
    films = [("before", sources[0], before.produced_by), ("after", sources[1], after.produced_by)]
    return render(
        TEMPLATE,
        before_file=base_name(sources[0]),
        after_file=base_name(sources[1]),
        knees=[_section(change, claim) for change in changes],
        provenance=page_provenance(films, changes),
        headings=HEADINGS,
        grades=GRADES,
        claim=claim,
    )


def _section(change: KneeChange, claim: GradeClaim | None) -> ChangeSection:
    comparable = change.comparability is not Comparability.NOT_COMPARABLE
    decisive = change.widths[DECISIVE]
    grade = change.grade if comparable else _without_grade(change)
    return ChangeSection(
        change,
        comparable,
        (_film_figure("before", change.before), _film_figure("after", change.after)),
        plots.registered_films(change.before, change.after),
        width_rows(change.widths),
        not_linked(change.widths),
        decisive if isinstance(decisive, NotMeasured) else error_breakdowns(decisive),
        grade if isinstance(grade, NotMeasured) else heat(grade, claim),
        claim_sentence(grade, claim) if claim else "",
        _correlation(change.identity.femur),
        _correlation(change.identity.tibia),
        format_probability(change.identity.probability_same_knee),
    )


def _correlation(correlation: float | NotMeasured) -> str:
    return correlation.reason if isinstance(correlation, NotMeasured) else f"r = {decimal(correlation)}"


def _without_grade(change: KneeChange) -> NotMeasured:
    """Films that are not comparable have no change of grade."""
    return NotMeasured(f"the films are not comparable: {'; '.join(change.reasons)}")


def _film_figure(name: str, knee: KneeReading) -> FilmFigure:
    film = knee.knee.film
    return FilmFigure(
        name,
        base_name(film.source),
        plots.traced(knee),
        knee.quality,
        familiarity(knee.grade),
        knee.side_source,
        _calibration(knee),
        (*knee.warnings, *film.notes),
    )


def _calibration(knee: KneeReading) -> str:
    if isinstance(knee.spacing, NoSpacing):
        return f"no calibration: {knee.spacing.reason}"
    return f"calibration: {knee.spacing.tier.label.replace('_', ' ')}"
