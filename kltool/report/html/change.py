"""The page of a change: both films, what changed, how sure that is, and what made it; one file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kltool.comparison.summary import format_probability
from kltool.report import plots
from kltool.report.html.change_rows import (
    DECISIVE,
    HEADINGS,
    Bars,
    WidthRow,
    error_bars,
    not_linked,
    width_rows,
)
from kltool.report.html.heat import Heat, heat
from kltool.report.html.page import base_name, render, save
from kltool.report.html.provenance import made_of
from kltool.report.text import claim_sentence
from kltool.values.change import Comparability, GradeClaim, KneeChange
from kltool.values.length import NotMeasured
from kltool.values.radiograph import SideSource
from kltool.values.reading import GRADES, KneeReading, Provenance, Quality
from kltool.values.spacing import NoSpacing

TEMPLATE = "change.html.j2"


@dataclass(frozen=True, slots=True)
class FilmShown:
    """One film of a knee. picture: a data: address. remarks: warnings and notes, to be shown with it."""

    name: str
    file: str
    picture: str
    quality: Quality
    side_source: SideSource
    spacing: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KneeShown:
    """One knee's change with every part of it that the page only has to place.

    registered: before and after as data: addresses. errors: of the decisive width, or why there are none.
    """

    change: KneeChange
    comparable: bool
    films: tuple[FilmShown, FilmShown]
    registered: tuple[str, str]
    rows: list[WidthRow]
    not_linked: list[str]
    errors: list[Bars] | NotMeasured
    grade: Heat | NotMeasured
    claim: str
    femur: str
    tibia: str
    one_knee: str


def write_change_page(
    changes: Sequence[KneeChange],
    before: Provenance,
    after: Provenance,
    claim: GradeClaim | None,
    file: Path,
) -> None:
    """Write the changes of one or more knees between two films as one self-contained HTML file.

    before, after: what made the readings of the films. claim: a change of grade to be judged for each knee.
    Only the base names of the films' files are told. Raises UsageError where the file cannot be written.
    """
    save(change_page(changes, before, after, claim), file)


def change_page(
    changes: Sequence[KneeChange], before: Provenance, after: Provenance, claim: GradeClaim | None
) -> str:
    """The page as HTML; the same changes give the same text."""
    sources = (changes[0].before.knee.film.source, changes[0].after.knee.film.source)
    films = [("before", sources[0], before), ("after", sources[1], after)]
    return render(
        TEMPLATE,
        before_file=base_name(sources[0]),
        after_file=base_name(sources[1]),
        knees=[_shown(change, claim) for change in changes],
        made=made_of(films, changes),
        headings=HEADINGS,
        grades=GRADES,
        claim=claim,
    )


def _shown(change: KneeChange, claim: GradeClaim | None) -> KneeShown:
    comparable = change.comparability is not Comparability.NOT_COMPARABLE
    decisive = change.widths[DECISIVE]
    grade = change.grade if comparable else _without_grade(change)
    return KneeShown(
        change,
        comparable,
        (_film("before", change.before), _film("after", change.after)),
        plots.in_register(change.before, change.after),
        width_rows(change.widths),
        not_linked(change.widths),
        decisive if isinstance(decisive, NotMeasured) else error_bars(decisive),
        grade if isinstance(grade, NotMeasured) else heat(grade, claim),
        claim_sentence(grade, claim) if claim else "",
        _texture(change.identity.femur),
        _texture(change.identity.tibia),
        format_probability(change.identity.probability_same_knee),
    )


def _texture(correlation: float | NotMeasured) -> str:
    return correlation.reason if isinstance(correlation, NotMeasured) else f"r = {correlation:.2f}"


def _without_grade(change: KneeChange) -> NotMeasured:
    """Films that are not comparable have no change of grade, whatever each of them shows."""
    return NotMeasured(f"the films are not comparable: {'; '.join(change.reasons)}")


def _film(name: str, knee: KneeReading) -> FilmShown:
    film = knee.knee.film
    return FilmShown(
        name,
        base_name(film.source),
        plots.traced(knee),
        knee.quality,
        knee.side_source,
        _spacing(knee),
        (*knee.warnings, *film.notes),
    )


def _spacing(knee: KneeReading) -> str:
    if isinstance(knee.spacing, NoSpacing):
        return f"no millimetres: {knee.spacing.reason}"
    return f"millimetres: {knee.spacing.tier.label.replace('_', ' ')}"
