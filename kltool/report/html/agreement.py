"""The page of an agreement, and beside it its tables and pictures: everything in one folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kltool.agreement.results import Agreement
from kltool.report.agreement_record import agreement_csv
from kltool.report.agreement_text import counted, measure_name
from kltool.report.files import data_uri
from kltool.report.html.agreement_rows import (
    FigureRow,
    MeasureTable,
    figure_rows,
    repositioning_table,
    sentences,
    together_table,
    width_table,
)
from kltool.report.html.page import render, save
from kltool.report.latex import agreement_tex
from kltool.report.plots.agreement import Drawing, drawings
from kltool.values.length import NotMeasured

TEMPLATE: Final = "agreement.html.j2"
PAGE, TABLE, TEX = "agreement.html", "agreement.csv", "agreement.tex"
DECISIVE_WIDTH: Final = "medial_mjsw_mm"  # of a verdict of kltool compare
SHOWN_AT_ONCE: Final = (DECISIVE_WIDTH, "lateral_mjsw_mm")  # pictures of other widths unfold
MOST_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class Made:
    """version: of kltool. utc: when, ISO 8601."""

    version: str
    utc: str


@dataclass(frozen=True, slots=True)
class PictureShown:
    """address: data:. title: of a picture of a width."""

    address: str
    title: str


@dataclass(frozen=True, slots=True)
class PairShown:
    """One rater against the reference, with every part that the page only has to place.

    grade_reasons: which figures of the grade, or intervals, are missing, and why.
    """

    judged: str
    reference: str
    sentences: list[str]
    grade_rows: list[FigureRow]
    grade_reasons: list[str]
    grade_pictures: dict[str, PictureShown]
    widths: MeasureTable
    width_pictures: list[PictureShown]
    more_pictures: list[PictureShown]


@dataclass(frozen=True, slots=True)
class Repositioning:
    """Of repeats. option: what to give to kltool compare; empty where there is no number to give."""

    table: MeasureTable
    option: str


def write_agreement(found: Agreement, made: Made, folder: Path) -> Path:
    """Page, tables and pictures into a folder that exists; returns the page's path.

    Raises UsageError where a file cannot be written.
    """
    pictures = drawings(found)
    for picture in pictures:
        save(picture.svg, folder / picture.file)
    save(agreement_csv(found), folder / TABLE)
    save(agreement_tex(found), folder / TEX)
    save(_page(found, made, pictures), folder / PAGE)
    return folder / PAGE


def agreement_page(found: Agreement, made: Made) -> str:
    """The page as HTML; the same agreement, made at the same time, gives the same text."""
    return _page(found, made, drawings(found))


def _page(found: Agreement, made: Made, pictures: Sequence[Drawing]) -> str:
    ratings = found.ratings
    judged = [rater.name for rater in ratings.raters if rater.name != ratings.reference]
    return render(
        TEMPLATE,
        title=_title(found, judged),
        pairs=[_pair(found, name, pictures) for name in judged],
        together=together_table(found.together),
        repositioning=_repositioning(found),
        ratings=ratings,
        knees=counted(ratings.knees, "knee"),
        participants=counted(ratings.participants, "participant"),
        resampling=found.resampling,
        made=made,
    )


def _title(found: Agreement, judged: Sequence[str]) -> str:
    if found.ratings.repeated:
        return f"Repeatability of {found.ratings.sources[0].file}"
    return f"Agreement of {', '.join(judged)} with {found.ratings.reference}"


def _pair(found: Agreement, judged: str, pictures: Sequence[Drawing]) -> PairShown:
    grades = next((one for one in found.grades if one.judged == judged), None)
    widths = [one for one in found.widths if one.judged == judged]
    own = [picture for picture in pictures if picture.judged == judged]
    of_widths = [picture for picture in own if picture.measure != "kl"]
    first = [picture for picture in of_widths if picture.measure in SHOWN_AT_ONCE] or of_widths[:MOST_AT_ONCE]
    rows, reasons = figure_rows(grades.figures if grades else ())
    return PairShown(
        judged,
        found.ratings.reference,
        list(sentences(found, judged)),
        rows,
        reasons,
        {picture.kind: _shown(picture) for picture in own if picture.measure == "kl"},
        width_table(widths),
        [_shown(picture) for picture in first],
        [_shown(picture) for picture in of_widths if picture not in first],
    )


def _shown(picture: Drawing) -> PictureShown:
    address = data_uri(picture.svg.encode(), "image/svg+xml")
    return PictureShown(address, measure_name(picture.measure))


def _repositioning(found: Agreement) -> Repositioning:
    """The medial minimum decides there; where it is not among the widths, no option is offered."""
    decisive = found.repositioning.get(DECISIVE_WIDTH)
    known = decisive is not None and not isinstance(decisive.value, NotMeasured)
    return Repositioning(
        repositioning_table(found.repositioning),
        f"--repositioning {decisive.value:.2f}" if decisive is not None and known else "",
    )
